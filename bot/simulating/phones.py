"""The platform of a simulated year: takes messages at once, fails as platforms fail, and writes down who read what.

It implements the channel contract and nothing more; it never looks at the database.
"""

from __future__ import annotations

import dataclasses
import datetime
import random
from collections.abc import Callable

from bot.channels.contract import Gone, Limits, Outgoing, Refused, TryLater
from bot.channels.webhooks import Webhook
from storage.outbox import Delivery

# Of ten thousand messages so many end so.
TOO_FAST, NO_ANSWER, NOT_TAKEN, REFUSED = 8, 20, 20, 1


@dataclasses.dataclass(frozen=True, slots=True)
class Arrival:
    """What happened to one message at the platform. `result` is read, unheard (read, but we were not told),
    too-fast, not-taken, refused or gone."""

    at: datetime.datetime
    channel: str
    address: str
    kind: str
    delivery: int
    may_repeat: bool
    result: str
    text: str


class Phones:
    """One channel's platform. `write` is the ledger; `away` holds the addresses at which nobody is any more."""

    limits = Limits(per_second=1_000_000, chat_interval=0.0, in_flight=1_000_000, text_length=4096)

    def __init__(
        self,
        name: str,
        seed: int,
        clock: Callable[[], datetime.datetime],
        write: Callable[[Arrival], None],
        away: Callable[[str], bool],
    ) -> None:
        self.name = name
        self.carrying: Delivery | None = None  # what the next `send` is about, for the ledger alone
        self._dice = random.Random(f"{seed} {name}")  # noqa: S311 — not a secret
        self._clock = clock
        self._write = write
        self._away = away

    @property
    def webhook(self) -> Webhook | None:
        return None

    async def start(self) -> None:
        return

    async def stop(self) -> None:
        return

    def status(self) -> dict[str, str]:
        return {"state": "ok"}

    async def send(self, outgoing: Outgoing) -> str:
        if self._away(outgoing.address):
            self._note(outgoing, "gone")
            raise Gone("Forbidden: bot was blocked by the user")
        drawn = self._dice.randrange(10_000)
        for result, share in (
            ("too-fast", TOO_FAST),
            ("unheard", NO_ANSWER),
            ("not-taken", NOT_TAKEN),
            ("refused", REFUSED),
        ):
            if drawn < share:
                self._note(outgoing, result)
                self._fail(result)
            drawn -= share
        self._note(outgoing, "read")
        return str(self._dice.randrange(10**9))

    def _fail(self, result: str) -> None:
        if result == "too-fast":
            raise TryLater("Too Many Requests", after=self._dice.randint(1, 20))
        if result == "refused":
            raise Refused("Bad Request")
        raise TryLater("no answer", may_have_arrived=result == "unheard")

    def _note(self, outgoing: Outgoing, result: str) -> None:
        carried = self.carrying
        assert carried is not None
        self._write(
            Arrival(
                self._clock(),
                self.name,
                outgoing.address,
                carried.kind,
                carried.id,
                carried.may_repeat,
                result,
                outgoing.text,
            )
        )
