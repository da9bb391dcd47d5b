"""How fast one channel may send: a moment for each message, and a pause between two messages to one chat.

Pure arithmetic on a clock that the caller passes in (seconds, monotonic). Messages leave evenly spaced: a bucket that
lets a burst out first would break a platform's limit after a quiet minute. What was late may be made up for.

The platform counts when a message reaches it, some time between our sending and its answer, and a stalled process or
network bunches them up on the way. So a message counts from when it leaves until a second after it was surely seen:
then no second of the platform's holds more than the limit, however late messages run.
"""

from __future__ import annotations

import collections

SHARE = 0.995  # of the limit is aimed at when messages leave evenly
MADE_UP_FOR = 0.05  # seconds of lateness (a busy event loop) that may be caught up; more is a quiet time
SURE = 0.8  # of the quickest answer's time is what the wire surely takes
KNOWN_AFTER = 100  # answers, before which nothing is believed of the wire
CROWDED = 0.005  # seconds until another look when the whole limit is on its way


class Pace:
    """When the next message may leave: at most `per_second` in any second over the channel, and to one address
    `chat_interval` seconds after the last one arrived. Whoever calls `leave` calls `arrive`, whatever the answer was.
    """

    def __init__(self, per_second: float, chat_interval: float) -> None:
        self._count = max(1, int(per_second))
        self._spacing = 1.0 / (per_second * SHARE)
        self._window = self._count / per_second
        self._chat_interval = chat_interval
        self._on_the_way = 0
        self._seen: collections.deque[float] = collections.deque()  # by when each of the last second was seen
        self._quickest = float("inf")
        self._answers = 0
        self._next = 0.0
        self._held = 0.0
        self._chats: collections.OrderedDict[str, float] = collections.OrderedDict()

    def wait(self, now: float) -> float:
        """Seconds until a message may leave; 0 or less when one may now."""
        return max(self._next, self._held, self._room_at(now)) - now

    def chat_wait(self, address: str, now: float) -> float:
        """Seconds until this address may get a message; 0 or less when it may now."""
        return self._chats.get(address, 0.0) - now

    def leave(self, address: str, now: float) -> None:
        """A message leaves now."""
        self._on_the_way += 1
        late = now - self._next
        self._next = (self._next if late <= MADE_UP_FOR else now) + self._spacing
        self._rest(address, now)

    def arrive(self, address: str, left: float, now: float) -> None:
        """The platform answered, or never will, what left at `left`: it saw it a little before this."""
        self._on_the_way -= 1
        self._answers += 1
        self._quickest = min(now - left, self._quickest)
        self._seen.append(now - (SURE * self._quickest if self._answers > KNOWN_AFTER else 0.0))
        self._rest(address, now)

    def hold(self, until: float) -> None:
        """Nothing leaves before `until`: the platform asked for a pause."""
        self._held = max(self._held, until)

    def _room_at(self, now: float) -> float:
        while self._seen and self._seen[0] + self._window <= now:
            self._seen.popleft()
        if self._on_the_way + len(self._seen) < self._count:
            return now
        return self._seen[0] + self._window if self._seen else now + CROWDED

    def _rest(self, address: str, now: float) -> None:
        if not self._chat_interval:
            return
        self._chats.pop(address, None)
        self._chats[address] = now + self._chat_interval
        while self._chats:
            first, free_at = next(iter(self._chats.items()))
            if free_at > now:
                return
            del self._chats[first]
