"""When one person's messages are too many to answer: a program that writes without end, two bots that talk, a prank.

What people do stays far below: a message a second, for minutes, is answered. Beyond it messages are kept and not
answered, and that is told once an hour. Reads what is remembered, so it holds over restarts and replicas.
"""

from __future__ import annotations

import datetime

from bot.clock import iso
from bot.messages import Inbound
from bot.orders import STOP, find_order, plain_words
from storage import turns
from storage.database import Connection
from storage.people import Person

# As many messages within so many seconds are a flood. The second ends talks of two programs that pace themselves.
LIMITS = ((40, 10), (600, 3600))
REASON = "quá nhiều tin trong thời gian ngắn"
NOT_TALK = {"blocked", "unblocked"}


def floods(c: Connection, person: Person, inbound: Inbound, now: datetime.datetime) -> bool:
    """Whether this message comes on top of too many of the same person. `now` is aware.

    Never for a group, where many write and few to us, nor for the word that stops everything, as long as it changes
    something.
    """
    if inbound.in_group or inbound.kind in NOT_TALK:
        return False
    if not any(_is_over(c, person.id, many, iso(now - datetime.timedelta(seconds=within))) for many, within in LIMITS):
        return False
    return not (person.pushes_allowed and find_order(inbound.text, plain_words(inbound.text)) == STOP)


def notice_key(person: Person, now: datetime.datetime) -> str:
    """What makes the notice one in an hour."""
    return f"flood:{person.id}:{iso(now)[:13]}"


def _is_over(c: Connection, person_id: int, many: int, since: str) -> bool:
    return turns.find_earlier_at(c, person_id, many) > since
