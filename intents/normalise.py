"""How a message is brought into one form before anything is compared: pure steps, each usable alone.

It must not know the content, guess what a message means, or raise on any text. Where a word has several
readings ("dk" = điều kiện | đăng ký) it keeps them all as `alternatives`; the matcher finds which one fits.
"""

from __future__ import annotations

import dataclasses
import functools
import itertools
import re
import unicodedata
from collections.abc import Sequence

from intents.lexicon import readings
from intents.syllable import is_syllable, split_tone, undo_telex, undo_vni, with_tone

_TOKEN = re.compile(r"\d+(?:[.,/:]\d+)*[^\W_]*%?|[^\W_]+")
_THREE_ALIKE = re.compile(r"([^\W\d_])\1{2,}")
_TWO_ALIKE = re.compile(r"([^\W\d_])\1")
_LONE_I = re.compile(r"^([hklmst]?|qu)i$")
_VOWEL = re.compile(r"[aeiouy]")
_LETTERS_WITHOUT_DECOMPOSITION = str.maketrans("đĐ", "dD")
_READINGS_AT_MOST = 8


@dataclasses.dataclass(frozen=True, slots=True)
class Normalised:
    """One message in the form that is compared.

    `tokens` are lower-case syllables with diacritics, numbers and money one token each; `folded_tokens` the
    same without diacritics (đ included), one for one. `text` and `folded` are the tokens joined by spaces.
    `alternatives` are other whole readings of the message (as `text`), most likely first, at most seven.
    """

    text: str
    folded: str
    tokens: tuple[str, ...]
    folded_tokens: tuple[str, ...]
    alternatives: tuple[str, ...] = ()


def fold(text: str) -> str:
    """The text without diacritics: "Được" → "Duoc", "đ" → "d". Case, spaces and signs stay."""
    decomposed = unicodedata.normalize("NFD", text.translate(_LETTERS_WITHOUT_DECOMPOSITION))
    return unicodedata.normalize("NFC", "".join(sign for sign in decomposed if not unicodedata.combining(sign)))


def lower(text: str) -> str:
    """Lower case, composed (NFC): "ĐƯỢC" typed in pieces → "được"."""
    return unicodedata.normalize("NFC", unicodedata.normalize("NFC", text).lower())


def split_tokens(text: str) -> list[str]:
    """Words and numbers of lower-case text; signs are dropped, but "8.000.000đ" and "15/12" stay whole."""
    return _TOKEN.findall(text)


def shorten_runs(token: str) -> str:
    """Letters held down: three or more alike become one ("luônnnn" → "luôn"). Digits stay."""
    return _THREE_ALIKE.sub(r"\1", token)


def place_tone(token: str) -> str:
    """The tone where the traditional spelling has it: "hoà" → "hòa", "thuỷ" → "thủy"."""
    base, tone = split_tone(token)
    return with_tone(base, tone) if tone and is_syllable(token) else token


def unify_i(token: str) -> str:
    """The two spellings of a final i as one: "lí" → "lý", "quí" → "quý", "tỉ" → "tỷ"."""
    base, tone = split_tone(token)
    return with_tone(base[:-1] + "y", tone) if _LONE_I.match(base) else token


def undo_keystrokes(token: str) -> str:
    """Raw Telex or VNI as the word it writes ("nghieepj" → "nghiệp"); a token that is a syllable stays."""
    if is_syllable(token) or token[0].isdigit():
        return token
    written = undo_vni(token) if any(sign.isdigit() for sign in token) else undo_telex(token)
    if written is not None:
        return written
    single = _TWO_ALIKE.sub(r"\1", token)
    return single if is_syllable(single) else token


def expand(token: str) -> tuple[str, ...]:
    """What a shortened word may stand for, the likeliest first; the token itself when it is not one.

    A key matches as typed; without its diacritics only when it has no vowel ("đc" is "dc").
    """
    known = readings()
    if token in known:
        return known[token]
    folded = fold(token)
    return (token,) if _VOWEL.search(folded) else known.get(folded, (token,))


@functools.lru_cache(maxsize=8192)
def _read(token: str) -> tuple[str, ...]:
    """All steps for one token: its readings, each one or more finished tokens joined by a space."""
    token = shorten_runs(token)
    found = expand(token) if token in readings() else expand(undo_keystrokes(token))
    return tuple(" ".join(unify_i(place_tone(word)) for word in reading.split(" ")) for reading in found)


def _other_readings(read: Sequence[tuple[str, ...]]) -> tuple[str, ...]:
    ambiguous = [at for at, found in enumerate(read) if len(found) > 1][:3]
    if not ambiguous:
        return ()
    picks = sorted(itertools.product(*(range(len(read[at])) for at in ambiguous)), key=lambda pick: (sum(pick), pick))
    words = [found[0] for found in read]
    texts = []
    for pick in picks[1:_READINGS_AT_MOST]:
        for at, number in zip(ambiguous, pick, strict=True):
            words[at] = read[at][number]
        texts.append(" ".join(words))
    return tuple(texts)


def normalise(text: str) -> Normalised:
    """All steps in order. Never raises; a message without any letter or digit has no tokens."""
    read = [_read(token) for token in split_tokens(lower(text))]
    tokens = tuple(word for found in read for word in found[0].split(" "))
    folded_tokens = tuple(map(_fold_token, tokens))
    return Normalised(" ".join(tokens), " ".join(folded_tokens), tokens, folded_tokens, _other_readings(read))


@functools.lru_cache(maxsize=8192)
def _fold_token(token: str) -> str:
    return fold(token)
