"""The form in which a person says what they wish for: to learn a trade, to find work, to go abroad, to borrow.

The communes are told to ask this every year (city plan for priority groups, V.3.1). Only the wish must be answered.
Nothing is kept without a yes; what is kept is one open wish per kind.
"""

from __future__ import annotations

import datetime
from collections.abc import Callable

from bot.forms.communes import chosen_commune, commune_steps, find_place, title
from bot.forms.consenting import agreed, consent_step, give, may_keep
from bot.forms.form import SKIPPED, Answers, Form, Option, Setting, Step, lead_on
from bot.forms.groups import LABELS as GROUP_LABELS
from bot.forms.groups import chosen_groups, group_step
from bot.forms.readers import asks, plain
from bot.messages import Choice, Effect, KeepNeed, Reply, SetProfile
from bot.texts import quote

NAME = "needs_survey"
PURPOSE = "nhu-cau"
MY_NEEDS = "nc:"  # the desk's action that shows what was told

LEARN, WORK, ABROAD, BORROW = "hoc-nghe", "tim-viec", "di-nuoc-ngoai", "vay-von"
UNSURE = "chua-ro"
_LONGEST_TRADE = 60  # characters
_WHAT_IT_IS = (
    "Đây là khai nhu cầu để xã, phường tính mở lớp, bố trí việc và vốn, chưa phải hồ sơ xin hỗ trợ. "
    "Muốn sửa hoặc bỏ, anh/chị gõ “nhu cầu của tôi”."
)

WISHES = (
    Option(LEARN, "Học nghề", ("hoc nghe", "hoc mot nghe", "hoc lai nghe", "lop day nghe", "lop nghe"), alone=("hoc",)),
    Option(
        WORK,
        "Tìm việc làm",
        ("tim viec", "kiem viec", "xin viec", "can viec", "viec lam on dinh"),
        alone=("viec", "viec lam"),
    ),
    Option(
        ABROAD,
        "Đi làm ở nước ngoài",
        ("nuoc ngoai", "xuat khau lao dong", "xkld", "di nhat", "di han", "di dai loan"),
    ),
    Option(BORROW, "Vay vốn làm ăn", ("vay von", "vay tien", "muon vay", "von lam an"), alone=("vay", "von")),
)
LEVELS = (
    Option("duoi-3-thang", "Dưới 3 tháng", ("duoi 3 thang", "duoi ba thang", "ngan han", "hoc ngan")),
    Option("so-cap", "Sơ cấp (3–12 tháng)", ("so cap",)),
    Option("dai-han", "Dài hạn (trên 1 năm)", ("dai han", "trung cap", "cao dang", "hoc dai")),
    Option(UNSURE, "Chưa rõ", alone=("chua ro", "khong ro", "chua biet", "khong biet", "bo qua", "khong")),
)
TRADES = (
    Option("nau-an", "Nấu ăn", ("nau an", "dau bep", "lam bep")),
    Option("pha-che", "Pha chế", ("pha che",)),
    Option("lam-dep", "Chăm sóc sắc đẹp", ("cham soc sac dep", "lam toc", "lam nail", "lam mong", "spa")),
    Option("may-mac", "May mặc", ("may mac", "nghe may", "cat may", "may cong nghiep", "tho may")),
    Option("dien-tu", "Sửa chữa điện tử", ("sua chua dien tu", "sua dien tu", "sua dien thoai", "sua may tinh")),
    Option("lai-xe", "Lái xe", ("lai xe", "lai o to", "lai xe tai")),
    Option("ban-hang-mang", "Bán hàng trên mạng", ("ban hang online", "ban hang tren mang", "thuong mai dien tu")),
    Option("nong-nghiep", "Nông nghiệp, chăn nuôi", ("nong nghiep", "chan nuoi", "trong trot", "trong rau")),
    Option(
        SKIPPED, "Chưa biết, bỏ qua", alone=("chua biet", "khong biet", "chua ro", "bo qua", "gi cung duoc", "khong")
    ),
)
WISH_LABELS = {option.value: option.label for option in WISHES}
LEVEL_LABELS = {option.value: option.label for option in LEVELS}
_TRADE_LABELS = {option.value: option.label for option in TRADES}

# Words that speak of rules and papers: a message with them asks about something, it names no trade.
_POLICY = (
    " ho tro ", " ho so ", " dieu kien ", " thu tuc ", " tro cap ", " bao hiem ", " lai suat ", " hoc phi ",
    " mien phi ", " giay to ", " chinh sach ", " can bo ", " dang ky ", " muc ", " thoi gian ", " dia diem ",
    " o dau ", " tien ",
)  # fmt: skip


def read_trade(text: str, _today: datetime.date) -> str:
    """A trade in the person's own words; "" for a question, a number or a word about rules."""
    words = plain(text)
    line = " ".join(text.split()).strip(" .,!;:")
    lead = ("nghề ", "nghe ", "học nghề ", "hoc nghe ", "tôi muốn ", "em muốn ", "muốn ")
    for start in lead:
        line = line[len(start) :] if line.lower().startswith(start) and len(line) > len(start) + 2 else line
    named = any(letter.isalpha() for letter in line)
    if not named or asks(text) or any(word in words for word in _POLICY) or len(line) > _LONGEST_TRADE:
        return ""
    return line


def trade_title(value: str) -> str:
    """The trade as it is stored and shown; "" for none. Not safe inside Markdown: `quote` it."""
    return "" if value in ("", SKIPPED) else _TRADE_LABELS.get(value, value)


def describe(kind: str, level: str, trade: str) -> str:
    """ "Học nghề: Nấu ăn, dưới 3 tháng", as Markdown."""
    about = [quote(trade, _LONGEST_TRADE)] if trade else []
    about += [LEVEL_LABELS[level].lower()] if level in LEVEL_LABELS and level != UNSURE else []
    return f"{WISH_LABELS.get(kind, kind)}{': ' if about else ''}{', '.join(about)}"


def wishes(answers: Answers) -> tuple[str, ...]:
    return tuple(kind for kind in answers.get("wish", "").split("+") if kind in WISH_LABELS)


def kept_needs(answers: Answers) -> tuple[KeepNeed, ...]:
    """What the answers leave behind, one wish per kind."""
    commune = chosen_commune(answers)
    groups = "+".join(chosen_groups(answers))
    trade = trade_title(answers.get("trade", ""))
    return tuple(
        KeepNeed(
            kind,
            level=answers.get("level", "") if kind == LEARN else "",
            trade=trade if kind in (LEARN, WORK) else "",
            commune=commune,
            group=groups,
        )
        for kind in wishes(answers)
    )


def effects(answers: Answers, setting: Setting) -> tuple[Effect, ...]:
    if not may_keep(PURPOSE, answers, setting):
        return ()
    commune = chosen_commune(answers)
    home = (SetProfile("commune", commune),) if commune else ()
    return (*give(PURPOSE, answers), *home, *kept_needs(answers))


def finish(answers: Answers, setting: Setting) -> Reply:
    """What was noted, said back, and where it leads; after a no just that nothing was."""
    if not agreed(answers, setting):
        return Reply("Vâng, tôi **không ghi gì** về nhu cầu của anh/chị. Anh/chị vẫn hỏi tôi mọi việc như thường.")
    lines = [f"- {describe(need.kind, need.level, need.trade)}" for need in kept_needs(answers)]
    place = find_place(setting.library, chosen_commune(answers))
    groups = ", ".join(GROUP_LABELS[group] for group in chosen_groups(answers))
    lines += [f"- Nơi ở: {title(place)}"] if place else []
    lines += [f"- Nhóm: {groups}"] if groups else []
    parts = [
        "**Tôi đã ghi nhu cầu của anh/chị:**\n" + "\n".join(lines),
        _WHAT_IT_IS,
    ]
    chosen = wishes(answers)
    leads = {LEARN: "dtn.muc-ho-tro", WORK: "gdvl.lich", ABROAD: "nn.muc-ho-tro", BORROW: "vay.muc-vay"}
    ways = lead_on(setting, *(leads[kind] for kind in chosen))
    return Reply("\n\n".join(parts), (*ways, Choice("Sửa nhu cầu", MY_NEEDS)))


def _wants(*kinds: str) -> Callable[[Answers, Setting], bool]:
    """Whether a step is about one of these wishes, and the person agreed."""

    def needed(answers: Answers, setting: Setting) -> bool:
        return agreed(answers, setting) and bool({*kinds} & {*wishes(answers)})

    return needed


def _ask_trade(answers: Answers, _setting: Setting) -> str:
    chosen = wishes(answers)
    does = "học nghề gì" if LEARN in chosen else "làm nghề gì"
    return f"Anh/chị muốn **{does}**? Chọn một nghề, hoặc gõ tên nghề khác, ví dụ “sửa xe máy”."


COMMUNE, COMMUNE_WHICH = commune_steps(
    "Anh/chị ở **xã, phường nào**? Gõ tên mới hoặc cũ đều được, ví dụ “xã Hòa Xá”. Không muốn nói thì chọn “Bỏ qua”.",
    needed=agreed,
)

FORM = Form(
    name=NAME,
    entry="chung.nhu-cau",
    invite="Khai nhu cầu",
    again="",
    at_once=True,
    finish=finish,
    effects=effects,
    resumable=lambda answers, setting: may_keep(PURPOSE, answers, setting),
    steps=(
        consent_step(PURPOSE),
        Step(
            key="wish",
            question="Anh/chị **mong muốn điều gì**? Muốn vài điều thì gõ các số, ví dụ “1, 2”.",
            expected="Anh/chị chọn bằng số, ví dụ “1” hoặc “1, 4”; hoặc gõ “học nghề”, “tìm việc”, “vay vốn”.",
            options=WISHES,
            several=True,
            needed=agreed,
        ),
        Step(
            key="level",
            question="Anh/chị muốn **học bao lâu**?",
            expected="Anh/chị chọn một mức bằng số; chưa biết thì gõ “chưa rõ”.",
            options=LEVELS,
            needed=_wants(LEARN),
        ),
        Step(
            key="trade",
            question="",
            question_for=_ask_trade,
            expected="Anh/chị gõ tên nghề, ví dụ “sửa xe máy”; chưa biết thì gõ “bỏ qua”.",
            options=TRADES,
            read=read_trade,
            tell=lambda value: quote(trade_title(value)),
            needed=_wants(LEARN, WORK),
            most_words=9,
        ),
        COMMUNE,
        COMMUNE_WHICH,
        group_step(
            "Anh/chị có thuộc **nhóm ưu tiên** nào không? Thuộc vài nhóm thì gõ các số, ví dụ “1, 7”. "
            "Không muốn nói thì chọn “Không nói”.",
            needed=agreed,
        ),
    ),
)
