"""What came in and what was decided about it: one row per handled message, for console and reports."""

from __future__ import annotations

import dataclasses

from storage.database import Connection
from storage.scope import Scope


@dataclasses.dataclass(frozen=True, slots=True)
class StoredTurn:
    """`outcome` is answer, clarify, fallback, action or silence; `entry_id` may be empty."""

    id: int
    person_id: int
    channel_message_id: str
    inbound_kind: str
    text: str
    outcome: str
    entry_id: str
    because_json: str
    created_at: str


_COLUMNS = "id, person_id, channel_message_id, inbound_kind, text, outcome, entry_id, because_json, created_at"


def record_turn(  # noqa: PLR0913, PLR0917 — the row's columns, one by one
    c: Connection,
    person_id: int,
    channel_message_id: str,
    inbound_kind: str,
    text: str,
    outcome: str,
    entry_id: str,
    because_json: str,
    now: str,
) -> int:
    """Store one handled message; return its id."""
    row = c.row(
        """
        INSERT INTO turns (
            person_id, channel_message_id, inbound_kind, text, outcome, entry_id, because_json, created_at
        )
        VALUES (:person_id, :channel_message_id, :inbound_kind, :text, :outcome, :entry_id, :because_json,
        :now) RETURNING id
        """,
        {
            "person_id": person_id,
            "channel_message_id": channel_message_id,
            "inbound_kind": inbound_kind,
            "text": text,
            "outcome": outcome,
            "entry_id": entry_id,
            "because_json": because_json,
            "now": now,
        },
    )
    assert row is not None
    return int(row["id"])


def list_turns(c: Connection, person_id: int, after_id: int, limit: int) -> list[StoredTurn]:
    """One person's messages with an id above `after_id`, oldest first."""
    rows = c.rows(
        f"""
        SELECT {_COLUMNS} FROM turns WHERE person_id = :person_id AND id > :after_id ORDER BY id LIMIT :limit
        """,  # noqa: S608
        {"person_id": person_id, "after_id": after_id, "limit": limit},
    )
    return [StoredTurn(**row) for row in rows]


def list_latest(c: Connection, scope: Scope, person_id: int, until_at: str, limit: int) -> list[StoredTurn]:
    """The last messages until then of a person in scope, oldest first; none of a person outside it."""
    columns = ", ".join(f"t.{name.strip()}" for name in _COLUMNS.split(","))
    rows = c.rows(
        f"""
        SELECT {columns} FROM turns AS t JOIN people AS p ON p.id = t.person_id
        WHERE t.person_id = :person_id AND t.created_at <= :until_at AND {scope.where("p.commune")}
        ORDER BY t.id DESC LIMIT :limit
        """,  # noqa: S608
        {"person_id": person_id, "until_at": until_at, "limit": limit, **scope.params},
    )
    return [StoredTurn(**row) for row in reversed(rows)]


def find_earlier_at(c: Connection, person_id: int, back: int) -> str:
    """When the person's turn so many `back` was, 1 for the last one; "" when they had fewer."""
    row = c.row(
        "SELECT created_at FROM turns WHERE person_id = :id ORDER BY id DESC LIMIT 1 OFFSET :back",
        {"id": person_id, "back": back - 1},
    )
    return str(row["created_at"]) if row else ""


def count_outcomes(c: Connection, since: str) -> dict[str, int]:
    """How many messages ended in each outcome since then; outcomes that did not occur are absent."""
    rows = c.rows(
        "SELECT outcome, COUNT(*) AS n FROM turns WHERE created_at >= :since GROUP BY outcome",
        {"since": since},
    )
    return {row["outcome"]: int(row["n"]) for row in rows}
