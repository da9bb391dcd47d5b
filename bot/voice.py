"""What we say and how we understand it: the library and the matcher made from its phrasings and the phrasebook.

A changed answer must be live at once, but learning changed phrasings takes many seconds: the new library speaks with
the matcher there is until the new one is ready.
"""

from __future__ import annotations

import logging
import threading
from pathlib import Path

from bot.atlas import build_atlas
from content.live import Loaded
from content.load import load_library
from content.model import Library
from intents.cache import build_here, is_cached, load_or_build
from intents.match import Example, Matcher
from intents.phrasebook import load_outside, load_phrasebook

log = logging.getLogger(__name__)

Voice = Loaded[Matcher]


def list_examples(library: Library) -> list[Example]:
    """Every phrasing to learn. A title and a button's label are phrasings too: people type what they have just read."""
    own = [
        Example(entry.id, text) for entry in library.entries.values() for text in (*entry.ask, entry.title, entry.menu)
    ]
    others = [example for example in load_phrasebook() if example.id in library.entries]
    return [*own, *others, *load_outside()]


def build_voice(library: Library) -> Matcher:
    """The matcher for a library, built here and now."""
    return build_here(list_examples(library))


def load_voice(content_dir: Path, cache: Path | None = None, language: str = "vi") -> Voice:
    """Read the content once, for commands that end by themselves. Raises ContentErrors."""
    library = load_library(content_dir, language)
    return Loaded(library, load_or_build(list_examples(library), cache) if cache else build_voice(library))


class Understanding:
    """The matcher in use, following the library that is live. `cache` is where built matchers are kept."""

    def __init__(self, cache: Path) -> None:
        self._cache = cache
        self._matcher: Matcher | None = None
        self._latest: list[Example] = []

    def follow(self, library: Library) -> Matcher:
        """The matcher to go live with `library`: its own when it is at hand or the first, else the one there is.

        A new one is then built in the background, in a process of its own, and taken up when it is ready.
        """
        build_atlas(library)  # kept with the library: the first message after a change must not wait for it
        examples = list_examples(library)
        self._latest = examples
        if self._matcher is None or is_cached(examples, self._cache):
            self._matcher = load_or_build(examples, self._cache)
        else:
            threading.Thread(target=self._learn, args=(examples,), name="matcher", daemon=True).start()
        return self._matcher

    def matcher(self) -> Matcher:
        """The matcher in use now; there is one from the first `follow` on."""
        assert self._matcher is not None
        return self._matcher

    def _learn(self, examples: list[Example]) -> None:
        try:
            matcher = load_or_build(examples, self._cache)
        except Exception:
            log.exception("matcher.failed")
            return
        if examples is self._latest:  # else another change came meanwhile, and its own thread is at work
            self._matcher = matcher
            log.info("matcher.ready", extra={"phrasings": len(examples)})
