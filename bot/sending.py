"""One road out: claim what is due, send it at the channel's pace, settle what happened. At least once, never lost.

A delivery is leased before it is sent and settled after, both in batches. When the process dies in between, the next
sender takes the same delivery over and sends it again, marked as one that may have arrived twice; what was sent and is
not yet settled is never more than twice the channel's `in_flight`. This module never decides what to say.
"""

from __future__ import annotations

import asyncio
import contextlib
import dataclasses
import datetime
import heapq
import itertools
import logging
import random
import time
from collections.abc import Callable

from bot.channels.contract import Channel, Gone, Misconfigured, Outgoing, Refused, TryLater
from bot.clock import iso, later, parse_iso, utc_now
from bot.condition import Condition
from bot.messages import parse_choices
from bot.pacing import Pace
from bot.quiet import quiet
from storage import channels, outbox, people, recipients
from storage.database import Connection, Database, StorageError

log = logging.getLogger(__name__)

DELIVERY_LEASE = 60.0  # longer than HELD and any send together; after a kill, in-flight deliveries wait this long
SENDER_LEASE = 30.0  # one sender per channel over all replicas; a standby takes over after this
HANDOVER = 1.0  # seconds nobody sends after a sender has stopped: the platform still counts its last ones
HELD = 20.0  # what was claimed and could not leave for so long goes back: less than either lease
HORIZON = 0.25  # seconds of bulk claimed ahead
BATCH = 250  # and never more than this
BEAT = 0.02  # seconds an outcome waits for others, so that they share one commit
IDLE_POLL = 1.0  # rows written by another process are found at this beat
MISCONFIGURED_PAUSE = 15.0
BACKOFF = (1, 2, 5, 15, 60, 300, 900)  # seconds before the next try, by attempts so far


@dataclasses.dataclass(frozen=True, slots=True)
class Outcome:
    """What one attempt came to: the platform's id, or the error."""

    delivery: outbox.Delivery
    platform_id: str = ""
    error: Exception | None = None


@dataclasses.dataclass(frozen=True, slots=True)
class Plan:
    """What a look into the outbox brought; `full`: there seems to be more.

    Without `mine` another process is the sender of this channel.
    """

    claimed: list[outbox.Delivery]
    paused_for: float = 0.0
    mine: bool = True
    full: bool = False


class Bell:
    """Wakes a channel's sending loop. Rung from any thread of the same event loop's process."""

    def __init__(self) -> None:
        self._events: dict[str, asyncio.Event] = {}

    def of(self, channel: str) -> asyncio.Event:
        return self._events.setdefault(channel, asyncio.Event())

    def ring(self, channel: str) -> None:
        self.of(channel).set()


class Road:
    """What one channel has in hand: claimed and waiting, in the air, and done but not yet settled.

    Rings `bell` when a look into the outbox is worth it.
    """

    def __init__(self, channel: Channel, bell: asyncio.Event, condition: Condition) -> None:
        self.outcomes: list[Outcome] = []
        self.returned: list[int] = []  # claimed and never tried
        self._channel = channel
        self._bell = bell
        self._condition = condition
        self._pace = Pace(channel.limits.per_second, channel.limits.chat_interval)
        self._ahead = max(1, min(BATCH, int(channel.limits.per_second * HORIZON)))
        self._order = itertools.count()
        self._ready: list[tuple[int, int, float, outbox.Delivery]] = []  # (priority, order, claimed at, …): a heap
        self._resting: list[tuple[float, int, float, outbox.Delivery]] = []  # their chat had one just now: a heap
        self._in_air: set[asyncio.Task[None]] = set()
        self._settling = 0
        self._more = False
        self._change = asyncio.Event()

    def room(self) -> int:
        """How many more to claim, so that replies need not wait behind much."""
        return max(0, self._ahead - len(self._ready))

    def put(self, claimed: list[outbox.Delivery], *, more: bool) -> None:
        """Take what was claimed; `more`: the outbox seems to hold more that is due."""
        now = time.monotonic()
        for delivery in claimed:
            heapq.heappush(self._ready, (delivery.priority, next(self._order), now, delivery))
        self._more = more
        self._change.set()

    def take_done(self) -> tuple[list[Outcome], list[int]]:
        """Everything there is to settle: what was tried, and what goes back untried."""
        outcomes, self.outcomes = self.outcomes, []
        returned, self.returned = self.returned, []
        self._settling = len(outcomes)
        return outcomes, returned

    def settled(self) -> None:
        """What was taken last is on disk."""
        self._settling = 0
        self._change.set()

    def not_settled(self, outcomes: list[Outcome], returned: list[int]) -> None:
        """The database did not take it: it comes again with the next."""
        self.outcomes[:0] = outcomes
        self.returned[:0] = returned
        self._settling = 0

    def give_back(self) -> None:
        """Nothing waits here any longer: the channel pauses or the process ends."""
        self.returned += [delivery.id for *_, delivery in (*self._ready, *self._resting)]
        self.drop()

    def drop(self) -> None:
        """Forget what waits: another process is the sender now, and the leases lapse by themselves."""
        self._ready, self._resting = [], []

    def hold(self, seconds: float) -> None:
        self._pace.hold(time.monotonic() + seconds)

    async def run(self) -> None:
        """Send what is put in, the most urgent first, until cancelled."""
        limit = self._channel.limits.in_flight
        while True:
            now = time.monotonic()
            self._wake_rested(now)
            if not self._ready or len(self._in_air) >= limit or len(self.outcomes) + self._settling >= limit:
                await self._next_change(self._resting[0][0] - now if self._resting else IDLE_POLL)
            elif (wait := self._pace.wait(now)) > 0:
                await asyncio.sleep(min(wait, IDLE_POLL))
            else:
                self._send_first(now)

    async def finish(self, seconds: float) -> None:
        """Wait for what is in the air, but no longer than `seconds`."""
        if self._in_air:
            await asyncio.wait(self._in_air, timeout=seconds)
        for task in self._in_air:
            task.cancel()

    def _send_first(self, now: float) -> None:
        _, order, claimed_at, delivery = heapq.heappop(self._ready)
        rest = self._pace.chat_wait(delivery.address, now)
        if now - claimed_at > HELD:
            # A process that was stopped for long may have lost the lease: then it must not touch the row.
            if now - claimed_at < (HELD + SENDER_LEASE) / 2:
                self._return(delivery)
        elif rest > 0:
            heapq.heappush(self._resting, (now + rest, order, claimed_at, delivery))
        elif not delivery.may_ring and quiet(utc_now()):
            self._return(delivery)
        else:
            self._pace.leave(delivery.address, now)
            task = asyncio.create_task(self._attempt(delivery, now))
            self._in_air.add(task)
            task.add_done_callback(self._in_air.discard)
        if self._more and len(self._ready) <= self._ahead // 2:
            self._more = False
            self._bell.set()

    def _return(self, delivery: outbox.Delivery) -> None:
        self.returned.append(delivery.id)
        self._bell.set()

    def _wake_rested(self, now: float) -> None:
        while self._resting and self._resting[0][0] <= now:
            _, order, claimed_at, delivery = heapq.heappop(self._resting)
            heapq.heappush(self._ready, (delivery.priority, order, claimed_at, delivery))

    async def _next_change(self, seconds: float) -> None:
        self._change.clear()
        timer = asyncio.get_running_loop().call_later(max(0.0, seconds), self._change.set)
        try:
            await self._change.wait()
        finally:
            timer.cancel()

    async def _attempt(self, delivery: outbox.Delivery, left: float) -> None:
        outcome = await attempt(self._channel, delivery)
        if isinstance(outcome.error, TryLater) and outcome.error.after is not None:
            self.hold(outcome.error.after)  # before anybody else leaves
        self._pace.arrive(delivery.address, left, time.monotonic())
        self.outcomes.append(outcome)
        _tell(self._condition, outcome.error, left)
        # Until it is settled a kill would make it a repeat: it waits for others only when some are about to come.
        others_come = len(self._in_air) > 1 or (self._ready and self._channel.limits.per_second * BEAT > 1)
        if not others_come or len(self.outcomes) >= self._channel.limits.in_flight // 2:
            self._bell.set()
        elif len(self.outcomes) == 1:
            asyncio.get_running_loop().call_later(BEAT, self._bell.set)
        self._change.set()


async def send_forever(
    channel: Channel, database: Database, owner: str, bell: asyncio.Event, condition: Condition
) -> None:
    """Run one channel's loop until cancelled; what is in flight then is finished and settled first.

    `condition` learns how sending goes. The database's own trouble is told by who watches it.
    """
    road = Road(channel, bell, condition)
    running = asyncio.create_task(road.run())
    try:
        while not running.done():
            bell.clear()
            outcomes, returned = road.take_done()
            room = road.room()
            looking = asyncio.create_task(
                asyncio.to_thread(settle_and_claim, database, channel.name, owner, outcomes, returned, room, utc_now)
            )
            try:
                plan = await asyncio.shield(looking)
            except asyncio.CancelledError:
                # A thread cannot be stopped: what it claims for us must go back, not wait for its lease to lapse.
                with contextlib.suppress(StorageError):
                    road.put((await looking).claimed, more=False)
                raise
            except StorageError as error:
                log.debug("sending.storage_failed", extra={"channel": channel.name, "reason": str(error)})
                road.not_settled(outcomes, returned)
                await asyncio.sleep(IDLE_POLL)
                continue
            road.settled()
            if not plan.mine:
                road.drop()
            elif plan.paused_for:
                road.hold(plan.paused_for)
                road.give_back()
            road.put(plan.claimed, more=plan.full)
            if plan.full and not plan.claimed:  # all of it belonged to a broadcast that was stopped
                bell.set()
            await _rung(bell, min(plan.paused_for or IDLE_POLL, IDLE_POLL))
        running.result()
    finally:
        running.cancel()
        road.give_back()
        await road.finish(10)
        _settle_at_the_end(database, channel.name, owner, *road.take_done())


async def _rung(bell: asyncio.Event, seconds: float) -> None:
    try:
        async with asyncio.timeout(seconds):
            await bell.wait()
    except TimeoutError:
        return


async def attempt(channel: Channel, delivery: outbox.Delivery) -> Outcome:
    """Hand one delivery to the platform; what became of it, whatever that is."""
    choices = parse_choices(delivery.choices_json)
    outgoing = Outgoing(delivery.address, delivery.text, choices, delivery.callback_id)
    try:
        platform_id = await channel.send(outgoing)
    except (TryLater, Misconfigured) as error:
        return Outcome(delivery, error=error)
    except (Refused, Gone) as error:
        log.warning("delivery.failed", extra={"channel": channel.name, "delivery": delivery.id, "reason": str(error)})
        return Outcome(delivery, error=error)
    except Exception as error:
        log.exception("delivery.crashed", extra={"channel": channel.name, "delivery": delivery.id})
        return Outcome(delivery, error=error)
    return Outcome(delivery, platform_id)


def _tell(condition: Condition, error: Exception | None, began: float) -> None:
    match error:
        case None | Refused() | Gone():  # the platform answered: it is well, whatever it thinks of the message
            condition.well()
        case Misconfigured(reason=reason):
            condition.ill(reason, "misconfigured", began)
        case _:
            condition.ill(str(error), began=began)


def settle_and_claim(
    database: Database,
    channel: str,
    owner: str,
    outcomes: list[Outcome],
    returned: list[int],
    room: int,
    clock: Callable[[], datetime.datetime] = utc_now,
) -> Plan:
    """One transaction: write what happened, then take what is due. Both or neither."""
    now = clock()
    if not outcomes and not returned and not (room and _anything_to_do(database, channel, now)):
        return Plan([])
    with database.transaction() as connection:
        _settle(connection, channel, outcomes, clock())
        outbox.release(connection, returned)
        if not _is_sender(connection, channel, owner, now):
            return Plan([], mine=False)
        pause = channels.find_pause(connection, channel, iso(now))
        if pause:
            return Plan([], paused_for=max(0.05, (parse_iso(pause.until_at) - now).total_seconds()))
        if not room:
            return Plan([])
        until_at = later(now, DELIVERY_LEASE)
        claimed = outbox.claim(connection, channel, owner, room, until_at, iso(now), quiet=quiet(now))
        return Plan(recipients.put_back_stopped(connection, claimed, iso(now)), full=len(claimed) == room)


def _is_sender(connection: Connection, channel: str, owner: str, now: datetime.datetime) -> bool:
    """Stay the channel's one sender, or become it when there is none: then what the last one left in flight is ours."""
    role, until_at = f"send:{channel}", later(now, SENDER_LEASE)
    if channels.keep_lease(connection, role, owner, until_at):
        return True
    if not channels.acquire_lease(connection, role, owner, iso(now), until_at):
        return False
    left = outbox.take_over(connection, channel, owner)
    log.info("sending.taken_over", extra={"channel": channel, "in_flight": left})
    return True


def _anything_to_do(database: Database, channel: str, now: datetime.datetime) -> bool:
    """A look without a write lock: an idle process must not write to the disk every second."""
    with database.reading() as connection:
        due_at = outbox.next_due_at(connection, channel, quiet=quiet(now))
    return due_at is not None and due_at <= iso(now)


def _settle(connection: Connection, channel: str, outcomes: list[Outcome], now: datetime.datetime) -> None:
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


def _settle_at_the_end(
    database: Database, channel: str, owner: str, outcomes: list[Outcome], returned: list[int]
) -> None:
    try:
        with database.transaction() as connection:
            _settle(connection, channel, outcomes, utc_now())
            outbox.release(connection, returned)
            channels.release_lease(connection, f"send:{channel}", owner, later(utc_now(), HANDOVER))
    except StorageError as error:
        # Nothing is lost: the leases lapse and the deliveries are sent again.
        log.error("sending.last_settle_failed", extra={"channel": channel, "reason": str(error)})  # noqa: TRY400
