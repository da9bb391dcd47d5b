"""Abbreviations a worker may not know: each is spelled out where an answer uses it first.

It reads one answer as rendered. Numbers of documents ("374/2025/NĐ-CP") and Roman numerals are not abbreviations.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

# Written on every gate, phone and form: nobody has to be told. Names of things come after them.
WELL_KNOWN = ("UBND", "HĐND", "TP", "OTP", "VNeID", "VssID", "BHXH số", "IM Japan")

_NOT_WORDS = re.compile(r"\S*/\S*|\bhttps?:\S+")
_ABBREVIATION = re.compile(r"(?<![\w-])[A-ZĐ][A-Za-zĐđ]*[A-ZĐ]\w*")
_ROMAN = re.compile(r"[IVX]+")


def find_unexplained(text: str) -> Iterator[tuple[int, str]]:
    """(offset, abbreviation) for each that is not in brackets, or followed by a bracket, where it stands first."""
    blanked = _NOT_WORDS.sub(lambda match: " " * len(match[0]), text)
    for name in WELL_KNOWN:
        blanked = re.sub(rf"(?<![\w-]){re.escape(name)}(?!\w)", " " * len(name), blanked)
    seen = set()
    for match in _ABBREVIATION.finditer(blanked):
        word = match[0]
        if word in seen or _ROMAN.fullmatch(word):
            continue
        seen.add(word)
        explained = blanked[: match.start()].endswith("(") or blanked[match.end() :].startswith(" (")
        if not explained:
            yield match.start(), word
