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
