"""Connections of ill will over loopback: bodies too big or too slow, requests never finished, and very many of them.

The server is ours with its limits made small; what it serves is the real chat.
"""

from __future__ import annotations

import asyncio
import contextlib
import socket
import threading
import time
from collections.abc import Iterator

import httpx
import pytest
import uvicorn
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.routing import Route

from bot.channels.web import Mailbox
from bot.channels.webhooks import MAX_BODY, Webhook
from bot.serving import _webhook
from bot.web.chat import BODY_LIMIT, chat_routes
from bot.web.headers import SecurityHeaders
from bot.web.patience import BodyDeadline
from bot.web.server import Server
from storage.database import Database
from tests.web.live_site import SmallBot, wait_until

MOST = 30


@pytest.fixture
def address(sqlite_database: Database) -> Iterator[tuple[str, int]]:
    async def taken(_headers: object, _body: bytes) -> int:
        return 200

    mailbox = Mailbox(sqlite_database)
    routes = [
        *chat_routes(SmallBot(sqlite_database), mailbox),
        Route("/telegram/webhook", _webhook(Webhook("/telegram/webhook", taken)), methods=["POST"]),
    ]
    app = Starlette(routes=routes, middleware=[Middleware(SecurityHeaders), Middleware(BodyDeadline, seconds=0.5)])
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
    config = uvicorn.Config(
        app, "127.0.0.1", port, log_level="critical", lifespan="off", ws="none", limit_concurrency=MOST
    )
    server = Server(config, mailbox.close, headers_seconds=1)
    thread = threading.Thread(target=asyncio.run, args=[server.serve()], daemon=True)
    thread.start()
    wait_until(lambda: server.started)
    yield "127.0.0.1", port
    server.should_exit = True
    thread.join(10)
    assert not thread.is_alive()


def test_a_body_that_dribbles_is_cut_off(address: tuple[str, int]) -> None:
    for path in ("/telegram/webhook", "/chat/messages"):
        with socket.create_connection(address, timeout=10) as line:
            head = f"POST {path} HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 1000\r\n"
            line.sendall(f"{head}Cookie: gocua={'a' * 32}\r\n\r\n{{".encode())
            began = time.monotonic()
            answer = line.recv(4096)
            while line.recv(4096):
                pass
        assert answer.startswith(b"HTTP/1.1 4"), answer
        assert b"connection: close" in answer.lower()
        assert time.monotonic() - began < 5


def test_a_body_that_is_too_big_is_refused_without_being_kept(address: tuple[str, int]) -> None:
    url = f"http://{address[0]}:{address[1]}"
    with httpx.Client(
        base_url=url, cookies={"gocua": "a" * 32}, headers={"Content-Type": "application/json"}
    ) as client:
        assert client.post("/telegram/webhook", content=b"x" * (MAX_BODY + 1)).status_code == 413
        assert client.post("/chat/messages", content=b"x" * (BODY_LIMIT + 1)).status_code == 413
        assert client.post("/telegram/webhook", content=b"x" * MAX_BODY).status_code == 200


def test_headers_that_never_end_are_not_waited_for(address: tuple[str, int]) -> None:
    with socket.create_connection(address, timeout=10) as line:
        line.sendall(b"GET / HTTP/1.1\r\nHost: x\r\n")
        assert line.recv(100) == b""
    with socket.create_connection(address, timeout=10) as line, contextlib.suppress(ConnectionError):
        line.sendall(b"GET / HTTP/1.1\r\nX: " + b"a" * 200_000)
        assert line.recv(100).startswith(b"HTTP/1.1 400")


def test_who_asks_in_time_is_served_while_others_hold_lines_open(address: tuple[str, int]) -> None:
    url = f"http://{address[0]}:{address[1]}/"
    with contextlib.ExitStack() as stack:
        held = [stack.enter_context(socket.create_connection(address, timeout=10)) for _ in range(MOST - 5)]
        for line in held:
            line.sendall(b"GET / HTTP/1.1\r\n")
        assert httpx.get(url).status_code == 200
        held += [stack.enter_context(socket.create_connection(address, timeout=10)) for _ in range(10)]
        wait_until(lambda: httpx.get(url).status_code == 503)
        wait_until(lambda: httpx.get(url).status_code == 200)


def test_an_open_stream_outlives_every_deadline(address: tuple[str, int]) -> None:
    url = f"http://{address[0]}:{address[1]}"
    with (
        httpx.Client(base_url=url, cookies={"gocua": "a" * 32}, timeout=10) as client,
        client.stream("GET", "/chat/events") as stream,
    ):
        parts = stream.iter_raw()
        next(parts)
        time.sleep(2.5)
        identity = "00000001-0000-4000-8000-000000000001"
        told = httpx.post(f"{url}/chat/messages", json={"id": identity, "text": "chào"}, cookies=client.cookies)
        assert told.status_code == 202
        assert any(b"ch\xc3\xa0o" in part or b"ch\\u00e0o" in part for part in parts)
