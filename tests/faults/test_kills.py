"""kill -9 at random moments while people write, and machine time that jumps: the next start, or the same, goes on."""

from __future__ import annotations

import asyncio
import random
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.faults.scene import Ledger, Scene

pytestmark = [pytest.mark.process, pytest.mark.timeout(200)]

KILLS = 12
FAKETIME = next(Path("/usr/lib").glob("*/faketime/libfaketime.so.1"), Path("/usr/lib/libfaketime.so.1"))


async def test_killed_again_and_again_under_load(scene: Scene, note: Callable[[str, Ledger], None]) -> None:
    """Platforms fail now and then, too. Only what the books mark as doubtful may come twice."""
    chance = random.Random(20261122)
    await scene.begin()
    async with scene.talking():
        for _ in range(KILLS):
            for platform in (scene.telegram, scene.zalo):
                platform.fail_next(reset=True, carried_out=chance.random() < 0.3, times=2)
                platform.fail_next(status=502, times=2)
            await asyncio.sleep(chance.uniform(0, 1.2))
            scene.program.kill()
            scene.program.start()
            if chance.random() < 0.7:  # otherwise it is killed while it starts
                await scene.program.ready(40)
        await scene.program.ready(40)
    over = time.monotonic()
    await scene.until_answered(90)
    recovery = time.monotonic() - over
    await scene.until_well()
    note(
        f"{KILLS} kills -9 under load, faulty platforms",
        scene.close_the_books(shown=0, recovery=recovery, most_lines=KILLS),
    )


@pytest.mark.skipif(not FAKETIME.exists(), reason="cần libfaketime (apt install libfaketime)")
@pytest.mark.parametrize(
    "hours",
    [2, pytest.param(-1, marks=pytest.mark.xfail(reason="sending waits for the old time to return", run=False))],
)
async def test_the_clock_jumps(tmp_path: Path, note: Callable[[str, Ledger], None], hours: int) -> None:
    offset = tmp_path / "offset"
    offset.write_text("+0\n")
    faked = {
        "LD_PRELOAD": str(FAKETIME),
        "FAKETIME_TIMESTAMP_FILE": str(offset),
        "FAKETIME_NO_CACHE": "1",
        "FAKETIME_DONT_FAKE_MONOTONIC": "1",
    }

    async def inject() -> None:
        await asyncio.to_thread(offset.write_text, f"{hours * 3600:+d}\n")

    async def heal() -> None:
        """The clock stays where it is."""

    async with Scene(tmp_path, **faked).opened() as scene:
        ledger = await scene.withstand(inject, heal, parts=(), lasts=3)
    note(f"the clock jumps by {hours:+d} h", ledger)
