"""Random texts that signatures are made with: made once, the same in every process of one database, never shown."""

from __future__ import annotations

from storage.database import Connection


def find_secret(c: Connection, name: str) -> str:
    """The secret of this name; "" while none was made."""
    row = c.row("SELECT value FROM secrets WHERE name = :name", {"name": name})
    return str(row["value"]) if row else ""


def keep_secret(c: Connection, name: str, value: str) -> str:
    """Store a secret unless there is one; return the one that holds."""
    c.execute(
        "INSERT INTO secrets (name, value) VALUES (:name, :value) ON CONFLICT DO NOTHING",
        {"name": name, "value": value},
    )
    return find_secret(c, name)
