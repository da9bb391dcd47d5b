"""The form in which a person asks for news of their commune: a yes, where they live, which groups they belong to.

Nothing is sent from here: whose news it is decided elsewhere, from the agreement, the commune and the groups.
"""

from __future__ import annotations

from bot.forms.communes import chosen_commune, commune_steps, find_place, title
from bot.forms.consenting import agreed, consent_step, give, may_keep
from bot.forms.form import Answers, Form, Setting
from bot.forms.groups import KEY as GROUP
from bot.forms.groups import LABELS, chosen_groups, group_step
from bot.messages import Choice, Effect, Reply, SetGroup, SetProfile, SetPushes

NAME = "news"
PURPOSE = "nhan-tin"
MY_DATA = "tt:"  # the desk's action that shows what is kept


def effects(answers: Answers, setting: Setting) -> tuple[Effect, ...]:
    """The agreement, the commune and groups as they are now, and pushes allowed again: the person asked for them."""
    if not may_keep(PURPOSE, answers, setting):
        return ()
    commune = chosen_commune(answers)
    home = (SetProfile("commune", commune),) if commune else ()
    return (*give(PURPOSE, answers), *home, *_groups(answers, setting), SetPushes(allowed=True))


def _groups(answers: Answers, setting: Setting) -> tuple[Effect, ...]:
    """What changes among the groups; nothing when the person would rather not say."""
    chosen = chosen_groups(answers)
    if not chosen and answers.get(GROUP) != "khong":
        return ()
    left = tuple(SetGroup(group, member=False) for group in setting.known.groups if group not in chosen)
    return (*left, *(SetGroup(group) for group in chosen if group not in setting.known.groups))


def finish(answers: Answers, setting: Setting) -> Reply:
    if not agreed(answers, setting):
        return Reply("Vâng, tôi **không gửi tin** và không ghi gì. Anh/chị hỏi lúc nào tôi cũng trả lời.")
    place = find_place(setting.library, chosen_commune(answers))
    groups = ", ".join(LABELS[group] for group in chosen_groups(answers))
    where = f"của {title(place)}" if place else "chung của thành phố"
    about = f" Tin chọn theo nhóm: {groups}." if groups else ""
    text = (
        f"**Xong.** Khi có phiên việc làm, lớp học hay chính sách mới, tôi gửi anh/chị tin {where}.{about}\n\n"
        "Thôi nhận thì gõ “dừng”. Xem và sửa những gì đang giữ thì gõ “dữ liệu của tôi”."
    )
    return Reply(text, (Choice("Dữ liệu của tôi", MY_DATA),))


COMMUNE, COMMUNE_WHICH = commune_steps(
    "Anh/chị ở **xã, phường nào**? Gõ tên mới hoặc cũ đều được, ví dụ “phường Láng”. Bỏ qua thì tôi chỉ gửi tin chung.",
    needed=agreed,
)

FORM = Form(
    name=NAME,
    entry="chung.nhan-tin-xa",
    invite="Đăng ký nhận tin",
    again="",
    at_once=False,
    finish=finish,
    effects=effects,
    steps=(
        consent_step(PURPOSE),
        COMMUNE,
        COMMUNE_WHICH,
        group_step(
            "Anh/chị có thuộc **nhóm ưu tiên** nào không? Để tôi chọn tin hợp hơn. Thuộc vài nhóm thì gõ các số, "
            "ví dụ “1, 7”; không muốn nói thì chọn “Không nói”.",
            needed=agreed,
        ),
    ),
)
