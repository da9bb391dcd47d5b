"""The ways people ask, held side by side: enough of them, none twice, none nearly twice in two entries.

It measures letters only. What a phrasing means, and which entry a message fits, is `intents`'.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping

import numpy as np
from rapidfuzz import fuzz, process

from content.entries import EntryFile
from content.findings import Findings

FEWEST_PHRASINGS = 8
GOOD_PHRASINGS = 15
LIKENESS = 90  # percent of letters in common, words in any order, from which two phrasings are nearly the same
_BLOCK = 512  # rows compared at once: the table of all pairs would grow with the square of the phrasings
_MARKS = re.compile("[\u0300-\u036f]+")
_WORD = re.compile(r"[^\W_]+")

Entries = Mapping[str, tuple[EntryFile, Findings]]


def fold_phrasing(text: str) -> str:
    """A phrasing without case, diacritics and punctuation: what makes two of them the same."""
    decomposed = unicodedata.normalize("NFD", text.casefold().replace("đ", "d"))
    return " ".join(_WORD.findall(_MARKS.sub("", decomposed)))


def check_phrasings(entries: Entries) -> None:
    """Report entries with too few phrasings, and phrasings that are the same but for marks and case."""
    seen: dict[str, tuple[str, str, int]] = {}
    for read, findings in entries.values():
        entry = read.entry
        count = len(entry.ask)
        if count < FEWEST_PHRASINGS:
            hint = f"Cần ít nhất {FEWEST_PHRASINGS}, nên có từ {GOOD_PHRASINGS} cách hỏi khác nhau."
            findings.error(read.lines["ask"], "ask", f"Chỉ có {count} cách hỏi", hint)
        elif count < GOOD_PHRASINGS:
            hint = f"Nên có từ {GOOD_PHRASINGS} cách hỏi khác nhau."
            findings.warning(read.lines["ask"], "ask", f"Mới có {count} cách hỏi", hint)
        for number, phrasing in enumerate(entry.ask):
            line = read.lines[f"ask.{number}"]
            other, file, at = seen.setdefault(fold_phrasing(phrasing), (entry.id, findings.file, line))
            if other != entry.id:
                where = f"mục `{other}` ({file}:{at})"
                findings.error(line, "ask", f"Câu “{phrasing}” trùng với {where}", "Bỏ ở một trong hai mục.")
            elif at != line:
                findings.warning(line, "ask", f"Câu “{phrasing}” trùng với dòng {at}", "Thay bằng cách hỏi khác.")


def check_likeness(entries: Entries) -> None:
    """Warn about phrasings of different entries that are nearly the same. Costs half a second: not for loading."""
    asked = [
        (read, findings, number, phrasing)
        for read, findings in entries.values()
        for number, phrasing in enumerate(read.entry.ask)
    ]
    folded = [fold_phrasing(phrasing) for *_, phrasing in asked]
    for first, second in _list_alike([" ".join(sorted(text.split())) for text in folded]):
        one, other = asked[first], asked[second]
        if one[0].entry.id == other[0].entry.id or folded[first] == folded[second]:
            continue
        read, findings, number, phrasing = other
        at = one[0].lines[f"ask.{one[2]}"]
        message = f"Câu “{phrasing}” gần giống “{one[3]}” của mục `{one[0].entry.id}` ({one[1].file}:{at})"
        findings.warning(read.lines[f"ask.{number}"], "ask", message, "Giữ ở mục đúng nhất, viết câu kia khác hẳn đi.")


def _list_alike(texts: list[str]) -> Iterator[tuple[int, int]]:
    """Pairs of positions (smaller first) whose texts are at least LIKENESS alike."""
    for start in range(0, len(texts), _BLOCK):
        scores = process.cdist(
            texts[start : start + _BLOCK], texts[start:], scorer=fuzz.ratio, score_cutoff=LIKENESS, dtype=np.uint8
        )
        pairs: Iterable[list[int]] = np.argwhere(scores).tolist()
        yield from ((start + row, start + column) for row, column in pairs if row < column)
