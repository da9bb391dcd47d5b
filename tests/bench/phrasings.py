"""The phrasings that are live now, and made ones, for the benchmarks. It must not read any labelled question."""

from __future__ import annotations

import collections
import hashlib
import random
from collections.abc import Sequence
from pathlib import Path

from bot.voice import list_examples
from content.load import load_library
from intents.match import OUTSIDE, Example
from intents.phrasebook import load_phrasebook

ROOT = Path(__file__).parents[2]
RESULTS = ROOT / "data" / "bench"  # what was measured last, one JSON file a benchmark; charts and tables are made of it

_KEYS = {"a": "sq", "e": "wr", "i": "uo", "o": "ip", "u": "yi", "n": "bm", "t": "ry", "h": "gj", "c": "xv", "g": "fh"}


def without_phrasebook(examples: Sequence[Example]) -> list[Example]:
    """What the content's own ways of asking, titles and buttons leave, beside what is out of scope."""
    book = set(load_phrasebook())
    return [example for example in examples if example not in book]


def without_outside(examples: Sequence[Example]) -> list[Example]:
    """The entries' phrasings alone: no class of messages that nobody answers."""
    return [example for example in examples if not example.id.startswith(OUTSIDE)]


def live_phrasings() -> list[Example]:
    """Every phrasing that `serve` learns, those out of scope included."""
    return list_examples(load_library(ROOT / "content"))


def at_most(examples: Sequence[Example], count: int) -> list[Example]:
    """At most so many phrasings an entry: a choice that looks random and is the same every time. All out of scope."""
    taken: collections.Counter[str] = collections.Counter()
    kept = []
    for example in sorted(examples, key=lambda each: hashlib.sha256(each.text.encode()).digest()):
        taken[example.id] += 1
        if taken[example.id] <= count or example.id.startswith(OUTSIDE):
            kept.append(example)
    return kept


def grow(examples: Sequence[Example], size: int, seed: int = 4) -> list[Example]:
    """`size` phrasings: the given ones (some of them when there are more), then made ones.

    A made one joins the first half of a phrasing with the second half of another of the same entry and slips one key in
    two. They say nothing about accuracy; they have the words, lengths and rare features that cost time and memory.
    """
    chance = random.Random(seed)  # made text must be the same every time
    grown = list(examples)
    if len(grown) > size:
        return sorted(chance.sample(grown, size), key=lambda each: each.id)
    of_entry: dict[str, list[str]] = collections.defaultdict(list)
    for example in examples:
        of_entry[example.id].append(example.text)
    ids = sorted(of_entry)
    while len(grown) < size:
        id_ = ids[len(grown) % len(ids)]
        left, right = chance.choice(of_entry[id_]).split(), chance.choice(of_entry[id_]).split()
        words = left[: len(left) // 2 + 1] + right[len(right) // 2 :]
        grown.append(Example(id_, _slip(" ".join(words), chance)))
    return grown


def _slip(text: str, chance: random.Random) -> str:
    at = chance.randrange(len(text))
    neighbours = _KEYS.get(text[at], "")
    return text if not neighbours or chance.random() < 0.5 else text[:at] + chance.choice(neighbours) + text[at + 1 :]
