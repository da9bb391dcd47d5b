"""Nothing exists on one channel only: every transcript is lived on each, as a person there would live it.

The message goes through the platform and the real receive path; the answer is drawn by the channel and taken by the
platform with its limits. What a platform cannot express (a location on Zalo, a sticker on the web) is handed in
directly, so that the conversation goes on as written. Dialogues in which something is done (`viec/`) are held to what
they expect on each channel, with what the bot says by itself drawn and sent as well.
"""

from __future__ import annotations

import asyncio
import dataclasses
import datetime
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from bot.channels.telegram import TelegramChannel
from bot.channels.terminal import show
from bot.channels.zalo import ZaloChannel
from bot.conversation import respond
from bot.known import Known
from bot.messages import Inbound, Reply, State, parse_state
from bot.reminding import remind_due
from bot.voice import Voice, load_voice
from storage.database import Database
from tests.bot.conftest import NOW, ROOT
from tests.bot.test_transcripts import FOLDER, WORLDLY, compare, compare_replies, steps_of, world_of
from tests.bot.world import moment, prepare
from tests.channels.seats import Desk, Seat, TelegramSeat, TerminalSeat, WebSeat, ZaloSeat, outgoing, words
from tests.fakes.telegram_platform import FakeTelegram
from tests.fakes.zalo_platform import FakeZalo


@pytest.fixture(scope="session")
def voice(learned: Path) -> Voice:
    return load_voice(ROOT / "content", learned)


@pytest.fixture(params=["telegram", "zalo", "web", "terminal"])
async def seat(
    request: pytest.FixtureRequest, path: Path, sqlite_database: Database, voice: Voice
) -> AsyncIterator[Seat]:
    """A chair at each channel, the platform running and the channel reading it."""
    desk = Desk(sqlite_database, voice)
    in_group = all(step.said.get("nhóm") for step in steps_of(path))
    if request.param == "telegram":
        async with FakeTelegram() as platform:
            places: dict[str, int] = {}

            async def load_offset(name: str) -> int:
                return places.get(name, 0)

            async def save_offset(name: str, offset: int) -> None:
                places[name] = offset

            channel = TelegramChannel(platform.token, platform.url, desk.receive, load_offset, save_offset)
            await channel.start()
            await until_ok(channel)
            yield TelegramSeat(desk, platform, channel, in_group=in_group)
            await channel.stop()
    elif request.param == "zalo":
        async with FakeZalo() as zalo:
            zalo_channel = ZaloChannel(zalo.token, zalo.url, desk.receive, per_second=1000, chat_interval=0)
            await zalo_channel.start()
            await until_ok(zalo_channel)
            yield ZaloSeat(desk, zalo, zalo_channel, in_group=in_group)
            await zalo_channel.stop()
    else:
        yield {"web": WebSeat, "terminal": TerminalSeat}[request.param](desk)


async def until_ok(channel: TelegramChannel | ZaloChannel) -> None:
    async with asyncio.timeout(10):
        while channel.status()["state"] != "ok":  # noqa: ASYNC110 (it tells nobody)
            await asyncio.sleep(0.005)


@pytest.mark.parametrize("path", sorted(FOLDER.glob("*.yaml")), ids=lambda path: path.stem)
async def test_a_conversation_is_the_same_on_every_channel(path: Path, seat: Seat, voice: Voice) -> None:
    state = State()
    for number, step in enumerate(steps_of(path), 1):
        inbound = step.inbound(number, state)
        seat.offered = state.offered
        _, known = seat.desk.remembered(seat.name, seat.address)
        turn = respond(state, inbound, voice.library, voice.companion, NOW, known)
        seen, meant = await seat.live(inbound), seat.meant(turn.replies)
        if inbound.kind == "choice" and seat.types_numbers:
            seen = without_echo(seen, meant)
        assert seen == meant, step.line
        state = parse_state(turn.state.to_json())
        if seat.types_numbers:
            check_numbers(state, known, turn.replies, voice, NOW, step.line)


@pytest.mark.parametrize("path", sorted(WORLDLY.glob("*.yaml")), ids=lambda path: path.stem)
async def test_what_is_done_can_be_done_on_every_channel(path: Path, seat: Seat, voice: Voice) -> None:
    desk = seat.desk
    desk.now = prepare(desk.database, world_of(path), voice.library.places, NOW, seat.name, seat.address)
    for number, step in enumerate(steps_of(path), 1):
        if "chờ_đến" in step.said:
            desk.now = moment(step.said["chờ_đến"])
            replies, seen = await hear(seat, voice)
            compare_replies(step, replies)
        else:
            desk.now = max(desk.now, moment(step.said["lúc"])) if "lúc" in step.said else desk.now
            state, _ = desk.remembered(seat.name, seat.address)
            seat.offered = state.offered
            seen = await seat.live(step.inbound(number, state))
            assert desk.turn
            compare(step, desk.turn)
            replies = desk.turn.replies
        assert seen == seat.meant(replies), step.line
        if seat.types_numbers:
            check_numbers(*desk.remembered(seat.name, seat.address), replies, voice, desk.now, step.line)


async def hear(seat: Seat, voice: Voice) -> tuple[tuple[Reply, ...], object]:
    """What the bot says by itself by now, and what of it becomes visible."""
    desk = seat.desk
    remind_due(desk.database, voice.library, desk.now)
    person = desk.person(seat.name, seat.address)
    assert person
    mail = outgoing(desk.new_mail(person.id))
    return tuple(Reply(one.text, one.choices) for one in mail), await seat.see(mail)


def check_numbers(
    state: State, known: Known, replies: tuple[Reply, ...], voice: Voice, now: datetime.datetime, where: str
) -> None:
    """Every number shown does what a tap on the same choice would do, and no choice is without a number."""
    assert not any(reply.choices for reply in replies[:-1]), f"{where}: chỉ tin cuối được có lựa chọn"
    for number, choice in enumerate(state.offered, 1):
        typed = Inbound("terminal", "test", f"so-{number}", "text", str(number))
        tap = Inbound("terminal", "test", f"bam-{number}", "choice", choice=choice.action, text=choice.label)
        by_number = respond(state, typed, voice.library, voice.companion, now, known)
        by_tap = respond(state, tap, voice.library, voice.companion, now, known)
        typed_meant = dataclasses.replace(by_number.state, recent=())
        assert typed_meant == dataclasses.replace(by_tap.state, recent=()), (
            f"{where}: {number} không là “{choice.label}”"
        )
        said, meant = ([words(show(reply)) for reply in one.replies] for one in (by_number, by_tap))
        assert without_echo(said, meant) == meant, f"{where}: {number} không là “{choice.label}”"
        assert by_number.because.id == by_tap.because.id


def without_echo(seen: list[list[str]], meant: list[list[str]]) -> list[list[str]]:
    """A form says back what it understood of words ("Tôi hiểu: …") before it goes on; of a tap it does not."""
    return [
        shown[-len(wanted) :] if shown[:2] == ["Tôi", "hiểu:"] else shown
        for shown, wanted in zip(seen, meant, strict=True)
    ]
