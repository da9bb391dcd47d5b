"""The form "Tính thử" of unemployment benefit: four questions at most, then the sum in words.

It says what it understood and assumed, and that the authority decides. The sum itself is `calculators.benefit`.
"""

from __future__ import annotations

import datetime
from decimal import Decimal

from bot.calculators.benefit import (
    Benefit,
    BenefitRules,
    Region,
    calculate_benefit,
    filing_deadline,
    first_benefit_day,
    keep_after_stopping,
    read_rules,
)
from bot.calculators.figures_of import NoFigure
from bot.forms.days import tell_certainty, tell_long
from bot.forms.deadlines import FILING, MY_DEADLINES, plan_filing
from bot.forms.form import SKIPPED, Answers, Form, Option, Setting, Step, lead_on
from bot.forms.readers import (
    YEARS,
    bare_millions,
    bare_months,
    only_money,
    only_months,
    past_day,
    tell_day,
    tell_money,
    tell_months,
    within,
)
from bot.messages import Choice, Reply
from bot.working_days import next_working_day
from content.figures import format_value

MOST_YEARS = 18  # a bare number up to this could be years or months of work: asked back
WAITING = (
    "Tôi chưa có đủ số liệu đang có hiệu lực để tính cho hôm nay, nên không dám tính theo số cũ. "
    "Anh/chị bấm “Gặp cán bộ” để hỏi giúp tôi."
)


def region_matters(answers: Answers, setting: Setting) -> bool:
    """Only a wage whose benefit passes the lower cap depends on where the employer is."""
    try:
        rules = read_rules(setting.library.figures, setting.today)
    except NoFigure:
        return False
    lowest = min(rules.caps, key=lambda region: rules.caps[region])
    return calculate_benefit(rules, Decimal(answers["wage"]), 0, lowest).capped


def finish(answers: Answers, setting: Setting) -> Reply:
    """The result in words, with the entries a person needs next."""
    try:
        rules = read_rules(setting.library.figures, setting.today)
    except NoFigure:
        return Reply(WAITING, lead_on(setting, "bhtn.muc-huong"))
    paid = int(answers["months"])
    region: Region = 2 if answers.get("region") == "2" else 1
    result = calculate_benefit(rules, Decimal(answers["wage"]), paid, region)
    dates = _dates(rules, answers.get("last_day", SKIPPED), setting)
    if not result.months:
        lines = [
            f"Đóng {tell_months(str(paid))} thì **chưa đủ** {rules.first_from} tháng để hưởng trợ cấp lần này.",
            f"- Khi đóng đủ, mỗi tháng sẽ nhận {_monthly(rules, result, answers)}",
            f"- {paid} tháng đã đóng không mất: được cộng cho lần sau khi anh/chị đi làm và đóng tiếp.",
        ]
        return Reply(_text(lines, _assumed(rules, answers)), lead_on(setting, "bhtn.dieu-kien", "bhtn.bao-luu"))
    lines = [
        "**Kết quả tính thử**",
        f"- Mỗi tháng nhận {_monthly(rules, result, answers)}",
        f"- Đã đóng {tell_months(str(paid))} thì được hưởng **{result.months} tháng**.",
        f"- Tổng cộng: {_dong(result.total)}.",
        *_kept(rules, result, paid),
        *dates,
    ]
    ways = lead_on(setting, "bhtn.dieu-kien", "bhtn.ho-so", "bhtn.noi-nop")
    return Reply(_text(lines, _assumed(rules, answers)), (*_reminding(answers, setting), *ways))


def _reminding(answers: Answers, setting: Setting) -> tuple[Choice, ...]:
    """The button that keeps the deadline of filing, where the last day is known and somebody is there to remind."""
    day = answers.get("last_day", SKIPPED)
    if day == SKIPPED or setting.known.person is None:
        return ()
    plan = plan_filing(day, setting)
    return (Choice(FILING.invite, f"{MY_DEADLINES}nop:{day}"),) if plan and plan.moments else ()


def _monthly(rules: BenefitRules, result: Benefit, answers: Answers) -> str:
    share = f"{format_value(rules.rate, 'percent')} của {tell_money(answers['wage'])}"
    where = f"vùng {'II' if answers.get('region') == '2' else 'I'}"
    if result.capped:
        return (
            f"**{_dong(result.monthly)}**. {share} là {_dong(result.uncapped)}, "
            f"vượt trần của {where} nên lấy bằng trần."
        )
    if "region" in answers:
        return f"**{_dong(result.monthly)}**, bằng {share}, chưa tới trần {_dong(result.cap)} của {where}."
    return f"**{_dong(result.monthly)}**, bằng {share}, chưa tới trần."


def _kept(rules: BenefitRules, result: Benefit, paid: int) -> list[str]:
    lines = []
    if result.kept:
        lines.append(f"- Lẻ {result.kept} tháng đóng: được bảo lưu, tức giữ lại để cộng cho lần sau.")
    if result.lost:
        lines.append(f"- {result.lost} tháng đóng vượt quá {rules.no_keeping} tháng không được bảo lưu.")
    left = keep_after_stopping(rules, paid, 1)
    if left:
        lines.append(f"- Nếu mới hưởng 1 tháng đã có việc và báo đúng hạn, anh/chị còn giữ {left} tháng đóng.")
    return lines


def _dates(rules: BenefitRules, last_day: str, setting: Setting) -> list[str]:
    if last_day == SKIPPED:
        return [f"- Nhớ nộp hồ sơ trong {rules.filing} tháng kể từ ngày chấm dứt hợp đồng."]
    left = datetime.date.fromisoformat(last_day)
    years = setting.library.office_years
    deadline = filing_deadline(rules, left, years)
    if deadline < setting.today:
        late = f"- Nghỉ ngày {tell_day(last_day)} thì hạn nộp hồ sơ là {tell_long(deadline)}: **đã quá hạn**."
        return [f"{late} Anh/chị hỏi ngay Trung tâm Dịch vụ việc làm, vì có trường hợp riêng tính khác."]
    filed = next_working_day(max(setting.today, left + datetime.timedelta(days=1)), years)
    counted = first_benefit_day(rules, filed, years)
    return [
        f"- Nghỉ ngày {tell_day(last_day)} thì hạn cuối nộp hồ sơ là **{tell_long(deadline)}**.",
        f"- Nếu nộp đủ hồ sơ {tell_long(filed)} thì tính hưởng từ khoảng {tell_long(counted)}.",
        f"- {tell_certainty((deadline, counted), years)}",
    ]


def _assumed(rules: BenefitRules, answers: Answers) -> str:
    said = [
        "lương đã gõ là lương bình quân đóng bảo hiểm thất nghiệp của 6 tháng đóng gần nhất",
        "các tháng đóng đó chưa dùng để hưởng lần nào",
        "anh/chị đủ điều kiện hưởng",
    ]
    if answers.get("region") == SKIPPED:
        caps = format_value(rules.caps[2], "dong")
        said.append(f"công ty ở vùng I (nếu ở vùng II thì trần là {caps})")
    lines = f"**Tôi giả định:** {'; '.join(said)}."
    return lines + "\n\n**Đây chỉ là tính thử.** Cơ quan có thẩm quyền quyết định, dựa trên sổ bảo hiểm xã hội."


def _text(lines: list[str], assumed: str) -> str:
    return lines[0] + "\n\n" + "\n".join(lines[1:]) + "\n\n" + assumed


def _dong(amount: Decimal) -> str:
    return format_value(amount, "dong")


FORM = Form(
    name="benefit_calculator",
    entry="bhtn.tinh-thu",
    invite="Tính thử ngay",
    again="Tính lại từ đầu",
    finish=finish,
    steps=(
        Step(
            key="wage",
            question=(
                "**Lương đóng bảo hiểm thất nghiệp** bình quân 6 tháng gần nhất là bao nhiêu? "
                "Anh/chị chọn, hoặc gõ số của mình, ví dụ “8tr” hay “7 triệu rưỡi”."
            ),
            expected=(
                "Tôi cần một số tiền: lương bình quân mỗi tháng. "
                "Anh/chị gõ ví dụ “8tr”, “7 triệu rưỡi” hoặc “8.000.000”."
            ),
            options=(
                Option("5500000", "5 triệu rưỡi"),
                Option("7000000", "7 triệu"),
                Option("10000000", "10 triệu"),
                Option("15000000", "15 triệu"),
            ),
            find=only_money,
            read=bare_millions,
            check=within(
                500_000,
                1_000_000_000,
                "Lương mỗi tháng như vậy có vẻ chưa đúng. Anh/chị gõ lại, ví dụ “8tr” là 8 triệu đồng.",
            ),
            tell=lambda value: f"lương bình quân {tell_money(value)} một tháng",
        ),
        Step(
            key="months",
            question=(
                "Anh/chị **đã đóng bảo hiểm thất nghiệp bao lâu** mà chưa hưởng lần nào? "
                "Ví dụ “40 tháng” hay “3 năm 4 tháng”."
            ),
            expected="Tôi cần thời gian đã đóng. Anh/chị ghi rõ tháng hay năm, ví dụ “40 tháng” hoặc “3 năm 4 tháng”.",
            options=YEARS,
            find=only_months,
            read=bare_months(MOST_YEARS),
            check=within(1, 600, "Thời gian đóng như vậy có vẻ chưa đúng. Anh/chị gõ lại, ví dụ “3 năm 4 tháng”."),
            tell=lambda value: f"đã đóng {tell_months(value)}",
        ),
        Step(
            key="region",
            question=(
                "Công ty anh/chị **hoạt động ở vùng nào**? Mọi phường của Hà Nội thuộc vùng I; "
                "một số xã ở xa thuộc vùng II. Vùng tính theo nơi công ty hoạt động, không theo nhà ở."
            ),
            expected="Anh/chị chọn vùng của công ty: gõ “vùng 1”, “vùng 2”, hoặc “không rõ”.",
            options=(
                Option("1", "Vùng I", ("vung 1", "vung i"), alone=("phuong", "noi thanh", "1")),
                Option("2", "Vùng II", ("vung 2", "vung ii"), alone=("2",)),
                Option(SKIPPED, "Không rõ", alone=("khong ro", "khong biet", "chua biet", "chiu")),
            ),
            needed=region_matters,
        ),
        Step(
            key="last_day",
            question="**Ngày cuối cùng làm việc** (ngày chấm dứt hợp đồng) là ngày nào? Ví dụ “10/9” hoặc “hôm qua”.",
            expected="Tôi cần một ngày. Anh/chị gõ ví dụ “10/9” hoặc “10/9/2026”; chưa nghỉ thì chọn “Bỏ qua”.",
            options=(Option(SKIPPED, "Bỏ qua", alone=("bo qua", "chua nghi", "dang lam", "khong nho", "khong biet")),),
            find=past_day,
            read=past_day,
            tell=lambda value: f"nghỉ ngày {tell_day(value)}",
        ),
    ),
)
