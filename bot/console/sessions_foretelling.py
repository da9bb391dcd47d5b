"""How many people a change of sessions would be told to: the change is carried out, counted, and undone.

Whatever decides who is told is thereby asked itself; nothing here repeats it.
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterable
from typing import TypeVar

from bot.session_notices import CANCELLED, MOVED
from storage.database import Connection, Database
from storage.rosters import count_news

Done = TypeVar("Done")


class _Undone(Exception):
    """Ends the transaction without keeping anything."""


def foretell(
    database: Database, change: Callable[[Connection], Done], ids: Callable[[Connection, Done], Iterable[int]], now: str
) -> tuple[Done, int]:
    """What `change` returns, and how many people the sessions `ids` names would then be told of; nothing is kept.

    `now` is the moment `change` works with. What it raises is raised.
    """
    found: list[tuple[Done, int]] = []
    with contextlib.suppress(_Undone), database.transaction() as c:
        done = change(c)
        found.append((done, sum(count_news(c, one, (MOVED, CANCELLED), now) for one in ids(c, done))))
        raise _Undone
    return found[0]
