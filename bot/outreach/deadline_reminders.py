"""What is written when a deadline is kept or ended, and what is said before it.

The effects' performers and the reminders' composer; which day is due when is `due`'s, the dialogue is `deadlines`'s.
"""

from __future__ import annotations

import datetime
import functools

from bot.clock import in_hanoi
from bot.composing import Say, Skip
from bot.forms.days import tell_long
from bot.forms.form import Setting, lead_on
from bot.messages import Choice, CloseDeadline, KeepDeadline
from bot.outreach.due import COLLECT, FILE, KINDS, LAST, REPAY, REPORT
from content.model import Library
from content.render import render_segments
from content.templates import parse_template
from storage import consents, deadlines, reminders
from storage.database import Connection
from storage.deadlines import Deadline
from storage.people import Person
from storage.reminders import NewReminder, Reminder

PREFIX = "hn:"  # the prefix of the desk's actions
PURPOSE = "nhac-viec"
REMINDER_KINDS = {f"han-{kind}": kind for kind in KINDS}


def subject(deadline_id: int) -> str:
    return f"deadline:{deadline_id}"


def keep_deadline(c: Connection, person: Person, effect: KeepDeadline, now: str) -> None:
    """Keep it, in the place of another open one of its kind, and plan what will be said."""
    for other in deadlines.list_of_person(c, person.id):
        if other.status == "open" and other.kind == effect.kind and other.base_on != effect.base_on:
            _close(c, person, other.id, "stopped", now)
    id_ = deadlines.keep_deadline(
        c, person.id, effect.kind, effect.base_on, effect.due_on, effect.times, effect.note, now
    )
    # The days of a first day never change: what is queued about one is true still, and would not be planned again.
    reminders.cancel_subject(c, subject(id_), "đổi hạn", now, queued_too=False)
    planned = [
        NewReminder(
            person_id=person.id,
            kind=f"han-{effect.kind}",
            subject=subject(id_),
            step=moment.step,
            dedupe_key=f"{subject(id_)}:{moment.step}:{moment.due_at}",
            due_at=moment.due_at,
            expires_at=moment.expires_at,
        )
        for moment in effect.remind
    ]
    reminders.plan(c, planned, now)


def close_deadline(c: Connection, person: Person, effect: CloseDeadline, now: str) -> None:
    """End it, or one due day of it. Somebody else's is left alone."""
    if not effect.due_on:
        _close(c, person, effect.deadline_id, effect.status, now)
    elif any(one.id == effect.deadline_id for one in deadlines.list_of_person(c, person.id)):
        reminders.cancel_step(c, subject(effect.deadline_id), f":{effect.due_on}", "đã làm xong", now)


def _close(c: Connection, person: Person, deadline_id: int, status: str, now: str) -> None:
    if deadlines.close_deadline(c, deadline_id, person.id, status, now):
        reason = "đã làm xong" if status == "done" else "người nhận thôi nhắc"
        reminders.cancel_subject(c, subject(deadline_id), reason, now)


def stop_all(c: Connection, person: Person, now: str) -> None:
    """The person no longer agrees to be reminded: every deadline ends and nothing more is said about any."""
    for deadline_id in deadlines.close_all(c, person.id, "stopped", now):
        reminders.cancel_subject(c, subject(deadline_id), "đã rút đồng ý", now)


def compose(c: Connection, library: Library, reminder: Reminder, person: Person, now: datetime.datetime) -> Say | Skip:
    """The reminder as it is true now; nothing for a deadline that was ended or that the person no longer agrees to."""
    deadline = deadlines.get_deadline(c, int(reminder.subject.partition(":")[2]))
    if deadline.status != "open":
        return Skip("việc này không còn nhắc")
    if not any(one.purpose == PURPOSE and not one.withdrawn_at for one in consents.list_consents(c, person.id)):
        return Skip("đã rút đồng ý")
    step, _, due_text = reminder.step.partition(":")
    today, due = in_hanoi(now).date(), datetime.date.fromisoformat(due_text)
    if due < today:
        return Skip("quá muộn")
    text = "\n\n".join((_WORDS[deadline.kind](library, step, due, today), STOPPING))
    return Say(text, (*_ways_on(library, today, deadline), *_buttons(deadline, due)))


STOPPING = "Làm xong rồi thì chọn “Đã làm xong”. Muốn thôi nhắc việc này, gõ “thôi nhắc”."


def tell_left(due: datetime.date, today: datetime.date) -> str:
    """How many days are left, in words: "còn 3 ngày", "là ngày mai", "là hôm nay"."""
    days = (due - today).days
    return {0: "là **hôm nay**", 1: "là **ngày mai**"}.get(days, f"còn **{days} ngày**")


def _buttons(deadline: Deadline, due: datetime.date) -> tuple[Choice, ...]:
    done = f"{PREFIX}xong:{deadline.id}" + (f":{due}" if KINDS[deadline.kind].series else "")
    return Choice("Đã làm xong", done), Choice("Thôi nhắc việc này", f"{PREFIX}thoi:{deadline.id}")


def _ways_on(library: Library, today: datetime.date, deadline: Deadline) -> tuple[Choice, ...]:
    ids = {
        FILE: ("bhtn.ho-so", "bhtn.noi-nop"),
        REPORT: ("bhtn.thong-bao-hang-thang", "bhtn.co-viec-moi"),
        COLLECT: ("bhtn.lay-quyet-dinh", "bhtn.thong-bao-hang-thang"),
        REPAY: ("vay.qua-han",),
    }
    return lead_on(Setting(library, today), *ids[deadline.kind])


_parsed = functools.cache(parse_template)


def _with_figures(library: Library, text: str, today: datetime.date) -> str:
    """A text with `{{ lh.noi_nop_bhtn }}` in it, as it reads on the day."""
    return render_segments(_parsed(text), library.figures, today)


def _file_words(library: Library, step: str, due: datetime.date, today: datetime.date) -> str:
    urgent = "Hôm nay là **ngày cuối**. " if step == LAST and due == today else ""
    return (
        f"**Nhắc hạn nộp hồ sơ hưởng trợ cấp thất nghiệp.** {urgent}Hạn cuối là **{tell_long(due)}**, "
        f"{tell_left(due, today)}. Quá hạn thì không được nhận trợ cấp cho lần nghỉ việc này.\n\n"
        + _with_figures(
            library,
            "Nộp qua Cổng Dịch vụ công quốc gia {{ lh.dich_vu_cong }}, hoặc tại Trung tâm Dịch vụ việc làm Hà Nội, "
            "{{ lh.noi_nop_bhtn }}. Cần đơn theo Mẫu số 10, giấy nghỉ việc, sổ bảo hiểm xã hội; nên mang căn cước.",
            today,
        )
    )


def _report_words(library: Library, step: str, due: datetime.date, today: datetime.date) -> str:
    when = f"Đã tới kỳ: nên báo trước khi hết **{tell_long(due)}** ({tell_left(due, today)})."
    if step == LAST and due == today:
        when = f"**Hôm nay, {tell_long(due)}, là ngày cuối** nên báo."
    return (
        f"**Nhắc thông báo tìm việc tháng này.** {when} Ngày ghi trong phụ lục quyết định là ngày đúng nhất; "
        "nếu khác thì anh/chị theo phụ lục.\n\n"
        + _with_figures(
            library,
            "Báo bằng Mẫu số 24, qua {{ lh.dich_vu_cong }} hoặc trực tiếp tại Trung tâm Dịch vụ việc làm Hà Nội, "
            "{{ lh.noi_nop_bhtn }}. "
            "Không báo thì mất tiền tháng đó.",
            today,
        )
    )


def _collect_words(library: Library, step: str, due: datetime.date, today: datetime.date) -> str:
    lead = {"truoc": "Ngày mai là ngày hẹn", "hen": "Hôm nay là ngày hẹn"}.get(step, "Sắp hết hạn")
    return (
        f"**Nhắc lấy quyết định hưởng trợ cấp thất nghiệp.** {lead} lấy quyết định. Chậm nhất là "
        f"**{tell_long(due)}**; để quá ngày đó thì quyết định bị hủy.\n\n"
        + _with_figures(
            library,
            "Nơi lấy ghi trên phiếu hẹn; không ghi thì hỏi Trung tâm Dịch vụ việc làm Hà Nội, {{ lh.noi_nop_bhtn }}. "
            "Mang theo phiếu hẹn và căn cước; hỏi luôn lịch báo tìm việc hằng tháng.",
            today,
        )
    )


def _repay_words(_library: Library, _step: str, due: datetime.date, today: datetime.date) -> str:
    return (
        f"**Nhắc kỳ trả nợ vay.** Kỳ này đến hạn **{tell_long(due)}**, {tell_left(due, today)}. "
        "Số tiền xem trong hợp đồng hoặc hỏi tổ trưởng Tổ tiết kiệm và vay vốn.\n\n"
        "Thấy khó trả thì báo tổ trưởng hoặc phòng giao dịch Ngân hàng Chính sách xã hội **trước ngày đến hạn**. "
        "Đừng chuyển tiền vào tài khoản cá nhân của người gọi điện đòi nợ."
    )


_WORDS = {FILE: _file_words, REPORT: _report_words, COLLECT: _collect_words, REPAY: _repay_words}
