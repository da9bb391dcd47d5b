"""What a Vietnamese syllable is, and how raw Telex or VNI keystrokes become one.

Pure: it knows onsets, rimes and tone marks. It must not decide whether a token should be read as keystrokes;
`normalise` asks only when the token is not a syllable as it stands.
"""

from __future__ import annotations

import functools
import unicodedata

from intents.lexicon import load_rows

SYLLABLES = frozenset(
    onset.removeprefix("-") + rime
    for onsets, rimes in load_rows("am-tiet.tsv")
    for onset in onsets.split(" ")
    for rime in rimes.split(" ")
)

_GRAVE, _ACUTE, _HOOK, _TILDE, _DOT = "\u0300", "\u0301", "\u0309", "\u0303", "\u0323"
_TONES = frozenset((_GRAVE, _ACUTE, _HOOK, _TILDE, _DOT))
_TELEX_TONES = {"f": _GRAVE, "s": _ACUTE, "r": _HOOK, "x": _TILDE, "j": _DOT, "z": ""}
_VNI_TONES = {"2": _GRAVE, "1": _ACUTE, "3": _HOOK, "4": _TILDE, "5": _DOT}
_VOWELS = frozenset("aăâeêioôơuưy")
_MARKED = frozenset("ăâêôơư")
_CIRCUMFLEX = {"a": "â", "e": "ê", "o": "ô"}
_HORN = {"a": "ă", "o": "ơ", "u": "ư"}


def split_tone(syllable: str) -> tuple[str, str]:
    """The syllable (lower case, NFC) without its tone, and the tone as a combining mark ("" for none)."""
    tone = ""
    rest = []
    for sign in unicodedata.normalize("NFD", syllable):
        if sign in _TONES:
            tone = sign
        else:
            rest.append(sign)
    return unicodedata.normalize("NFC", "".join(rest)), tone


def with_tone(base: str, tone: str) -> str:
    """Put a tone on a syllable without one, where the traditional spelling has it ("hoa" + grave → "hòa").

    Unchanged when there is no vowel to carry it.
    """
    at = _carrier(base) if tone else None
    if at is None:
        return base
    return unicodedata.normalize("NFC", base[: at + 1] + tone + base[at + 1 :])


def _carrier(base: str) -> int | None:
    start = 2 if base.startswith(("qu", "gi")) and len(base) > 2 and base[2] in _VOWELS else 0
    vowels = [at for at in range(start, len(base)) if base[at] in _VOWELS]
    if not vowels:
        return None
    marked = [at for at in vowels if base[at] in _MARKED]
    if marked:
        return marked[-1]
    if len(vowels) == 1 or base[-1] not in _VOWELS:
        return vowels[-1]
    return vowels[1] if len(vowels) > 2 else vowels[0]


def _bend(letters: list[str]) -> None:
    """Telex w, VNI 7 and 8: hook or horn on the vowel typed last; both of "uo", the u of "ua"."""
    joined = "".join(letters)
    pair = joined.rfind("uo")
    if pair >= 0:
        letters[pair : pair + 2] = ["ư", "ơ"]
    elif joined.endswith("ua") and not joined.endswith("qua"):
        letters[-2] = "ư"
    else:
        for at in range(len(letters) - 1, -1, -1):
            if letters[at] in _HORN:
                letters[at] = _HORN[letters[at]]
                return
        if not any(letter in _MARKED for letter in letters):
            letters.append("ư")


def undo_telex(token: str) -> str | None:
    """The syllable that these Telex keystrokes write ("nghieepj" → "nghiệp"), None when they write none."""
    letters: list[str] = []
    base, tone = split_tone(token)
    for key in base:
        vowel_typed = any(letter in _VOWELS for letter in letters)
        if key in _TELEX_TONES and vowel_typed:
            tone = _TELEX_TONES[key]
        elif key == "w":
            _bend(letters)
        elif key in _CIRCUMFLEX and key in letters:
            letters[len(letters) - 1 - letters[::-1].index(key)] = _CIRCUMFLEX[key]
        elif key == "d" and letters[:1] == ["d"]:
            letters[0] = "đ"
        else:
            letters.append(key)
    return _syllable_or_none(letters, tone, token)


def undo_vni(token: str) -> str | None:
    """The syllable that these VNI keystrokes write ("nghie6p5" → "nghiệp"), None when they write none."""
    letters: list[str] = []
    base, tone = split_tone(token)
    for key in base:
        if key in _VNI_TONES:
            tone = _VNI_TONES[key]
        elif key == "6":
            for at in range(len(letters) - 1, -1, -1):
                if letters[at] in _CIRCUMFLEX:
                    letters[at] = _CIRCUMFLEX[letters[at]]
                    break
        elif key in "78":
            _bend(letters)
        elif key == "9":
            letters[:1] = ["đ"] if letters[:1] == ["d"] else letters[:1]
        elif key.isdigit():
            return None
        else:
            letters.append(key)
    return _syllable_or_none(letters, tone, token)


def _syllable_or_none(letters: list[str], tone: str, token: str) -> str | None:
    written = with_tone("".join(letters), tone)
    return written if written != token and is_syllable(written) else None


def is_syllable(token: str) -> bool:
    """Whether the token (lower case, any diacritics) can be a Vietnamese syllable."""
    decomposed = unicodedata.normalize("NFD", token.replace("đ", "d"))
    return "".join(sign for sign in decomposed if not unicodedata.combining(sign)) in SYLLABLES


# Onsets that speakers confuse, each set heard as one: l/n, s/x, ch/tr, d/gi/r. Longer ones first.
_HEARD = (("tr", "c"), ("ch", "c"), ("gi", "d"), ("r", "d"), ("d", "d"), ("n", "l"), ("l", "l"), ("x", "s"), ("s", "s"))
_OWN_SOUND = ("ng", "nh", "kh", "th", "ph")


@functools.lru_cache(maxsize=8192)
def sound(folded_token: str) -> str:
    """The word as a northern ear takes it: "nàm" and "làm", "xửa" and "sửa", "chộm" and "trộm" are one."""
    if folded_token.startswith(_OWN_SOUND):
        return folded_token
    for written, heard in _HEARD:
        if folded_token.startswith(written):
            rest = folded_token.removeprefix(written)
            return heard + (rest if rest and rest[0] in "aeiouy" else "i" + rest)
    return folded_token
