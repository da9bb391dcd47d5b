"""How choices are shown: on buttons, which have little room, or as numbered lines where a platform has none.

A choice may carry a `title` that says in full what its button can only hint at; then the titles stand in the bubble,
numbered, and the buttons carry the same numbers. It must not know a platform.
"""

from __future__ import annotations

import dataclasses

from bot.channels.markdown import to_plain
from bot.messages import Choice


def for_buttons(text: str, choices: tuple[Choice, ...]) -> tuple[str, tuple[Choice, ...]]:
    """The bubble's Markdown and its buttons."""
    if not any(choice.title for choice in choices):
        return text, choices
    titles = "\n".join(f"{number}. {choice.title or choice.label}" for number, choice in enumerate(choices, 1))
    numbered = (
        dataclasses.replace(choice, label=f"{number}. {choice.label}") for number, choice in enumerate(choices, 1)
    )
    return f"{text}\n\n{titles}", tuple(numbered)


def for_typing(text: str, choices: tuple[Choice, ...]) -> str:
    """The bubble as plain text with every choice on a numbered line: what the number typed back means."""
    lines = "\n".join(f"{number}. {choice.title or choice.label}" for number, choice in enumerate(choices, 1))
    return "\n\n".join(part for part in (to_plain(text), lines) if part)
