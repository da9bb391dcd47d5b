"""Forgetting a person: every row about them in every table. SQL only; when it happens is `bot.erasing`'s.

A table that comes to hold people must be added here: a test walks the schema and fails until it is.
"""

from __future__ import annotations

from storage.database import Connection

# Every table with rows about one person, those first that others' rows do not point to. `turns`, `outbox` and `people`
# are handled apart.
TABLES = (
    "question_messages",
    "questions",
    "ratings",
    "reminders",
    "campaign_steps",
    "campaign_members",
    "registrations",
    "deadlines",
    "needs",
    "consents",
    "interests",
    "person_groups",
    "person_words",
    "dialogues",
)

_SEEN_OF_TURNS = """
    DELETE FROM seen WHERE channel = (SELECT channel FROM people WHERE id = :id)
        AND message_id IN (SELECT channel_message_id FROM turns WHERE person_id = :id
"""


def erase_rows(c: Connection, person_id: int) -> None:
    """Delete all that is kept of a person but their row and the mark of the message that asked for it.

    The mark stays, without words, so that a platform repeating that message does not begin a new conversation.
    """
    params = {"id": person_id}
    older = "id < (SELECT MAX(id) FROM turns WHERE person_id = :id)"
    c.execute(f"{_SEEN_OF_TURNS} AND {older})", params)
    c.execute(f"DELETE FROM turns WHERE person_id = :id AND {older}", params)  # noqa: S608 — ours
    c.execute("UPDATE turns SET text = '', entry_id = '', because_json = '{}' WHERE person_id = :id", params)
    _delete_all(c, person_id)


def blank_person(c: Connection, person_id: int, now: str) -> None:
    """Leave of a person's row only where the farewell goes."""
    c.execute(
        """
        UPDATE people SET
            name = '', full_name = '', phone = '', language = 'vi', commune = '', pushes_allowed = 0, gone_at = '',
            gone_reason = '', created_at = :now, last_seen_at = :now, erased_at = :now
        WHERE id = :id
        """,
        {"id": person_id, "now": now},
    )


def take_erased(c: Connection, before: str, limit: int) -> list[int]:
    """Erased people whose farewell is out, or who were erased before `before`; held until the transaction ends."""
    rows = c.rows(
        """
        SELECT id FROM people WHERE erased_at <> '' AND (
            erased_at < :before OR NOT EXISTS (
                SELECT 1 FROM outbox WHERE outbox.person_id = people.id AND outbox.status IN ('queued', 'sending')
            )
        )
        ORDER BY erased_at, id LIMIT :limit {skip_locked}
        """,
        {"before": before, "limit": limit},
    )
    return [int(row["id"]) for row in rows]


def remove_person(c: Connection, person_id: int) -> None:
    """Delete the last traces: the farewell, the mark of the last message, the row itself."""
    params = {"id": person_id}
    c.execute(f"{_SEEN_OF_TURNS})", params)
    c.execute("DELETE FROM turns WHERE person_id = :id", params)
    _delete_all(c, person_id)
    c.execute("DELETE FROM people WHERE id = :id", params)


def _delete_all(c: Connection, person_id: int) -> None:
    for table in ("outbox", *TABLES):
        c.execute(f"DELETE FROM {table} WHERE person_id = :id", {"id": person_id})  # noqa: S608 — names above
