"""A million messages waiting: what a claim costs by day and by night, and what the sender holds in memory.

On both databases, beside the same with ten thousand waiting: the ratio is the answer, the milliseconds are this
machine's. Takes minutes, nearly all of them to fill the queues.
"""

from __future__ import annotations

import asyncio
import contextlib
import gc
import statistics
import time
from collections.abc import Callable, Iterator

import psutil

from bot.clock import iso, later, utc_now
from storage import outbox
from storage.database import Connection, Database
from tests.bench.bench_receiving import durable_postgresql, sqlite
from tests.bench.queues import as_served, fill, send_all
from tests.bench.quick_platform import quick_platform

FEW, MANY = 10_000, 1_000_000
SENT = 5_000
ROUNDS = 7
Row = tuple[str, str]


class Undo(Exception):
    """Ends a transaction without a trace, so that every round meets the same queue."""


def run() -> Iterator[Row]:
    with as_served():
        for kind, open_one in (("SQLite", sqlite), ("PostgreSQL", durable_postgresql)):
            few = _measured(open_one, FEW)
            many = _measured(open_one, MANY)
            for name, value in many.items():
                yield f"{kind}: {name}", f"{value:.2f}, gấp {value / few[name]:.2f} lần so với {FEW} tin chờ"


def _measured(open_one: Callable[[], contextlib.AbstractContextManager[Database]], count: int) -> dict[str, float]:
    """Milliseconds and megabytes with `count` pushes waiting that are not urgent."""
    with open_one() as database:
        began = time.perf_counter()
        fill(database, count, urgent=0)
        filled = time.perf_counter() - began
        figures = {
            f"micro giây để xếp hàng một trong {MANY} tin": 1e6 * filled / count,
            "ms để nhận 100 tin": _claim(database, 100, quiet=False),
            "ms để nhận 1.000 tin": _claim(database, 1_000, quiet=False),
            "ms để nhận 100 tin ban đêm (không có gì để nhận)": _claim(database, 100, quiet=True),
            "ms để biết bao giờ có việc": _timed(database, lambda c: outbox.next_due_at(c, "telegram")),
            "ms để biết bao giờ có việc, ban đêm": _timed(
                database, lambda c: outbox.next_due_at(c, "telegram", quiet=True)
            ),
        }
        with database.transaction() as c:
            c.execute("UPDATE outbox SET urgent = 1, priority = 5 WHERE id <= :last", {"last": SENT})
        with quick_platform() as url:
            asyncio.run(_sent(database, url))
        gc.collect()
        figures["MB bộ nhớ của tiến trình sau khi gửi"] = psutil.Process().memory_info().rss / 2**20
        return figures


async def _sent(database: Database, url: str) -> None:
    await send_all(database, url, 2_000, 1.0)


def _claim(database: Database, limit: int, *, quiet: bool) -> float:
    now = utc_now()
    wanted = 0 if quiet else limit

    def claim(c: Connection) -> None:
        found = outbox.claim(c, "telegram", "bench", limit, later(now, 60), iso(now), quiet=quiet)
        if len(found) != wanted:
            raise AssertionError(f"{len(found)} claimed instead of {wanted}")

    return _timed(database, claim)


def _timed(database: Database, work: Callable[[Connection], object]) -> float:
    """The median in milliseconds; what was done is undone."""
    times = []
    for _ in range(ROUNDS):
        with contextlib.suppress(Undo), database.transaction() as c:
            began = time.perf_counter()
            work(c)
            times.append(1000 * (time.perf_counter() - began))
            raise Undo
    return statistics.median(times)
