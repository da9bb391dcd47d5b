"""Firings of what comes round by the calendar: one row each, and how far a long one has come.

Whoever inserts a firing's row has begun it; whoever holds the row does its next page. So two replicas share the work
and neither does a page the other did.
"""

from __future__ import annotations

from typing import Literal

from storage.database import Connection
from storage.sql import Params


def begin(c: Connection, name: str, fire_at: str, now: str) -> None:
    """Write down that a firing is due; one that is known stays as it is."""
    c.execute(
        """
        INSERT INTO runs (name, fire_at, place, status, reason, updated_at)
        VALUES (:name, :fire_at, '', 'open', '', :now)
        ON CONFLICT DO NOTHING
        """,
        {"name": name, "fire_at": fire_at, "now": now},
    )


def hold(c: Connection, name: str, fire_at: str) -> str | None:
    """How far an open firing has come ("" at its start), held until the transaction ends.

    None when it is over, unknown, or somebody else holds it.
    """
    row = c.row(
        """
        SELECT place FROM runs WHERE name = :name AND fire_at = :fire_at AND status = 'open' {skip_locked}
        """,
        {"name": name, "fire_at": fire_at},
    )
    return str(row["place"]) if row else None


def move(c: Connection, name: str, fire_at: str, place: str, now: str) -> None:
    """Write down how far a firing has come."""
    _set(c, name, fire_at, {"place": place, "status": "open", "reason": "", "now": now})


def finish(
    c: Connection, name: str, fire_at: str, place: str, now: str, status: Literal["done", "skipped"], reason: str = ""
) -> None:
    """End a firing: done, or skipped with its reason (also when it had come part of the way)."""
    _set(c, name, fire_at, {"place": place, "status": status, "reason": reason, "now": now})


def _set(c: Connection, name: str, fire_at: str, changes: Params) -> None:
    c.execute(
        """
        UPDATE runs SET place = :place, status = :status, reason = :reason, updated_at = :now
        WHERE name = :name AND fire_at = :fire_at
        """,
        {"name": name, "fire_at": fire_at, **changes},
    )


def find_status(c: Connection, name: str, fire_at: str) -> str:
    """open, done or skipped; "" for a firing nobody has begun."""
    row = c.row("SELECT status FROM runs WHERE name = :name AND fire_at = :fire_at", {"name": name, "fire_at": fire_at})
    return str(row["status"]) if row else ""
