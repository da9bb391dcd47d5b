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
    """What an official's first page shows. Whoever asked to be forgotten counts nowhere.

    Each number is read from an index made for it, and looks at no person: a city has a million.
    """
    of_people = scope.where("commune")
    row = c.row(
        f"""
        SELECT
            (SELECT COUNT(*) FROM people WHERE erased_at = '' AND {of_people}) AS people,
            (SELECT COUNT(*) FROM people
                WHERE erased_at = '' AND gone_at = '' AND pushes_allowed = 1 AND {of_people}) AS reachable,
            (SELECT COUNT(*) FROM questions WHERE status = 'open' AND {scope.whose()}) AS open_questions,
            (SELECT COUNT(*) FROM outbox WHERE status = 'queued' AND {scope.whose()})
                + (SELECT COUNT(*) FROM outbox WHERE status = 'sending' AND {scope.whose()}) AS on_the_way
        """,  # noqa: S608
        scope.params,
    )
    assert row is not None
    return Overview(**{name: int(n) for name, n in row.items()})


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
