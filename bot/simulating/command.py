"""`main.py simulate`: a simulated year on a temporary database, and what the judge says of it."""

from __future__ import annotations

import datetime
import logging
import tempfile
from collections.abc import Callable
from pathlib import Path

from bot.simulating.oracle import judge
from bot.simulating.script import write_script
from bot.simulating.telling import tell
from bot.simulating.year import live
from bot.voice import load_voice

MEMORY = Path("/dev/shm")  # noqa: S108 — a folder of our own is made in it
NOT_YET_LAW = (11, 24)  # a holiday by resolution only: whoever counts it as worked reminds a day early
TYPING = 40  # one in so many people types


def run(content_dir: Path, cache_dir: Path, figures: tuple[int, int, int, int], told: Callable[[str], None]) -> bool:
    """Simulate `figures` = (people, days, seed, kills); tell how it went; False when anything was not as promised."""
    people, days, seed, kills = figures
    logging.getLogger("bot").setLevel(logging.CRITICAL)  # refusals and deaths are part of it
    voice = load_voice(content_dir, cache_dir)
    script = write_script(people, days, seed, tuple(place.slug for place in voice.library.places), people // TYPING)
    with temporary_folder() as folder:
        lived = live(script, f"sqlite:///{Path(folder) / 'nam.db'}", voice, kills, told)
    verdict = judge(script, lived.journal, lived.ledger, list_days_off(script.starts, days))
    told("\n" + tell(script, lived, verdict))
    return not any(verdict.faults.values()) and not lived.unfinished


def temporary_folder() -> tempfile.TemporaryDirectory[str]:
    """A folder in memory where there is one: processes die in a simulation, the machine does not."""
    return tempfile.TemporaryDirectory(prefix="gocua-", dir=MEMORY if MEMORY.is_dir() else None)


def list_days_off(starts: datetime.date, days: int) -> frozenset[datetime.date]:
    """The public holidays of the years a simulation touches, two more included: instalments run on."""
    import holidays  # noqa: PLC0415 — heavy, and wanted only here

    years = range(starts.year - 1, (starts + datetime.timedelta(days=days)).year + 3)
    found = {day for year in years for day in holidays.country_holidays("VN", years=year)}
    return frozenset(day for day in found if (day.month, day.day) != NOT_YET_LAW)
