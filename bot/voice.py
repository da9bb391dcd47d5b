"""What we say and how we understand it, loaded together: a library and the matcher built from it are swapped as one."""

from __future__ import annotations

import itertools
from pathlib import Path

from content.live import Loaded
from content.load import load_library
from content.model import Library
from intents.match import Example, Matcher, build_matcher

Voice = Loaded[Matcher]


def build_voice(library: Library) -> Matcher:
    """The matcher for a library; called by the live reload before both go live."""
    titles = (Example(entry.id, entry.title) for entry in library.entries.values())
    asked = (Example(entry.id, text) for entry in library.entries.values() for text in entry.ask)
    return build_matcher(tuple(itertools.chain(asked, titles)))


def load_voice(content_dir: Path, language: str = "vi") -> Voice:
    """Read the content once, for commands that end by themselves. Raises ContentErrors."""
    library = load_library(content_dir, language)
    return Loaded(library, build_voice(library))
