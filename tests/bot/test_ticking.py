"""The clock behind the clock: what comes round goes on when the machine's time is set back."""

from __future__ import annotations

import asyncio
import datetime

import pytest
from apscheduler.schedulers.asyncio import AsyncIOScheduler

from bot import ticking
from bot.clock import utc_now


async def come_round(set_back: datetime.timedelta, monkeypatch: pytest.MonkeyPatch) -> int:
    """How often an hourly job ran within a moment of the clock's being set back."""
    monkeypatch.setattr(ticking, "LOOK_AT_CLOCK", 0.02)
    behind = datetime.timedelta()
    runs = 0

    def now() -> datetime.datetime:
        return utc_now() - behind

    async def job() -> None:
        nonlocal runs
        runs += 1

    scheduler = AsyncIOScheduler(timezone=datetime.UTC)
    scheduler.add_job(job, "interval", hours=1)
    scheduler.start()
    try:
        ticking._follow_the_clock(scheduler, asyncio.get_running_loop(), now)
        await asyncio.sleep(0.05)
        behind = set_back
        await asyncio.sleep(0.2)
    finally:
        scheduler.shutdown(wait=False)
        await asyncio.sleep(0.05)
    return runs


async def test_a_clock_set_back_by_an_hour_does_not_silence_an_hour(monkeypatch: pytest.MonkeyPatch) -> None:
    assert await come_round(datetime.timedelta(hours=1), monkeypatch) == 1


async def test_a_clock_that_is_kept_right_changes_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    assert await come_round(datetime.timedelta(seconds=1), monkeypatch) == 0
