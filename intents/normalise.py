"""How a message is brought into one form before anything is compared: pure steps, each usable alone.

It must not know the content, guess what a message means, or raise on any text. Where a word has several readings
("dk" = điều kiện | đăng ký) it keeps them all as `alternatives`; the matcher finds out which one fits.
"""

from __future__ import annotations

import dataclasses
import re
import unicodedata

_TOKEN = re.compile(r"\d+(?:[.,/:]\d+)*\w*%?|[^\W_]+")


@dataclasses.dataclass(frozen=True, slots=True)
class Normalised:
    """One message in the form that is compared.

    `tokens` are lower-case syllables with diacritics, numbers and money as one token each; `folded_tokens` are the same
    without diacritics (đ included), one for one. `text` and `folded` are the tokens joined by one space.
    `alternatives` are other whole readings of the message (as `text`), most likely first, at most seven.
    """

    text: str
    folded: str
    tokens: tuple[str, ...]
    folded_tokens: tuple[str, ...]
    alternatives: tuple[str, ...] = ()


def fold(text: str) -> str:
    """The text without diacritics: "Được" → "Duoc", "đ" → "d". Case, spaces and signs stay."""
    decomposed = unicodedata.normalize("NFD", text.replace("đ", "d").replace("Đ", "D"))
    return unicodedata.normalize(
        "NFC", "".join(sign for sign in decomposed if not unicodedata.combining(sign))
    )


def normalise(text: str) -> Normalised:
    """All steps in order. Never raises; a message without any letter or digit has no tokens."""
    tokens = tuple(_TOKEN.findall(unicodedata.normalize("NFC", text).lower()))
    folded_tokens = tuple(fold(token) for token in tokens)
    return Normalised(" ".join(tokens), " ".join(folded_tokens), tokens, folded_tokens)
