"""The form "Tính thử tiền lãi": amount, months, whose money and which rate, then the monthly payments in words.

Rates of the City's money come from the figures; the central rate hangs on one we do not know, so the person is asked
what the bank said. It says what it assumed, and that the contract counts. The sum itself is `calculators.loan`.
"""

from __future__ import annotations

from decimal import Decimal

from bot.calculators.figures_of import NoFigure, get_number
from bot.calculators.loan import LoanCost, calculate_loan
from bot.forms.form import SKIPPED, Answers, Form, Option, Setting, Step, lead_on
from bot.forms.readers import (
    YEARS,
    bare_millions,
    bare_months,
    bare_percent,
    only_money,
    only_months,
    only_percent,
    tell_money,
    tell_months,
    within,
)
from bot.messages import Reply
from content.figures import format_value

MOST_YEARS = 10  # a bare number up to this could be years or months: asked back
SHOWN = 3  # months shown from the start; the last one is always shown
WAITING = (
    "Tôi chưa có lãi suất đang có hiệu lực cho hôm nay, nên không dám tính theo số cũ. "
    "Anh/chị hỏi Ngân hàng Chính sách xã hội lãi suất, rồi gõ cho tôi, ví dụ “vay 50 triệu 3 năm lãi 7%”."
)


def check_rate(value: str) -> str:
    return (
        "" if Decimal(0) < Decimal(value) <= 30 else "Lãi suất một năm thường vài phần trăm. Anh/chị gõ lại giúp tôi."
    )


def finish(answers: Answers, setting: Setting) -> Reply:
    """The result in words, with the entries a person needs next."""
    try:
        rate, why = _rate(answers, setting)
        notes = _limits(answers, setting)
    except NoFigure:
        return Reply(WAITING, lead_on(setting, "vay.lai-suat"))
    amount, months = int(answers["amount"]), int(answers["months"])
    cost = calculate_loan(amount, months, rate)
    head = (
        f"**Kết quả tính thử:** vay {tell_money(answers['amount'])} trong {tell_months(answers['months'])}, "
        f"lãi {format_value(rate, 'percent_year')}."
    )
    total = [
        f"- Tổng tiền lãi: **{_dong(cost.interest)}**.",
        f"- Tổng phải trả cả gốc và lãi: {_dong(cost.total)}.",
    ]
    assumed = (
        f"**Tôi giả định:** {why}; trả gốc đều mỗi tháng, lãi tính trên số còn nợ và không đổi.\n\n"
        "**Đây chỉ là tính thử.** Ngân hàng quyết định; số phải trả là số ghi trong hợp đồng."
    )
    blocks = [head, "\n".join([*_months(cost), *total]), *notes, assumed]
    return Reply("\n\n".join(blocks), lead_on(setting, "vay.lai-suat", "vay.muc-vay", "vay.noi-vay"))


def _rate(answers: Answers, setting: Setting) -> tuple[Decimal, str]:
    """The rate in percent a year and where it is from. Raises NoFigure."""
    typed = answers.get("rate", SKIPPED)
    if typed != SKIPPED:
        return Decimal(typed), "lãi suất là số anh/chị đã gõ"
    low = answers.get("group") == "thap"
    rate = get_number(setting.library.figures, "vay.lai_hn_thap" if low else "vay.lai_hn", setting.today)
    if answers.get("source") == "trung-uong":
        return rate, "chưa biết lãi vốn trung ương, nên lấy tạm lãi vốn Hà Nội để anh/chị hình dung"
    kind = "diện lãi thấp" if low else "lãi chung"
    money = "vay từ vốn Hà Nội" if answers.get("source") == "ha-noi" else "vay từ vốn Hà Nội (ngân hàng xếp nguồn vốn)"
    return rate, f"{money}, {kind}"


def _limits(answers: Answers, setting: Setting) -> list[str]:
    """What a worker should know when the loan is larger or longer than workers get. Raises NoFigure."""
    figures, today = setting.library.figures, setting.today
    central = answers.get("source") == "trung-uong"
    most = get_number(figures, "vay.tran_tw" if central else "vay.tran_hn", today)
    longest = get_number(figures, "vay.thoi_han_tw", today)
    notes = []
    if Decimal(answers["amount"]) > most:
        whose = "vốn trung ương" if central else "vốn Hà Nội"
        notes.append(f"**Lưu ý:** người lao động vay {whose} tối đa {_dong(most)}.")
    if central and Decimal(answers["months"]) > longest:
        notes.append(f"**Lưu ý:** vốn trung ương cho vay tối đa {format_value(longest, 'month')}.")
    return notes


def _months(cost: LoanCost) -> list[str]:
    """The first months and the last one, with "…" for those between."""
    last = cost.payments[-1]
    shown = [payment for payment in cost.payments if payment.number <= SHOWN or payment is last]
    lines = [
        f"- Tháng {payment.number}: gốc {_bare(payment.principal)} + lãi {_bare(payment.interest)} "
        f"= **{_dong(payment.total)}**"
        for payment in shown
    ]
    if last.number > SHOWN + 1:
        lines.insert(SHOWN, "- … mỗi tháng sau lãi ít dần")
    return lines


def _dong(amount: Decimal) -> str:
    return format_value(amount, "dong")


def _bare(amount: Decimal) -> str:
    return format_value(amount, "dong", "so")


FORM = Form(
    name="loan_calculator",
    entry="vay.tinh-lai",
    invite="Tính thử ngay",
    again="Tính khoản khác",
    finish=finish,
    steps=(
        Step(
            key="amount",
            question="Anh/chị định **vay bao nhiêu**? Chọn, hoặc gõ số tiền, ví dụ “80 triệu”.",
            expected="Tôi cần số tiền định vay. Anh/chị gõ ví dụ “80 triệu” hoặc “80.000.000”.",
            options=(
                Option("30000000", "30 triệu"),
                Option("50000000", "50 triệu"),
                Option("100000000", "100 triệu"),
                Option("200000000", "200 triệu"),
            ),
            find=only_money,
            read=bare_millions,
            check=within(
                1_000_000, 10_000_000_000, "Số tiền vay như vậy có vẻ chưa đúng. Anh/chị gõ lại, ví dụ “80 triệu”."
            ),
            tell=lambda value: f"vay {tell_money(value)}",
        ),
        Step(
            key="months",
            question="Anh/chị định **trả trong bao lâu**? Ví dụ “40 tháng” hay “3 năm”.",
            expected="Tôi cần thời gian trả. Anh/chị ghi rõ tháng hay năm, ví dụ “40 tháng” hoặc “3 năm”.",
            options=YEARS,
            find=only_months,
            read=bare_months(MOST_YEARS),
            check=within(1, 360, "Thời gian vay như vậy có vẻ chưa đúng. Anh/chị gõ lại, ví dụ “3 năm”."),
            tell=lambda value: f"trả trong {tell_months(value)}",
        ),
        Step(
            key="source",
            question=(
                "Anh/chị vay **nguồn vốn nào**? Nếu ngân hàng chưa nói thì chọn “Chưa biết”, tôi tính theo vốn Hà Nội."
            ),
            expected="Anh/chị chọn nguồn vốn: gõ “Hà Nội”, “trung ương” hoặc “chưa biết”.",
            options=(
                Option("ha-noi", "Vốn Hà Nội", ("ha noi", "thanh pho", "von hn")),
                Option("trung-uong", "Vốn trung ương", ("trung uong", "von tw")),
                Option(SKIPPED, "Chưa biết", alone=("khong biet", "khong ro", "chua ro")),
            ),
            needed=lambda answers, _setting: "rate" not in answers,
        ),
        Step(
            key="group",
            question=(
                "Anh/chị có **thuộc diện lãi thấp** không: hộ nghèo, hộ cận nghèo, "
                "người dân tộc thiểu số thuộc hộ nghèo, người khuyết tật?"
            ),
            expected="Anh/chị chọn có hay không thuộc diện lãi thấp. Ví dụ gõ “hộ nghèo” hoặc “không thuộc”.",
            options=(
                Option("thuong", "Không thuộc diện nào", alone=("khong thuoc", "khong co", "khong", "ko", "k")),
                Option("thap", "Có, thuộc một diện", ("ho ngheo", "can ngheo", "khuyet tat"), alone=("co", "thuoc")),
            ),
            needed=lambda answers, _setting: "rate" not in answers and answers.get("source") != "trung-uong",
        ),
        Step(
            key="rate",
            question=(
                "Lãi vốn trung ương tính theo lãi suất cho vay hộ nghèo, mà tôi **chưa có số xác thực** của mức đó. "
                "Ngân hàng báo anh/chị lãi bao nhiêu phần trăm một năm? Anh/chị gõ con số, ví dụ “9%”."
            ),
            expected="Tôi cần lãi suất một năm. Anh/chị gõ ví dụ “9%”; chưa biết thì chọn “Chưa biết”.",
            options=(Option(SKIPPED, "Chưa biết", alone=("khong biet", "khong ro", "chua ro")),),
            find=only_percent,
            read=bare_percent,
            check=check_rate,
            tell=lambda value: f"lãi {format_value(Decimal(value), 'percent_year')}",
            needed=lambda answers, _setting: answers.get("source") == "trung-uong",
        ),
    ),
)
