"""How long the whole content takes to load and to check, and what a reload costs a message in flight.

A reload runs in a thread of its own; Python lets one thread compute at a time, so an answer being rendered may wait.
Rendered answers stand for messages: what is measured is the longest one, beside a quiet thread and beside a reload.
"""

from __future__ import annotations

import shutil
import statistics
import tempfile
import time
from collections.abc import Callable
from datetime import date
from pathlib import Path

from content.check import check_library
from content.live import LiveLibrary
from content.load import load_library, today_in_hanoi
from content.model import Library
from content.render import render_answer

CONTENT = Path(__file__).parents[2] / "content"
ROUNDS = 9
QUIET_SECONDS = 2.0
RELOADS = 8
Row = tuple[str, str]


def run() -> list[Row]:
    """Rows of (what, figure) for `python -m tests.bench`."""
    today = today_in_hanoi()
    library = load_library(CONTENT, on=today)
    loads = [_timed(lambda: load_library(CONTENT, on=today)) for _ in range(ROUNDS)]
    checks = [_timed(lambda: check_library(CONTENT, today)) for _ in range(ROUNDS)]
    quiet = _render_for(library, today, QUIET_SECONDS)
    during, reloads = _render_while_reloading(today)
    return [
        ("nội dung: số mục, số cách hỏi", f"{len(library.entries)}, {_count_phrasings(library)}"),
        ("nội dung: nạp, trung vị", f"{statistics.median(loads) * 1e3:.0f} ms"),
        ("nội dung: nạp, nhanh nhất", f"{min(loads) * 1e3:.0f} ms"),
        ("nội dung: kiểm tra tất cả, trung vị", f"{statistics.median(checks) * 1e3:.0f} ms"),
        (f"dựng một câu trả lời, p50 / p99 / lâu nhất, {len(quiet)} lần", _spread(quiet)),
        (f"… trong lúc nạp lại {reloads} lần, {len(during)} lần", _spread(during)),
        ("nạp lại làm chậm tin lâu nhất thêm", f"{(max(during) - max(quiet)) * 1e3:.1f} ms"),
    ]


def _render_while_reloading(today: date) -> tuple[list[float], int]:
    """Times of answers rendered while the live thread examines changed trees and swaps them in; how often it did."""
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder) / "content"
        shutil.copytree(CONTENT, root, ignore=shutil.ignore_patterns("*.py", "__pycache__"))
        entry = root / "vi/bhtn/muc-huong.md"
        text = entry.read_text(encoding="utf-8")
        swaps: list[str] = []

        def swap(library: Library) -> int:
            swaps.append(library.digest)
            return _count_phrasings(library)

        times: list[float] = []
        with LiveLibrary(root, on_change=swap, today=lambda: today, interval=0.02) as live:
            for number in range(RELOADS):
                entry.write_text(f"{text}\nLần {number}.\n", encoding="utf-8")
                wanted, limit = len(swaps) + 1, time.monotonic() + 20
                while len(swaps) < wanted and time.monotonic() < limit:
                    times += _render_for(live.current, today, 0.01)
        return times, len(swaps) - 1


def _render_for(library: Library, today: date, seconds: float) -> list[float]:
    """Times of single answers, one entry after the other, for so long."""
    times: list[float] = []
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        for entry in library.entries.values():
            started = time.perf_counter()
            render_answer(library, entry, today)
            times.append(time.perf_counter() - started)
    return times


def _count_phrasings(library: Library) -> int:
    return sum(len(entry.ask) for entry in library.entries.values())


def _timed(work: Callable[[], object]) -> float:
    started = time.perf_counter()
    work()
    return time.perf_counter() - started


def _spread(times: list[float]) -> str:
    ordered = sorted(times)
    p99 = ordered[int(len(ordered) * 0.99)]
    return f"{statistics.median(ordered) * 1e3:.2f} / {p99 * 1e3:.2f} / {ordered[-1] * 1e3:.1f} ms"
