"""What we say and how we understand it, loaded together: a library and the matcher built from it are swapped as one."""

from __future__ import annotations

from pathlib import Path

from content.live import Loaded
from content.load import load_library
from content.model import Library
from intents.cache import build_here, load_or_build
from intents.match import Example, Matcher
from intents.phrasebook import load_phrasebook

Voice = Loaded[Matcher]


def build_voice(library: Library, cache: Path | None = None) -> Matcher:
    """The matcher for a library; called by the live reload before both go live.

    With a `cache` folder it is built in a process of its own and found again at the next start.
    """
    # A title and a button's label are phrasings too: people type what they have just read on a button.
    examples = [
        Example(entry.id, text) for entry in library.entries.values() for text in (*entry.ask, entry.title, entry.menu)
    ]
    examples += [example for example in load_phrasebook() if example.id in library.entries]
    return load_or_build(examples, cache) if cache else build_here(examples)


def load_voice(content_dir: Path, cache: Path | None = None, language: str = "vi") -> Voice:
    """Read the content once, for commands that end by themselves. Raises ContentErrors."""
    library = load_library(content_dir, language)
    return Loaded(library, build_voice(library, cache))
