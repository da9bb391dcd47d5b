"""kill -9 at any moment between a platform's update and the reply it acknowledges: the worker still gets the reply."""

from __future__ import annotations

import asyncio
import collections
import random
import sqlite3
import sys
import time

import pytest

from tests.fakes.telegram_platform import FakeTelegram
from tests.process.conftest import Program, until

pytestmark = [pytest.mark.process, pytest.mark.timeout(600)]

KILLS = 50
QUESTION = "nộp hồ sơ bảo hiểm thất nghiệp ở đâu"


async def wait_for_a_poll(platform: FakeTelegram, calls_before: int) -> None:
    await until(lambda: any(method == "getUpdates" for method, _ in platform.calls[calls_before:]))


async def measure_a_reply(program: Program, platform: FakeTelegram) -> float:
    """Seconds from an update to its reply on this machine now: kills are spread around it."""
    program.start()
    await program.ready()
    platform.say(999, QUESTION)
    await until(lambda: bool(platform.sent_to(999)))  # the first reply loads what later ones find loaded
    said = time.monotonic()
    platform.say(998, QUESTION)
    await until(lambda: bool(platform.sent_to(998)))
    usual = time.monotonic() - said
    program.kill()
    return usual


async def test_no_reply_is_lost_and_no_update_is_answered_twice(
    telegram_program: Program, platform: FakeTelegram, capsys: pytest.CaptureFixture[str]
) -> None:
    """Half of the kills fall while the program starts and catches up, half in the milliseconds after an update."""
    chance = random.Random(20261122)
    asked: list[int] = []
    in_time = 0
    usual = await measure_a_reply(telegram_program, platform)
    for round_number in range(KILLS):
        chat = 1000 + round_number
        calls_before = len(platform.calls)
        if round_number % 2:
            platform.say(chat, QUESTION)
            telegram_program.start()
            await wait_for_a_poll(platform, calls_before)
        else:
            telegram_program.start()
            await wait_for_a_poll(platform, calls_before)
            await asyncio.sleep(chance.uniform(0, 0.05))
            platform.say(chat, QUESTION)
        asked.append(chat)
        await asyncio.sleep(chance.uniform(0, 4 * usual))
        telegram_program.kill()
        in_time += bool(platform.sent_to(chat))

    telegram_program.start()
    await until(lambda: all(platform.sent_to(chat) for chat in asked) and not platform.waiting, 30)
    telegram_program.end()

    copies = collections.Counter(sent.chat_id for sent in platform.sent if sent.chat_id in asked)
    doubles = sum(count - 1 for count in copies.values())
    with sqlite3.connect(telegram_program.folder / "gocua.sqlite3") as database:
        turns = database.execute("SELECT COUNT(*), COUNT(DISTINCT channel_message_id) FROM turns").fetchone()
        unsettled = database.execute("SELECT COUNT(*) FROM outbox WHERE status <> 'sent'").fetchone()
        books = database.execute("SELECT address, claims, may_repeat FROM outbox").fetchall()
    database.close()
    with capsys.disabled():
        sys.stdout.write(
            f"\n{KILLS} kills: {in_time} replies before the kill, {KILLS - in_time} after, {doubles} twice\n"
        )

    assert 0 < in_time < KILLS, "the kills must fall on both sides of the reply, or they prove nothing"
    assert turns == (KILLS + 2, KILLS + 2)
    assert unsettled == (0,)
    for address, claims, may_repeat in books:
        # A delivery caught by several kills has one mark and arrives several times: once for each claim at most.
        assert copies[int(address)] <= claims, address
        assert copies[int(address)] <= 1 or may_repeat, "only what the report counts as doubtful may arrive again"
    assert doubles <= KILLS
    assert all("215 Trung Kính" in sent.text for sent in platform.sent if sent.chat_id in asked)


async def test_the_same_update_delivered_three_times_gives_one_answer(
    telegram_program: Program, platform: FakeTelegram
) -> None:
    telegram_program.start()
    await telegram_program.ready()
    update_id = platform.say(1, QUESTION)
    await until(lambda: len(platform.sent_to(1)) == 1)
    for _ in range(2):
        message = {"message_id": 5, "from": {"id": 1, "is_bot": False, "first_name": "Hoa"}, "date": 1}
        again = {**message, "chat": {"id": 1, "type": "private", "first_name": "Hoa"}, "text": QUESTION}
        platform.push({"update_id": update_id, "message": again})
    platform.say(2, QUESTION)
    await until(lambda: len(platform.sent_to(2)) == 1)
    await asyncio.sleep(0.3)
    assert len(platform.sent_to(1)) == 1
