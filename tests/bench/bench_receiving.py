"""One message received, decided, stored and queued: median, p99 and the share of each part, on both databases.

Parts are timed by wrapping the functions that `receive` calls; what is left over is BEGIN, COMMIT and Python between
them. The disk is in it: SQLite commits with synchronous=FULL, PostgreSQL with its own fsync.
"""

from __future__ import annotations

import collections
import contextlib
import datetime
import itertools
import statistics
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from bot import receiving
from bot.clock import iso, utc_now
from bot.messages import Inbound
from bot.voice import Voice, load_voice
from storage import dialogues, outbox, people, seen, turns
from storage.database import Database, open_database
from storage.migrations import migrate
from tests.servers import postgresql

ROOT = Path(__file__).parents[2]
MESSAGES = 1_000
PARTS = (
    ("đã thấy chưa", seen, "mark_seen"),
    ("người", people, "get_or_create_person"),
    ("đọc trạng thái", dialogues, "load_dialogue"),
    ("hiểu và trả lời", receiving, "respond"),
    ("ghi trạng thái", dialogues, "save_dialogue"),
    ("ghi lượt", turns, "record_turn"),
    ("xếp hàng gửi", outbox, "enqueue"),
)
Row = tuple[str, str]


def run() -> list[Row]:
    voice = load_voice(ROOT / "content")
    questions = [text for entry in voice.library.entries.values() for text in entry.ask[:4]]
    rows: list[Row] = []
    for kind, open_one in (("SQLite", sqlite), ("PostgreSQL", durable_postgresql)):
        with open_one() as database:
            migrate(database, iso(utc_now()))
            rows += measure(kind, database, voice, questions)
    return rows


def measure(kind: str, database: Database, voice: Voice, questions: list[str]) -> list[Row]:
    spent: dict[str, float] = collections.defaultdict(float)
    times = []
    messages = zip(range(MESSAGES), itertools.cycle(questions))
    with contextlib.ExitStack() as stack:
        for name, module, function in PARTS:
            stack.enter_context(timed(module, function, name, spent))
        for number, text in messages:
            inbound = Inbound("telegram", str(number % 200), str(number), "text", text=text, name="Hoa")
            started = time.perf_counter()
            receiving.receive(database, voice, inbound, datetime.datetime.now(datetime.UTC))
            times.append(time.perf_counter() - started)
    total = sum(times)
    spent["BEGIN, COMMIT, phần còn lại"] = total - sum(spent.values())
    times.sort()
    rows = [
        (f"{kind}: một tin, trung vị", f"{statistics.median(times) * 1e3:.2f} ms"),
        (f"{kind}: một tin, p99", f"{times[int(len(times) * 0.99)] * 1e3:.2f} ms"),
    ]
    return rows + [(f"{kind}:   {name}", f"{share / total:.0%}") for name, share in spent.items()]


@contextlib.contextmanager
def timed(module: Any, function: str, name: str, spent: dict[str, float]) -> Iterator[None]:
    original: Callable[..., Any] = getattr(module, function)

    def wrapped(*arguments: Any, **named: Any) -> Any:
        started = time.perf_counter()
        try:
            return original(*arguments, **named)
        finally:
            spent[name] += time.perf_counter() - started

    setattr(module, function, wrapped)
    try:
        yield
    finally:
        setattr(module, function, original)


@contextlib.contextmanager
def sqlite() -> Iterator[Database]:
    with tempfile.TemporaryDirectory() as folder:
        database = open_database(f"sqlite:///{folder}/gocua.sqlite3")
        yield database
        database.close()


@contextlib.contextmanager
def durable_postgresql() -> Iterator[Database]:
    with postgresql(durable=True) as url:
        database = open_database(url)
        yield database
        database.close()
