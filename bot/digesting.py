"""Tells by the calendar what is coming: the weekly news of job-fair sessions near each person.

A firing of a schedule is a row; whoever holds it does its next page, so a kill half-way continues and two replicas
share the work. It sends nothing itself: deliveries go to the outbox.
"""

from __future__ import annotations

import dataclasses
import datetime

from bot.clock import iso, parse_iso
from bot.messages import Choice, write_choices
from bot.outreach.session_words import tell_when, tell_where
from bot.quiet import quiet
from bot.texts import escape, say
from content.model import Library, Schedule
from content.schedules import list_fires
from storage import outbox, runs, sessions, subscribers
from storage.database import Connection, Database
from storage.people import Person
from storage.sessions import Session

SEE_ALL = "ph:ds"  # the desk of sessions lists them
LOOK_BACK = datetime.timedelta(days=14)  # firings longer ago than this are not even written down as missed
HORIZON = datetime.timedelta(days=14)  # sessions later than this are for a later week
TOLD = 5  # sessions in one message
READ = 500  # coming sessions looked at
OPEN = ("du-kien", "mo", "day")


@dataclasses.dataclass(frozen=True, slots=True)
class Digested:
    """What one run did: messages queued, firings missed; `channels` are those that have something new to send."""

    queued: int = 0
    missed: int = 0
    channels: frozenset[str] = frozenset()


def digest_due(database: Database, library: Library, now: datetime.datetime, page: int = 500) -> Digested:
    """Do every firing that is due at `now` (aware). Storage errors pass; the next run goes on from there."""
    if quiet(now):
        return Digested()
    queued, missed, channels = 0, 0, set[str]()
    for schedule in library.schedules:
        if schedule.paused:
            continue
        fires = list_fires(schedule, now - LOOK_BACK, now)
        for fire in fires:
            fire_at = iso(fire)
            with database.reading() as c:
                if runs.find_status(c, schedule.slug, fire_at) in {"done", "skipped"}:
                    continue
            if fire != fires[-1] or now > fire + datetime.timedelta(hours=schedule.use_by_hours):
                missed += _give_up(database, schedule, fire_at, now)
                continue
            while True:
                deliveries = _expand_page(database, schedule, fire_at, now, page)
                if deliveries is None:
                    break
                queued += len(deliveries)
                channels |= {delivery.channel for delivery in deliveries}
    return Digested(queued, missed, frozenset(channels))


def _give_up(database: Database, schedule: Schedule, fire_at: str, now: datetime.datetime) -> int:
    with database.transaction() as c:
        runs.begin(c, schedule.slug, fire_at, iso(now))
        place = runs.hold(c, schedule.slug, fire_at)
        if place is None:
            return 0
        runs.finish(c, schedule.slug, fire_at, place, iso(now), "skipped", "quá muộn")
    return 1


def _expand_page(
    database: Database, schedule: Schedule, fire_at: str, now: datetime.datetime, page: int
) -> list[outbox.NewDelivery] | None:
    """Queue the next page of a firing; None when nothing of it is left for us to do."""
    with database.transaction() as c:
        runs.begin(c, schedule.slug, fire_at, iso(now))
        place = runs.hold(c, schedule.slug, fire_at)
        if place is None:
            return None
        people = subscribers.list_page(c, int(place or 0), page, schedule.communes, schedule.groups)
        if not people:
            runs.finish(c, schedule.slug, fire_at, place, iso(now), "done")
            return None
        coming = list_coming(c, now)
        made = (_delivery(schedule, person, choose(coming, person.commune), fire_at, now) for person in people)
        deliveries = [delivery for delivery in made if delivery]
        outbox.enqueue(c, deliveries, iso(now))
        runs.move(c, schedule.slug, fire_at, str(people[-1].id), iso(now))
    return deliveries


def list_coming(c: Connection, now: datetime.datetime) -> list[Session]:
    """The sessions of the coming weeks that people may go to, the soonest first."""
    found = sessions.list_sessions(c, iso(now), iso(now + HORIZON), READ)
    return [one for one in found if one.status in OPEN and one.starts_at > iso(now)]


def choose(coming: list[Session], commune: str) -> list[Session]:
    """A person's sessions: those in their commune, and when there are none those for the whole city."""
    near = [one for one in coming if one.commune == commune]
    return near or [one for one in coming if not one.commune]


def _delivery(
    schedule: Schedule, person: Person, told: list[Session], fire_at: str, now: datetime.datetime
) -> outbox.NewDelivery | None:
    """The message to one person; None when there is nothing to tell."""
    if not told:
        return None
    text, choices = compose(told, person.commune, person.language)
    use_by = parse_iso(fire_at) + datetime.timedelta(hours=schedule.use_by_hours)
    return outbox.NewDelivery(
        person_id=person.id,
        channel=person.channel,
        address=person.address,
        text=text,
        choices_json=write_choices(choices),
        priority=outbox.PRIORITY_BULK,
        due_at=iso(now),
        kind="digest",
        expires_at=iso(use_by),
        dedupe_key=f"digest:{schedule.slug}:{fire_at}:{person.id}",
    )


def compose(told: list[Session], commune: str, language: str) -> tuple[str, tuple[Choice, ...]]:
    """The coming sessions as a short list, and the way to see all of them and to sign up."""
    near = bool(told) and told[0].commune == commune
    lines = [
        "- "
        + ". ".join(part for part in (f"**{tell_when(one, language)}**", escape(one.title), tell_where(one)) if part)
        for one in told[:TOLD]
    ]
    lead = say(language, "digest.near") if near else say(language, "digest.city")
    more = say(language, "digest.more", count=len(told) - TOLD) if len(told) > TOLD else ""
    parts = (lead, "\n".join(lines), more, say(language, "digest.footer"))
    return "\n\n".join(part for part in parts if part), (Choice(say(language, "choice.see_sessions"), SEE_ALL),)
