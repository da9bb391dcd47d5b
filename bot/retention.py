"""Carries out how long things are kept: what people typed, what was sent to them, who did what.

It answers for the order and the pages, so that nobody waits for it; what may go is `storage.retention`'s to say.
"""

from __future__ import annotations

import dataclasses
import datetime

from bot.clock import iso
from bot.settings import Settings
from storage import retention
from storage.database import Database

PAGE = 500  # rows in one transaction: a message that comes in waits for no more


@dataclasses.dataclass(frozen=True, slots=True)
class Kept:
    """For how many days each of the tables keeps what is over."""

    turns: int = 400
    outbox: int = 400
    audit: int = 1825

    def before(self, now: datetime.datetime) -> dict[str, str]:
        """Table → what is older than this may go."""
        return {
            name: iso(now - datetime.timedelta(days=days))
            for name, days in (("turns", self.turns), ("outbox", self.outbox), ("audit", self.audit))
        }


USUAL = Kept()


def kept(settings: Settings) -> Kept:
    """As the settings say."""
    return Kept(settings.keep_turns_days, settings.keep_sent_days, settings.keep_audit_days)


def count_old(database: Database, kept: Kept, now: datetime.datetime) -> dict[str, int]:
    """What `purge` would remove: table → rows."""
    with database.reading() as c:
        return {table: retention.count_old(c, table, before) for table, before in kept.before(now).items()}


def purge(database: Database, kept: Kept, now: datetime.datetime) -> dict[str, int]:
    """Remove what has been kept long enough; table → rows. Stopped at any moment, it goes on the next time."""
    gone = {}
    for table, before in kept.before(now).items():
        gone[table] = 0
        place: int | None = 0
        while place is not None:
            with database.transaction() as c:
                count, place = retention.purge(c, table, before, place, PAGE)
            gone[table] += count
    return gone
