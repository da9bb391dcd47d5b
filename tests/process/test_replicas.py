"""Two web replicas behind a proxy and two senders on one PostgreSQL: any one may die, and outside it is only a wait."""

from __future__ import annotations

import asyncio
import contextlib
import sys
from collections.abc import Iterator
from pathlib import Path

import aiohttp
import psycopg
import pytest

from storage.database import Database, open_database
from storage.migrations import migrate
from tests.bench.quick_platform import quick_platform
from tests.conftest import NOW
from tests.process.fleet import IN_FLIGHT, QUESTION, Fleet

pytestmark = [pytest.mark.process, pytest.mark.timeout(240)]

RATE = 250
PEOPLE = 4000
WRITING = 15.0  # people a second


@pytest.fixture
def shared_url(postgresql_server: str) -> Iterator[str]:
    with psycopg.connect(postgresql_server, autocommit=True) as admin:
        admin.execute("CREATE SCHEMA fleet")
        yield f"{postgresql_server}&options=-csearch_path%3Dfleet"
        admin.execute("DROP SCHEMA fleet CASCADE")


@pytest.fixture
def shared(shared_url: str) -> Iterator[Database]:
    opened = open_database(shared_url)
    migrate(opened, NOW)
    with contextlib.closing(opened):
        yield opened


async def test_any_one_may_die_during_a_broadcast(
    tmp_path: Path, shared: Database, shared_url: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with quick_platform() as platform_url:
        fleet = Fleet(tmp_path, shared, shared_url, platform_url, RATE)
        async with fleet.running(), fleet.senders_watched():
            await read_on_one_what_the_other_received(fleet)
            broadcast = fleet.announce(PEOPLE)
            async with fleet.people_writing(WRITING):
                crashed, stopped = await kill_one_after_the_other(fleet)
            await fleet.all_sent(60)
            account = fleet.account(broadcast)
    with capsys.disabled():
        sys.stdout.write(f"\n{account}\nkill -9: {crashed:.1f} s without a sender; stop: {stopped:.1f} s\n")

    assert (account.unsettled, account.recipients, account.reached) == (0, PEOPLE, PEOPLE)
    assert (account.turns, account.answered) == (account.said + 1, account.said)  # and the one who wrote on the web
    assert account.repeats <= account.doubtful <= 2 * IN_FLIGHT, "only what the sender that died had in flight"
    assert account.most <= RATE
    assert account.closest >= 0.99
    assert max(fleet.senders) == 1
    assert crashed < 35
    assert stopped < 5


async def kill_one_after_the_other(fleet: Fleet) -> tuple[float, float]:
    """A web replica, then the sender, then its successor by the book; the seconds without a sender of both."""
    await fleet.arrived(PEOPLE // 8)

    fleet.programs["web-1"].kill()
    await fleet.arrived(PEOPLE // 4)
    fleet.programs["web-1"].start()

    first = fleet.active_sender()
    fleet.programs[first].kill()
    crashed = await fleet.next_arrival(40)
    second = fleet.active_sender()
    fleet.programs[first].start()
    await fleet.programs[first].ready(60)

    await asyncio.to_thread(fleet.programs[second].end)
    stopped = await fleet.next_arrival(10)
    assert fleet.active_sender() == first != second
    fleet.programs[second].start()
    return crashed, stopped


async def read_on_one_what_the_other_received(fleet: Fleet) -> None:
    """A browser's stream and its messages may end up at different replicas."""
    one, other = (fleet.programs[name].url for name in ("web-1", "web-2"))
    async with aiohttp.ClientSession() as session:
        async with session.get(f"{one}/") as page:
            cookie = {"Cookie": f"gocua={page.cookies['gocua'].value}"}
        async with session.get(f"{one}/chat/events", headers=cookie) as stream:
            message = {"id": "00000000-0000-4000-8000-000000000001", "text": QUESTION}
            async with session.post(f"{other}/chat/messages", json=message, headers=cookie) as answer:
                assert answer.status == 202
            async with asyncio.timeout(5):
                async for line in stream.content:
                    if b"Trung K" in line:
                        return


async def test_whoever_only_sends_has_no_page_and_still_says_how_it_is(
    tmp_path: Path, shared: Database, shared_url: str
) -> None:
    with quick_platform() as platform_url:
        fleet = Fleet(tmp_path, shared, shared_url, platform_url, RATE)
        sender = fleet.programs["send-1"]
        sender.start()
        try:
            health = await sender.ready(60)
            assert (health["status"], health["roles"]) == ("ok", ["send"])
            async with aiohttp.ClientSession() as session:
                for path, status in (("/", 404), ("/console", 404), ("/telegram/webhook", 404), ("/metrics", 200)):
                    async with session.get(sender.url + path) as answer:
                        assert answer.status == status
        finally:
            sender.kill()
