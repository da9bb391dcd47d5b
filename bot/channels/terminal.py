"""The terminal as a channel: what `main.py chat` and `ask` show. Reads a line, prints a bubble; keeps nothing."""

from __future__ import annotations

from bot.channels.choices import for_typing
from bot.messages import Reply


def show(reply: Reply) -> str:
    """One bubble as a platform without buttons shows it."""
    return for_typing(reply.text, reply.choices)
