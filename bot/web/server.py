"""uvicorn, taught to say goodbye to open streams before it waits for them, and not to wait for who never asks.

By itself it waits for every connection to close and only then tells the application: a stream never closes, so each
restart would take as long as its patience. And it holds a connection whose request never becomes whole for ever: a few
thousand of them, which cost their sender nothing, would be all we can carry. It must not know what a stream carries.
"""

from __future__ import annotations

import socket
import time
from collections.abc import Callable

import uvicorn

HEADERS_SECONDS = 20.0  # for the first lines of a request, over the slowest phone
_LOOK_EVERY = 10  # ticks of uvicorn, a tenth of a second each


class Server(uvicorn.Server):
    """`before_shutdown` is called on the event loop when stopping begins."""

    def __init__(
        self, config: uvicorn.Config, before_shutdown: Callable[[], None], headers_seconds: float = HEADERS_SECONDS
    ) -> None:
        super().__init__(config)
        self._before_shutdown = before_shutdown
        self._headers_seconds = headers_seconds
        self._waiting: dict[tuple[object, object], float] = {}  # connection and its last request → since when

    async def on_tick(self, counter: int) -> bool:
        if counter % _LOOK_EVERY == 0:
            self._close_dawdlers(time.monotonic())
        return await super().on_tick(counter)

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        self._before_shutdown()
        await super().shutdown(sockets)

    def _close_dawdlers(self, now: float) -> None:
        """Close connections that have asked nothing, or nothing more, for too long; idle ones uvicorn closes sooner."""
        waiting: dict[tuple[object, object], float] = {}
        for connection in list(self.server_state.connections):
            cycle, transport = getattr(connection, "cycle", None), getattr(connection, "transport", None)
            if transport is None or not (cycle is None or cycle.response_complete):
                continue
            since = self._waiting.get((connection, cycle), now)
            if now - since > self._headers_seconds:
                transport.close()
            else:
                waiting[connection, cycle] = since
        self._waiting = waiting
