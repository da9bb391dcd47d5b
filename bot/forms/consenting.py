"""The question whether personal data may be kept: which data, for what, who keeps it, how to take it back.

The wording is stored with the agreement (Law 91/2025/QH15), so a changed wording gets a new version: whoever agreed to
the old one is asked again.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping

from bot.forms.form import Answers, Option, Setting, Step
from bot.messages import Effect, GiveConsent

KEY, YES, NO = "consent", "co", "khong"

_KEEPER = "**Ai giữ:** cơ quan vận hành kênh này (ghi tại mục Quyền riêng tư)"
_TAKE_BACK = "**Đổi ý:** gõ “dữ liệu của tôi” để xem, sửa, rút lại đồng ý hoặc xóa, lúc nào cũng được."


@dataclasses.dataclass(frozen=True, slots=True)
class Wording:
    """What a person agrees to. `name` says the purpose in a few words; `version` is the day the text was written."""

    name: str
    version: str
    text: str


WORDINGS: Mapping[str, Wording] = {
    "nhu-cau": Wording(
        "ghi nhu cầu học nghề, việc làm, vay vốn",
        "2026-11-22",
        "**Tôi xin phép ghi lại những gì anh/chị sắp trả lời.**\n\n"
        "**Ghi gì:** điều anh/chị mong muốn, nghề, trình độ, xã hoặc phường, nhóm ưu tiên. Câu nào cũng có thể bỏ.\n\n"
        "**Để làm gì:** xã, phường và thành phố tính nhu cầu hằng năm để mở lớp, bố trí việc làm và vốn vay.\n\n"
        f"{_KEEPER}; cán bộ xã, phường của anh/chị và của thành phố xem được.\n\n{_TAKE_BACK}",
    ),
    "nhac-viec": Wording(
        "nhắc việc đúng hạn",
        "2026-11-22",
        "**Muốn nhắc, tôi xin phép ghi lại ngày vừa tính.**\n\n"
        "**Ghi gì:** loại việc, ngày anh/chị vừa cho và ngày đến hạn, không ghi gì khác.\n\n"
        "**Để làm gì:** chỉ để nhắn nhắc anh/chị đúng những việc đó.\n\n"
        f"{_KEEPER}.\n\n"
        "**Đổi ý:** gõ “thôi nhắc” là thôi ngay; gõ “dữ liệu của tôi” để xem, rút lại đồng ý hoặc xóa.",
    ),
    "nhan-tin": Wording(
        "nhận tin của xã, phường",
        "2026-11-22",
        "**Tôi xin phép gửi tin hợp với anh/chị:** phiên việc làm, lớp học nghề, chính sách mới ở gần nhà.\n\n"
        "**Ghi gì:** xã hoặc phường, nhóm ưu tiên nếu anh/chị nói, và những chủ đề anh/chị hay hỏi ở đây.\n\n"
        "**Để làm gì:** chỉ để chọn đúng tin gửi anh/chị, không gửi ban đêm.\n\n"
        f"{_KEEPER}; cán bộ xã, phường của anh/chị và của thành phố xem được.\n\n"
        "**Đổi ý:** gõ “dừng” là thôi nhận ngay; gõ “dữ liệu của tôi” để xem, sửa, rút lại đồng ý hoặc xóa.",
    ),
}


def consent_step(purpose: str) -> Step:
    """The first step of a form that keeps something for this purpose; left out while the agreement is in force."""
    return Step(
        key=KEY,
        question=f"{WORDINGS[purpose].text}\n\nAnh/chị có đồng ý không?",
        expected="Anh/chị chọn “Đồng ý” hoặc “Không đồng ý”. Không đồng ý thì tôi không ghi gì, vẫn trả lời anh/chị.",
        options=(
            Option(YES, "Đồng ý", alone=("dong y", "co", "ok", "oke", "vang", "dong y a", "co dong y", "toi dong y")),
            Option(
                NO,
                "Không đồng ý",
                ("khong dong y", "ko dong y", "k dong y", "chua dong y"),
                alone=("khong", "ko", "k", "khong a"),
            ),
        ),
        needed=lambda _answers, setting: not in_force(setting, purpose),
        tell_in=lambda _value, _setting: "",
    )


def in_force(setting: Setting, purpose: str) -> bool:
    """Whether the person agreed to this very wording and has not taken it back."""
    version = WORDINGS[purpose].version
    return any(
        one.purpose == purpose and one.version == version and not one.withdrawn_at for one in setting.known.consents
    )


def agreed(answers: Answers, _setting: Setting) -> bool:
    """Whether the form may go on: nobody said no. Before the consent step is answered it is the open one anyway."""
    return answers.get(KEY, YES) == YES


def may_keep(purpose: str, answers: Answers, setting: Setting) -> bool:
    """Whether what was answered may be stored: a yes just now, or an agreement in force."""
    return answers.get(KEY) == YES or (KEY not in answers and in_force(setting, purpose))


def give(purpose: str, answers: Answers) -> tuple[Effect, ...]:
    """The effect of a yes given in this form."""
    wording = WORDINGS[purpose]
    return (GiveConsent(purpose, wording.version, wording.text),) if answers.get(KEY) == YES else ()
