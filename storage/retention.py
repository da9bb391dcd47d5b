"""Forgetting what is old: what people typed, what was sent to them, who did what. A page at a time, the oldest first.

It never touches what is on its way or promised: deliveries that are not settled or of a broadcast that is not over,
reminders, and the steps of series stay, whatever their age, for they keep the same thing from being said twice.
"""

from __future__ import annotations

from storage.database import Connection

# What may go, as a condition on the table with the parameter :before.
_TURNS = "created_at < :before"
_SENT = """
    status NOT IN ('queued', 'sending') AND settled_at <> '' AND settled_at < :before
    AND (broadcast_id IS NULL OR broadcast_id IN (
        SELECT id FROM broadcasts WHERE finished_at <> '' AND finished_at < :before
    ))
"""
_AUDIT = "created_at < :before"
TABLES = {"turns": _TURNS, "outbox": _SENT, "audit": _AUDIT}


def count_old(c: Connection, table: str, before: str) -> int:
    """How many rows of one of `TABLES` `purge` would remove in all."""
    row = c.row(f"SELECT COUNT(*) AS n FROM {table} WHERE {TABLES[table]}", {"before": before})  # noqa: S608
    return int(row["n"]) if row else 0


def purge(c: Connection, table: str, before: str, after_id: int, page: int) -> tuple[int, int | None]:
    """Look at the next `page` rows beyond `after_id` and remove the old ones among them.

    Returns how many went and the last id looked at; None when the end, or a row younger than `before`, was reached.
    Ids rise with time, so nothing old stands beyond the first young row.
    """
    params: dict[str, str | int | float | None] = {"before": before, "after_id": after_id, "page": page}
    looked = c.rows(
        f"SELECT id, created_at FROM {table} WHERE id > :after_id ORDER BY id LIMIT :page",  # noqa: S608
        params,
    )
    if not looked:
        return 0, None
    params["last_id"] = looked[-1]["id"]
    gone = c.execute(
        f"DELETE FROM {table} WHERE id > :after_id AND id <= :last_id AND {TABLES[table]}",  # noqa: S608
        params,
    )
    over = len(looked) < page or looked[-1]["created_at"] >= before
    return gone, None if over else int(looked[-1]["id"])
