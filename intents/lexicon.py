"""The word lists under `intents/words`: what a shortened word may stand for, which forms mean one concept.

It only reads them. Keys that are listed twice are refused, so that no list silently overrules another.
"""

from __future__ import annotations

import functools
import pathlib

_WORDS = pathlib.Path(__file__).parent / "words"


def load_rows(name: str) -> list[list[str]]:
    """The rows of `words/<name>`, comments and empty lines left out, split at tabs. Raises OSError."""
    lines = (_WORDS / name).read_text(encoding="utf-8").splitlines()
    return [line.split("\t") for line in lines if line.strip() and not line.startswith("#")]


@functools.cache
def readings() -> dict[str, tuple[str, ...]]:
    """Shortened word → what it may stand for, the likeliest first.

    Raises ValueError for a key listed twice.
    """
    found: dict[str, tuple[str, ...]] = {}
    for key, values in (row for name in ("viet-tat.tsv", "go-tat.tsv", "phuong-ngu.tsv") for row in load_rows(name)):
        if key in found:
            raise ValueError(f"{key!r} có hai dòng trong intents/words")
        found[key] = tuple(values.split("|"))
    return found
