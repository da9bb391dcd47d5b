"""A simulated year in which two processes tick and send at once on PostgreSQL, each killed at any moment."""

from __future__ import annotations

import datetime
import os
import pickle
import random
import signal
import subprocess
import sys
import time
from pathlib import Path

from bot.clock import iso
from bot.simulating.replica import next_sending
from bot.simulating.script import CHANNELS, Script
from bot.simulating.town import Town
from bot.simulating.year import BEFORE_NEXT, Lived, pages, walk
from content.model import Library
from storage.database import open_database
from storage.migrations import migrate
from tests.simulation.zygote import REPLICAS, ROOT, Page, read_ledger

PATIENCE = 60.0  # seconds for one step, with a killed process started anew in it


class _Pair:
    """The two replicas: told the time, waited for, and killed."""

    def __init__(self, folder: Path, url: str, script: Script, kills: int) -> None:
        (folder / "script").write_bytes(pickle.dumps(script))
        (folder / "ledger").touch()
        self._page = Page(folder)
        self._page.order(0, script.ticks[0], ticks=False)
        self._step = 0
        self._dice = random.Random(script.seed)
        self._kills = kills
        self._errors = (folder / "errors").open("wb")
        command = [sys.executable, "-m", "tests.simulation.zygote", str(folder), url]
        self._zygote = subprocess.Popen(command, cwd=ROOT, stderr=self._errors, start_new_session=True)
        self.deaths = 0

    def step(self, now: datetime.datetime, *, ticks: bool, left: int) -> None:
        """Let both do what there is to do at this moment; one may be killed in it. `left` ticks are still to come."""
        self._step += 1
        self._page.order(self._step, now, ticks=ticks)
        if ticks and self._dice.random() < (self._kills - self.deaths) / max(1, left):
            time.sleep(self._dice.uniform(0, 0.03))
            self._kill(self._dice.randrange(REPLICAS))
        end = time.monotonic() + PATIENCE
        while any(self._page.finished(replica) != self._step for replica in range(REPLICAS)):
            assert time.monotonic() < end, "a replica does not come to an end"
            assert self._zygote.poll() is None
            time.sleep(0.002)

    def _kill(self, replica: int) -> None:
        pid = self._page.pid(replica)
        if pid:
            os.kill(pid, signal.SIGKILL)
            self.deaths += 1

    def end(self) -> None:
        """Leave no process behind, also none that was forked a moment ago."""
        os.killpg(self._zygote.pid, signal.SIGKILL)
        self._zygote.wait()
        self._errors.close()


def live_twice(script: Script, url: str, library: Library, folder: Path, kills: int) -> Lived:
    """Live through a script in which nobody types, on an empty PostgreSQL database; `kills` deaths in all."""
    began, cpu, lived, now = time.monotonic(), _cpu_seconds(), Lived(), script.ticks[0]
    database = open_database(url)
    migrate(database, iso(now))
    town = Town(script, library)
    town.announce(database, script.fairs, now)
    pair = _Pair(folder, url, script, kills)
    try:
        for number, (acts, tick, following) in enumerate(walk(script)):
            for page in pages(acts):
                town.act(page)(database)
                lived.journal += page
            if acts:
                pair.step(acts[-1].at, ticks=False, left=1)
            pair.step(tick, ticks=True, left=int(len(script.ticks) * 0.95) - number)
            now = tick
            while (at := next_sending(database, dict.fromkeys(CHANNELS), now)) and at < following - BEFORE_NEXT:
                now = max(at, now) + datetime.timedelta(seconds=5)
                pair.step(now, ticks=False, left=1)
    finally:
        pair.end()
        database.close()
    lived.ledger = read_ledger(folder)
    lived.deaths, lived.seconds, lived.cpu_seconds = pair.deaths, time.monotonic() - began, _cpu_seconds() - cpu
    return lived


def _cpu_seconds() -> float:
    """Of this process and of those that came to an end under it; not the database server's."""
    return sum(os.times()[:4])
