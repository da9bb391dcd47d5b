"""A broadcast to a whole city: the live count, the expansion, memory, and how fast pages answer meanwhile.

100,000 people on SQLite, as most installations are, then a million on both databases. A fifth of them may not be told,
so that the reasons are counted too. Takes minutes, most of them to fill the databases.
"""

from __future__ import annotations

import statistics
import threading
import time
from collections.abc import Callable, Iterator

import psutil

from bot.broadcasting import drive
from bot.clock import iso, utc_now
from storage import audiences, broadcasts, officials, recipients
from storage.audiences import EVERYBODY, Audience
from storage.broadcasts import NewBroadcast
from storage.database import Database
from storage.migrations import migrate
from storage.scope import WHOLE_CITY, Scope
from tests.bench.bench_receiving import durable_postgresql, sqlite
from tests.bench.queues import as_served

FEW, MANY = 100_000, 1_000_000
ROUNDS = 5
PAGE_EVERY = 0.02  # seconds between two visits to the console while the expansion runs
NARROW = Audience(groups=("nong-thon",), channels=("zalo",), seen_days=90)
Row = tuple[str, str]

_PEOPLE = """
    WITH RECURSIVE numbers (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM numbers WHERE n < :count)
    INSERT INTO people (
        channel, address, name, language, commune, pushes_allowed, gone_at, gone_reason, created_at, last_seen_at
    )
    SELECT CASE WHEN n % 3 = 0 THEN 'telegram' ELSE 'zalo' END, CAST(n AS TEXT), 'Nguyễn Thị Lan', 'vi',
        CASE WHEN n % 126 = 7 THEN 'hoa-xa' ELSE 'xa-' || CAST(n % 126 AS TEXT) END,
        CASE WHEN n % 10 = 1 THEN 0 ELSE 1 END, CASE WHEN n % 20 = 2 THEN :now ELSE '' END, '', :now, :now
    FROM numbers
"""
_CONSENTS = """
    INSERT INTO consents (person_id, purpose, version, text, given_at, withdrawn_at)
    SELECT id, 'nhan-tin', '1', 'Tôi đồng ý nhận tin.', :now, '' FROM people WHERE id % 20 <> 5 ORDER BY id
"""
_GROUPS = """
    INSERT INTO person_groups (person_id, group_slug, created_at)
    SELECT id, 'nong-thon', :now FROM people WHERE id % 4 = 0 ORDER BY id
"""


def run() -> Iterator[Row]:
    with as_served():
        with sqlite() as database:
            yield from _measured("SQLite", database, FEW)
        for kind, open_one in (("SQLite", sqlite), ("PostgreSQL", durable_postgresql)):
            with open_one() as database:
                yield from _measured(kind, database, MANY)


def _measured(kind: str, database: Database, count: int) -> Iterator[Row]:
    number = _fill(database, count)
    head = f"{kind}, {count} người"
    for name, audience, scope in (
        ("cả thành phố", EVERYBODY, WHOLE_CITY),
        ("một xã", EVERYBODY, Scope(frozenset({"hoa-xa"}))),
        ("nhóm, kênh, gần đây", NARROW, WHOLE_CITY),
    ):
        yield f"{head}: ms đếm {name}", f"{_count(database, audience, scope):.0f}"
    process = psutil.Process()
    before = process.memory_info().rss
    visits: list[float] = []
    writes: list[float] = []
    done = threading.Event()
    visitors = [
        threading.Thread(target=_visit, args=(_look(database, number), done, visits)),
        threading.Thread(target=_visit, args=(_touch(database), done, writes)),
    ]
    for visitor in visitors:
        visitor.start()
    began = time.perf_counter()
    queued = drive(database, utc_now()).queued
    took = time.perf_counter() - began
    done.set()
    for visitor in visitors:
        visitor.join()
    yield f"{head}: giây lập danh sách {queued} người nhận", f"{took:.1f} ({1e6 * took / queued:.0f} µs một người)"
    yield f"{head}: MB bộ nhớ tăng thêm", f"{(process.memory_info().rss - before) / 2**20:.0f}"
    yield f"{head}: ms p95 đọc tiến độ trong khi ấy", _p95(visits)
    yield f"{head}: ms p95 một lần ghi khác trong khi ấy", _p95(writes)
    yield f"{head}: ms đọc tiến độ khi xong", f"{_timed(_look(database, number)):.0f}"


def _fill(database: Database, count: int) -> int:
    """People, and an approved broadcast to everybody; its id."""
    now = iso(utc_now())
    migrate(database, now)
    with database.transaction() as c:
        c.execute(_PEOPLE, {"count": count, "now": now})
        c.execute(_CONSENTS, {"now": now})
        c.execute(_GROUPS, {"now": now})
        c.execute("ANALYZE" if database.dialect == "postgresql" else "SELECT 1")  # as the server does by itself
        author, approver = (
            officials.add_official(c, login, login, "admin", None, "x", now) for login in ("lan", "minh")
        )
        new = NewBroadcast("Phiên giao dịch việc làm", "Sáng thứ Bảy, 8 giờ, tại 215 Trung Kính.", None)
        number = broadcasts.add_draft(c, "bench", new, author, now)
        broadcasts.submit(c, number, f"**{new.title}**\n\n{new.text}", "[]", "mark", now)
        broadcasts.approve(c, number, approver, "mark", now)
    return number


def _count(database: Database, audience: Audience, scope: Scope) -> float:
    def count() -> None:
        with database.reading() as c:
            audiences.count_audience(c, audience, scope, "2026-01-01T00:00:00.000Z")

    return _timed(count)


def _look(database: Database, number: int) -> Callable[[], None]:
    """What the page of a broadcast reads while it runs."""

    def look() -> None:
        with database.reading() as c:
            broadcasts.get_broadcast(c, number, WHOLE_CITY)
            recipients.count_statuses(c, number)
            recipients.count_reasons(c, number, 8)
            recipients.list_latest_sent(c, number, 300)

    return look


def _touch(database: Database) -> Callable[[], None]:
    """Somebody else's small transaction: a message that comes in, a sign-in that is used."""

    def touch() -> None:
        with database.transaction() as c:
            c.execute("UPDATE people SET last_seen_at = last_seen_at WHERE id = 1")

    return touch


def _visit(work: Callable[[], None], done: threading.Event, times: list[float]) -> None:
    while not done.wait(PAGE_EVERY):
        began = time.perf_counter()
        work()
        times.append(1000 * (time.perf_counter() - began))


def _timed(work: Callable[[], None]) -> float:
    """The median in milliseconds."""
    times = []
    for _ in range(ROUNDS):
        began = time.perf_counter()
        work()
        times.append(1000 * (time.perf_counter() - began))
    return statistics.median(times)


def _p95(times: list[float]) -> str:
    return f"{statistics.quantiles(times, n=20)[-1]:.0f} ({len(times)} lần)" if len(times) > 1 else "–"
