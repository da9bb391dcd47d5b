"""Turns reminders that are due into deliveries: page by page, each page one transaction, on any number of replicas.

What is said comes from the composers, from what holds at that moment. In the quiet hours nothing is looked at: what
falls due at night is composed in the morning, so that nobody reads at seven what was true at ten. It sends nothing.
"""

from __future__ import annotations

import dataclasses
import datetime
import logging
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Literal

from bot.answering import WAITING, compose_waiting
from bot.clock import in_hanoi, iso, later
from bot.composing import Composer, Say, Skip
from bot.messages import NO_FORM, parse_choices, parse_state, write_choices
from bot.outreach import deadline_reminders
from bot.quiet import QUIET_FROM, QUIET_UNTIL, quiet, ringing_moment
from bot.session_notices import SESSION_COMPOSERS
from content.model import Library
from storage import dialogues, outbox, reminders
from storage.database import Connection, Database, StorageError
from storage.people import Person
from storage.reminders import Reminder

log = logging.getLogger(__name__)

# Reminder kind to who words it. A composer takes its nouns from `composing`, never from here.
COMPOSERS: Mapping[str, Composer] = {
    **SESSION_COMPOSERS,
    **dict.fromkeys(deadline_reminders.REMINDER_KINDS, deadline_reminders.compose),
    WAITING: compose_waiting,
}

BEFORE_QUIET = datetime.timedelta(minutes=5)  # not looked at so late: what is queued now should also be sent today
OVERDUE = datetime.timedelta(minutes=10)  # a planned reminder this late means that the clock stands still
TALKING = datetime.timedelta(minutes=30)  # since the last message: a form still open is being filled in
TRIES_AFTER = (60, 300, 1800, 7200)  # seconds; a composer that fails once more after these is given up


@dataclasses.dataclass(frozen=True, slots=True)
class Reminded:
    """What one run did: reminders `queued`, `skipped` with a reason, `failed` and kept for a later try.

    `channels` are those that have something new to send.
    """

    queued: int = 0
    skipped: int = 0
    failed: int = 0
    channels: frozenset[str] = frozenset()


@dataclasses.dataclass(frozen=True, slots=True)
class _Outcome:
    reminder: Reminder
    person: Person
    status: Literal["queued", "skipped", "failed"]
    reason: str = ""
    delivery: outbox.NewDelivery | None = None


def overdue_before(now: datetime.datetime) -> str:
    """What was due before this (UTC ISO text) should have been looked at by `now`, the quiet hours left aside."""
    since = now - OVERDUE
    if quiet(since) or quiet(since + BEFORE_QUIET):
        here = in_hanoi(since)
        evening = here.date() - datetime.timedelta(days=here.time() < QUIET_UNTIL)
        since = datetime.datetime.combine(evening, QUIET_FROM, here.tzinfo) - BEFORE_QUIET - OVERDUE
    return iso(since)


def remind_due(
    database: Database,
    library: Library,
    now: datetime.datetime,
    page: int = 200,
    composers: Mapping[str, Composer] | None = None,
) -> Reminded:
    """Queue all that is due at `now`. Storage errors pass; what was committed before stays and the next run goes on."""
    if quiet(now) or quiet(now + BEFORE_QUIET):
        return Reminded()
    done = Reminded()
    while True:
        with database.transaction() as c:
            due = reminders.take_due(c, iso(now), page)
            outcomes = [
                _decide(c, library, reminder, person, now, COMPOSERS if composers is None else composers)
                for reminder, person in due
            ]
            _settle(c, outcomes, now)
        done = _add(done, outcomes)
        if len(due) < page:
            return done


def _decide(
    c: Connection,
    library: Library,
    reminder: Reminder,
    person: Person,
    now: datetime.datetime,
    composers: Mapping[str, Composer],
) -> _Outcome:
    useless = _useless(reminder, person, iso(now))
    if useless:
        return _Outcome(reminder, person, "skipped", useless)
    try:
        with _undone_when_it_fails(c):
            said = composers[reminder.kind](c, library, reminder, person, now)
    except StorageError:
        raise  # nothing is wrong with this reminder: the database is away, and the page is done again
    except Exception as error:
        log.exception("reminder.failed", extra={"reminder": reminder.id, "kind": reminder.kind})
        return _Outcome(reminder, person, "failed", f"lỗi: {type(error).__name__}")
    if isinstance(said, Skip):
        return _Outcome(reminder, person, "skipped", said.reason)
    return _Outcome(reminder, person, "queued", delivery=_delivery(reminder, person, said, now))


def _useless(reminder: Reminder, person: Person, now: str) -> str:
    """Why nothing is to be said whatever the reminder is about, or ""."""
    if person.erased_at:
        return "người nhận đã xóa dữ liệu"
    if person.gone_at:
        return "không còn liên lạc được"
    if not person.pushes_allowed:
        return "người nhận đã dừng"
    return "quá muộn" if reminder.expires_at <= now else ""


@contextmanager
def _undone_when_it_fails(c: Connection) -> Iterator[None]:
    """A statement that fails would end the whole page's transaction on PostgreSQL; so each composer has its own."""
    c.execute("SAVEPOINT composing")
    try:
        yield
    except StorageError:
        raise
    except Exception:
        c.execute("ROLLBACK TO SAVEPOINT composing")
        c.execute("RELEASE SAVEPOINT composing")
        raise
    c.execute("RELEASE SAVEPOINT composing")


def _delivery(reminder: Reminder, person: Person, said: Say, now: datetime.datetime) -> outbox.NewDelivery:
    return outbox.NewDelivery(
        person_id=person.id,
        channel=person.channel,
        address=person.address,
        text=said.text,
        choices_json=write_choices(said.choices),
        priority=outbox.PRIORITY_REMINDER,
        due_at=iso(now),
        kind=reminder.kind,
        expires_at=min(reminder.expires_at, said.expires_at or reminder.expires_at),
        dedupe_key=reminders.delivery_key(reminder.id),
    )


def _settle(c: Connection, outcomes: list[_Outcome], now: datetime.datetime) -> None:
    outbox.enqueue(c, [outcome.delivery for outcome in outcomes if outcome.delivery], iso(now))
    for outcome in outcomes:
        if outcome.delivery:
            _offer(c, outcome, outcome.delivery, now)
    settled: list[tuple[int, Literal["queued", "skipped"], str]] = []
    for outcome in outcomes:
        tried = outcome.reminder.attempts
        if outcome.status != "failed":
            settled.append((outcome.reminder.id, outcome.status, outcome.reason))
        elif tried < len(TRIES_AFTER):
            reminders.postpone(c, outcome.reminder.id, later(now, TRIES_AFTER[tried]), outcome.reason)
        else:
            settled.append((outcome.reminder.id, "skipped", outcome.reason))
    reminders.settle(c, settled, iso(now))


def _offer(c: Connection, outcome: _Outcome, delivery: outbox.NewDelivery, now: datetime.datetime) -> None:
    """Numbers typed from now on mean the choices under this message: where there are no buttons it ends with them.

    Whoever is filling in a form at this very moment goes on with it; one left open long ago is closed.
    """
    choices = parse_choices(delivery.choices_json)
    state = parse_state(dialogues.load_dialogue(c, delivery.person_id))
    talking = outcome.person.last_seen_at > iso(now - TALKING)
    if not choices or (state.form != NO_FORM and talking):
        return
    state = dataclasses.replace(state, offered=choices, form=NO_FORM, awaiting="")
    dialogues.save_dialogue(c, delivery.person_id, state.to_json(), iso(now))


def _add(done: Reminded, outcomes: list[_Outcome]) -> Reminded:
    def count(status: str) -> int:
        return sum(outcome.status == status for outcome in outcomes)

    channels = {outcome.delivery.channel for outcome in outcomes if outcome.delivery}
    return Reminded(
        done.queued + count("queued"),
        done.skipped + count("skipped"),
        done.failed + count("failed"),
        done.channels | channels,
    )


__all__ = ["COMPOSERS", "Composer", "Reminded", "Say", "Skip", "overdue_before", "remind_due", "ringing_moment"]
