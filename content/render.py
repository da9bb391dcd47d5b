"""An entry as a worker reads it on one day: texts with that day's figures, the source line, the review date.

It decides nothing about bubbles, buttons or channels, and reads no clock: the day is given.
"""

from __future__ import annotations

from datetime import date

from content.model import Answer, Entry, Library


def render_answer(library: Library, entry: Entry, on: date) -> Answer:
    """Render `entry` for the day `on`. Never raises for an entry of this library."""
    raise NotImplementedError
