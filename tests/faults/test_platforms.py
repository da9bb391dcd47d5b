"""What a platform and the way to it can do: both platforms fail in the same way at once, while people write."""

from __future__ import annotations

import asyncio
import dataclasses
from collections.abc import Callable
from typing import Any

import aiohttp
import pytest

from tests.faults.scene import Ledger, Scene
from tests.process.conftest import TOKEN

pytestmark = [pytest.mark.process, pytest.mark.timeout(150)]

CALLS = ("getMe", "getUpdates", "sendMessage", "setWebhook", "deleteWebhook")
BOTH = ("telegram", "zalo")


@dataclasses.dataclass(frozen=True)
class Wrong:
    """How every answer goes wrong, and for how many seconds after it was seen on /health."""

    name: str
    fault: dict[str, Any]
    calls: tuple[str, ...] = CALLS
    lasts: float = 3.0
    repeats: bool = False  # the platform does what it is asked, and only its answer is lost


WRONG = (
    Wrong("429 with a wait (Telegram), without (Zalo)", {"status": 429, "retry_after": 2}),
    Wrong("502 from the platform", {"status": 502, "http": True}),
    Wrong("connections reset", {"reset": True}),
    Wrong("half an answer", {"half": True}),
    Wrong("an answer that is not JSON", {"body": "<html>Bảo trì</html>"}),
    Wrong("JSON of somebody else", {"body": '{"status": "success", "data": [1, 2]}'}),
    Wrong("sent, and then the answer lost", {"reset": True, "carried_out": True}, calls=("sendMessage",), repeats=True),
    Wrong("answers dripping in byte by byte", {"drip": True}, lasts=1),
    Wrong("token revoked", {"status": 401}, lasts=1),
)


@pytest.mark.parametrize("wrong", WRONG, ids=lambda wrong: wrong.name)
async def test_everybody_is_answered_when_it_is_over(
    scene: Scene, wrong: Wrong, note: Callable[[str, Ledger], None]
) -> None:
    async def inject() -> None:
        for call in wrong.calls:
            scene.telegram.fail_next(call, **wrong.fault, lasting=True)
            scene.zalo.fail_next(call, **wrong.fault, lasting=True)

    async def heal() -> None:
        scene.telegram.faults.clear()
        scene.zalo.faults.clear()

    ledger = await scene.withstand(inject, heal, parts=BOTH, lasts=wrong.lasts)
    assert wrong.repeats or ledger.repeats == 0
    note(wrong.name, ledger)


async def test_another_process_polls_with_the_same_token(scene: Scene, note: Callable[[str, Ledger], None]) -> None:
    """The other one takes nothing for good; ours comes back by itself when it has gone."""
    polling: list[asyncio.Task[None]] = []

    async def poll() -> None:
        async with aiohttp.ClientSession() as session:
            while True:
                async with session.get(f"{scene.telegram.url}/bot{TOKEN}/getUpdates", params={"timeout": "1"}) as told:
                    await told.read()
                await asyncio.sleep(0.05)

    async def inject() -> None:
        polling.append(asyncio.create_task(poll()))

    async def heal() -> None:
        polling[0].cancel()

    ledger = await scene.withstand(inject, heal, parts=("telegram",), lasts=1)
    assert ledger.repeats == 0
    note("another process polls (409)", ledger)
