"""One road out: claim what is due, send it at the channel's pace, settle what happened. At least once, never lost.

A delivery is leased before it is sent and settled after. When the process dies in between, the lease lapses and
the same delivery is sent again, marked as one that may have arrived twice. This module never decides what to say.
"""

from __future__ import annotations

import asyncio
import dataclasses
import logging
import random
import time

from bot.channels.contract import Channel, Gone, Misconfigured, Outgoing, Refused, TryLater
from bot.clock import iso, later, parse_iso, utc_now
from bot.messages import parse_choices
from bot.pacing import Pace
from storage import channels, outbox, people
from storage.database import Connection, Database, StorageError

log = logging.getLogger(__name__)

DELIVERY_LEASE = 60.0  # longer than any send may take; after a kill, in-flight deliveries wait this long
SENDER_LEASE = 30.0  # one sender per channel over all replicas; a standby takes over after this
HORIZON = 0.25  # seconds of bulk claimed ahead: a reply that comes in waits no longer than this
IDLE_POLL = 1.0  # rows written by another process are found at this beat
MISCONFIGURED_PAUSE = 60.0
BACKOFF = (1, 2, 5, 15, 60, 300, 900)  # seconds before the next try, by attempts so far


@dataclasses.dataclass(frozen=True, slots=True)
class Outcome:
    """What one attempt came to: the platform's id, or the error."""

    delivery: outbox.Delivery
    platform_id: str = ""
    error: Exception | None = None


class Bell:
    """Wakes a channel's sending loop. Rung from any thread of the same event loop's process."""

    def __init__(self) -> None:
        self._events: dict[str, asyncio.Event] = {}

    def of(self, channel: str) -> asyncio.Event:
        return self._events.setdefault(channel, asyncio.Event())

    def ring(self, channel: str) -> None:
        self.of(channel).set()


async def send_forever(channel: Channel, database: Database, owner: str, bell: asyncio.Event) -> None:
    """Run one channel's loop until cancelled; what is in flight then is finished and settled first."""
    pace = Pace(channel.limits.per_second, channel.limits.chat_interval)
    in_flight: set[asyncio.Task[Outcome]] = set()
    unsettled: list[Outcome] = []
    try:
        while True:
            bell.clear()
            unsettled += _collect(in_flight)
            room = min(channel.limits.in_flight - len(in_flight), max(1, pace.room(time.monotonic(), HORIZON)))
            try:
                plan = await asyncio.to_thread(_settle_and_claim, database, channel.name, owner, unsettled, room)
            except StorageError as error:
                log.error("sending.storage_failed", extra={"channel": channel.name, "reason": str(error)})  # noqa: TRY400
                await asyncio.sleep(IDLE_POLL)
                continue
            unsettled = []
            if plan.paused_for:
                pace.hold(time.monotonic() + plan.paused_for)
            in_flight |= {asyncio.create_task(_attempt(channel, pace, delivery)) for delivery in plan.claimed}
            if not plan.claimed:
                await _wait(bell, in_flight, plan.idle_for)
            elif len(in_flight) >= channel.limits.in_flight or pace.room(time.monotonic(), HORIZON) < 1:
                await _wait(bell, in_flight, HORIZON / 2)
    finally:
        if in_flight:
            await asyncio.wait(in_flight, timeout=10)
        unsettled += _collect(in_flight)
        for task in in_flight:
            task.cancel()
        _settle_at_the_end(database, channel.name, owner, unsettled)


@dataclasses.dataclass(frozen=True, slots=True)
class Plan:
    claimed: list[outbox.Delivery]
    idle_for: float
    paused_for: float = 0.0


def _settle_and_claim(database: Database, channel: str, owner: str, outcomes: list[Outcome], room: int) -> Plan:
    """One transaction: write what happened, then take what is due. Both or neither."""
    if not outcomes and not _anything_to_do(database, channel):
        return Plan([], IDLE_POLL)
    now = utc_now()
    with database.transaction() as connection:
        _settle(connection, channel, outcomes)
        if not channels.acquire_lease(connection, f"send:{channel}", owner, iso(now), later(now, SENDER_LEASE)):
            return Plan([], IDLE_POLL)
        pause = channels.find_pause(connection, channel, iso(now))
        if pause:
            seconds = max(0.05, (parse_iso(pause.until_at) - now).total_seconds())
            return Plan([], min(seconds, IDLE_POLL), paused_for=seconds)
        claimed = (
            outbox.claim(connection, channel, owner, room, later(now, DELIVERY_LEASE), iso(now)) if room > 0 else []
        )
    return Plan(claimed, IDLE_POLL)


def _anything_to_do(database: Database, channel: str) -> bool:
    """A look without a write lock: an idle process must not write to the disk every second."""
    with database.reading() as connection:
        due_at = outbox.next_due_at(connection, channel)
    return due_at is not None and due_at <= iso(utc_now())


def _settle(connection: Connection, channel: str, outcomes: list[Outcome]) -> None:
    now = utc_now()
    now_at = iso(now)
    outbox.settle_sent(connection, [(o.delivery.id, o.platform_id) for o in outcomes if o.error is None], now_at)
    for outcome in outcomes:
        delivery = outcome.delivery
        match outcome.error:
            case None:
                continue
            case Refused(reason=reason):
                outbox.settle_failed(connection, [(delivery.id, "refused", reason)], now_at)
            case Gone(reason=reason):
                outbox.settle_failed(connection, [(delivery.id, "gone", reason)], now_at)
                people.mark_gone(connection, channel, delivery.address, reason, now_at)
            case Misconfigured(reason=reason):
                until_at = later(now, MISCONFIGURED_PAUSE)
                channels.pause_channel(connection, channel, until_at, reason, now_at)
                outbox.reschedule(connection, delivery.id, until_at, 0, reason, may_have_arrived=False)
            case TryLater(reason=reason, after=float() | int() as after):
                until_at = later(now, after)
                channels.pause_channel(connection, channel, until_at, reason, now_at)
                outbox.reschedule(connection, delivery.id, until_at, 0, reason, may_have_arrived=False)
            case error:
                arrived = error.may_have_arrived if isinstance(error, TryLater) else True
                wait = BACKOFF[min(delivery.attempts, len(BACKOFF) - 1)] * random.uniform(0.8, 1.2)  # noqa: S311
                outbox.reschedule(connection, delivery.id, later(now, wait), 1, str(error), may_have_arrived=arrived)


async def _attempt(channel: Channel, pace: Pace, delivery: outbox.Delivery) -> Outcome:
    await asyncio.sleep(pace.reserve(delivery.address, time.monotonic()))
    choices = parse_choices(delivery.choices_json)
    outgoing = Outgoing(delivery.address, delivery.text, choices, delivery.callback_id)
    try:
        platform_id = await channel.send(outgoing)
    except (TryLater, Refused, Gone, Misconfigured) as error:
        log.warning("delivery.failed", extra={"channel": channel.name, "delivery": delivery.id, "reason": str(error)})
        return Outcome(delivery, error=error)
    except Exception as error:
        log.exception("delivery.crashed", extra={"channel": channel.name, "delivery": delivery.id})
        return Outcome(delivery, error=error)
    return Outcome(delivery, platform_id)


def _collect(in_flight: set[asyncio.Task[Outcome]]) -> list[Outcome]:
    finished = {task for task in in_flight if task.done()}
    in_flight -= finished
    return [task.result() for task in finished if not task.cancelled()]


async def _wait(bell: asyncio.Event, in_flight: set[asyncio.Task[Outcome]], seconds: float) -> None:
    """Until the bell rings, a send ends, or `seconds` have passed."""
    ringing = asyncio.ensure_future(bell.wait())
    try:
        await asyncio.wait({ringing, *in_flight}, timeout=seconds, return_when=asyncio.FIRST_COMPLETED)
    finally:
        ringing.cancel()


def _settle_at_the_end(database: Database, channel: str, owner: str, outcomes: list[Outcome]) -> None:
    try:
        with database.transaction() as connection:
            _settle(connection, channel, outcomes)
            channels.release_lease(connection, f"send:{channel}", owner)
    except StorageError as error:
        # Nothing is lost: the leases lapse and the deliveries are sent again.
        log.error("sending.last_settle_failed", extra={"channel": channel, "reason": str(error)})  # noqa: TRY400
