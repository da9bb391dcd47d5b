"""Random and bent calls on all three doors, through the real receive path: how many, how fast, how many faults.

`--count` says how many (default 20,000; a million take hours). A fault is an exception, a 5xx, a turn that failed,
or a reply that a platform would refuse; the first of them are printed.
"""

from __future__ import annotations

import tempfile
import time
from collections.abc import Iterator

from bot.clock import iso, utc_now
from bot.voice import load_voice
from storage.database import open_database
from storage.migrations import migrate
from tests.hostile.calls import calls
from tests.hostile.doors import CONTENT, Doors, knock_all

COUNT = 20_000
SEED = 2026
SHOWN = 10
Row = tuple[str, str]


def run(count: int = COUNT, seed: int = SEED) -> Iterator[Row]:
    with tempfile.TemporaryDirectory() as folder:
        database = open_database(f"sqlite:///{folder}/gocua.db")
        migrate(database, iso(utc_now()))
        doors = Doors(database, load_voice(CONTENT))
        began = time.perf_counter()
        knock_all(doors, calls(seed, count, doors.actions), every=10_000)
        took = time.perf_counter() - began
        database.close()
    yield "tin đã nhận", f"{count} ({count / took:.0f} mỗi giây)"
    for outcome, times in doors.outcomes.most_common():
        yield f"  {outcome}", f"{times}"
    yield "nút bấm khác nhau đã thấy", f"{len(doors.actions)}"
    yield "lỗi không được xử lý", f"{len(doors.faults)}"
    for fault in doors.faults[:SHOWN]:
        yield "  lỗi", fault[:300]
