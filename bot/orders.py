"""Whole messages that are orders, and the actions they and the buttons stand for.

Only words: what an action does is the conversation's. Everything looser than these lists is left to the matcher.
"""

from __future__ import annotations

import re
import unicodedata

from intents.normalise import fold

# Actions: what a choice means. They stand in buttons on phones for years, so they are never renamed.
MENU, HANDOVER, SEND_QUESTION, CANCEL, NONE_OF_THESE, STOP, RESUME = "m", "h", "hs", "x", "n", "s", "r"
ENTRY, GROUP, LANGUAGE = "e:", "g:", "l:"
YES, NO = ":co", ":khong"  # end the two actions of a question to be answered with yes or no
_QUIET_MOST_WORDS = 12

# Whole messages, folded, that are orders and not questions.
MENU_WORDS = ("start", "menu", "0", "help", "tro giup", "thuc don", "danh muc", "danh muc chinh")
HANDOVER_WORDS = ("gap can bo", "can bo", "gapcanbo", "gap nguoi that")
RESUME_WORDS = (
    "nhan tin", "nhan tin lai", "bat lai", "nhan lai", "nhan lai tin", "bat lai tin", "bat lai thong bao",
    "bat thong bao", "nhan tin tro lai", "tiep tuc nhan tin", "cho nhan lai", "gui lai tin",
    "gui tin lai", "bat tin", "mo lai tin",
)  # fmt: skip
STOP_WORDS = (
    "dung", "stop", "unsubscribe", "dung tin", "dung nhan", "dung nhan tin", "dung nhan nua", "thoi dung nhan",
    "thoi dung nhan nua", "thoi dung nhan tin nua", "dung nhan tin nua", "dung gui nua", "dung gui tin nua",
    "dung lam phien", "huy nhan tin", "ngung nhan tin", "huy dang ky nhan tin", "khong nhan tin nua",
)  # fmt: skip
ORDERS = {
    **dict.fromkeys(MENU_WORDS, MENU),
    **dict.fromkeys(HANDOVER_WORDS, HANDOVER),
    **dict.fromkeys(RESUME_WORDS, RESUME),
    **dict.fromkeys(STOP_WORDS, STOP),
    **dict.fromkeys(("english", "tieng anh"), LANGUAGE + "en"),
    **dict.fromkeys(("tieng viet", "vietnamese"), LANGUAGE + "vi"),
}
CANCEL_WORDS = {
    "thoi",
    "huy",
    "khong",
    "ko",
    "k",
    "quay lai",
    "bo qua",
    "thoat",
    "cancel",
    "thoi khong can",
    "khong can",
    "khong gui",
    "khong gui nua",
    "thoi khong gui",
}
YES_WORDS = {
    "dung",
    "dung roi",
    "u",
    "uh",
    "uhm",
    "vang",
    "da",
    "phai",
    "co",
    "ok",
    "oke",
    "yes",
    "chinh no",
    "dung vay",
}
AGREE_WORDS = (YES_WORDS - {"dung", "u", "uh", "uhm"}) | {
    "dong y",
    "xoa",
    "xoa di",
    "xoa het",
    "xoa tat ca",
    "chac chan",
}
NO_WORDS = {"khong phai", "ko phai", "k phai", "khong", "ko", "sai", "sai roi", "khong dung", "no"}


# Short messages made of nothing but these are read by `wants_quiet`: whoever is angry does not type a command.
_TEENCODE = {
    "nx": "nua", "nt": "nhan tin", "tn": "tin nhan", "tb": "thong bao", "ko": "khong", "k": "khong", "hok": "khong",
    "kg": "khong", "khg": "khong", "hong": "khong", "dg": "dung", "dug": "dung", "dừg": "dung", "mun": "muon",
}  # fmt: skip
_STOPS = {"dung", "ngung", "stop", "tat", "huy", "thoi", "chan", "ngat"}
_MESSAGES = {"nhan", "gui", "tin", "nhac", "spam", "sms"}
_PARTICLES = (
    "a ah ad bot ban em toi minh chau bac co chu anh chi ong ba tui t e b da nhe nha nhi oi roi luon qua lam the thi ma"
    " ca het nua cho den toi voi vao day nay tu mai gio ngay suot hoai cu phien toai muon can xin vui long giup ho di"
    " on lai moi mot dum gium thong bao nho hay tam quang cao rac dien thoai so dang ky lien tuc nhieu do ne ha may"
    " cac dau"
)
_AROUND = frozenset(_PARTICLES.split())
_STOPPING_DUNG = {"dừng", "đừng", "dung", "đung", "dưng", "dùng"}  # "dùng": a tone mark typed wrong; never "đúng"


def wants_quiet(text: str) -> bool:
    """Whether a short message orders no more messages: a word of stopping, one of sending, and nothing besides.

    "phiền quá đừng nhắn nữa", "k nhan tin nx", "ngưng gửi cho tôi đi"; not "dừng nhận trợ cấp", not a question.
    """
    typed = re.sub(r"[^\w\s]|_", " ", unicodedata.normalize("NFC", text.lower())).split()
    if "?" in text or any(fold(word) == "dung" and word not in _STOPPING_DUNG for word in typed):
        return False
    words = " ".join(_TEENCODE.get(word, _TEENCODE.get(fold(word), fold(word))) for word in typed).split()
    if not 2 <= len(words) <= _QUIET_MOST_WORDS or not {*words} <= _STOPS | _MESSAGES | _AROUND | {"khong"}:
        return False
    refused = "khong" in words and bool({"nua", "muon"} & {*words}) and bool({"nhan", "tin", "nhac"} & {*words})
    line = f" {' '.join(words)} "
    about = bool(_MESSAGES & {*words}) or " thong bao " in line or " lam phien " in line
    return about and (refused or bool(_STOPS & {*words}))


def plain_words(text: str) -> str:
    """Words only, small and without diacritics: how a person without a Vietnamese keyboard would have typed it."""
    return " ".join(re.sub(r"[^\w\s]|_", " ", fold(text.lower())).split())


def find_order(text: str, plain: str) -> str:
    """The order a whole message gives, or "". "đúng" (yes) and "dừng" (stop) fold alike: accents decide."""
    return "" if plain == "dung" and "đúng" in text.lower() else ORDERS.get(plain, "")
