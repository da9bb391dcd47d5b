"""The terminal as a channel: what `main.py chat` and `ask` show. Reads a line, prints a bubble; keeps nothing."""

from __future__ import annotations

from bot.channels.markdown import to_plain
from bot.messages import Choice, Reply


def show(reply: Reply) -> str:
    """One bubble as plain text with numbered choices, the way a platform without buttons shows it."""
    return "\n\n".join(part for part in (to_plain(reply.text), list_choices(reply.choices)) if part)


def list_choices(choices: tuple[Choice, ...]) -> str:
    return "\n".join(f"{number}. {choice.label}" for number, choice in enumerate(choices, 1))
