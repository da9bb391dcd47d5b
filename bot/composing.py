"""The nouns of what the bot says by itself: what a composer is given and what it may answer.

A composer is asked when its reminder is due and decides from what the rows say then. It writes nothing and sends
nothing; `reminding` lists the composers and queues what they say.
"""

from __future__ import annotations

import dataclasses
import datetime
from collections.abc import Callable

from bot.messages import Choice
from content.model import Library
from storage.database import Connection
from storage.people import Person
from storage.reminders import Reminder


@dataclasses.dataclass(frozen=True, slots=True)
class Say:
    """One bubble for the person. `expires_at` (UTC ISO text) ends its use earlier than the reminder's own, or ""."""

    text: str
    choices: tuple[Choice, ...] = ()
    expires_at: str = ""


@dataclasses.dataclass(frozen=True, slots=True)
class Skip:
    """Nothing is said any more, and why, in Vietnamese: officials read it in reports."""

    reason: str


Composer = Callable[[Connection, Library, Reminder, Person, datetime.datetime], Say | Skip]
