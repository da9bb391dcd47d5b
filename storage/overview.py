"""Numbers about the whole of what is remembered, for the people in a scope."""

from __future__ import annotations

import dataclasses

from storage.database import Connection
from storage.scope import Scope


@dataclasses.dataclass(frozen=True, slots=True)
class Overview:
    """`reachable` are people who are there and have not said stop; `on_the_way` are deliveries not yet settled."""

    people: int
    reachable: int
    open_questions: int
    on_the_way: int


def count_overview(c: Connection, scope: Scope) -> Overview:
    """What an official's first page shows."""
    people = c.row(
        f"""
        SELECT COUNT(*) AS people,
            COALESCE(SUM(CASE WHEN gone_at = '' AND pushes_allowed = 1 THEN 1 ELSE 0 END), 0) AS reachable
        FROM people WHERE {scope.where("commune")}
        """,  # noqa: S608
        scope.params,
    )
    questions = c.row(
        f"""
        SELECT COUNT(*) AS n FROM questions JOIN people ON people.id = questions.person_id
        WHERE questions.status = 'open' AND {scope.where("people.commune")}
        """,  # noqa: S608
        scope.params,
    )
    deliveries = c.row(
        f"""
        SELECT COUNT(*) AS n FROM outbox JOIN people ON people.id = outbox.person_id
        WHERE outbox.status IN ('queued', 'sending') AND {scope.where("people.commune")}
        """,  # noqa: S608
        scope.params,
    )
    assert people is not None
    assert questions is not None
    assert deliveries is not None
    return Overview(int(people["people"]), int(people["reachable"]), int(questions["n"]), int(deliveries["n"]))


def oldest_open_question_at(c: Connection, scope: Scope) -> str:
    """Since when the longest waiting question in scope waits; "" when none does."""
    row = c.row(
        f"""
        SELECT questions.created_at FROM questions JOIN people ON people.id = questions.person_id
        WHERE questions.status = 'open' AND {scope.where("people.commune")}
        ORDER BY questions.id LIMIT 1
        """,  # noqa: S608
        scope.params,
    )
    return str(row["created_at"]) if row else ""
