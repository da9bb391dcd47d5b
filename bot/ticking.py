"""The clock: housekeeping that comes round by itself. What is due is always a row in the database, so a missed tick is
caught up by the next one; the clock itself remembers nothing."""

from __future__ import annotations

import asyncio
import datetime
import logging
from collections.abc import Callable

from apscheduler.schedulers.asyncio import AsyncIOScheduler

from bot.clock import iso, utc_now
from storage import outbox, seen
from storage.database import Database, StorageError

log = logging.getLogger(__name__)

SEEN_KEPT = datetime.timedelta(days=30)  # Telegram keeps an undelivered update for 24 hours; this is far beyond


def start_ticking(database: Database) -> AsyncIOScheduler:
    """Start the jobs on the running event loop; `shutdown` the scheduler to stop them."""
    # APScheduler drops a job that is one second late unless told otherwise; ours may always be late, never doubled.
    rules = {"misfire_grace_time": None, "coalesce": True, "max_instances": 1}
    scheduler = AsyncIOScheduler(timezone=datetime.UTC, job_defaults=rules)
    scheduler.add_job(_in_thread(expire_deliveries, database), "interval", minutes=1, id="expire_deliveries")
    scheduler.add_job(_in_thread(forget_seen, database), "interval", hours=6, id="forget_seen")
    scheduler.start()
    return scheduler


def expire_deliveries(database: Database) -> None:
    """Drop what is too old to be of use, with its reason."""
    with database.transaction() as connection:
        dropped = outbox.expire_old(connection, iso(utc_now()))
    if dropped:
        log.warning("outbox.expired", extra={"count": dropped})


def forget_seen(database: Database) -> None:
    with database.transaction() as connection:
        seen.purge_seen(connection, iso(utc_now() - SEEN_KEPT))


def _in_thread(job: Callable[[Database], None], database: Database) -> Callable[[], object]:
    async def run() -> None:
        try:
            await asyncio.to_thread(job, database)
        except StorageError as error:
            log.warning("tick.failed", extra={"job": job.__name__, "reason": str(error)})

    return run
