"""The forms that end in a reminder: for filing, for the monthly notice, for the decision, for instalments.

Each asks for the day to count from, tells the deadline, and asks whether to remind, with the consent that needs. Which
days are due is `outreach.due`'s; nothing is kept without a yes to the very words shown.
"""

from __future__ import annotations

import dataclasses
import datetime
import functools
from collections.abc import Callable

from bot.calculators.figures_of import NoFigure
from bot.forms.consenting import KEY, NO, WORDINGS, YES, give, in_force
from bot.forms.days import one_day, refused, said_with, tell_certainty, tell_long
from bot.forms.form import Answers, Form, Option, Setting, Step, lead_on
from bot.forms.instalments import bare_count, day_or_days, tell_when
from bot.forms.readers import tell_day, tell_months, within
from bot.messages import Choice, Effect, KeepDeadline, Moment, Reply
from bot.orders import RESUME
from bot.outreach.due import COLLECT, FILE, KINDS, REPAY, REPORT, Window, find_next, list_moments, list_windows, next_on

PURPOSE = "nhac-viec"
MY_DEADLINES = "hn:"  # the desk's action that lists what is kept
SHOWN_DAYS = 4  # days of reminding named one by one
WAITING = (
    "Tôi chưa có số liệu đang có hiệu lực để tính hạn này, nên không dám tính theo số cũ. "
    "Anh/chị bấm “Gặp cán bộ” để hỏi giúp tôi."
)


@dataclasses.dataclass(frozen=True, slots=True)
class Plan:
    """What the answers come to: due days from `base` on, and the moments at which the bot would speak."""

    base: datetime.date
    times: int
    note: str
    windows: tuple[Window, ...]
    moments: tuple[Moment, ...]


def plan_filing(day: str, setting: Setting) -> Plan | None:
    """The plan a last day at work leads to, for whoever offers to keep it. None while a figure is missing."""
    return _make(FILE, datetime.date.fromisoformat(day), 1, "", setting)


def _plan(kind: str, answers: Answers, setting: Setting) -> Plan | None:
    if kind == REPAY:
        when = answers["when"]
        if when.isdigit():
            base = next_on(int(when), setting.today)
            return _make(kind, base, int(answers["count"]), when, setting)
        days = sorted(when.split(","))
        return _make(kind, datetime.date.fromisoformat(days[0]), len(days), ",".join(days), setting)
    times = int(answers["months"]) - 1 if kind == REPORT else 1
    return _make(kind, datetime.date.fromisoformat(answers["day"]), times, "", setting)


def _make(kind: str, base: datetime.date, times: int, note: str, setting: Setting) -> Plan | None:
    library = setting.library
    try:
        windows = list_windows(kind, base, times, note, library, setting.today)
    except NoFigure:
        return None
    now = setting.known.now or f"{setting.today}T00:00:00.000Z"
    return Plan(base, times, note, windows, list_moments(kind, base, windows, library.office_years, now))


def _can_remind(kind: str, answers: Answers, setting: Setting) -> bool:
    """Whether there is somebody to remind, of a day that has not passed."""
    if setting.known.person is None:
        return False
    plan = _plan(kind, answers, setting)
    return bool(plan and plan.moments)


def _ask(kind: str, answers: Answers, setting: Setting) -> str:
    """The deadline, when the bot would speak, and the question with the consent it needs."""
    plan = _plan(kind, answers, setting)
    if plan is None:
        return WAITING
    parts = [_tell(kind, plan, setting), _replaced(kind, plan, setting)]
    if not in_force(setting, PURPOSE):
        parts.append(WORDINGS[PURPOSE].text)
    parts.append(f"Anh/chị có muốn tôi **nhắc** không? {_tell_moments(plan)}")
    return "\n\n".join(part for part in parts if part)


def _tell(kind: str, plan: Plan, setting: Setting) -> str:
    """The next due day in words; never called when all have passed."""
    window = find_next(plan.windows, setting.today)
    assert window is not None
    years = setting.library.office_years
    left = _left(window.due, setting.today)
    if kind == FILE:
        return (
            f"Nghỉ ngày {tell_day(str(plan.base))} thì hạn cuối nộp hồ sơ là **{tell_long(window.due)}**, {left}. "
            f"{tell_certainty((window.due,), years)}"
        )
    if kind == REPORT:
        return (
            f"Kỳ báo sắp tới: từ {tell_long(window.opens)}, nên báo trước khi hết **{tell_long(window.due)}**. "
            f"{tell_certainty((window.due,), years)} Ngày ghi trong phụ lục kèm quyết định là ngày đúng nhất; "
            "nếu khác thì anh/chị theo phụ lục. Tháng hưởng đầu tiên thì báo khi đến lấy quyết định."
        )
    if kind == COLLECT:
        return (
            f"Hẹn {tell_long(plan.base)} thì chậm nhất là **{tell_long(window.due)}** phải đến lấy, {left}. "
            f"Để quá thì quyết định bị hủy. {tell_certainty((window.due,), years)}"
        )
    left_over = sum(each.due >= setting.today for each in plan.windows)
    return f"Kỳ trả sắp tới là **{tell_long(window.due)}**, {left}. Tôi tính còn {left_over} kỳ."


def _left(due: datetime.date, today: datetime.date) -> str:
    days = (due - today).days
    return {0: "tức là **hôm nay**", 1: "tức là **ngày mai**"}.get(days, f"còn {days} ngày")


def _tell_moments(plan: Plan) -> str:
    days = list(dict.fromkeys(moment.due_at[:10] for moment in plan.moments))
    named = ", ".join(tell_day(day) for day in days[:SHOWN_DAYS])
    if len(days) == 1:
        return f"Tôi sẽ nhắn một lần, ngày {named}."
    more = "" if len(days) <= SHOWN_DAYS else f" và {len(days) - SHOWN_DAYS} lần sau nữa"
    return f"Tôi sẽ nhắn vào các ngày {named}{more}, không nhắn ban đêm."


def _replaced(kind: str, plan: Plan, setting: Setting) -> str:
    """What the new deadline would take the place of."""
    kept = [one for one in setting.known.deadlines if one.kind == kind and one.status == "open"]
    if not kept:
        return ""
    if kept[-1].base_on == str(plan.base):
        return "Việc này tôi đang nhắc. Anh/chị đồng ý thì tôi đặt lại lịch nhắc."
    return "Tôi đang nhắc việc này theo một ngày khác. Anh/chị đồng ý thì tôi bỏ ngày cũ, theo ngày mới."


def _finish(kind: str, answers: Answers, setting: Setting) -> Reply:
    plan = _plan(kind, answers, setting)
    if plan is None:
        return Reply(WAITING)
    window = find_next(plan.windows, setting.today)
    if window is None:
        return Reply(_LATE[kind], lead_on(setting, *_LATE_NEXT[kind]))
    told = _tell(kind, plan, setting)
    if setting.known.person is None:
        return Reply(f"{told}\n\nỞ đây tôi không giữ lại được gì nên không nhắc được. Anh/chị ghi ngày vào lịch nhé.")
    if not plan.moments:
        return Reply(
            f"{told}\n\n**Gấp lắm rồi**, tôi không kịp nhắc nữa: anh/chị làm ngay hôm nay.", _next(kind, setting)
        )
    if answers.get(KEY) != YES:
        return Reply(f"{told}\n\nVâng, tôi **không ghi gì** và không nhắc.", _next(kind, setting))
    off = not setting.known.person.pushes_allowed
    parts = [f"**Đã ghi.** Tôi sẽ nhắc anh/chị {KINDS[kind].name}.", told, _tell_moments(plan)]
    if off:
        parts.append("Anh/chị **đang dừng nhận tin**, nên lời nhắc chưa tới được. Bấm “Nhận tin trở lại” để bật.")
    parts.append("Xem, đổi hay thôi nhắc: gõ “hạn của tôi”.")
    resume = (Choice("Nhận tin trở lại", RESUME),) if off else ()
    return Reply("\n\n".join(parts), (*resume, Choice("Hạn của tôi", MY_DEADLINES), *_next(kind, setting)))


def _next(kind: str, setting: Setting) -> tuple[Choice, ...]:
    return lead_on(setting, *_NEXT[kind])


def _effects(kind: str, answers: Answers, setting: Setting) -> tuple[Effect, ...]:
    """The agreement, unless it is in force, and the deadline with all that will be said."""
    if answers.get(KEY) != YES or not _can_remind(kind, answers, setting):
        return ()
    plan = _plan(kind, answers, setting)
    window = find_next(plan.windows, setting.today) if plan else None
    if plan is None or window is None:
        return ()
    consent = () if in_force(setting, PURPOSE) else give(PURPOSE, answers)
    kept = KeepDeadline(kind, str(plan.base), str(window.due), plan.times, plan.note, plan.moments)
    return (*consent, kept)


_NEXT = {
    FILE: ("bhtn.ho-so", "bhtn.noi-nop", "bhtn.nop-online"),
    REPORT: ("bhtn.quen-thong-bao", "bhtn.co-viec-moi"),
    COLLECT: ("bhtn.thong-bao-hang-thang", "bhtn.khi-nao-co-tien"),
    REPAY: ("vay.qua-han",),
}
_LATE = {
    FILE: (
        "Tính từ ngày đó thì **đã quá hạn nộp hồ sơ**, nên tôi không đặt lời nhắc. Thường thì không được nhận trợ cấp "
        "cho lần nghỉ việc này nữa, còn thời gian đã đóng mà chưa hưởng thì được giữ lại cho lần sau.\n\n"
        "Có trường hợp riêng tính từ ngày khác, nên anh/chị hỏi **ngay** Trung tâm Dịch vụ việc làm."
    ),
    REPORT: (
        "Tính từ ngày đó thì các kỳ báo tìm việc **đã qua hết**, nên tôi không đặt lời nhắc. "
        "Nếu anh/chị vẫn đang hưởng, xin xem lại ngày bắt đầu hưởng và số tháng ghi trong quyết định."
    ),
    COLLECT: (
        "Tính từ ngày hẹn đó thì **đã quá hạn lấy quyết định**. Anh/chị đến hoặc gọi Trung tâm Dịch vụ việc làm "
        "**ngay hôm nay**: có thể quyết định chưa bị hủy. Nếu đã hủy, thời gian đóng vẫn được giữ lại."
    ),
    REPAY: (
        "Các ngày đó **đã qua**, nên tôi không đặt lời nhắc. Nếu còn kỳ nào chưa trả, anh/chị báo ngay tổ trưởng "
        "Tổ tiết kiệm và vay vốn hoặc phòng giao dịch Ngân hàng Chính sách xã hội."
    ),
}
_LATE_NEXT = {
    FILE: ("bhtn.bao-luu", "bhtn.hoc-nghe-khong-huong", "bhtn.han-nop"),
    REPORT: ("bhtn.quen-thong-bao", "bhtn.thong-bao-hang-thang"),
    COLLECT: ("bhtn.lay-quyet-dinh", "bhtn.bao-luu"),
    REPAY: ("vay.qua-han",),
}


def _agree(kind: str) -> Step:
    return Step(
        key=KEY,
        question="Anh/chị có muốn tôi nhắc không?",
        question_for=functools.partial(_ask, kind),
        expected="Anh/chị chọn “Đồng ý, nhắc tôi” hoặc “Không cần nhắc”. Không cần thì tôi không ghi gì.",
        options=(
            Option(
                YES,
                "Đồng ý, nhắc tôi",
                alone=("dong y", "co", "ok", "oke", "vang", "da", "u", "nhac", "nhac toi", "nhac di", "co nhac"),
            ),
            Option(
                NO,
                "Không cần nhắc",
                ("khong dong y", "khong can nhac", "khong nhac", "ko nhac", "khoi nhac"),
                alone=("khong", "ko", "k", "khoi"),
            ),
        ),
        needed=functools.partial(_can_remind, kind),
    )


def _form(kind: str, invite: str, *steps: Step) -> Form:
    return Form(
        name=KINDS[kind].form,
        entry=KINDS[kind].entry,
        invite=invite,
        again="",
        steps=(*steps, _agree(kind)),
        finish=functools.partial(_finish, kind),
        effects=functools.partial(_effects, kind),
    )


def _day_step(question: str, words: str, *, past: bool, tell: Callable[[str], str]) -> Step:
    read = one_day(past=past)
    return Step(
        key="day",
        question=question,
        expected="Tôi cần một ngày. Anh/chị gõ ví dụ “10/9”, “mùng 5 tháng 9” hoặc “10/9/2026”.",
        find=said_with(words, read),
        read=read,
        check=refused,
        tell=tell,
        most_words=8,
    )


FILING = _form(
    FILE,
    "Nhắc hạn nộp hồ sơ",
    _day_step(
        "**Ngày nghỉ việc** (ngày chấm dứt hợp đồng ghi trong giấy) là ngày nào? Ví dụ “10/9” hoặc “hôm qua”.",
        r" (?:nghi|thoi viec|cham dut|het hop dong|cat hop dong|het han hop dong) ",
        past=True,
        tell=lambda value: f"nghỉ việc ngày {tell_day(value)}",
    ),
)

REPORTING = _form(
    REPORT,
    "Nhắc kỳ báo tìm việc",
    _day_step(
        "**Ngày bắt đầu hưởng** ghi trong quyết định là ngày nào? Ví dụ “10/11”. "
        "Có quyết định trong tay thì anh/chị xem ở đó cho chắc.",
        r" (?:huong tu|bat dau huong|tu ngay|ngay dau) ",
        past=True,
        tell=lambda value: f"hưởng từ ngày {tell_day(value)}",
    ),
    Step(
        key="months",
        question="Quyết định cho hưởng **mấy tháng**? Anh/chị gõ một số, ví dụ “6”.",
        expected="Tôi cần số tháng hưởng ghi trong quyết định. Anh/chị gõ ví dụ “6” hoặc “6 tháng”.",
        read=bare_count,
        check=within(2, 12, "Số tháng hưởng như vậy có vẻ chưa đúng. Anh/chị xem lại quyết định rồi gõ, ví dụ “6”."),
        tell=lambda value: f"hưởng {tell_months(value)}",
    ),
)

COLLECTING = _form(
    COLLECT,
    "Nhắc ngày lấy quyết định",
    _day_step(
        "**Ngày hẹn trả kết quả** ghi trên phiếu hẹn là ngày nào? Ví dụ “10/12” hoặc “thứ 6”.",
        r" (?:hen|phieu) ",
        past=False,
        tell=lambda value: f"hẹn ngày {tell_day(value)}",
    ),
)

REPAYING = _form(
    REPAY,
    "Nhắc kỳ trả nợ vay",
    Step(
        key="when",
        question=(
            "Anh/chị phải trả **vào ngày nào**? Trả hằng tháng thì gõ ngày trong tháng, ví dụ “ngày 15 hằng tháng”. "
            "Trả theo từng kỳ thì gõ các ngày, ví dụ “5/12/2026, 5/6/2027”."
        ),
        expected="Tôi cần ngày trả. Anh/chị gõ ví dụ “ngày 15 hằng tháng”, “5/12” hoặc “5/12/2026, 5/6/2027”.",
        read=day_or_days,
        check=refused,
        tell=tell_when,
        most_words=60,
    ),
    Step(
        key="count",
        question="Còn phải trả **bao nhiêu tháng** nữa? Anh/chị gõ một số, ví dụ “24”.",
        expected="Tôi cần số tháng còn phải trả. Anh/chị gõ ví dụ “24” hoặc “2 năm”.",
        read=bare_count,
        check=within(1, 120, "Số tháng như vậy có vẻ chưa đúng. Anh/chị gõ lại, ví dụ “24” hoặc “2 năm”."),
        tell=lambda value: f"còn {tell_months(value)}",
        needed=lambda answers, _setting: answers["when"].isdigit(),
    ),
)

DEADLINE_FORMS = (FILING, REPORTING, COLLECTING, REPAYING)
