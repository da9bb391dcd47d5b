"""What people wrote that the bot did not answer well: no answer, asked back in vain, an answer that did not help.

SQL only: which wordings are alike is the reader's to judge. Whoever is forgotten takes their words along; what stays of
a closed wording is a digest.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable
from typing import Literal

from storage.database import Connection
from storage.scope import Scope

Kind = Literal["fallback", "clarify", "rating"]


@dataclasses.dataclass(frozen=True, slots=True)
class Wording:
    """Words of one message. `id` is of the turn (fallback: not answered, clarify: asked back) or of the rating, whose
    answer of `entry_id` did not help.
    """

    kind: Kind
    id: int
    text: str
    entry_id: str
    created_at: str


# The person took none of what was offered next; a typed "2" is a choice too.
_NOT_CHOSEN = """
    NOT EXISTS (
        SELECT 1 FROM turns AS n
        WHERE n.id = (SELECT MIN(m.id) FROM turns AS m WHERE m.person_id = t.person_id AND m.id > t.id)
            AND (n.inbound_kind = 'choice' OR (n.outcome = 'answer' AND LENGTH(n.text) <= 2))
    )
"""


def list_wordings(c: Connection, scope: Scope, from_at: str, until_at: str, limit: int) -> list[Wording]:
    """The newest at most `limit` wordings of people in scope with from_at <= time < until_at, newest first."""
    found = [
        *_of_turns(c, scope, "fallback", from_at, until_at, limit),
        *_of_turns(c, scope, "clarify", from_at, until_at, limit),
        *_of_ratings(c, scope, from_at, until_at, limit),
    ]
    return sorted(found, key=lambda one: (one.created_at, one.kind, one.id), reverse=True)[:limit]


def find_wording(c: Connection, scope: Scope, kind: Kind, number: int) -> Wording | None:
    """One wording of a person in scope, or None."""
    if kind == "rating":
        sql = f"""
            SELECT 'rating' AS kind, r.id, r.text, r.entry_id, r.created_at
            FROM ratings AS r JOIN people AS p ON p.id = r.person_id
            WHERE r.id = :id AND r.helpful = 0 AND {scope.where("p.commune")}
        """  # noqa: S608
    else:
        sql = f"""
            SELECT t.outcome AS kind, t.id, t.text, t.entry_id, t.created_at
            FROM turns AS t JOIN people AS p ON p.id = t.person_id
            WHERE t.id = :id AND t.outcome = :kind AND {scope.where("p.commune")}
        """  # noqa: S608
    row = c.row(sql, {"id": number, "kind": kind, **scope.params})
    return Wording(**row) if row else None


def close_wordings(c: Connection, digests: Iterable[str], official: str, now: str) -> None:
    """These wordings are dealt with, as far as they were asked until now."""
    c.execute_many(
        """
        INSERT INTO wordings_closed (digest, closed_by, closed_at) VALUES (:digest, :official, :now)
        ON CONFLICT (digest) DO UPDATE SET closed_by = excluded.closed_by, closed_at = excluded.closed_at
        """,
        [{"digest": digest, "official": official, "now": now} for digest in digests],
    )


def list_closed(c: Connection, since: str) -> dict[str, str]:
    """Digest → when it was closed, of all closed at `since` or later: what is younger than that shows again."""
    rows = c.rows("SELECT digest, closed_at FROM wordings_closed WHERE closed_at >= :since", {"since": since})
    return {row["digest"]: row["closed_at"] for row in rows}


def _of_turns(c: Connection, scope: Scope, outcome: Kind, from_at: str, until_at: str, limit: int) -> list[Wording]:
    # One outcome at a time: then the index of the statistics gives them by time and no more are read than asked for.
    rows = c.rows(
        f"""
        SELECT t.outcome AS kind, t.id, t.text, t.entry_id, t.created_at FROM turns AS t
        WHERE t.outcome = :outcome AND t.created_at >= :from_at AND t.created_at < :until_at
            AND t.inbound_kind = 'text' AND t.text <> '' AND {_whose(scope, "t.person_id")} AND {_NOT_CHOSEN}
        ORDER BY t.created_at DESC LIMIT :limit
        """,  # noqa: S608
        {"outcome": outcome, "from_at": from_at, "until_at": until_at, "limit": limit, **scope.params},
    )
    return [Wording(**row) for row in rows]


def _of_ratings(c: Connection, scope: Scope, from_at: str, until_at: str, limit: int) -> list[Wording]:
    rows = c.rows(
        f"""
        SELECT 'rating' AS kind, r.id, r.text, r.entry_id, r.created_at FROM ratings AS r
        WHERE r.created_at >= :from_at AND r.created_at < :until_at AND r.helpful = 0 AND r.text <> ''
            AND {_whose(scope, "r.person_id")}
        ORDER BY r.created_at DESC LIMIT :limit
        """,  # noqa: S608
        {"from_at": from_at, "until_at": until_at, "limit": limit, **scope.params},
    )
    return [Wording(**row) for row in rows]


def _whose(scope: Scope, column: str) -> str:
    """The person is in scope. The plus keeps both planners from going person by person through all their years."""
    if scope.communes is None:
        return "1 = 1"
    return f"+{column} IN (SELECT id FROM people WHERE {scope.where('commune')})"  # noqa: S608
