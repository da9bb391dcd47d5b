"""The clock: what comes round by itself. What is due is always a row in the database, so a missed tick is caught up by
the next one, and any number of replicas may tick: the clock itself remembers nothing."""

from __future__ import annotations

import asyncio
import dataclasses
import datetime
import logging
from collections.abc import Callable

from apscheduler.schedulers.asyncio import AsyncIOScheduler

from bot.answering import plan_notices
from bot.broadcasting import drive
from bot.campaigning import advance
from bot.clock import iso, utc_now
from bot.digesting import digest_due
from bot.erasing import finish_erasing
from bot.listing_names import list_names
from bot.reminding import remind_due
from bot.rescheduling import keep_calendar
from bot.retention import USUAL, Kept, purge
from bot.watching import told_by_database
from content.model import Library
from storage import outbox, seen
from storage.database import Database

log = logging.getLogger(__name__)

LOOK_AT_CLOCK = 5.0  # seconds between two looks at whether the clock was set back
SET_BACK = 2.0  # seconds of it that matter; less is a clock being kept right
SEEN_KEPT = datetime.timedelta(days=30)  # Telegram keeps an undelivered update for 24 hours; this is far beyond


@dataclasses.dataclass(frozen=True, slots=True)
class Clockwork:
    """What a job may use. `wake(channel)` is called when a delivery waits in the outbox; `now` is the clock."""

    database: Database
    library: Callable[[], Library]
    wake: Callable[[str], None]
    question_notice_days: int = 3  # weekdays after which who waits for an official is told so
    now: Callable[[], datetime.datetime] = utc_now
    kept: Kept = USUAL


Job = Callable[[Clockwork], None]


def expire_deliveries(work: Clockwork) -> None:
    """Drop what is too old to be of use, with its reason."""
    with work.database.transaction() as connection:
        dropped = outbox.expire_old(connection, iso(work.now()))
    if dropped:
        log.warning("outbox.expired", extra={"count": dropped})


def forget_seen(work: Clockwork) -> None:
    with work.database.transaction() as connection:
        seen.purge_seen(connection, iso(work.now() - SEEN_KEPT))


def forget_old(work: Clockwork) -> None:
    """Remove what has been kept for as long as the settings say."""
    gone = purge(work.database, work.kept, work.now())
    if any(gone.values()):
        log.info("retention.purged", extra=gone)


def remind(work: Clockwork) -> None:
    """Queue the reminders that are due and wake whoever sends them."""
    done = remind_due(work.database, work.library(), work.now())
    for channel in done.channels:
        work.wake(channel)
    if done.queued or done.skipped or done.failed:
        told = {"queued": done.queued, "skipped": done.skipped, "failed": done.failed}
        log.info("reminders.due", extra=told)


def broadcast(work: Clockwork) -> None:
    """Expand, stop, let go and end the broadcasts that want it."""
    for channel in drive(work.database, work.now()).channels:
        work.wake(channel)


def forget_erased(work: Clockwork) -> None:
    finish_erasing(work.database, work.now())


def find_names(work: Clockwork) -> None:
    """Keep people findable by name in the console."""
    list_names(work.database)


def send_campaigns(work: Clockwork) -> None:
    """Let people join series of messages and queue the steps that are due."""
    done = advance(work.database, work.library(), work.now())
    for channel in done.channels:
        work.wake(channel)
    if done.joined or done.queued or done.skipped or done.ended:
        told = {"joined": done.joined, "queued": done.queued, "skipped": done.skipped, "ended": done.ended}
        log.info("campaigns.due", extra=told)


def send_digests(work: Clockwork) -> None:
    """Queue what is told by the calendar."""
    done = digest_due(work.database, work.library(), work.now())
    for channel in done.channels:
        work.wake(channel)
    if done.queued or done.missed:
        log.info("digests.due", extra={"queued": done.queued, "missed": done.missed})


def own_up(work: Clockwork) -> None:
    """Plan a notice to those whose question no official has answered for days."""
    planned = plan_notices(work.database, work.now(), work.question_notice_days)
    if planned:
        log.info("questions.waiting", extra={"noticed": planned})


def tend_calendar(work: Clockwork) -> None:
    keep_calendar(work.database, work.library(), iso(work.now()))


# What comes round, and every how many seconds.
JOBS: tuple[tuple[Job, int], ...] = (
    (tend_calendar, 10),
    (remind, 20),
    (broadcast, 2),
    (forget_erased, 20),
    (find_names, 20),
    (expire_deliveries, 60),
    (send_campaigns, 60),
    (send_digests, 60),
    (own_up, 600),
    (forget_seen, 6 * 3600),
    (forget_old, 6 * 3600),
)


def start_ticking(work: Clockwork) -> AsyncIOScheduler:
    """Start the jobs on the running event loop; `shutdown` the scheduler to stop them."""
    # APScheduler drops a job that is one second late unless told otherwise; ours may always be late, never doubled.
    rules = {"misfire_grace_time": None, "coalesce": True, "max_instances": 1}
    scheduler = AsyncIOScheduler(timezone=datetime.UTC, job_defaults=rules)
    for job, seconds in JOBS:
        scheduler.add_job(_in_thread(job, work), "interval", seconds=seconds, id=job.__name__)
    scheduler.start()
    _follow_the_clock(scheduler, asyncio.get_running_loop(), work.now)
    return scheduler


def _follow_the_clock(
    scheduler: AsyncIOScheduler, loop: asyncio.AbstractEventLoop, now: Callable[[], datetime.datetime]
) -> None:
    """Let every job come round at once when the machine's clock was set back.

    The scheduler keeps the time of each job's next run: without this nothing would happen until the old time returns.
    """

    def look(ahead: float) -> None:
        if not scheduler.running:
            return
        ahead_now = now().timestamp() - loop.time()
        if ahead_now < ahead - SET_BACK:
            log.warning("clock.set_back", extra={"seconds": round(ahead - ahead_now)})
            for job in scheduler.get_jobs():
                job.modify(next_run_time=now())
        loop.call_later(LOOK_AT_CLOCK, look, ahead_now)

    look(now().timestamp() - loop.time())


def _in_thread(job: Job, work: Clockwork) -> Callable[[], object]:
    """One job's failure is told and tried again by its next tick; it never stops the others."""

    async def run() -> None:
        try:
            await asyncio.to_thread(job, work)
        except Exception as error:
            if told_by_database(error):
                log.debug("tick.failed", extra={"job": job.__name__, "reason": str(error)})
            else:
                log.exception("tick.failed", extra={"job": job.__name__})

    return run
