"""The officials' first page: right numbers, each from an index and not from everybody's rows."""

from __future__ import annotations

from typing import Any

import pytest

from storage import outbox, overview, people, questions
from storage.database import Connection, Database
from storage.erasure import blank_person
from storage.overview import Overview
from storage.scope import WHOLE_CITY, Scope
from tests.conftest import NOW

HERE = Scope(frozenset({"hoa-xa"}))


def crowd(c: Connection) -> None:
    """Six people of two communes, each special in one way, with a question and two messages on the way each."""
    for number, commune in enumerate(("hoa-xa",) * 4 + ("ung-hoa",) * 2):
        person = people.get_or_create_person(c, "zalo", str(number), "", NOW)
        people.set_profile(c, person.id, "commune", commune)
        questions.open_question(c, person.id, "hỏi", "handover", "[]", NOW)
        push = outbox.NewDelivery(person.id, "zalo", str(number), "tin", "[]", outbox.PRIORITY_BULK, NOW, "broadcast")
        outbox.enqueue(c, [push, push], NOW)
        if number == 1:
            people.mark_gone(c, "zalo", str(number), "chặn", NOW)  # which also drops what is queued
        if number == 2:
            people.set_pushes(c, person.id, allowed=False)
        if number == 3:
            blank_person(c, person.id, NOW)
    outbox.claim(c, "zalo", "máy", 1, "2026-11-22T13:02:33.123Z", NOW)


@pytest.mark.parametrize(
    ("scope", "numbers"),
    [
        (WHOLE_CITY, Overview(people=5, reachable=3, open_questions=6, on_the_way=10)),
        (HERE, Overview(people=3, reachable=1, open_questions=3, on_the_way=4)),
        (Scope(frozenset()), Overview(0, 0, 0, 0)),
    ],
    ids=repr,
)
def test_who_counts(database: Database, scope: Scope, numbers: Overview) -> None:
    with database.transaction() as c:
        crowd(c)
        assert overview.count_overview(c, scope) == numbers


@pytest.mark.parametrize("scope", [WHOLE_CITY, HERE], ids=repr)
def test_no_table_is_read_from_end_to_end(sqlite_database: Database, scope: Scope) -> None:
    with sqlite_database.reading() as c:
        seen: list[str] = []

        class Explained:
            """The connection, keeping each query's plan."""

            def row(self, sql: str, params: Any = None) -> dict[str, Any] | None:
                seen.extend(row["detail"] for row in c.rows(f"EXPLAIN QUERY PLAN {sql}", params))
                return c.row(sql, params)

        overview.count_overview(Explained(), scope)  # type: ignore[arg-type]
    read = [step for step in seen if step.startswith(("SCAN", "SEARCH")) and "CONSTANT ROW" not in step]
    assert read
    assert [step for step in read if "INDEX" not in step] == []
    assert any("people_reachable" in step for step in read)
