"""Choosing an entry in a form: those the words come nearest to first, then all of them by topic."""

from __future__ import annotations

import dataclasses

from rapidfuzz import fuzz, process

from bot.console.frame import Console
from content.model import Entry, Library
from content.phrasings import fold_phrasing
from intents.match import Matcher

NEAREST = 5


@dataclasses.dataclass(frozen=True, slots=True)
class EntryChoices:
    """`near` are entries the words may mean, best first; `topics` all entries as (title of the topic, its entries)."""

    near: tuple[Entry, ...]
    topics: tuple[tuple[str, tuple[Entry, ...]], ...]


def entry_choices(console: Console, words: str) -> EntryChoices:
    """What may be chosen for these words."""
    loaded = console.live.loaded
    library = loaded.library
    topics = tuple((group.title, library.list_entries(group.slug)) for group in library.groups)
    return EntryChoices(tuple(_near(library, loaded.companion, words)), topics)


def _near(library: Library, matcher: object, words: str) -> list[Entry]:
    if isinstance(matcher, Matcher):
        ids = [candidate.id for candidate in matcher.rank(words)]
    else:
        ids = _alike(library, words)
    found = (library.find_entry(id_) for id_ in ids)
    return [entry for entry in found if entry][:NEAREST]


def _alike(library: Library, words: str) -> list[str]:
    """By letters only, where no matcher is at hand."""
    phrasings = [
        (entry.id, fold_phrasing(text)) for entry in library.entries.values() for text in (*entry.ask, entry.title)
    ]
    best = process.extract(fold_phrasing(words), [text for _, text in phrasings], scorer=fuzz.token_set_ratio, limit=30)
    return list(dict.fromkeys(phrasings[place][0] for _, _, place in best))
