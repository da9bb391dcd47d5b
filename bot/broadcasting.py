"""Carries approved broadcasts out: expands them into deliveries, stops and restarts them, and says when they are over.

Page by page, each page one transaction that reads the broadcast's status again, so that a pause holds within a page, a
kill loses nothing and any number of replicas may do it at once. It approves nothing, words nothing and sends nothing.
"""

from __future__ import annotations

import dataclasses
import datetime
import logging
import time

from bot.clock import HANOI, iso, parse_iso
from bot.quiet import out_of_quiet
from storage import audiences, broadcasts, recipients
from storage.broadcasts import Broadcast
from storage.database import Connection, Database
from storage.recipients import Page

log = logging.getLogger(__name__)

PAGE = 4_000  # people in one transaction: on SQLite everybody else's message waits so long
BREATH = 0.003  # seconds between two pages, in which waiting writers get their turn
KEPT = datetime.timedelta(days=3)  # news that could not leave for so long is dropped


@dataclasses.dataclass(frozen=True, slots=True)
class Driven:
    """What a run did: deliveries `queued`, broadcasts `finished`; `channels` have something new to send."""

    queued: int = 0
    finished: int = 0
    channels: frozenset[str] = frozenset()
    more: bool = False


def drive(database: Database, now: datetime.datetime, page: int = PAGE) -> Driven:
    """Do all there is to do at `now`, the broadcasts taking turns. Storage errors pass; the next run goes on."""
    done = Driven()
    with database.reading() as c:
        at_work = broadcasts.list_at_work(c, iso(now))
    while at_work:
        busy = []
        for broadcast_id in at_work:
            with database.transaction() as c:
                step = _step(c, broadcast_id, now, page)
            done = Driven(
                done.queued + step.queued, done.finished + step.finished, done.channels | step.channels, more=False
            )
            if step.more:
                busy.append(broadcast_id)
                time.sleep(BREATH)
        at_work = busy
    return done


def next_firing(repeat: str, after: datetime.datetime) -> str:
    """When a repeating broadcast fires next after a moment, as UTC ISO text. ValueError when never, or no cron."""
    from apscheduler.triggers.cron import CronTrigger  # noqa: PLC0415 — its clock is wanted only here

    found = CronTrigger.from_crontab(repeat, timezone=HANOI).get_next_fire_time(
        None, after + datetime.timedelta(milliseconds=1)
    )
    if found is None:
        raise ValueError(repeat)
    return iso(found)


def _step(c: Connection, broadcast_id: int, now: datetime.datetime, page: int) -> Driven:
    """One page of whatever this broadcast needs; held by this transaction, and left alone when another holds it."""
    held = broadcasts.hold_broadcast(c, broadcast_id)
    if held is None or held.finished_at:
        return Driven()
    match held.status:
        case "approved":
            return _begin(c, held, now)
        case "expanding":
            return _free(c, held, now, page) or _expand(c, held, now, page)
        case "sending":
            return _free(c, held, now, page) or _end(c, held, now)
        case "paused":
            return Driven(more=recipients.hold_page(c, held.id, page) > 0)
        case "cancelled":
            return Driven(more=True) if recipients.cancel_page(c, held.id, iso(now), page) else _end(c, held, now)
    return Driven()


def _begin(c: Connection, held: Broadcast, now: datetime.datetime) -> Driven:
    if held.send_at > iso(now):
        return Driven()
    if held.repeat:
        # Firings that were missed while nothing ran are one.
        broadcasts.fire(c, held, next_firing(held.repeat, now), iso(now))
        return Driven()
    return Driven(more=broadcasts.start(c, held.id, iso(now)))


def _expand(c: Connection, held: Broadcast, now: datetime.datetime, page: int) -> Driven:
    until = audiences.find_page_end(c, held.cursor, page)
    if until is None:
        broadcasts.end_expanding(c, held.id, iso(now))
        log.info("broadcast.expanded", extra={"broadcast": held.id, "queued": held.queued})
        return Driven(channels=frozenset(recipients.list_channels(c, held.id)), more=True)
    started = parse_iso(held.started_at)
    times = Page(*_when(held, now), seen_since(held.audience.seen_days, started))
    queued = recipients.expand(c, held, until, times, iso(now))
    broadcasts.move(c, held.id, until, queued, iso(now))
    channels = recipients.list_channels(c, held.id) if queued and not held.queued else []
    return Driven(queued=queued, channels=frozenset(channels), more=True)


def _free(c: Connection, held: Broadcast, now: datetime.datetime, page: int) -> Driven | None:
    """After a pause: let what was kept leave again. None when nothing is kept."""
    freed = recipients.free_page(c, held.id, *_when(held, now), page)
    return Driven(channels=frozenset(recipients.list_channels(c, held.id)), more=True) if freed else None


def _end(c: Connection, held: Broadcast, now: datetime.datetime) -> Driven:
    if recipients.anything_left(c, held.id):
        return Driven()
    broadcasts.finish(c, held.id, recipients.count_statuses(c, held.id), iso(now))
    log.info("broadcast.finished", extra={"broadcast": held.id})
    return Driven(finished=1)


def _when(held: Broadcast, now: datetime.datetime) -> tuple[str, str]:
    """From when and until when deliveries made now may leave: the quiet hours only move it, urgent news they do not."""
    due = now if held.urgent else out_of_quiet(now)
    return iso(due), iso(due + KEPT)


def seen_since(days: int, now: datetime.datetime) -> str:
    """The moment so many days before `now`; "" for 0."""
    return iso(now - datetime.timedelta(days=days)) if days else ""
