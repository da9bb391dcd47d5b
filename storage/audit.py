"""Who did what, for good: rows are added and read, never changed or removed."""

from __future__ import annotations

import dataclasses

from storage.database import Connection


@dataclasses.dataclass(frozen=True, slots=True)
class AuditRow:
    """`actor` is an official's name or "system"; `detail_json` never holds a worker's text or number."""

    id: int
    actor: str
    action: str
    subject: str
    detail_json: str
    created_at: str


def record(c: Connection, actor: str, action: str, subject: str, detail_json: str, now: str) -> None:
    """Add one row, in the same transaction as the act it tells of."""
    c.execute(
        """
        INSERT INTO audit (actor, action, subject, detail_json, created_at)
        VALUES (:actor, :action, :subject, :detail_json, :now)
        """,
        {"actor": actor, "action": action, "subject": subject, "detail_json": detail_json, "now": now},
    )


def list_audit(c: Connection, limit: int) -> list[AuditRow]:
    """The newest rows first."""
    rows = c.rows(
        "SELECT id, actor, action, subject, detail_json, created_at FROM audit ORDER BY id DESC LIMIT :limit",
        {"limit": limit},
    )
    return [AuditRow(**row) for row in rows]


def list_audit_before(c: Connection, before_id: int | None, actor: str, action: str, limit: int) -> list[AuditRow]:
    """The newest rows first, from below `before_id` on; "" as actor is anybody, "" as action is any.

    `action` is the beginning of the name: "official" finds "official.add".
    """
    rows = c.rows(
        """
        SELECT id, actor, action, subject, detail_json, created_at FROM audit
        WHERE id < :before_id AND (:actor = '' OR actor = :actor)
            AND (:action = '' OR SUBSTR(action, 1, LENGTH(:action)) = :action)
        ORDER BY id DESC LIMIT :limit
        """,
        {"before_id": before_id or 2**62, "actor": actor, "action": action, "limit": limit},
    )
    return [AuditRow(**row) for row in rows]


def list_actors(c: Connection) -> list[str]:
    """Everybody who ever acted, by name."""
    return [row["actor"] for row in c.rows("SELECT DISTINCT actor FROM audit ORDER BY actor")]
