"""Where each conversation stands: one JSON text per person, opaque here."""

from __future__ import annotations

from storage.database import Connection


def load_dialogue(c: Connection, person_id: int) -> str:
    """The stored state, or "" when there is none; held until the transaction ends. Not for `reading()`."""
    row = c.row("SELECT state_json FROM dialogues WHERE person_id = :person_id {for_update}", {"person_id": person_id})
    return str(row["state_json"]) if row else ""


def save_dialogue(c: Connection, person_id: int, state_json: str, now: str) -> None:
    """Replace the stored state."""
    c.execute(
        """
        INSERT INTO dialogues (person_id, state_json, updated_at) VALUES (:person_id, :state_json, :now)
        ON CONFLICT (person_id) DO UPDATE SET state_json = excluded.state_json, updated_at =
        excluded.updated_at
        """,
        {"person_id": person_id, "state_json": state_json, "now": now},
    )
