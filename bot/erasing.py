"""Forgets a person who asks for it: at once all they told, and within the minute where they could be reached.

Only the farewell needs the address; `finish_erasing` comes round every few seconds and removes both. Seats that were
held go to whoever waits. What reports lose: this person's questions, ratings, needs and registrations are no longer
counted anywhere.
"""

from __future__ import annotations

import datetime
import logging

from bot.clock import iso
from storage import audit, erasure
from storage.database import Connection, Database
from storage.people import Person

log = logging.getLogger(__name__)

FAREWELL_WAITS = datetime.timedelta(seconds=35)  # with a tick every 20 s the address is gone within the minute
_AT_ONCE = 200


def erase_person(c: Connection, person: Person, now: str) -> None:
    """Delete everything but the address; the audit keeps that somebody was forgotten, not who."""
    erasure.erase_rows(c, person.id)
    erasure.blank_person(c, person.id, now)
    audit.record(c, "system", "person.erased", "", "{}", now)


def finish_erasing(database: Database, now: datetime.datetime) -> int:
    """Remove the people whose farewell is sent or has waited long enough; return how many. Safe on any replica."""
    with database.transaction() as connection:
        erased = erasure.take_erased(connection, iso(now - FAREWELL_WAITS), _AT_ONCE)
        for person_id in erased:
            erasure.remove_person(connection, person_id)
    if erased:
        log.info("people.erased", extra={"count": len(erased)})
    return len(erased)
