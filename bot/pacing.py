"""How fast one channel may send: a slot for each message, and a pause between two messages to one chat.

Pure arithmetic on a clock that the caller passes in (seconds, monotonic). Slots are evenly spaced, so no second ever
holds more than the rate: a bucket that lets a burst out first would break a platform's limit after a quiet
minute.
"""

from __future__ import annotations

import collections


class Pace:
    """Reserve the moment at which the next message may leave.

    `per_second` messages in any second over the channel, `chat_interval` seconds between two to the same address.
    """

    def __init__(self, per_second: float, chat_interval: float) -> None:
        self._spacing = 1.0 / per_second
        self._chat_interval = chat_interval
        self._next = 0.0
        self._chats: collections.OrderedDict[str, float] = collections.OrderedDict()

    def reserve(self, address: str, now: float) -> float:
        """Seconds to wait before sending to `address`; the slot is taken."""
        chat_free = self._chats.pop(address, 0.0)
        slot = max(now, self._next)
        self._next = slot + self._spacing
        leaves = max(slot, chat_free)
        self._chats[address] = leaves + self._chat_interval
        self._forget(now)
        return leaves - now

    def hold(self, until: float) -> None:
        """Give no slot before `until`: the platform asked for a pause."""
        self._next = max(self._next, until)

    def room(self, now: float, horizon: float) -> int:
        """How many slots are free within the next `horizon` seconds."""
        return max(0, int((now + horizon - max(self._next, now)) / self._spacing))

    def _forget(self, now: float) -> None:
        while self._chats:
            address, free_at = next(iter(self._chats.items()))
            if free_at > now:
                return
            del self._chats[address]
