"""Who has written to us: one person per (channel, address).

Remembers; decides nothing about what may be sent to whom beyond keeping the person's own switches.
"""

from __future__ import annotations

import dataclasses
from typing import Any

from storage.database import Connection


@dataclasses.dataclass(frozen=True, slots=True)
class Person:
    """`name` is what the platform calls them, `full_name` and `phone` what they told us; `commune` is a slug.

    `gone_at` is empty while the address works, `erased_at` until they ask to be forgotten. `pushes_allowed` is the
    stop switch for what they did not ask for; it is not a consent.
    """

    id: int
    channel: str
    address: str
    name: str
    language: str
    commune: str
    pushes_allowed: bool
    gone_at: str
    created_at: str
    last_seen_at: str
    full_name: str = ""
    phone: str = ""
    erased_at: str = ""


_COLUMNS = ", ".join(field.name for field in dataclasses.fields(Person))


def _person(row: dict[str, Any]) -> Person:
    return Person(**{**row, "pushes_allowed": bool(row["pushes_allowed"])})


def get_or_create_person(c: Connection, channel: str, address: str, name: str, now: str) -> Person:
    """The person who just wrote, held until the transaction ends: a second message of theirs waits its turn.

    An empty `name` keeps the one we have. Whoever writes is not gone, and a stranger again after having been erased.
    """
    row = c.row(
        f"""
        INSERT INTO people (
            channel, address, name, language, commune, pushes_allowed, gone_at, gone_reason, created_at,
            last_seen_at )
        VALUES (:channel, :address, :name, 'vi', '', 1, '', '', :now, :now)
        ON CONFLICT (channel, address) DO UPDATE SET
            name = CASE WHEN excluded.name = '' THEN people.name ELSE excluded.name END,
            names_listed = CASE WHEN excluded.name IN ('', people.name) THEN people.names_listed ELSE 0 END,
            gone_at = '',
            gone_reason = '',
            created_at = CASE WHEN people.erased_at = '' THEN people.created_at ELSE excluded.created_at END,
            pushes_allowed = CASE WHEN people.erased_at = '' THEN people.pushes_allowed ELSE 1 END,
            erased_at = '',
            last_seen_at = excluded.last_seen_at
        RETURNING {_COLUMNS}
        """,  # noqa: S608
        {"channel": channel, "address": address, "name": name, "now": now},
    )
    assert row is not None
    return _person(row)


def find_person(c: Connection, channel: str, address: str) -> Person | None:
    """The person at this address, or None when nobody ever wrote from it."""
    row = c.row(
        f"SELECT {_COLUMNS} FROM people WHERE channel = :channel AND address = :address",  # noqa: S608
        {"channel": channel, "address": address},
    )
    return _person(row) if row else None


def get_person(c: Connection, person_id: int) -> Person:
    """The person with this id; LookupError when there is none."""
    row = c.row(f"SELECT {_COLUMNS} FROM people WHERE id = :id", {"id": person_id})  # noqa: S608
    if row is None:
        raise LookupError(f"Không có người dùng số {person_id}.")
    return _person(row)


def set_pushes(c: Connection, person_id: int, *, allowed: bool) -> None:
    """Allow or stop reminders and broadcasts. What is already queued stays; the caller decides about it."""
    c.execute(
        "UPDATE people SET pushes_allowed = :allowed WHERE id = :id",
        {"allowed": int(allowed), "id": person_id},
    )


def set_language(c: Connection, person_id: int, language: str) -> None:
    """Remember the language the bot's own texts are shown in, e.g. "vi"."""
    c.execute("UPDATE people SET language = :language WHERE id = :id", {"language": language, "id": person_id})


def mark_gone(c: Connection, channel: str, address: str, reason: str, now: str) -> None:
    """Nobody is at this address any more: remember it and drop what is queued for it, except replies.

    Replies stay: they are what the person finds when they come back. An unknown address changes nothing.
    """
    params = {"channel": channel, "address": address, "reason": reason, "now": now}
    c.execute(
        """
        UPDATE people SET gone_at = :now, gone_reason = :reason
        WHERE channel = :channel AND address = :address AND gone_at = ''
        """,
        params,
    )
    c.execute(
        """
        UPDATE outbox SET status = 'gone', reason = :reason, settled_at = :now
        WHERE person_id = (SELECT id FROM people WHERE channel = :channel AND address = :address)
            AND status = 'queued' AND priority > 0
        """,
        params,
    )


def count_people(c: Connection) -> int:
    """How many people ever wrote, gone or not."""
    row = c.row("SELECT COUNT(*) AS n FROM people")
    return int(row["n"]) if row else 0


def set_profile(c: Connection, person_id: int, field: str, value: str) -> None:
    """Remember what a person told about themselves; `field` is full_name, phone or commune."""
    if field not in {"full_name", "phone", "commune"}:
        raise ValueError(field)
    listed = ", names_listed = 0" if field == "full_name" else ""
    c.execute(
        f"UPDATE people SET {field} = :value{listed} WHERE id = :id",  # noqa: S608 — one of three names above
        {"value": value, "id": person_id},
    )


def list_groups(c: Connection, person_id: int) -> list[str]:
    """The priority groups a person said to belong to."""
    rows = c.rows("SELECT group_slug FROM person_groups WHERE person_id = :id ORDER BY group_slug", {"id": person_id})
    return [str(row["group_slug"]) for row in rows]


def add_group(c: Connection, person_id: int, group_slug: str, now: str) -> None:
    """Remember that a person belongs to a priority group; twice is once."""
    c.execute(
        """
        INSERT INTO person_groups (person_id, group_slug, created_at) VALUES (:id, :group_slug, :now)
        ON CONFLICT DO NOTHING
        """,
        {"id": person_id, "group_slug": group_slug, "now": now},
    )


def remove_group(c: Connection, person_id: int, group_slug: str) -> None:
    c.execute(
        "DELETE FROM person_groups WHERE person_id = :id AND group_slug = :group_slug",
        {"id": person_id, "group_slug": group_slug},
    )


@dataclasses.dataclass(frozen=True, slots=True)
class Traces:
    """How much is kept of a person beyond what they told of themselves. `turns` stops counting at 1,000."""

    turns: int = 0
    first_turn_at: str = ""
    questions: int = 0
    ratings: int = 0


NO_TRACES = Traces()


def count_traces(c: Connection, person_id: int) -> Traces:
    """One row of indexed counts, cheap enough to be read with every message."""
    row = c.row(
        """
        SELECT
            (SELECT COUNT(*) FROM (SELECT 1 AS one FROM turns WHERE person_id = :id LIMIT 1000) AS counted) AS turns,
            (SELECT created_at FROM turns WHERE person_id = :id ORDER BY id LIMIT 1) AS first_turn_at,
            (SELECT COUNT(*) FROM questions WHERE person_id = :id) AS questions,
            (SELECT COUNT(*) FROM ratings WHERE person_id = :id) AS ratings
        """,
        {"id": person_id},
    )
    assert row is not None
    return Traces(int(row["turns"]), row["first_turn_at"] or "", int(row["questions"]), int(row["ratings"]))


def forget_contact(c: Connection, person_id: int) -> None:
    """Drop the full name and phone, also where they were given to an organiser."""
    c.execute("UPDATE people SET full_name = '', phone = '', names_listed = 0 WHERE id = :id", {"id": person_id})
    c.execute("UPDATE registrations SET full_name = '', phone = '' WHERE person_id = :id", {"id": person_id})


def forget_audience(c: Connection, person_id: int) -> None:
    """Drop what news was chosen by: groups and topics. The commune stays, answers use it."""
    c.execute("DELETE FROM person_groups WHERE person_id = :id", {"id": person_id})
    c.execute("DELETE FROM interests WHERE person_id = :id", {"id": person_id})


def note_interest(c: Connection, person_id: int, topic: str, now: str) -> None:
    """Count one more question about a topic; the words are not kept here."""
    c.execute(
        """
        INSERT INTO interests (person_id, topic, times, last_at) VALUES (:id, :topic, 1, :now)
        ON CONFLICT (person_id, topic) DO UPDATE SET times = interests.times + 1, last_at = excluded.last_at
        """,
        {"id": person_id, "topic": topic, "now": now},
    )
