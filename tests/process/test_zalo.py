"""The real program on Zalo alone: Telegram is not set up, as when it is blocked in the country."""

from __future__ import annotations

import asyncio
import io
import sqlite3
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import aiohttp
import pytest

from tests.fakes.zalo_platform import FakeZalo
from tests.process.conftest import Program, until

pytestmark = pytest.mark.process

QUESTION = "nộp hồ sơ bảo hiểm thất nghiệp ở đâu"
SECRET = "bi-mat_1234"
HEADER = {"X-Bot-Api-Secret-Token": SECRET}


@pytest.fixture
async def zalo() -> AsyncIterator[FakeZalo]:
    async with FakeZalo() as fake:
        yield fake


@pytest.fixture
def polling(tmp_path: Path, zalo: FakeZalo) -> Iterator[Program]:
    running = Program(tmp_path, ZALO_BOT_TOKEN=zalo.token, ZALO_API_URL=zalo.url)
    yield running
    running.kill()


@pytest.fixture
def webhook(tmp_path: Path, zalo: FakeZalo) -> Iterator[Program]:
    running = Program(
        tmp_path,
        ZALO_BOT_TOKEN=zalo.token,
        ZALO_API_URL=zalo.url,
        ZALO_MODE="webhook",
        ZALO_WEBHOOK_SECRET=SECRET,
        ZALO_CHAT_INTERVAL="0",
    )
    running._environment["GOCUA_PUBLIC_URL"] = running.url  # the port is known only now
    yield running
    running.kill()


async def test_a_question_and_the_number_of_a_choice_are_answered(polling: Program, zalo: FakeZalo) -> None:
    polling.start()
    health = await polling.ready()
    assert set(health["channels"]) == {"web", "zalo"}
    zalo.say("hoa", QUESTION)
    await until(lambda: bool(zalo.sent_to("hoa")))
    assert "\n1. " in zalo.sent_to("hoa")[-1].text
    answered = len(zalo.sent_to("hoa"))
    zalo.say("hoa", "1")
    await until(lambda: len(zalo.sent_to("hoa")) > answered)
    assert (await polling.ready())["channels"]["zalo"]["state"] == "ok"
    zalo.say("binh", QUESTION)
    assert await asyncio.to_thread(polling.end) == 0, "the platform goes on answering while the program stops"
    polling.start()
    await until(lambda: bool(zalo.sent_to("binh")))


async def test_a_flood_of_refusals_loses_nothing(polling: Program, zalo: FakeZalo) -> None:
    polling.start()
    await polling.ready()
    zalo.fail_next(status=502)
    zalo.fail_next(reset=True)
    zalo.fail_next(status=429)
    zalo.fail_next("getUpdates", status=502, times=2)
    zalo.say("hoa", QUESTION)
    await until(lambda: bool(zalo.sent_to("hoa")), 30)
    while (await polling.ready())["channels"]["zalo"]["state"] != "ok":  # noqa: ASYNC110 (another process)
        await asyncio.sleep(0.1)


async def test_called_by_webhook_nothing_is_lost_over_kills(webhook: Program, zalo: FakeZalo) -> None:
    """Zalo repeats what was not answered with 200, and repeats are known by their message id."""
    webhook.start()
    await webhook.ready()
    await until(lambda: bool(zalo.webhook))
    zalo.repeats = 2
    people = [f"nguoi-{number}" for number in range(6)]
    for number, person in enumerate(people):
        zalo.say(person, QUESTION)
        if number % 2:
            await until(lambda: 200 in zalo.webhook_answers)
            webhook.kill()
            webhook.start()
    await until(lambda: all(zalo.sent_to(person) for person in people) and not zalo.waiting, 60)
    webhook.end()
    with sqlite3.connect(webhook.folder / "gocua.sqlite3") as database:
        turns = database.execute("SELECT COUNT(*), COUNT(DISTINCT channel_message_id) FROM turns").fetchone()
    database.close()
    assert turns == (6, 6)


async def test_the_door_of_the_webhook(webhook: Program, zalo: FakeZalo) -> None:
    webhook.start()
    await webhook.ready()
    url = f"{webhook.url}/zalo/webhook"
    unsupported = b'{"ok":true,"result":{"event_name":"message.unsupported.received"}}'
    async with aiohttp.ClientSession() as session:

        async def knock(body: bytes | io.BytesIO, headers: dict[str, str]) -> int:
            async with session.post(url, data=body, headers=headers) as answer:
                return answer.status

        assert await knock(unsupported, HEADER) == 200
        assert await knock(unsupported, {}) == 403
        assert await knock(unsupported, {"X-Bot-Api-Secret-Token": "sai-bi-mat"}) == 403
        assert await knock(b"{", HEADER) == 400
        assert await knock(io.BytesIO(b"x" * (1024 * 1024 + 1)), HEADER) == 413
        async with session.get(url) as answer:
            assert answer.status == 405
        async with session.post(f"{webhook.url}/telegram/webhook") as answer:
            assert answer.status == 404
