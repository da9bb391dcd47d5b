"""One running copy of the bot in a simulated year: its ticks, and its sending without waiting for a real platform."""

from __future__ import annotations

import datetime
from collections.abc import Callable, Coroutine, Mapping
from typing import Any

from bot.channels.contract import TryLater
from bot.clock import iso, parse_iso
from bot.quiet import quiet
from bot.sending import BATCH, Outcome, attempt, settle_and_claim
from bot.simulating.phones import Phones
from bot.ticking import JOBS, Clockwork, Job
from content.model import Library
from storage import channels, outbox
from storage.database import Database


class Clock:
    """What everybody takes for the present."""

    def __init__(self, now: datetime.datetime) -> None:
        self.now = now.astimezone(datetime.UTC)

    def __call__(self) -> datetime.datetime:
        return self.now

    def set(self, now: datetime.datetime) -> None:
        self.now = now.astimezone(datetime.UTC)


class Replica:
    """Ticks and sends. `step` is called where the process may be killed between a message and its settling."""

    def __init__(
        self,
        database: Database,
        library: Library,
        phones: Mapping[str, Phones],
        owner: str,
        clock: Callable[[], datetime.datetime],
        step: Callable[[], None] = lambda: None,
    ) -> None:
        self.database = database
        self._phones = phones
        self._owner = owner
        self._clock = clock
        self._step = step
        self._work = Clockwork(database, lambda: library, lambda _channel: None, now=clock)
        self._ran: dict[Job, datetime.datetime] = {}

    def tick(self) -> None:
        """Everything that has come round since it was last done."""
        now = self._clock()
        for job, seconds in JOBS:
            if job not in self._ran or now - self._ran[job] >= datetime.timedelta(seconds=seconds):
                job(self._work)
                self._ran[job] = now

    def send(self) -> None:
        """Send all that may leave now."""
        for phones in self._phones.values():
            outcomes: list[Outcome] = []
            returned: list[int] = []
            while True:
                plan = settle_and_claim(self.database, phones.name, self._owner, outcomes, returned, BATCH, self._clock)
                if not plan.claimed:
                    break
                outcomes, returned = self._attempt(phones, plan.claimed)

    def _attempt(self, phones: Phones, claimed: list[outbox.Delivery]) -> tuple[list[Outcome], list[int]]:
        """Hand them over one by one; after a 429 the rest goes back."""
        outcomes: list[Outcome] = []
        for number, delivery in enumerate(claimed):
            phones.carrying = delivery
            outcome = _at_once(attempt(phones, delivery))
            outcomes.append(outcome)
            self._step()
            if isinstance(outcome.error, TryLater) and outcome.error.after is not None:
                return outcomes, [one.id for one in claimed[number + 1 :]]
        return outcomes, []


def _at_once(work: Coroutine[Any, Any, Outcome]) -> Outcome:
    """What comes of work that waits for nothing."""
    try:
        work.send(None)
    except StopIteration as done:
        outcome: Outcome = done.value
        return outcome
    raise RuntimeError("a simulated platform must answer at once")


def next_sending(database: Database, names: Mapping[str, object], now: datetime.datetime) -> datetime.datetime | None:
    """When it is worth looking into the outbox again; None when nothing is on its way."""
    found = []
    with database.reading() as c:
        for name in names:
            due_at = outbox.next_due_at(c, name, quiet=quiet(now))
            if due_at is not None:
                pause = channels.find_pause(c, name, iso(now))
                found.append(max(parse_iso(due_at), parse_iso(pause.until_at) if pause else now))
    return min(found, default=None)
