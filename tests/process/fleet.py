"""Several machines on one PostgreSQL: replicas behind a proxy, two senders, people who write, and a platform's record.

Answers for: starting and killing them, a load that goes on meanwhile, and the account afterwards of what was said, what
the database holds and what the platform saw. What is killed when is the tests' matter.
"""

from __future__ import annotations

import asyncio
import bisect
import collections
import contextlib
import dataclasses
import itertools
import time
from collections.abc import AsyncIterator
from pathlib import Path

import aiohttp

from bot.clock import iso, utc_now
from storage import broadcasts, officials
from storage.broadcasts import NewBroadcast
from storage.database import Database
from tests.bench.quick_platform import seen
from tests.process.conftest import TOKEN, Program, free_port, until

SECRET = "bi-mat_1234"
HEADERS = {"X-Telegram-Bot-Api-Secret-Token": SECRET}
QUESTION = "nộp hồ sơ bảo hiểm thất nghiệp ở đâu"
FIRST_WRITER = 10_000_000  # whoever writes is nobody of the broadcast
IN_FLIGHT = 64  # of the Telegram channel

_PEOPLE = """
    WITH RECURSIVE numbers (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM numbers WHERE n < :count)
    INSERT INTO people (
        channel, address, name, language, commune, pushes_allowed, gone_at, gone_reason, created_at, last_seen_at
    )
    SELECT 'telegram', CAST(n AS TEXT), '', 'vi', '', 1, '', '', :now, :now FROM numbers
"""
_CONSENTS = """
    INSERT INTO consents (person_id, purpose, version, text, given_at, withdrawn_at)
    SELECT id, 'nhan-tin', '1', 'Tôi đồng ý nhận tin.', :now, '' FROM people WHERE channel = 'telegram' ORDER BY id
"""


class Proxy:
    """What nginx does with two upstreams: one after the other, and the next when one does not answer the door."""

    def __init__(self, ports: list[int]) -> None:
        self._ports = itertools.cycle(ports)
        self._tries = len(ports)
        self.port = free_port()
        self._open: set[asyncio.StreamWriter] = set()

    @contextlib.asynccontextmanager
    async def opened(self) -> AsyncIterator[Proxy]:
        server = await asyncio.start_server(self._pass_on, "127.0.0.1", self.port)
        try:
            yield self
        finally:
            server.close()
            for writer in self._open:
                writer.close()

    async def _pass_on(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._open.add(writer)
        try:
            for _ in range(self._tries):
                with contextlib.suppress(OSError):
                    behind, ahead = await asyncio.open_connection("127.0.0.1", next(self._ports))
                    await asyncio.gather(_copy(reader, ahead), _copy(behind, writer))
                    return
        finally:
            self._open.discard(writer)
            writer.close()


async def _copy(source: asyncio.StreamReader, target: asyncio.StreamWriter) -> None:
    with contextlib.suppress(OSError):
        while piece := await source.read(65536):
            target.write(piece)
            await target.drain()
    target.close()


@dataclasses.dataclass(frozen=True)
class Account:
    """What it all came to. `most` is the largest number of messages the platform saw in any one second."""

    said: int
    answered: int  # people who wrote and whose every bubble arrived
    turns: int
    recipients: int
    reached: int
    unsettled: int
    repeats: int
    doubtful: int  # what the database marks as perhaps sent twice
    most: int
    closest: float  # the shortest time between two messages to one chat


class Fleet:
    """`web-1`, `web-2`, `send-1` and `send-2` by name, on `database` at `database_url`."""

    def __init__(self, folder: Path, database: Database, database_url: str, platform_url: str, rate: int) -> None:
        self.database = database
        self.platform_url = platform_url
        self.programs = {
            name: self._program(folder / name, database_url, roles, rate)
            for name, roles in (("web-1", "web,tick"), ("web-2", "web,tick"), ("send-1", "send"), ("send-2", "send"))
        }
        self.proxy = Proxy([self.programs[name].port for name in ("web-1", "web-2")])
        self.senders: set[int] = set()  # how many processes had something in flight, whenever it was looked at
        self._writers = itertools.count(FIRST_WRITER)
        self._said: list[int] = []

    def _program(self, folder: Path, database_url: str, roles: str, rate: int) -> Program:
        folder.mkdir()
        (folder / "cache").symlink_to((folder.parent / "cache").resolve())
        environment = {
            "GOCUA_DB_URL": database_url,
            "GOCUA_ROLES": roles,
            "GOCUA_PUBLIC_URL": "https://gocua.example",
            "TELEGRAM_BOT_TOKEN": TOKEN,
            "TELEGRAM_API_URL": self.platform_url,
            "TELEGRAM_MODE": "webhook",
            "TELEGRAM_WEBHOOK_SECRET": SECRET,
            "TELEGRAM_PER_SECOND": str(rate),
        }
        return Program(folder, **environment)

    @contextlib.asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        for program in self.programs.values():
            program.start()
        try:
            for program in self.programs.values():
                await program.ready(60)
            async with self.proxy.opened():
                yield
        finally:
            for program in self.programs.values():
                program.kill()

    def announce(self, people: int) -> int:
        """People who agreed to be told, and an approved broadcast to all of them; its id."""
        now = iso(utc_now())
        with self.database.transaction() as c:
            c.execute(_PEOPLE, {"count": people, "now": now})
            c.execute(_CONSENTS, {"now": now})
            author, approver = (
                officials.add_official(c, login, login, "admin", None, "x", now) for login in ("lan", "minh")
            )
            new = NewBroadcast("Phiên giao dịch việc làm", "Sáng thứ Bảy, 8 giờ.", None, urgent=True)
            number = broadcasts.add_draft(c, "fleet", new, author, now)
            broadcasts.submit(c, number, f"**{new.title}**\n\n{new.text}", "[]", "mark", now)
            broadcasts.approve(c, number, approver, "mark", now)
        return number

    @contextlib.asynccontextmanager
    async def people_writing(self, per_second: float) -> AsyncIterator[None]:
        """Somebody new writes at this pace; like the platform, whoever brings it repeats it until it is taken."""
        ending = asyncio.Event()
        async with aiohttp.ClientSession(connector=aiohttp.TCPConnector(force_close=True)) as session:
            load = asyncio.create_task(self._write(session, per_second, ending))
            try:
                yield
            finally:
                ending.set()
                await load

    async def _write(self, session: aiohttp.ClientSession, per_second: float, ending: asyncio.Event) -> None:
        async with asyncio.TaskGroup() as bringing:
            due = time.monotonic()
            while not ending.is_set():
                writer = next(self._writers)
                self._said.append(writer)
                bringing.create_task(self._bring(session, writer))
                due = max(due + 1 / per_second, time.monotonic() - 0.1)
                await asyncio.sleep(max(0.0, due - time.monotonic()))

    async def _bring(self, session: aiohttp.ClientSession, writer: int) -> None:
        sender = {"id": writer, "is_bot": False, "first_name": "Hoa"}
        chat = {"id": writer, "type": "private", "first_name": "Hoa"}
        message = {"message_id": 1, "from": sender, "chat": chat, "date": 1, "text": QUESTION}
        update = {"update_id": writer, "message": message}
        url = f"http://127.0.0.1:{self.proxy.port}/telegram/webhook"
        while True:
            with contextlib.suppress(aiohttp.ClientError, TimeoutError):
                timeout = aiohttp.ClientTimeout(total=20)
                async with session.post(url, json=update, headers=HEADERS, timeout=timeout) as answer:
                    if answer.status == 200:
                        return
            await asyncio.sleep(0.2)

    def active_sender(self) -> str:
        """The name of the process that has the role of Telegram's sender."""
        with self.database.reading() as c:
            row = c.row("SELECT owner FROM leases WHERE name = 'send:telegram'")
        pid = int(row["owner"].split(":")[1]) if row and row["owner"] else 0
        return next((name for name, program in self.programs.items() if program.alive and program.pid == pid), "")

    @contextlib.asynccontextmanager
    async def senders_watched(self) -> AsyncIterator[None]:
        async def watch() -> None:
            while True:
                await asyncio.sleep(0.05)
                with self.database.reading() as c:
                    rows = c.rows(
                        "SELECT DISTINCT lease_owner FROM outbox WHERE status = 'sending' AND channel = 'telegram'"
                    )
                self.senders.add(len(rows))

        watching = asyncio.create_task(watch())
        try:
            yield
        finally:
            watching.cancel()

    async def arrived(self, count: int, seconds: float = 60) -> None:
        """Until the platform has seen so many messages."""
        end = time.monotonic() + seconds
        while len(await self._seen()) < count:
            assert time.monotonic() < end, f"{len(await self._seen())} of {count}"
            await asyncio.sleep(0.25)

    async def next_arrival(self, seconds: float) -> float:
        """Seconds until the platform sees another message."""
        began = time.monotonic()
        before = len(await self._seen())
        while len(await self._seen()) == before:
            assert time.monotonic() - began < seconds, "nobody sends"
            await asyncio.sleep(0.05)
        return time.monotonic() - began

    async def all_sent(self, seconds: float) -> None:
        await until(lambda: self._unsettled() == 0, seconds)

    def account(self, broadcast: int) -> Account:
        arrivals = seen(self.platform_url)
        times = collections.defaultdict(list)
        for at, chat in arrivals:
            times[chat].append(at)
        with self.database.reading() as c:
            rows = c.rows("SELECT address, COUNT(*) AS n FROM outbox WHERE channel = 'telegram' GROUP BY address")
            turns = c.rows("SELECT COUNT(*) AS n FROM turns")[0]["n"]
            doubtful = c.rows("SELECT COUNT(*) AS n FROM outbox WHERE may_repeat = 1")[0]["n"]
            told = c.rows("SELECT address FROM outbox WHERE broadcast_id = :id AND status = 'sent'", {"id": broadcast})
        wanted = {row["address"]: row["n"] for row in rows}
        moments = sorted(at for at, _ in arrivals)
        gaps = [later - earlier for each in times.values() for earlier, later in itertools.pairwise(sorted(each))]
        return Account(
            said=len(self._said),
            answered=sum(len(times[str(one)]) >= wanted.get(str(one), 1) for one in self._said),
            turns=turns,
            recipients=len(told),
            reached=sum(bool(times[row["address"]]) for row in told),
            unsettled=self._unsettled(),
            repeats=sum(max(0, len(each) - wanted.get(chat, 0)) for chat, each in times.items()),
            doubtful=doubtful,
            most=max(bisect.bisect_left(moments, at + 1.0) - n for n, at in enumerate(moments)),
            closest=min(gaps, default=float("inf")),
        )

    def _unsettled(self) -> int:
        with self.database.reading() as c:
            return int(c.rows("SELECT COUNT(*) AS n FROM outbox WHERE status IN ('queued', 'sending')")[0]["n"])

    async def _seen(self) -> list[tuple[float, str]]:
        return await asyncio.to_thread(seen, self.platform_url)
