"""Abbreviations a worker may not know: each is spelled out where an answer uses it first.

It reads one answer as rendered. Numbers of documents ("374/2025/NĐ-CP") and Roman numerals are not abbreviations.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

# Written on every gate, phone and form: nobody has to be told. Names of things come after them.
WELL_KNOWN = ("UBND", "HĐND", "TP", "OTP", "VNeID", "VssID", "BHXH số", "IM Japan")

_WELL_KNOWN = re.compile(rf"(?:{'|'.join(WELL_KNOWN)})(?!\w)")
_ABBREVIATION = re.compile(r"(?<![\w/-])[A-ZĐ][A-Za-zĐđ]*[A-ZĐ]\w*")
_ROMAN = re.compile(r"[IVX]+")


def find_unexplained(text: str) -> Iterator[tuple[int, str]]:
    """(offset, abbreviation) for each that is not in brackets, or followed by a bracket, where it stands first."""
    seen = set()
    for match in _ABBREVIATION.finditer(text):
        word = match[0]
        if word in seen or _ROMAN.fullmatch(word) or _WELL_KNOWN.match(text, match.start()):
            continue
        if "/" in _token(text, match.start(), match.end()):
            continue
        seen.add(word)
        explained = text[: match.start()].endswith("(") or text[match.end() :].startswith(" (")
        if not explained:
            yield match.start(), word


def _token(text: str, start: int, end: int) -> str:
    """What stands between the blanks around a word: a document's number and an address hold a slash."""
    before, after = text[:start].split(), text[end:].split(maxsplit=1)
    head = before[-1] if before and not text[start - 1].isspace() else ""
    tail = after[0] if after and not text[end].isspace() else ""
    return head + tail
