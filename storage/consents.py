"""What people explicitly agreed to: the purpose, the very words they saw, and when. Silence is no row.

Law 91/2025/QH15 asks for all of it. Nothing here decides which purpose needs consent.
"""

from __future__ import annotations

import dataclasses

from storage.database import Connection
from storage.sql import Params


@dataclasses.dataclass(frozen=True, slots=True)
class Consent:
    """`version` names the wording, `text` is the wording; `withdrawn_at` is empty while it holds."""

    purpose: str
    version: str
    text: str
    given_at: str
    withdrawn_at: str


def give_consent(c: Connection, person_id: int, purpose: str, version: str, text: str, now: str) -> None:
    """Store an agreement. An older one for the same purpose ends; the same version again changes nothing."""
    params: Params = {"person_id": person_id, "purpose": purpose, "version": version, "text": text, "now": now}
    c.execute(
        """
        UPDATE consents SET withdrawn_at = :now
        WHERE person_id = :person_id AND purpose = :purpose AND withdrawn_at = '' AND version <> :version
        """,
        params,
    )
    c.execute(
        """
        INSERT INTO consents (person_id, purpose, version, text, given_at, withdrawn_at)
        VALUES (:person_id, :purpose, :version, :text, :now, '')
        ON CONFLICT DO NOTHING
        """,
        params,
    )


def withdraw_consent(c: Connection, person_id: int, purpose: str, now: str) -> bool:
    """End an agreement; False when there was none."""
    return (
        c.execute(
            """
            UPDATE consents SET withdrawn_at = :now
            WHERE person_id = :person_id AND purpose = :purpose AND withdrawn_at = ''
            """,
            {"person_id": person_id, "purpose": purpose, "now": now},
        )
        > 0
    )


def list_consents(c: Connection, person_id: int) -> list[Consent]:
    """All agreements of a person, also those withdrawn, oldest first."""
    rows = c.rows(
        """
        SELECT purpose, version, text, given_at, withdrawn_at FROM consents WHERE person_id = :person_id ORDER BY id
        """,
        {"person_id": person_id},
    )
    return [Consent(**row) for row in rows]
