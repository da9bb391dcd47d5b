"""What is asked again and again must not read everybody's rows: SQLite's plan for each, on tables of people.

The plan is asked without statistics, as SQLite has none here. `tests.bench scale` measures the same with a million.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from storage import campaigns, consents, directory, erasure, outbox, people, questions, recipients, reminders, turns
from storage.database import Connection, Database
from storage.directory import Wanted
from storage.scope import WHOLE_CITY, Scope
from tests.conftest import NOW

ONE = Scope(frozenset({"hoa-xa"}))
BIG = ("people", "turns", "outbox", "consents", "reminders", "campaign_members", "dialogues", "person_words", "seen")

ASKED: dict[str, Callable[[Connection], object]] = {
    "người vừa nhắn": lambda c: people.get_or_create_person(c, "zalo", "1", "", NOW),
    "dấu vết của một người": lambda c: people.count_traces(c, 1),
    "nhịp nhắn của một người": lambda c: turns.find_earlier_at(c, 1, 40),
    "đồng ý của một người": lambda c: consents.list_consents(c, 1),
    "người đã xin xóa": lambda c: erasure.take_erased(c, NOW, 100),
    "tên chưa xếp": lambda c: directory.take_unlisted(c, 100),
    "tìm theo số điện thoại": lambda c: directory.find_people(c, WHOLE_CITY, Wanted(phone="0912345678"), 50),
    "tìm theo tên": lambda c: directory.find_people(c, WHOLE_CITY, Wanted(words=("thi", "lan")), 50),
    "người của một xã": lambda c: directory.find_people(c, ONE, Wanted(), 50),
    "lời nhắc tới giờ": lambda c: reminders.take_due(c, NOW, 100),
    "lời nhắc quá giờ": lambda c: reminders.count_overdue(c, NOW),
    "chuỗi tin tới giờ": lambda c: campaigns.take_due(c, "nghi-viec", "1", NOW, 100),
    "tin quá hạn": lambda c: outbox.expire_old(c, NOW),
    "tin cần gửi": lambda c: outbox.claim(c, "zalo", "máy", 100, NOW, NOW),
    "tiến độ một tin": lambda c: recipients.count_statuses(c, 1),
    "người nhận một tin": lambda c: recipients.list_recipients(c, 1, WHOLE_CITY, "sent", ("", 0), 50),
    "câu hỏi chờ trả lời": questions.count_open,
}


class Explained:
    """The connection, keeping the plan of every query that goes through it."""

    def __init__(self, c: Connection) -> None:
        self.dialect = c.dialect
        self.plan: list[str] = []
        self._c = c

    def _explain(self, sql: str, params: Any) -> None:
        self.plan += [row["detail"] for row in self._c.rows(f"EXPLAIN QUERY PLAN {sql}", params)]

    def row(self, sql: str, params: Any = None) -> dict[str, Any] | None:
        self._explain(sql, params)
        return self._c.row(sql, params)

    def rows(self, sql: str, params: Any = None) -> list[dict[str, Any]]:
        self._explain(sql, params)
        return self._c.rows(sql, params)

    def execute(self, sql: str, params: Any = None) -> int:
        self._explain(sql, params)
        return self._c.execute(sql, params)


@pytest.mark.parametrize("asked", ASKED.values(), ids=ASKED)
def test_nobody_reads_everybody(sqlite_database: Database, asked: Callable[[Connection], object]) -> None:
    with sqlite_database.transaction() as c:
        explained = Explained(c)
        asked(explained)  # type: ignore[arg-type]
    whole = [step for step in explained.plan if step.startswith("SCAN") and "INDEX" not in step]
    assert [step for step in whole if step.split()[1] in {*BIG, "p", "d", "m", "o", "head", "agreed"}] == []


def test_the_look_at_plans_notices_a_walk_over_everybody(sqlite_database: Database) -> None:
    with sqlite_database.reading() as c:
        explained = Explained(c)
        explained.rows("SELECT id FROM people WHERE name = 'Lan'")
    assert explained.plan == ["SCAN people"]
