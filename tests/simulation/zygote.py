"""Two replicas of the bot as processes of their own, forked anew whenever one of them is killed.

Run as a program by the test: it reads what the test pickled into a folder, keeps two children alive and tells their
process ids through the same shared page through which the test tells the time.
"""

from __future__ import annotations

import dataclasses
import datetime
import json
import mmap
import os
import pickle
import struct
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from bot.simulating.phones import Arrival
from bot.simulating.replica import Clock, Replica
from bot.simulating.script import Script
from bot.simulating.year import make_phones
from content.load import load_library
from content.model import Library
from storage.database import StorageError, open_database

ROOT = Path(__file__).parents[2]
REPLICAS = 2
_PAGE = struct.Struct(f"<qdq{REPLICAS}q{REPLICAS}q")


class Page:
    """What test and replicas share: (step, the time, whether the clock ticks), then what each has done, then its id."""

    def __init__(self, folder: Path) -> None:
        path = folder / "page"
        if not path.exists():
            path.write_bytes(bytes(mmap.PAGESIZE))
        with path.open("r+b") as file:
            self._map = mmap.mmap(file.fileno(), mmap.PAGESIZE)

    def order(self, step: int, now: datetime.datetime, *, ticks: bool) -> None:
        struct.pack_into("<dq", self._map, 8, now.timestamp(), int(ticks))
        struct.pack_into("<q", self._map, 0, step)  # last: whoever sees the step sees the time too

    def read_order(self) -> tuple[int, datetime.datetime, bool]:
        step, now, ticks = struct.unpack_from("<qdq", self._map, 0)
        return step, datetime.datetime.fromtimestamp(now, datetime.UTC), bool(ticks)

    def finish(self, replica: int, step: int) -> None:
        struct.pack_into("<q", self._map, 24 + 8 * replica, step)

    def finished(self, replica: int) -> int:
        return int(struct.unpack_from("<q", self._map, 24 + 8 * replica)[0])

    def name(self, replica: int, pid: int) -> None:
        struct.pack_into("<q", self._map, 24 + 8 * (REPLICAS + replica), pid)

    def pid(self, replica: int) -> int:
        return int(struct.unpack_from("<q", self._map, 24 + 8 * (REPLICAS + replica))[0])


def write_ledger(folder: Path) -> Callable[[Arrival], None]:
    """Write to the platform's own book: one write each, so that a killed sender leaves whole lines."""
    file = os.open(folder / "ledger", os.O_WRONLY | os.O_APPEND | os.O_CREAT)

    def write(arrival: Arrival) -> None:
        line = {**dataclasses.asdict(arrival), "at": arrival.at.isoformat()}
        os.write(file, json.dumps(line).encode() + b"\n")

    return write


def read_ledger(folder: Path) -> list[Arrival]:
    lines = (folder / "ledger").read_text().splitlines()
    found: list[dict[str, Any]] = [json.loads(line) for line in lines]
    return [Arrival(**{**line, "at": datetime.datetime.fromisoformat(line["at"])}) for line in found]


def _serve(folder: Path, url: str, library: Library, script: Script, replica: int) -> None:
    page = Page(folder)
    clock = Clock(page.read_order()[1])
    script = dataclasses.replace(script, seed=time.monotonic_ns())  # the platform's whims begin anew
    phones = make_phones(script, clock, write_ledger(folder))
    database = open_database(url)
    copy = Replica(database, library, phones, f"{replica} {os.getpid()}", clock)
    while True:
        step, now, ticks = page.read_order()
        if step == page.finished(replica):
            time.sleep(0.002)
            continue
        clock.set(now)
        try:
            if ticks:
                copy.tick()
            copy.send()
        except StorageError:
            time.sleep(0.005)  # two at the same row: one waits and does it again
            continue
        page.finish(replica, step)


def main(folder: Path, url: str) -> None:
    page = Page(folder)
    script: Script = pickle.loads((folder / "script").read_bytes())
    library = load_library(ROOT / "content", on=script.starts)
    children: dict[int, int] = {}
    while True:
        for replica in set(range(REPLICAS)) - set(children.values()):
            pid = os.fork()
            if pid == 0:
                _serve(folder, url, library, script, replica)
            children[pid] = replica
            page.name(replica, pid)
        pid, _ = os.wait()
        page.name(children.pop(pid), 0)


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2])
