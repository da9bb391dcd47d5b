"""The phrasings that are live now, and made ones, for the benchmarks. It must not read any labelled question."""

from __future__ import annotations

import collections
import hashlib
import random
from collections.abc import Sequence
from pathlib import Path

from content.load import load_library
from intents.match import Example
from intents.phrasebook import load_phrasebook

ROOT = Path(__file__).parents[2]
RESULTS = ROOT / "data" / "bench"  # what was measured last, one JSON file a benchmark; charts and tables are made of it

_KEYS = {"a": "sq", "e": "wr", "i": "uo", "o": "ip", "u": "yi", "n": "bm", "t": "ry", "h": "gj", "c": "xv", "g": "fh"}


def content_phrasings() -> list[Example]:
    """What `bot.voice` takes from the content: the ways of asking, the title and the button of every entry."""
    entries = load_library(ROOT / "content").entries.values()
    return [Example(entry.id, text) for entry in entries for text in (*entry.ask, entry.title, entry.menu)]


def live_phrasings() -> list[Example]:
    """The content's phrasings, then the phrasebook's for the entries that exist."""
    own = content_phrasings()
    known = {example.id for example in own}
    return own + [example for example in load_phrasebook() if example.id in known]


def at_most(examples: Sequence[Example], count: int) -> list[Example]:
    """At most so many phrasings an entry: a choice that looks random and is the same every time."""
    taken: collections.Counter[str] = collections.Counter()
    kept = []
    for example in sorted(examples, key=lambda each: hashlib.sha256(each.text.encode()).digest()):
        taken[example.id] += 1
        if taken[example.id] <= count:
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
