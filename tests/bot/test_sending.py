"""The road out: everything that is queued arrives or has a reason, in order, at the pace, however sends fail.

`Postman` stands where a platform stands: it obeys the channel contract and fails as told. What real platforms do is
tested over HTTP in tests/channels and tests/process.
"""

from __future__ import annotations

import asyncio
import contextlib
import datetime
import time
from collections.abc import AsyncIterator, Callable, Iterator

import pytest

from bot import sending as sender
from bot.channels.contract import Gone, Limits, Misconfigured, Outgoing, Refused, TryLater
from bot.clock import iso, later, parse_iso, utc_now
from bot.condition import Condition
from bot.sending import send_forever
from storage import channels, outbox, people
from storage.database import Database, StorageFull

Fault = Exception | float | None


class Postman:
    """A channel in memory. `faults[address]` are raised one by one; a number is a delay in seconds."""

    name = "telegram"

    def __init__(self, per_second: float = 1000, chat_interval: float = 0.0, in_flight: int = 8) -> None:
        self.limits = Limits(per_second, chat_interval, in_flight, 4096)
        self.faults: dict[str, list[Fault]] = {}
        self.arrived: list[tuple[float, str, str]] = []

    async def start(self) -> None: ...

    async def stop(self) -> None: ...

    def status(self) -> dict[str, str]:
        return {"state": "ok"}

    async def send(self, outgoing: Outgoing) -> str:
        fault = self.faults[outgoing.address].pop(0) if self.faults.get(outgoing.address) else None
        if isinstance(fault, float):
            await asyncio.sleep(fault)
        elif fault is not None:
            raise fault
        self.arrived.append((time.monotonic(), outgoing.address, outgoing.text))
        return f"m{len(self.arrived)}"

    def texts(self) -> list[str]:
        return [text for _, _, text in self.arrived]


def queue(
    database: Database,
    *messages: tuple[str, str],
    priority: int = outbox.PRIORITY_REPLY,
    urgent: bool = True,
    **more: str,
) -> None:
    """Queue (address, text) pairs; the person is found or made. Urgent, because these tests also run at night."""
    now_at = iso(utc_now())
    with database.transaction() as c:
        for address, text in messages:
            person = people.get_or_create_person(c, "telegram", address, "", now_at)
            delivery = outbox.NewDelivery(
                person_id=person.id,
                channel="telegram",
                address=address,
                text=text,
                choices_json="[]",
                priority=priority,
                due_at=more.get("due_at", now_at),
                kind="reply",
                expires_at=more.get("expires_at", ""),
                urgent=urgent,
            )
            outbox.enqueue(c, [delivery], now_at)


def statuses(database: Database) -> dict[str, tuple[str, str]]:
    with database.reading() as c:
        rows = c.rows("SELECT text, status, reason FROM outbox")
    return {row["text"]: (row["status"], row["reason"]) for row in rows}


@contextlib.asynccontextmanager
async def sending(database: Database, postman: Postman, owner: str = "me") -> AsyncIterator[asyncio.Event]:
    bell = asyncio.Event()
    loop = asyncio.create_task(send_forever(postman, database, owner, bell, Condition("postman.sending")))
    try:
        yield bell
    finally:
        loop.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await loop


async def until(condition: Callable[[], bool], seconds: float = 8.0) -> None:
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, "it did not happen in time"
        await asyncio.sleep(0.01)


async def test_what_is_queued_arrives_and_is_settled(database: Database) -> None:
    postman = Postman()
    queue(database, ("1", "một"), ("2", "hai"))
    async with sending(database, postman):
        await until(lambda: len(postman.arrived) == 2)
    assert {status for status, _ in statuses(database).values()} == {"sent"}


async def test_the_bell_wakes_the_loop_at_once(sqlite_database: Database) -> None:
    postman = Postman()
    async with sending(sqlite_database, postman) as bell:
        await asyncio.sleep(0.1)
        queue(sqlite_database, ("1", "một"))
        started = time.monotonic()
        bell.set()
        await until(lambda: bool(postman.arrived))
    assert postman.arrived[0][0] - started < 0.5


async def test_replies_to_one_chat_keep_their_order_when_the_first_fails(database: Database) -> None:
    postman = Postman()
    postman.faults["1"] = [TryLater("HTTP 502")]
    queue(database, ("1", "một"), ("1", "hai"), ("1", "ba"))
    async with sending(database, postman):
        await until(lambda: len(postman.arrived) == 3)
    assert postman.texts() == ["một", "hai", "ba"]


async def test_a_reply_overtakes_bulk(sqlite_database: Database) -> None:
    postman = Postman(per_second=50, in_flight=4)
    queue(sqlite_database, *((str(n), f"tin {n}") for n in range(100)), priority=outbox.PRIORITY_BULK)
    async with sending(sqlite_database, postman) as bell:
        await until(lambda: len(postman.arrived) >= 5)
        before = len(postman.arrived)
        queue(sqlite_database, ("999", "trả lời"))
        bell.set()
        await until(lambda: "trả lời" in postman.texts())
    assert postman.texts().index("trả lời") - before <= 20


NIGHT = parse_iso("2026-11-22T16:00:00.000Z")  # 23:00 in Hanoi
EVENING = parse_iso("2026-11-22T13:59:59.600Z")  # 20:59:59.6


@contextlib.contextmanager
def clock_at(start: datetime.datetime) -> Iterator[None]:
    """The sender's clock begins at `start` and goes on from there."""
    began = time.monotonic()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(sender, "utc_now", lambda: start + datetime.timedelta(seconds=time.monotonic() - began))
        yield


async def test_at_night_pushes_stay_while_replies_and_what_is_urgent_leave(database: Database) -> None:
    postman, past = Postman(), iso(EVENING - datetime.timedelta(hours=1))
    queue(
        database, *((str(n), f"tin {n}") for n in range(20)), priority=outbox.PRIORITY_BULK, urgent=False, due_at=past
    )
    queue(database, ("1", "bão"), priority=outbox.PRIORITY_BULK, due_at=past)
    queue(database, ("2", "trả lời"), urgent=False, due_at=past)
    with clock_at(NIGHT):
        async with sending(database, postman):
            await until(lambda: len(postman.arrived) >= 2)
            await asyncio.sleep(0.3)
    assert sorted(postman.texts()) == ["bão", "trả lời"]


async def test_a_backlog_stops_at_nine_in_the_evening_to_the_message(sqlite_database: Database) -> None:
    """Claimed before nine, its turn after nine: it goes back to the queue, untried."""
    postman, past = Postman(per_second=20), iso(EVENING - datetime.timedelta(hours=1))
    queue(
        sqlite_database,
        *((str(n), f"tin {n}") for n in range(50)),
        priority=outbox.PRIORITY_BULK,
        urgent=False,
        due_at=past,
    )
    with clock_at(EVENING):
        started = time.monotonic()
        async with sending(sqlite_database, postman):
            await asyncio.sleep(1.0)
            with sqlite_database.reading() as c:
                left = c.rows("SELECT status, COUNT(*) AS n FROM outbox GROUP BY status ORDER BY status")
    assert 4 <= len(postman.arrived) <= 9
    assert all(at - started < 0.42 for at, _, _ in postman.arrived)
    assert left == [{"status": "queued", "n": 50 - len(postman.arrived)}, {"status": "sent", "n": len(postman.arrived)}]


async def test_a_night_with_pushes_waiting_writes_nothing(sqlite_database: Database) -> None:
    """The loop looks once a second and does not take the write lock for what must wait."""
    past = iso(EVENING - datetime.timedelta(hours=1))
    queue(sqlite_database, ("1", "tin"), priority=outbox.PRIORITY_BULK, urgent=False, due_at=past)
    with clock_at(NIGHT):
        async with sending(sqlite_database, Postman()):
            await asyncio.sleep(0.2)
        with sqlite_database.reading() as c:
            assert c.rows("SELECT name FROM leases") == []
        async with sending(sqlite_database, Postman()) as bell:
            bell.set()
            await asyncio.sleep(0.2)
            with sqlite_database.reading() as c:
                assert c.rows("SELECT name FROM leases") == []


async def test_after_a_429_nobody_else_leaves(sqlite_database: Database) -> None:
    postman = Postman(per_second=100)
    postman.faults["3"] = [TryLater("Flood control exceeded", after=0.6)]
    queue(sqlite_database, *((str(n), f"tin {n}") for n in range(40)))
    async with sending(sqlite_database, postman):
        await until(lambda: len(postman.arrived) == 40)
    times = [at for at, _, _ in postman.arrived]
    assert times[3] - times[2] >= 0.55
    assert len(set(postman.texts())) == 40


async def test_a_stop_gives_back_what_was_claimed_and_not_tried(sqlite_database: Database) -> None:
    postman = Postman(per_second=20)
    queue(sqlite_database, *((str(n), f"tin {n}") for n in range(40)))
    async with sending(sqlite_database, postman):
        await until(lambda: len(postman.arrived) >= 3)
    with sqlite_database.reading() as c:
        left = c.rows("SELECT DISTINCT status, may_repeat FROM outbox ORDER BY status")
    assert left == [{"status": "queued", "may_repeat": 0}, {"status": "sent", "may_repeat": 0}]


async def test_429_pauses_the_channel_and_costs_no_attempt(database: Database) -> None:
    postman = Postman()
    postman.faults["1"] = [TryLater("Flood control exceeded", after=0.7)]
    queue(database, ("1", "một"))
    started = time.monotonic()
    async with sending(database, postman):
        await until(lambda: bool(postman.arrived))
    assert postman.arrived[0][0] - started >= 0.7
    with database.reading() as c:
        row = c.row("SELECT attempts FROM outbox")
    assert row == {"attempts": 0}


async def test_who_is_gone_gets_nothing_more(database: Database) -> None:
    postman = Postman()
    postman.faults["1"] = [Gone("Forbidden: bot was blocked by the user")]
    queue(database, ("1", "một"))
    queue(database, ("1", "phiên"), priority=outbox.PRIORITY_BULK, due_at=later(utc_now(), 0.5))
    async with sending(database, postman):
        await until(lambda: statuses(database)["một"][0] == "gone")
        await asyncio.sleep(1.0)
    assert postman.arrived == []
    with database.reading() as c:
        person = people.find_person(c, "telegram", "1")
    assert person
    assert person.gone_at


async def test_a_refused_message_is_given_up_and_the_next_goes_on(database: Database) -> None:
    postman = Postman()
    postman.faults["1"] = [Refused("Bad Request: message is too long")]
    queue(database, ("1", "một"), ("1", "hai"))
    async with sending(database, postman):
        await until(lambda: postman.texts() == ["hai"])
    assert statuses(database)["một"] == ("refused", "Bad Request: message is too long")


async def test_a_wrong_token_pauses_the_channel_with_its_reason(database: Database) -> None:
    postman = Postman()
    postman.faults["1"] = [Misconfigured("Unauthorized")]
    queue(database, ("1", "một"))

    def pause() -> channels.Pause | None:
        with database.reading() as c:
            return channels.find_pause(c, "telegram", iso(utc_now()))

    async with sending(database, postman):
        await until(lambda: pause() is not None)
        await asyncio.sleep(0.3)
    found = pause()
    assert found
    assert found.reason == "Unauthorized"
    assert 0 < (parse_iso(found.until_at) - utc_now()).total_seconds() <= 15
    assert statuses(database)["một"][0] == "queued"


async def test_a_bug_in_a_channel_is_tried_again(sqlite_database: Database) -> None:
    postman = Postman()
    postman.faults["1"] = [KeyError("bug")]
    queue(sqlite_database, ("1", "một"))
    async with sending(sqlite_database, postman):
        await until(lambda: bool(postman.arrived))
    assert statuses(sqlite_database)["một"][0] == "sent"


async def test_nothing_leaves_before_it_is_due_or_after_it_expired(database: Database) -> None:
    postman = Postman()
    queue(database, ("1", "mai"), due_at=later(utc_now(), 3600))
    queue(database, ("2", "hôm qua"), expires_at=later(utc_now(), -1))
    queue(database, ("3", "bây giờ"))
    async with sending(database, postman):
        await until(lambda: bool(postman.arrived))
        await asyncio.sleep(0.3)
    assert postman.texts() == ["bây giờ"]


@pytest.mark.parametrize("per_second", [30, 200])
async def test_the_pace_holds_over_the_channel_and_per_chat(sqlite_database: Database, per_second: int) -> None:
    postman = Postman(per_second, chat_interval=0.5, in_flight=32)
    count = int(2.5 * per_second)
    queue(sqlite_database, *((str(n), f"tin {n}") for n in range(count)), ("0", "nữa"))
    async with sending(sqlite_database, postman):
        await until(lambda: len(postman.arrived) == count + 1, 10)
    times = [at for at, _, _ in postman.arrived]
    # Strict where only arithmetic counts (test_pacing); one more is a machine that stalls between two lines of code.
    assert max(sum(start <= at < start + 1 for at in times) for start in times) <= per_second + 1
    first, second = (at for at, address, _ in postman.arrived if address == "0")
    assert second - first >= 0.5


async def test_a_graceful_stop_settles_what_is_in_flight(database: Database) -> None:
    postman = Postman()
    postman.faults["1"] = [0.3]
    queue(database, ("1", "một"))
    async with sending(database, postman):
        await until(lambda: not postman.faults["1"])  # it is on its way
        assert not postman.arrived
    assert statuses(database)["một"][0] == "sent"


async def test_a_second_sender_stands_by_until_the_first_gives_up_its_lease(database: Database) -> None:
    first, second = Postman(), Postman()
    queue(database, ("1", "một"))
    async with sending(database, first, "first"):
        await until(lambda: bool(first.arrived))
        async with sending(database, second, "second"):
            queue(database, ("2", "hai"))
            await until(lambda: len(first.arrived) == 2)
            assert second.arrived == []


async def test_a_full_disk_loses_nothing(sqlite_database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    """The first settlement fails, as it does on a full disk: the message is not sent a second time for it."""
    postman, full = Postman(), [True]
    settle = outbox.settle_sent

    def settle_or_fail(*arguments: object) -> None:
        if full.pop() if full and arguments[1] else False:
            raise StorageFull("database or disk is full")
        settle(*arguments)  # type: ignore[arg-type]

    monkeypatch.setattr(outbox, "settle_sent", settle_or_fail)
    queue(sqlite_database, ("1", "một"))
    async with sending(sqlite_database, postman):
        await until(lambda: statuses(sqlite_database)["một"][0] == "sent", 10)
    assert not full
    assert postman.texts() == ["một"]


async def test_an_unsettled_delivery_of_a_dead_process_is_sent_again_and_marked(database: Database) -> None:
    queue(database, ("1", "một"))
    with database.transaction() as c:
        past = utc_now() - datetime.timedelta(seconds=90)
        outbox.claim(c, "telegram", "dead", 10, later(past, 60), iso(utc_now()))
    postman = Postman()
    async with sending(database, postman):
        await until(lambda: bool(postman.arrived))
    with database.reading() as c:
        row = c.row("SELECT status, may_repeat FROM outbox")
    assert row == {"status": "sent", "may_repeat": 1}
