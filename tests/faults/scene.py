"""One program between two platforms that keep a record of every word: what people said, what they were answered.

Answers for: conversations that go on while something breaks, and the proof afterwards that nothing was lost, nothing
but doubtful requests was repeated, the trouble could be seen from outside, and the log told it once.
Must not know what breaks: that is in the tests.
"""

from __future__ import annotations

import asyncio
import collections
import contextlib
import dataclasses
import itertools
import re
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path
from typing import Any

import aiohttp

from storage.database import open_database
from tests.fakes.telegram_platform import FakeTelegram
from tests.fakes.zalo_platform import FakeZalo
from tests.process.conftest import TOKEN, Program

QUESTION = "nộp hồ sơ bảo hiểm thất nghiệp ở đâu"
SECRET = "bi-mat_1234"
Look = Callable[[], None]
Step = Callable[[], Awaitable[None]]

PACE = 8  # people who write each second, on each platform
FAST = {"TELEGRAM_PER_SECOND": "1000", "TELEGRAM_CHAT_INTERVAL": "0", "ZALO_PER_SECOND": "1000"}
EVENT = re.compile(r"^\S+ (WARNING|ERROR|CRITICAL) (\S+)(.*)$", re.MULTILINE)


@dataclasses.dataclass(frozen=True)
class Ledger:
    """What was said and what came of it. `repeats` are bubbles somebody got again."""

    said: int
    repeats: int
    recovery: float  # seconds from the end of the fault until the last person had their answer
    shown: float  # seconds from the fault until /health and /metrics told it; 0 when it is no state
    lines: int  # warnings and errors in the log


class Scene:
    """The program on Telegram by polling and on Zalo by webhook, and whoever writes to it."""

    def __init__(self, folder: Path, *, within: tuple[str, ...] = (), **environment: str) -> None:
        self.telegram = FakeTelegram(token=TOKEN)
        self.zalo = FakeZalo()
        self.folder = folder
        self._within = within
        self._environment = environment
        self._people = itertools.count(1000)
        self._said: list[int] = []
        self._usual: dict[str, int] = {}

    @contextlib.asynccontextmanager
    async def opened(self) -> AsyncIterator[Scene]:
        async with self.telegram, self.zalo, aiohttp.ClientSession() as self._session:
            settings = {
                "TELEGRAM_BOT_TOKEN": TOKEN,
                "TELEGRAM_API_URL": self.telegram.url,
                "ZALO_BOT_TOKEN": self.zalo.token,
                "ZALO_API_URL": self.zalo.url,
                "ZALO_MODE": "webhook",
                "ZALO_WEBHOOK_SECRET": SECRET,
                "ZALO_CHAT_INTERVAL": "0",
            }
            self.program = Program(self.folder, within=self._within, **FAST, **(settings | self._environment))
            self.program._environment.setdefault("GOCUA_PUBLIC_URL", self.program.url)
            try:
                yield self
            finally:
                self.program.kill()

    async def withstand(
        self,
        inject: Step,
        heal: Step,
        *,
        parts: tuple[str, ...],
        lasts: float,
        most: int = 1,
        before_end: Look = lambda: None,
    ) -> Ledger:
        """The whole of it: people write, `inject`, wait until the trouble of `parts` is shown and `lasts` seconds
        more, `heal`, and everybody gets their answer. `most`: lines in the log for one event about one part;
        `before_end` looks at the program while it still runs.
        """
        await self.begin()
        async with self.talking():
            await asyncio.sleep(0.5)
            await inject()
            shown = await self.until_shown(parts, 45) if parts else 0.0
            await asyncio.sleep(lasts)
            await heal()
            over = time.monotonic()
            await asyncio.sleep(0.5)
        await self.until_answered(90)
        recovery = time.monotonic() - over
        await self.until_well()
        await asyncio.to_thread(before_end)
        return self.close_the_books(shown=shown, recovery=recovery, most_lines=most)

    async def begin(self) -> None:
        """Start, wait until all is well, and learn of how many bubbles an answer is."""
        self.program.start()
        await self.program.ready(40)
        await self.until(lambda: bool(self.zalo.webhook), "the webhook is set")
        await self.until_well()
        self.say()
        await self.until_answered()
        received, first = self._received(), self._said[0]
        self._usual = {"telegram": received[str(first)], "zalo": received[f"nguoi-{first}"]}

    # What people do

    def say(self) -> None:
        """Somebody new writes one message on Telegram, and somebody new on Zalo."""
        number = next(self._people)
        self._said.append(number)
        self.telegram.say(number, QUESTION)
        self.zalo.say(f"nguoi-{number}", QUESTION)

    @contextlib.asynccontextmanager
    async def talking(self, pace: float = PACE) -> AsyncIterator[None]:
        """People write as long as the block lasts."""

        async def talk() -> None:
            while True:
                self.say()
                await asyncio.sleep(1 / pace)

        load = asyncio.create_task(talk())
        try:
            yield
        finally:
            load.cancel()

    # What an operator sees

    async def health(self) -> dict[str, Any]:
        """What /health says, within 3 s: it has to answer above all when something is wrong."""
        async with self._session.get(f"{self.program.url}/health", timeout=aiohttp.ClientTimeout(3)) as answer:
            return dict(await answer.json())

    async def metrics(self) -> str:
        async with self._session.get(f"{self.program.url}/metrics", timeout=aiohttp.ClientTimeout(3)) as answer:
            return await answer.text()

    async def until_shown(self, parts: tuple[str, ...], seconds: float = 20) -> float:
        """Until /health and /metrics both say that these parts are not well, with a reason. How long it took."""
        began = time.monotonic()
        while True:
            states = _parts(await self.health())
            measured = await self.metrics()
            ill = [name for name in parts if states[name]["state"] != "ok" and f'part="{name}"}} 0.0' in measured]
            if ill == list(parts):
                assert all(states[name].get("reason") or states[name].get("last_error") for name in parts), states
                return time.monotonic() - began
            assert time.monotonic() - began < seconds, f"not shown: {set(parts) - set(ill)}: {states}"
            await asyncio.sleep(0.1)

    async def until_well(self, seconds: float = 40) -> None:
        """Until every part is well and nothing waits to be sent."""
        end = time.monotonic() + seconds
        while (health := await self.health())["status"] != "ok" or health["outbox"]:
            assert time.monotonic() < end, f"still ill: {health}\n{self._log()[-3000:]}"
            await asyncio.sleep(0.1)

    def told(self) -> collections.Counter[tuple[str, str]]:
        """Warnings and errors of the log: (event, part) → how many lines."""
        found = EVENT.findall(self._log())
        return collections.Counter((event, _part_of(rest)) for _, event, rest in found)

    def reasons(self, *parts: str) -> list[str]:
        """The lines of the log that say when these parts turned ill."""
        return [rest for _, event, rest in EVENT.findall(self._log()) if event != "part.ok" and _part_of(rest) in parts]

    # What is proved

    async def until(self, condition: Callable[[], bool], what: str, seconds: float = 40) -> None:
        end = time.monotonic() + seconds
        while not condition():
            assert self.program.alive, f"the program ended: {self._log()[-3000:]}"
            assert time.monotonic() < end, f"it did not happen in time: {what}\n{self._log()[-3000:]}"
            await asyncio.sleep(0.02)

    async def until_answered(self, seconds: float = 60) -> None:
        """Until everybody who wrote has the whole answer, and the platforms have nothing left to hand over."""
        await self.until(
            lambda: not self.telegram.waiting and not self.zalo.waiting and min(self._surplus().values()) >= 0,
            "everybody is answered",
            seconds,
        )

    def close_the_books(self, *, shown: float, recovery: float, most_lines: int = 1) -> Ledger:
        """The program ends as told, and then: every message one turn, every delivery sent, repeats only where marked.

        `most_lines`: how often one event may stand in the log about one part.
        """
        assert self.program.alive, self._log()[-3000:]
        log, told = self._log(), self.told()
        assert "Traceback" not in log, log[log.index("Traceback") - 500 :][:3000]
        assert max(told.values(), default=0) <= most_lines, told
        assert self.program.end() == 0
        database = open_database(self._environment.get("GOCUA_DB_URL") or f"sqlite:///{self.database_path}")
        try:
            return self._audit(database, shown, recovery, sum(told.values()))
        finally:
            database.close()

    @property
    def database_path(self) -> Path:
        return self.folder / "gocua.sqlite3"

    def _audit(self, database: Any, shown: float, recovery: float, lines: int) -> Ledger:
        with database.reading() as connection:
            turns = connection.row("SELECT COUNT(*) AS n, COUNT(DISTINCT channel_message_id) AS d FROM turns")
            states = connection.rows("SELECT status, COUNT(*) AS n FROM outbox GROUP BY status")
            rows = connection.rows("SELECT address FROM outbox WHERE may_repeat = 1")
        said = 2 * len(self._said)
        assert (turns["n"], turns["d"]) == (said, said), "one turn for every message, and no message twice"
        assert [row["status"] for row in states] == ["sent"], states
        surplus = self._surplus()
        repeated = {address for address, more in surplus.items() if more}
        assert repeated <= {row["address"] for row in rows}, "only what is marked as doubtful may have come twice"
        return Ledger(said, sum(surplus.values()), recovery, shown, lines)

    def _received(self) -> collections.Counter[str]:
        """Address → bubbles."""
        return collections.Counter(
            str(sent.chat_id) for platform in (self.telegram, self.zalo) for sent in platform.sent
        )

    def _surplus(self) -> dict[str, int]:
        """Address → bubbles beyond one answer; below 0 where it is not complete."""
        received = self._received()
        usual = [(str, self._usual.get("telegram", 1)), ("nguoi-{}".format, self._usual.get("zalo", 1))]
        return {name(number): received[name(number)] - due for number in self._said for name, due in usual}

    def _log(self) -> str:
        return self.program.log.read_text(encoding="utf-8")


def _parts(health: dict[str, Any]) -> dict[str, dict[str, Any]]:
    return {"database": health["database"], "content": health["content"], **health["channels"]}


def _part_of(rest: str) -> str:
    found = re.search(r"(?:part|channel|job)=(\S+)", rest)
    return found[1] if found else rest[:60]
