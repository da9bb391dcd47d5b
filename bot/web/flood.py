"""How fast one sender may write before being asked to wait: token buckets in memory.

It answers for one process only, and forgets on restart: a brake for accidents and pranks, not a wall.
"""

from __future__ import annotations

import dataclasses
import math

FORGET_ABOVE = 10_000  # senders remembered before those with a full bucket are dropped


@dataclasses.dataclass(frozen=True, slots=True)
class Allowance:
    """`burst` messages at once, then `per_second` messages a second."""

    burst: float
    per_second: float


class Buckets:
    """One bucket per key. `take` answers 0.0 when the message may pass, else the seconds to wait."""

    def __init__(self, allowance: Allowance) -> None:
        self.allowance = allowance
        self._buckets: dict[str, tuple[float, float]] = {}  # key → tokens left, at this moment

    def take(self, key: str, now: float) -> float:
        """`now` is a monotonic clock in seconds."""
        if len(self._buckets) > FORGET_ABOVE:
            self._forget_full(now)
        tokens = self._tokens(key, now)
        if tokens < 1:
            return (1 - tokens) / self.allowance.per_second
        self._buckets[key] = (tokens - 1, now)
        return 0.0

    def _tokens(self, key: str, now: float) -> float:
        left, at = self._buckets.get(key, (self.allowance.burst, now))
        return min(self.allowance.burst, left + (now - at) * self.allowance.per_second)

    def _forget_full(self, now: float) -> None:
        emptied = {key: kept for key, kept in self._buckets.items() if self._tokens(key, now) < self.allowance.burst}
        # All of them busy at once is an attack from many addresses: starting afresh keeps memory bounded.
        self._buckets = emptied if len(emptied) <= FORGET_ABOVE else {}


def retry_after(seconds: float) -> str:
    """The wait as the Retry-After header wants it: whole seconds, at least one."""
    return str(max(1, math.ceil(seconds)))
