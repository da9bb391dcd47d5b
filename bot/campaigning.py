"""Sends the series of content/campaigns: who joins, which step is due to whom, page by page.

Each page is one transaction, on any number of replicas. A step's row in the database is the claim to send it, so a
changed or reordered series never repeats one, and nobody has two in a day. In the quiet hours nothing is done.
It sends nothing itself: deliveries go to the outbox.
"""

from __future__ import annotations

import dataclasses
import datetime
from collections.abc import Sequence

from bot.clock import HANOI, in_hanoi, iso
from bot.messages import Choice, write_choices
from bot.orders import ENTRY
from bot.quiet import quiet
from bot.texts import say
from content.campaigns import APART
from content.model import Campaign, CampaignStep, Library
from content.render import render_segments
from storage import campaigns, outbox, runs
from storage.campaigns import Member, NewStep
from storage.database import Database
from storage.people import Person

LEAVE = "cd:thoi:"  # the action that leaves a series, before its slug
JOINING = "loat-tin"  # the run that looks for new people, once a day
JOINING_HOUR = 7
JOINING_PAGE = 2_000  # people looked at in one transaction
TOO_LATE = datetime.timedelta(days=7)  # a step overdue by more is not sent any more
USE_BY = datetime.timedelta(days=2)  # a message that could not leave for so long is dropped


@dataclasses.dataclass(frozen=True, slots=True)
class Advanced:
    """What one run did; `channels` are those that have something new to send."""

    joined: int = 0
    queued: int = 0
    skipped: int = 0
    ended: int = 0
    channels: frozenset[str] = frozenset()

    def __add__(self, other: Advanced) -> Advanced:
        return Advanced(
            self.joined + other.joined,
            self.queued + other.queued,
            self.skipped + other.skipped,
            self.ended + other.ended,
            self.channels | other.channels,
        )


@dataclasses.dataclass(frozen=True, slots=True)
class Place:
    """Where a member stands: steps missed for good with the reason, the step to send now, else when to look again.

    `next_at` is None when nothing is left.
    """

    missed: tuple[tuple[str, str], ...] = ()
    step: CampaignStep | None = None
    next_at: datetime.datetime | None = None


def advance(database: Database, library: Library, now: datetime.datetime, page: int = 500) -> Advanced:
    """Let people join and queue every step that is due at `now` (aware). Storage errors pass; the next run goes on."""
    if quiet(now):
        return Advanced()
    running = [campaign for campaign in library.campaigns.values() if runs_on(campaign, in_hanoi(now).date())]
    done = _let_join(database, running, now)
    with database.reading() as c:
        waited_for = [one for one in running if campaigns.anybody_due(c, one.slug, plan_of(one), iso(now))]
    for campaign in waited_for:
        while True:
            advanced, taken = _advance_page(database, library, campaign, now, page)
            done += advanced
            if taken == 0:
                break
    return done


def runs_on(campaign: Campaign, today: datetime.date) -> bool:
    """Whether anybody may join it or have a message of it on this day of Hanoi's calendar."""
    return not campaign.paused and campaign.start <= today and (campaign.end is None or today <= campaign.end)


def plan_of(campaign: Campaign) -> str:
    """The series' steps and their times as one text: when it changes, members' next moments are reckoned anew."""
    return " ".join(f"{step.id}@{step.day}d{step.hour}h" for step in campaign.steps)


def _let_join(database: Database, running: Sequence[Campaign], now: datetime.datetime) -> Advanced:
    """Once a day look at everybody who agreed to news. What people said since is a row already; nothing is missed."""
    here = in_hanoi(now)
    if here.hour < JOINING_HOUR or not running:
        return Advanced()
    fire_at = iso(here.replace(hour=JOINING_HOUR, minute=0, second=0, microsecond=0))
    with database.reading() as c:
        if runs.find_status(c, JOINING, fire_at) == "done":
            return Advanced()
    with database.transaction() as c:
        runs.begin(c, JOINING, fire_at, iso(now))
    joined = 0
    while True:
        with database.transaction() as c:
            place = runs.hold(c, JOINING, fire_at)
            if place is None:  # done, or another replica is at it
                return Advanced(joined=joined)
            people = campaigns.list_consenting(c, int(place or 0), JOINING_PAGE)
            if not people:
                runs.finish(c, JOINING, fire_at, place, iso(now), "done")
                return Advanced(joined=joined)
            for campaign in running:
                who = (campaign.groups, campaign.needs, campaign.topics)
                joined += campaigns.join_fitting(c, campaign.slug, (people[0], people[-1]), *who, iso(now))
            runs.move(c, JOINING, fire_at, str(people[-1]), iso(now))


def _advance_page(
    database: Database, library: Library, campaign: Campaign, now: datetime.datetime, page: int
) -> tuple[Advanced, int]:
    """Advance a page of members; also how many there were. A member that was taken is never due again at `now`."""
    plan, today = plan_of(campaign), in_hanoi(now).date().isoformat()
    with database.transaction() as c:
        members = campaigns.take_due(c, campaign.slug, plan, iso(now), page)
        if not members:
            return Advanced(), 0
        told = [member for member in members if member.may_be_told]
        ended = {member.person.id: "stopped" for member in members if not member.may_be_told}
        places = {member.person.id: find_place(campaign, member, now) for member in told}
        missed = [NewStep(id_, step, reason=reason) for id_, place in places.items() for step, reason in place.missed]
        wanted = [NewStep(id_, place.step.id, sent_on=today) for id_, place in places.items() if place.step]
        campaigns.claim_steps(c, campaign.slug, missed, iso(now))
        won = campaigns.claim_steps(c, campaign.slug, wanted, iso(now))
        deliveries, again = [], {}
        for member in told:
            place = places[member.person.id]
            if place.step and (member.person.id, place.step.id) in won:
                deliveries.append(_delivery(library, campaign, place.step, member.person, now))
                done = {**member.done, **dict.fromkeys((step for step, _ in place.missed), ""), place.step.id: today}
                place = find_place(campaign, dataclasses.replace(member, done=done), now)
            if place.step:  # their day is taken by another series
                again[member.person.id] = iso(_at(in_hanoi(now).date() + datetime.timedelta(days=1), place.step))
            elif place.next_at:
                again[member.person.id] = iso(place.next_at)
            else:
                ended[member.person.id] = "done"
        outbox.enqueue(c, deliveries, iso(now))
        campaigns.reckon(c, campaign.slug, plan, again)
        campaigns.end(c, campaign.slug, ended)
    channels = frozenset(delivery.channel for delivery in deliveries)
    return Advanced(0, len(deliveries), len(missed), len(ended), channels), len(members)


def find_place(campaign: Campaign, member: Member, now: datetime.datetime) -> Place:
    """Where a member stands in the series as it is now. Pure.

    A step before one they had already is behind them; one overdue by more than a week is too late; and from one step
    to the next there are always as many days as a series must leave, also when it had been paused.
    """
    reached = max((n for n, step in enumerate(campaign.steps) if step.id in member.done), default=-1)
    last_on = max(member.done.values(), default="")
    soonest = datetime.date.fromisoformat(last_on) + datetime.timedelta(days=APART) if last_on else datetime.date.min
    joined_on = in_hanoi(member.joined_at).date()
    missed: list[tuple[str, str]] = []
    for n, step in enumerate(campaign.steps):
        if step.id in member.done:
            continue
        due = _at(max(joined_on + datetime.timedelta(days=step.day), soonest), step)
        if n < reached:
            missed.append((step.id, "thêm vào sau khi người nhận đã qua bước này"))
        elif due <= now - TOO_LATE:
            missed.append((step.id, "quá hạn hơn 7 ngày"))
        elif due <= now:
            return Place(tuple(missed), step=step)
        else:
            return Place(tuple(missed), next_at=due)
    return Place(tuple(missed))


def _at(day: datetime.date, step: CampaignStep) -> datetime.datetime:
    return datetime.datetime.combine(day, datetime.time(step.hour), HANOI)


def _delivery(
    library: Library, campaign: Campaign, step: CampaignStep, person: Person, now: datetime.datetime
) -> outbox.NewDelivery:
    text, choices = compose(library, campaign, step, person.language, in_hanoi(now).date())
    return outbox.NewDelivery(
        person_id=person.id,
        channel=person.channel,
        address=person.address,
        text=text,
        choices_json=write_choices(choices),
        priority=outbox.PRIORITY_BULK,
        due_at=iso(now),
        kind="campaign",
        expires_at=iso(now + USE_BY),
        dedupe_key=f"campaign:{campaign.slug}:{person.id}:{step.id}",
    )


def compose(
    library: Library, campaign: Campaign, step: CampaignStep, language: str, today: datetime.date
) -> tuple[str, tuple[Choice, ...]]:
    """A step as a worker reads it on that day: its words, what it leads to, and how to have no more of it."""
    entry = library.find_entry(step.entry)
    words = render_segments(step.text, library.figures, today)
    if entry and not words:
        words = f"**{entry.title}**\n\n{render_segments(library.texts[entry.id].short, library.figures, today)}"
    number = campaign.steps.index(step) + 1
    footer = say(language, "campaign.footer", title=campaign.title, number=number, total=len(campaign.steps))
    more = (Choice(entry.menu, ENTRY + entry.id, entry.title),) if entry else ()
    return f"{words}\n\n{footer}", (*more, Choice(say(language, "choice.leave_campaign"), LEAVE + campaign.slug))
