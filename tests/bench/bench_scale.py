"""A whole city: what every part that looks at people costs with a million of them, beside ten thousand in the same run.

On both databases. Each size runs in a process of its own, so that its memory is its own: what is compared is the most
it held while it worked. The ratio is the answer, the milliseconds are this machine's. Takes ten minutes.
"""

from __future__ import annotations

import contextlib
import datetime
import json
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import psutil
import psycopg

from bot.broadcasting import drive
from bot.clock import iso, utc_now
from bot.erasing import finish_erasing
from bot.known import load_known
from bot.reminding import overdue_before
from content.load import load_library
from storage import (
    audiences,
    broadcasts,
    campaigns,
    directory,
    outbox,
    overview,
    people,
    recipients,
    reminders,
)
from storage import (
    statistics as counts,
)
from storage.audiences import EVERYBODY
from storage.database import Connection, Database, open_database
from storage.directory import Wanted
from storage.scope import WHOLE_CITY, Scope
from storage.statistics import Span
from tests.bench.city import CAMPAIGN, COMMUNE, LISTED_WORD, fill_city
from tests.servers import postgresql

FEW, MANY = 10_000, 1_000_000
ROUNDS = 5
SETTLED_SECONDS = 2
Row = tuple[str, str]
Figures = dict[str, float]
ONE_COMMUNE = Scope(frozenset({COMMUNE}))
EVER = Span("", "9999")
PLAN = "một bản khác của chuỗi"


class Undo(Exception):
    """Ends a transaction without a trace."""


def run() -> Iterator[Row]:
    for kind in ("SQLite", "PostgreSQL"):
        with _homes(kind) as (few_url, many_url):
            few, many = _alone(few_url, FEW), _alone(many_url, MANY)
        for name, value in many.items():
            yield f"{kind}: {name}", f"{value:.1f}; với {FEW} người {few[name]:.1f}, gấp {value / few[name]:.2f} lần"


@contextlib.contextmanager
def _homes(kind: str) -> Iterator[tuple[str, str]]:
    """Two empty databases."""
    with contextlib.ExitStack() as stack:
        if kind == "SQLite":
            folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
            yield f"sqlite:///{folder / 'few.db'}", f"sqlite:///{folder / 'many.db'}"
        else:
            yield (
                stack.enter_context(postgresql(durable=True)),
                stack.enter_context(postgresql(durable=True)),
            )


def _alone(url: str, count: int) -> Figures:
    command = [sys.executable, "-m", "tests.bench.bench_scale", url, str(count)]
    done = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True)
    figures: Figures = json.loads(done.stdout)
    return figures


def measure(url: str, count: int) -> Figures:
    database = open_database(url)
    number = fill_city(database, count)
    _tend(database, url)
    library = load_library(Path("content"), "vi")
    assert CAMPAIGN in library.campaigns
    time.sleep(SETTLED_SECONDS)
    _forget_peak()
    figures = _counted(database)
    began = time.perf_counter()
    queued = drive(database, utc_now()).queued
    took = time.perf_counter() - began
    figures["giây lập danh sách người nhận"] = took
    figures["micro giây lập danh sách, một người"] = 1e6 * took / queued
    _tend(database, url)
    figures |= _while_sending(database, number)
    figures["MB bộ nhớ nhiều nhất của tiến trình"] = _peak_megabytes()
    database.close()
    return figures


def _tend(database: Database, url: str) -> None:
    """What PostgreSQL does by itself within minutes of so many new rows: a city does not come in one."""
    if database.dialect == "postgresql":
        with psycopg.connect(url, autocommit=True) as admin:
            admin.execute("VACUUM ANALYZE")
            admin.execute("CHECKPOINT")


def _counted(database: Database) -> Figures:
    """What pages and the clock ask, in milliseconds, before anything is on its way."""
    now = iso(utc_now())
    later = iso(utc_now() + datetime.timedelta(days=400))

    def asked(work: Callable[[Connection], Any]) -> float:
        return _median(database, work)

    def remember(c: Connection) -> None:
        load_known(c, people.get_or_create_person(c, "zalo", "4000", "Lan", now), now)

    return {
        "ms nhớ lại một người khi có tin": asked(remember),
        "ms đếm đối tượng, cả thành phố": asked(lambda c: audiences.count_audience(c, EVERYBODY, WHOLE_CITY, "")),
        "ms đếm đối tượng, một xã": asked(lambda c: audiences.count_audience(c, EVERYBODY, ONE_COMMUNE, "")),
        "ms số liệu trang đầu": asked(lambda c: overview.count_overview(c, WHOLE_CITY)),
        "ms đếm người theo xã và kênh": asked(lambda c: counts.count_people(c, WHOLE_CITY, EVER)),
        "ms đếm người theo nhóm": asked(lambda c: counts.count_groups(c, WHOLE_CITY)),
        "ms đếm người theo tháng": asked(lambda c: directory.count_by_month(c, WHOLE_CITY, [now, later])),
        "ms trang người dân mới nhất": asked(lambda c: directory.find_people(c, WHOLE_CITY, Wanted(), 51)),
        "ms tìm theo tên": asked(lambda c: directory.find_people(c, WHOLE_CITY, Wanted(words=(LISTED_WORD,)), 51)),
        "ms tìm theo số điện thoại": asked(
            lambda c: directory.find_people(c, WHOLE_CITY, Wanted(phone="0900000777"), 51)
        ),
        "ms tìm trong một xã, một nhóm": asked(
            lambda c: directory.find_people(c, ONE_COMMUNE, Wanted(group="nong-thon"), 51)
        ),
        "ms lấy 100 lời nhắc tới giờ": asked(lambda c: reminders.take_due(c, now, 100)),
        "ms đếm lời nhắc quá giờ": asked(lambda c: reminders.count_overdue(c, overdue_before(utc_now()))),
        "ms lấy 500 người của một chuỗi tin": asked(lambda c: campaigns.take_due(c, CAMPAIGN, "1", now, 500)),
        "ms lấy 500 người khi chuỗi tin đổi bước": asked(lambda c: campaigns.take_due(c, CAMPAIGN, PLAN, "", 500)),
        "ms tìm người đã xin xóa": _timed(lambda: finish_erasing(database, utc_now())),
    }


def _while_sending(database: Database, number: int) -> Figures:
    """What is asked while one delivery for nearly everybody waits."""

    def asked(work: Callable[[Connection], Any]) -> float:
        return _median(database, work)

    def look(c: Connection) -> None:
        broadcasts.get_broadcast(c, number, WHOLE_CITY)
        recipients.count_statuses(c, number)
        recipients.count_reasons(c, number, 8)
        recipients.list_latest_sent(c, number, 300)

    return {
        "ms trang tiến độ khi đang gửi": asked(look),
        "ms một trang người nhận": asked(
            lambda c: recipients.list_recipients(c, number, WHOLE_CITY, "queued", ("", 0), 51)
        ),
        "ms 5.000 dòng để xuất danh sách nhận": asked(
            lambda c: recipients.list_recipients(c, number, WHOLE_CITY, "queued", ("", 0), 5_000)
        ),
        "ms số liệu trang đầu khi đang gửi": asked(lambda c: overview.count_overview(c, WHOLE_CITY)),
        "ms số liệu trang đầu khi đang gửi, một xã": asked(lambda c: overview.count_overview(c, ONE_COMMUNE)),
        "ms hàng đợi cho /health khi đang gửi": asked(outbox.backlog),
    }


def _median(database: Database, work: Callable[[Connection], Any]) -> float:
    """Milliseconds of `work` in a transaction that leaves no trace."""

    def once() -> None:
        with contextlib.suppress(Undo), database.transaction() as c:
            work(c)
            raise Undo

    return _timed(once)


def _timed(work: Callable[[], Any]) -> float:
    times = []
    for _ in range(ROUNDS):
        began = time.perf_counter()
        work()
        times.append(1000 * (time.perf_counter() - began))
    return statistics.median(times)


def _forget_peak() -> None:
    Path("/proc/self/clear_refs").write_text("5", "ascii")


def _peak_megabytes() -> float:
    """The most this process has held since `_forget_peak`; where the system does not say, what it holds now."""
    for line in Path("/proc/self/status").read_text("ascii").splitlines():
        if line.startswith("VmHWM:"):
            return int(line.split()[1]) / 1024
    return float(psutil.Process().memory_info().rss / 2**20)


if __name__ == "__main__":
    print(json.dumps(measure(sys.argv[1], int(sys.argv[2]))))
