"""A real server on loopback with the real storage and a small bot that answers as receiving would."""

from __future__ import annotations

import asyncio
import contextlib
import socket
import threading
import time
from collections.abc import Callable, Iterator

import httpx
import uvicorn
from starlette.applications import Starlette
from starlette.middleware import Middleware

from bot.channels.web import Mailbox
from bot.clock import iso, utc_now
from bot.messages import Choice, Inbound, write_choices
from bot.web.chat import chat_routes
from bot.web.headers import SecurityHeaders
from bot.web.server import Server
from storage import outbox, people, seen, turns
from storage.database import Database

CHOICES = (Choice("Mức hưởng", "entry:bhtn.muc-huong"), Choice("Nơi nộp hồ sơ", "entry:bhtn.noi-nop"))


class SmallBot:
    """Stores what comes in and one answer, in one transaction. `before` runs first and may wait or raise."""

    def __init__(self, database: Database) -> None:
        self.database = database
        self.before: Callable[[Inbound], None] = lambda _: None

    async def receive(self, inbound: Inbound) -> None:
        await asyncio.to_thread(self.store, inbound)

    def store(self, inbound: Inbound) -> None:
        self.before(inbound)
        now = iso(utc_now())
        with self.database.transaction() as c:
            if not seen.mark_seen(c, inbound.channel, inbound.message_id, now):
                return
            person = people.get_or_create_person(c, inbound.channel, inbound.address, inbound.name, now)
            turn_id = turns.record_turn(
                c, person.id, inbound.message_id, inbound.kind, inbound.text, "answer", "bhtn.x", "{}", now
            )
            answer = f"Trả lời cho: {inbound.choice or inbound.text or 'lời chào'}"
            choices = () if "không nút" in inbound.text else CHOICES
            reply = outbox.NewDelivery(
                person_id=person.id,
                channel=inbound.channel,
                address=inbound.address,
                text=answer,
                choices_json=write_choices(choices),
                priority=outbox.PRIORITY_REPLY,
                due_at=now,
                kind="reply",
                turn_id=turn_id,
            )
            outbox.enqueue(c, [reply], now)


class Site:
    """The web chat of one database, which can be stopped and started again on the same port."""

    def __init__(self, database: Database) -> None:
        self.database = database
        self.bot = SmallBot(database)
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port: int = probe.getsockname()[1]
        self.url = f"http://127.0.0.1:{self.port}"

    def start(self) -> None:
        self.mailbox = Mailbox(self.database)
        app = Starlette(routes=chat_routes(self.bot, self.mailbox), middleware=[Middleware(SecurityHeaders)])
        config = uvicorn.Config(app, host="127.0.0.1", port=self.port, log_level="warning", lifespan="off", ws="none")
        self._server = Server(config, self.mailbox.close)
        self._thread = threading.Thread(target=asyncio.run, args=[self._server.serve()], daemon=True)
        self._thread.start()
        wait_until(lambda: self._server.started)

    def stop(self) -> None:
        if self._thread.is_alive():
            self._server.should_exit = True
            self._thread.join(10)
        assert not self._thread.is_alive(), "open streams keep the server from stopping"

    @contextlib.contextmanager
    def visitor(self) -> Iterator[httpx.Client]:
        """A browser that has opened the page."""
        with httpx.Client(base_url=self.url, timeout=10) as client:
            client.get("/")
            yield client


def wait_until(true: Callable[[], bool], seconds: float = 10) -> None:
    deadline = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < deadline, "waited too long"
        time.sleep(0.01)
