"""Whole messages that are orders, and the actions they and the buttons stand for.

Only words: what an action does is the conversation's. Everything looser than these lists is left to the matcher.
"""

from __future__ import annotations

import re

from intents.normalise import fold

# Actions: what a choice means. They stand in buttons on phones for years, so they are never renamed.
MENU, HANDOVER, SEND_QUESTION, CANCEL, NONE_OF_THESE, STOP, RESUME = "m", "h", "hs", "x", "n", "s", "r"
ENTRY, GROUP, LANGUAGE = "e:", "g:", "l:"

# Whole messages, folded, that are orders and not questions.
MENU_WORDS = ("start", "menu", "0", "help", "tro giup", "thuc don", "danh muc", "danh muc chinh")
HANDOVER_WORDS = ("gap can bo", "can bo", "gapcanbo", "gap nguoi that")
RESUME_WORDS = ("nhan tin", "nhan tin lai", "bat lai", "nhan lai")
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
NO_WORDS = {"khong phai", "ko phai", "k phai", "khong", "ko", "sai", "sai roi", "khong dung", "no"}


def plain_words(text: str) -> str:
    """Words only, small and without diacritics: how a person without a Vietnamese keyboard would have typed it."""
    return " ".join(re.sub(r"[^\w\s]|_", " ", fold(text.lower())).split())


def find_order(text: str, plain: str) -> str:
    """The order a whole message gives, or "". "đúng" (yes) and "dừng" (stop) fold alike: accents decide."""
    return "" if plain == "dung" and "đúng" in text.lower() else ORDERS.get(plain, "")
