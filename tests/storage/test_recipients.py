"""The deliveries of a broadcast among a million others: every question is answered by an index, and pages hold."""

from __future__ import annotations

from typing import Any

import pytest

from storage import broadcasts, officials, outbox, people, recipients
from storage.broadcasts import NewBroadcast
from storage.database import Connection, Database
from storage.outbox import NewDelivery
from storage.scope import WHOLE_CITY, Scope
from tests.conftest import NOW

LATER = "2026-11-23T13:01:33.123Z"


class Explaining:
    """A connection that tells how SQLite would answer, instead of answering."""

    dialect = "sqlite"

    def __init__(self, c: Connection) -> None:
        self._c = c
        self.steps: list[str] = []

    def rows(self, sql: str, params: Any = None) -> list[dict[str, Any]]:
        self.steps += [row["detail"] for row in self._c.rows("EXPLAIN QUERY PLAN " + sql, params)]
        return []

    def row(self, sql: str, params: Any = None) -> None:
        self.rows(sql, params)

    def execute(self, sql: str, params: Any = None) -> int:
        self.rows(sql, params)
        return 0


QUESTIONS = {
    "hold": lambda c: recipients.hold_page(c, 1, 10),
    "free": lambda c: recipients.free_page(c, 1, NOW, NOW, 10),
    "cancel": lambda c: recipients.cancel_page(c, 1, NOW, 10),
    "left": lambda c: recipients.anything_left(c, 1),
    "statuses": lambda c: recipients.count_statuses(c, 1),
    "reasons": lambda c: recipients.count_reasons(c, 1, 10),
    "latest": lambda c: recipients.list_latest_sent(c, 1, 10),
    "recipients": lambda c: recipients.list_recipients(c, 1, Scope(frozenset({"a"})), "sent", ("", 0), 10),
}


@pytest.mark.parametrize("name", QUESTIONS)
def test_an_index_answers(sqlite_database: Database, name: str) -> None:
    with sqlite_database.reading() as c:
        explaining = Explaining(c)
        QUESTIONS[name](explaining)
    told = " / ".join(explaining.steps)
    assert "outbox_of_broadcast (broadcast_id=?" in told, told
    assert "SCAN outbox" not in told.replace("SCAN outbox USING COVERING INDEX outbox_of_broadcast", ""), told


def a_broadcast(c: Connection) -> int:
    author = officials.add_official(c, "lan", "Lan", "author", None, "x", NOW)
    return broadcasts.add_draft(c, "key", NewBroadcast("Tin", "Lời", None), author, NOW)


def queue(c: Connection, broadcast_id: int, count: int) -> None:
    for n in range(count):
        person = people.get_or_create_person(c, "zalo", str(n), "", NOW)
        delivery = NewDelivery(
            person.id, "zalo", str(n), "", "[]", 9, NOW, "broadcast", broadcast_id=broadcast_id, expires_at=LATER
        )
        outbox.enqueue(c, [delivery], NOW)


def test_pages_hold_free_and_cancel_all_of_it(database: Database) -> None:
    with database.transaction() as c:
        number = a_broadcast(c)
        queue(c, number, 5)
        assert [recipients.hold_page(c, number, 2) for _ in range(4)] == [2, 2, 1, 0]
        assert outbox.expire_old(c, LATER) == 0
        assert [recipients.free_page(c, number, NOW, LATER, 3) for _ in range(3)] == [3, 2, 0]
        recipients.hold_page(c, number, 2)
        assert [recipients.cancel_page(c, number, NOW, 4) for _ in range(3)] == [4, 1, 0]
        assert recipients.count_statuses(c, number) == {"cancelled": 5}
        assert not recipients.anything_left(c, number)


def test_recipients_are_listed_page_by_page_each_once(database: Database) -> None:
    with database.transaction() as c:
        number = a_broadcast(c)
        queue(c, number, 5)
        seen: list[int] = []
        after = ("", 0)
        while rows := recipients.list_recipients(c, number, WHOLE_CITY, "queued", after, 2):
            seen += [row.person_id for row in rows]
            after = (rows[-1].due_at, rows[-1].id)
        assert len(seen) == len(set(seen)) == 5
        assert recipients.list_recipients(c, number, Scope(frozenset({"lang"})), "queued", ("", 0), 9) == []


def test_reasons_are_grouped_the_most_frequent_first(database: Database) -> None:
    with database.transaction() as c:
        number = a_broadcast(c)
        queue(c, number, 4)
        ids = [int(row["id"]) for row in c.rows("SELECT id FROM outbox ORDER BY id")]
        outbox.settle_failed(c, [(id_, "gone", "blocked") for id_ in ids[:2]], NOW)
        outbox.settle_failed(c, [(ids[2], "refused", "too long")], NOW)
        assert recipients.count_reasons(c, number, 9) == [("gone", "blocked", 2), ("refused", "too long", 1)]
