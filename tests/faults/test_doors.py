"""What comes from outside uninvited: floods, forged secrets, bodies that are too large or never end."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Callable

import aiohttp
import psutil
import pytest

from tests.faults.scene import SECRET, Ledger, Scene

pytestmark = [pytest.mark.process, pytest.mark.timeout(150)]

SECONDS = 6
GROWTH = 60 * 2**20  # bytes the program may grow under a flood
FORGED = {"X-Bot-Api-Secret-Token": "x" * len(SECRET)}
RIGHT = {"X-Bot-Api-Secret-Token": SECRET}


async def flood(url: str, headers: dict[str, str], body: bytes, statuses: set[int]) -> None:
    async with aiohttp.ClientSession() as session:
        while True:
            with contextlib.suppress(aiohttp.ClientError):
                async with session.post(f"{url}/zalo/webhook", data=body, headers=headers) as answer:
                    statuses.add(answer.status)


async def dawdle(url: str) -> None:
    """Open a request and never end it."""
    host, port = url.removeprefix("http://").split(":")
    _, writer = await asyncio.open_connection(host, int(port))
    writer.write(b"POST /zalo/webhook HTTP/1.1\r\nHost: x\r\nContent-Length: 1000\r\n")
    with contextlib.closing(writer), contextlib.suppress(OSError):
        while True:
            writer.write(b"X-A: b\r\n")
            await writer.drain()
            await asyncio.sleep(1)


@pytest.mark.parametrize(
    ("name", "headers", "body", "allowed"),
    [
        ("a flood with forged secrets", FORGED, b'{"ok":true}', {403}),
        ("a flood of forged bodies of 900 KB", FORGED, b"x" * 900_000, {403}),
        pytest.param(
            "a flood of bodies above 1 MB",
            RIGHT,
            b"x" * 1_100_000,
            {413},
            marks=pytest.mark.xfail(reason="the sender of a body above 1 MB is cut off and never reads the 413"),
        ),
        (
            "a flood that knows the secret",
            RIGHT,
            b'{"ok":true,"result":{"event_name":"message.unsupported.received"}}',
            {200},
        ),
    ],
    ids=lambda value: value if isinstance(value, str) and value.startswith("a flood") else "",
)
async def test_people_are_answered_through_a_flood(
    scene: Scene,
    name: str,
    headers: dict[str, str],
    body: bytes,
    allowed: set[int],
    note: Callable[[str, Ledger], None],
) -> None:
    statuses: set[int] = set()
    tasks: list[asyncio.Task[None]] = []
    sizes: list[int] = []

    async def inject() -> None:
        sizes.append(psutil.Process(scene.program.pid).memory_info().rss)
        url = scene.program.url
        tasks.extend(asyncio.create_task(flood(url, headers, body, statuses)) for _ in range(8))
        tasks.extend(asyncio.create_task(dawdle(url)) for _ in range(100))

    async def heal() -> None:
        sizes.append(psutil.Process(scene.program.pid).memory_info().rss)
        assert (await scene.health())["database"]["state"] == "ok"
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    ledger = await scene.withstand(inject, heal, parts=(), lasts=SECONDS)
    assert statuses == allowed
    assert sizes[1] - sizes[0] < GROWTH
    assert ledger.repeats == 0
    note(name, ledger)
