"""uvicorn, taught to say goodbye to open streams before it waits for them.

By itself it waits for every connection to close and only then tells the application: a stream never closes, so each
restart would take as long as its patience. It must not know what a stream carries.
"""

from __future__ import annotations

import socket
from collections.abc import Callable

import uvicorn


class Server(uvicorn.Server):
    """`before_shutdown` is called on the event loop when stopping begins."""

    def __init__(self, config: uvicorn.Config, before_shutdown: Callable[[], None]) -> None:
        super().__init__(config)
        self._before_shutdown = before_shutdown

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        self._before_shutdown()
        await super().shutdown(sockets)
