"""How fast one channel may send: a moment for each message, and a pause between two messages to one chat.

Pure arithmetic on a clock that the caller passes in (seconds, monotonic). Messages leave evenly spaced: a bucket that
lets a burst out first would break a platform's limit after a quiet minute. What was late may be made up for, but
never so that a second holds more than the limit.
"""

from __future__ import annotations

import collections

SHARE = 0.985  # of the limit is aimed at: the rest is room for the network, where messages bunch up
SLACK = 0.012  # seconds by which a window is kept longer than one second, for the same reason
MADE_UP_FOR = 0.05  # seconds of lateness (a busy event loop) that may be caught up; more is a quiet time


class Pace:
    """When the next message may leave: at most `per_second` in any second over the channel, and to one address
    `chat_interval` seconds after the last one arrived.
    """

    def __init__(self, per_second: float, chat_interval: float) -> None:
        count = max(1, int(per_second))
        self._spacing = 1.0 / (per_second * SHARE)
        self._window = count / per_second + SLACK
        self._left: collections.deque[float] = collections.deque([float("-inf")] * count, maxlen=count)
        self._chat_interval = chat_interval
        self._next = 0.0
        self._held = 0.0
        self._chats: collections.OrderedDict[str, float] = collections.OrderedDict()

    def wait(self, now: float) -> float:
        """Seconds until a message may leave; 0 or less when one may now."""
        return max(self._next, self._held, self._left[0] + self._window) - now

    def chat_wait(self, address: str, now: float) -> float:
        """Seconds until this address may get a message; 0 or less when it may now."""
        return self._chats.get(address, 0.0) - now

    def leave(self, address: str, now: float) -> None:
        """A message leaves now."""
        self._left.append(now)
        late = now - self._next
        self._next = (self._next if late <= MADE_UP_FOR else now) + self._spacing
        self.arrive(address, now)

    def arrive(self, address: str, now: float) -> None:
        """The platform answered: what leaves `chat_interval` later is that much later for the platform too."""
        if self._chat_interval:
            self._chats.pop(address, None)
            self._chats[address] = now + self._chat_interval
            self._forget(now)

    def hold(self, until: float) -> None:
        """Nothing leaves before `until`: the platform asked for a pause."""
        self._held = max(self._held, until)

    def _forget(self, now: float) -> None:
        while self._chats:
            address, free_at = next(iter(self._chats.items()))
            if free_at > now:
                return
            del self._chats[address]
