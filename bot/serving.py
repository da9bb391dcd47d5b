"""The running program: opens every part in order, keeps them going, and closes them in the opposite order.

Web, webhooks and pages live in one Starlette application; each channel has its own sending loop. A channel that is
down does not take the others with it.
"""

from __future__ import annotations

import asyncio
import contextlib
import gc
import logging
import os
import secrets
import signal
import socket
import sys
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator

import uvicorn
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.routing import Route

from bot.alone import only_process
from bot.calendar_files import calendar_routes
from bot.channels.contract import Channel, NotStored
from bot.channels.registry import Wiring, open_channels
from bot.channels.web import Mailbox
from bot.channels.webhooks import MAX_BODY, Webhook
from bot.clock import iso, utc_now
from bot.condition import Condition
from bot.console.frame import Console
from bot.console.routes import console_routes
from bot.health import Health
from bot.messages import Inbound
from bot.receiving import Inbox
from bot.rescheduling import keep_calendar
from bot.retention import kept
from bot.sending import Bell, send_forever
from bot.settings import Settings
from bot.ticking import Clockwork, start_ticking
from bot.voice import Understanding
from bot.watching import WatchedDatabase, told_by_database
from bot.web.chat import STREAMS_LIMIT, chat_routes
from bot.web.headers import SecurityHeaders
from bot.web.patience import BodyDeadline
from bot.web.server import Server
from content.live import LiveLibrary, Loaded
from intents.match import Matcher
from storage import channels as channel_rows
from storage import outbox
from storage.database import Database, StorageError, open_database
from storage.migrations import migrate

log = logging.getLogger(__name__)

# Seconds after which a busy thread lets another one on. SQLite's driver gives Python's lock away for every row it
# reads: at the usual 5 ms a transaction in a thread takes seconds beside an event loop that is busy sending.
SWITCH_INTERVAL = 0.0005
MOST_CONNECTIONS = 2 * STREAMS_LIMIT  # beyond it the answer is 503: open streams, and as many who ask and go
SENDING_PATIENCE = 3  # sends in a row that fail before a channel counts as ill: one of them is daily life


def serve(settings: Settings) -> None:
    """Run until told to stop (SIGTERM, Ctrl-C). Raises what keeps it from starting."""
    sys.setswitchinterval(SWITCH_INTERVAL)
    with contextlib.ExitStack() as stack:
        stack.enter_context(only_process(settings.database_url))
        database = open_database(settings.database_url)
        stack.callback(database.close)
        migrate(database, iso(utc_now()))
        if database.dialect == "sqlite":
            _take_over(database)
        understanding = Understanding(settings.cache_dir)
        live: LiveLibrary[Matcher] = LiveLibrary(settings.content_dir, "vi", on_change=understanding.follow)
        stack.enter_context(live)
        keep_calendar(database, live.current, iso(utc_now()))
        settle_memory()
        mailbox = Mailbox(database)
        app = build_app(settings, database, live, understanding, mailbox)
        log.info(
            "serve.starting",
            extra={"url": f"http://{settings.host}:{settings.port}", "database": database.dialect},
        )
        config = uvicorn.Config(
            app,
            host=settings.host,
            port=settings.port,
            log_config=None,
            access_log=False,
            server_header=False,
            proxy_headers=bool(settings.public_url),
            timeout_graceful_shutdown=5,
            limit_concurrency=MOST_CONNECTIONS,
        )
        # uvicorn closes everything and then repeats the signal; without this the rest of the stack would not unwind.
        signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
        Server(config, mailbox.close).run()


def settle_memory() -> None:
    """Put what stays for the life of the process out of the garbage collector's sight.

    A full collection over a whole library takes tens of milliseconds, in the middle of somebody's answer.
    """
    gc.collect()
    gc.freeze()


def build_app(
    settings: Settings,
    database: Database,
    live: LiveLibrary[Matcher],
    understanding: Understanding,
    mailbox: Mailbox,
) -> Starlette:
    """The application with everything in it; its lifespan starts and stops channels, loops and the clock."""
    watched = WatchedDatabase(database, Condition("database"))
    bell = Bell()
    inbox = Inbox(watched, lambda: Loaded(live.current, understanding.matcher()), bell.ring, settings.public_url)
    channels = open_channels(settings, _wiring(watched, inbox, mailbox))
    sending = {name: Condition(f"{name}.sending", patience=SENDING_PATIENCE) for name in channels}
    health = Health(settings, watched, live, channels, sending)

    @contextlib.asynccontextmanager
    async def lifespan(_app: Starlette) -> AsyncIterator[None]:
        clockwork = Clockwork(
            watched, lambda: live.current, bell.ring, settings.question_notice_days, kept=kept(settings)
        )
        async with running(settings, channels, clockwork, bell, sending):
            yield
        watched.stop()

    routes = [*health.routes()]
    if settings.plays("web"):
        routes += [
            *chat_routes(inbox, mailbox, settings.public_url),
            *calendar_routes(database),
            *_webhook_routes(channels),
            *console_routes(Console(settings, watched, live, channels, bell.ring)),
        ]
    return Starlette(
        routes=routes, middleware=[Middleware(SecurityHeaders), Middleware(BodyDeadline)], lifespan=lifespan
    )


@contextlib.asynccontextmanager
async def running(
    settings: Settings, channels: dict[str, Channel], clockwork: Clockwork, bell: Bell, sending: dict[str, Condition]
) -> AsyncIterator[None]:
    """Channels, their sending loops and the clock, as far as they are this process's work, while the block lasts."""
    owner = f"{socket.gethostname()}:{os.getpid()}:{secrets.token_hex(4)}"
    scheduler = start_ticking(clockwork) if settings.plays("tick") else None
    loops = [
        asyncio.create_task(
            send_forever(channel, clockwork.database, owner, bell.of(name), sending[name]), name=f"send:{name}"
        )
        for name, channel in channels.items()
        if settings.plays("send")
    ]
    try:
        if settings.plays("web"):
            await asyncio.gather(*(channel.start() for channel in channels.values()))
        yield
    finally:
        if scheduler:
            scheduler.shutdown(wait=False)
        # Listening stops before sending: what was received last may still get its reply.
        await asyncio.gather(*(channel.stop() for channel in channels.values()), return_exceptions=True)
        for loop in loops:
            loop.cancel()
        await asyncio.gather(*loops, return_exceptions=True)


def _take_over(database: Database) -> None:
    """Nobody else can hold a lease on our own file: what a killed process had in hand is sent again at once."""
    with database.transaction() as connection:
        channel_rows.release_all_leases(connection)
        outbox.release_all(connection)


def _wiring(database: Database, inbox: Inbox, mailbox: Mailbox) -> Wiring:
    def read(name: str) -> int:
        with database.reading() as connection:
            return int(channel_rows.get_cursor(connection, name) or 0)

    def write(name: str, offset: int) -> None:
        with database.transaction() as connection:
            channel_rows.set_cursor(connection, name, str(offset), iso(utc_now()))

    async def load_offset(name: str) -> int:
        with _told_once():
            return await asyncio.to_thread(read, name)

    async def save_offset(name: str, offset: int) -> None:
        with _told_once():
            await asyncio.to_thread(write, name, offset)

    async def receive(inbound: Inbound) -> None:
        with _told_once():
            await inbox.receive(inbound)

    return Wiring(receive, load_offset, save_offset, mailbox)


@contextlib.contextmanager
def _told_once() -> Iterator[None]:
    """The database's trouble stands in the log already: a channel must not tell it again for every message."""
    try:
        yield
    except StorageError as error:
        if told_by_database(error):
            raise NotStored(str(error)) from error
        raise


def _webhook_routes(channels: dict[str, Channel]) -> list[Route]:
    webhooks = (channel.webhook for channel in channels.values())
    return [Route(webhook.path, _webhook(webhook), methods=["POST"]) for webhook in webhooks if webhook]


def _webhook(webhook: Webhook) -> Callable[[Request], Awaitable[Response]]:
    async def endpoint(request: Request) -> Response:
        body = bytearray()
        try:
            async for chunk in request.stream():
                body += chunk
                if len(body) > MAX_BODY:
                    return Response(status_code=413)
        except ClientDisconnect:
            return Response(status_code=408)
        return Response(status_code=await webhook.handle(dict(request.headers), bytes(body)))

    return endpoint
