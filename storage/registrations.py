"""Who comes to which session: seats, the waiting list, attendance. Seats are counted in the same transaction."""

from __future__ import annotations

import dataclasses
from typing import Literal

from storage.database import Connection

Seat = Literal["registered", "waiting"]


class SeatGone(Exception):
    """The seat that was shown free is taken by now: decide again with what the rows say."""


@dataclasses.dataclass(frozen=True, slots=True)
class Registration:
    """One person's place in one session. `status` is registered, waiting or cancelled; `remind_minutes` "1440,120"."""

    id: int
    session_id: int
    person_id: int
    status: str
    full_name: str
    phone: str
    remind_minutes: str
    checked_in_at: str
    outcome: str
    created_at: str
    updated_at: str


COLUMNS = ", ".join(field.name for field in dataclasses.fields(Registration))


def register(  # noqa: PLR0913, PLR0917 — the row's columns, one by one
    c: Connection,
    session_id: int,
    person_id: int,
    seat: Seat,
    full_name: str,
    phone: str,
    remind_minutes: str,
    now: str,
) -> int:
    """Give a person a seat, or a place in the waiting list; return the registration's id.

    Whoever holds a seat already keeps it. Raises SeatGone when a seat was wanted and none is left.
    """
    held = find_registration(c, session_id, person_id)
    if held and held.status == seat:
        return held.id
    if seat == "registered":
        _take_seat(c, session_id, now)
    row = c.row(
        """
        INSERT INTO registrations (
            session_id, person_id, status, full_name, phone, remind_minutes, checked_in_at, outcome,
            created_at, updated_at
        )
        VALUES (:session_id, :person_id, :status, :full_name, :phone, :remind_minutes, '', '', :now, :now)
        ON CONFLICT (session_id, person_id) DO UPDATE SET
            status = excluded.status, full_name = excluded.full_name, phone = excluded.phone,
            remind_minutes = excluded.remind_minutes, updated_at = excluded.updated_at
        RETURNING id
        """,
        {
            "session_id": session_id,
            "person_id": person_id,
            "status": seat,
            "full_name": full_name,
            "phone": phone,
            "remind_minutes": remind_minutes,
            "now": now,
        },
    )
    assert row is not None
    return int(row["id"])


def _take_seat(c: Connection, session_id: int, now: str) -> None:
    taken = c.execute(
        """
        UPDATE sessions SET taken = taken + 1, updated_at = :now
        WHERE id = :id AND status = 'mo' AND (capacity = 0 OR taken < capacity)
        """,
        {"id": session_id, "now": now},
    )
    if not taken:
        raise SeatGone


def cancel(c: Connection, session_id: int, person_id: int, now: str) -> bool:
    """Give a place up; a seat becomes free again. False when the person had none. Moves nobody up by itself."""
    held = find_registration(c, session_id, person_id)
    if held is None or held.status == "cancelled":
        return False
    c.execute(
        "UPDATE registrations SET status = 'cancelled', updated_at = :now WHERE id = :id", {"id": held.id, "now": now}
    )
    if held.status == "registered":
        c.execute("UPDATE sessions SET taken = taken - 1 WHERE id = :id AND taken > 0", {"id": session_id})
    return True


def move_up(c: Connection, session_id: int, now: str) -> Registration | None:
    """Give a free seat to whoever waits longest; None when nobody waits or no seat is free."""
    row = c.row(
        f"""
        SELECT {COLUMNS} FROM registrations WHERE session_id = :session_id AND status = 'waiting'
        ORDER BY id LIMIT 1
        """,  # noqa: S608
        {"session_id": session_id},
    )
    if row is None:
        return None
    try:
        _take_seat(c, session_id, now)
    except SeatGone:
        return None
    c.execute(
        "UPDATE registrations SET status = 'registered', updated_at = :now WHERE id = :id",
        {"id": row["id"], "now": now},
    )
    return Registration(**{**row, "status": "registered"})


def find_registration(c: Connection, session_id: int, person_id: int) -> Registration | None:
    row = c.row(
        f"SELECT {COLUMNS} FROM registrations WHERE session_id = :session_id AND person_id = :person_id",  # noqa: S608
        {"session_id": session_id, "person_id": person_id},
    )
    return Registration(**row) if row else None


def list_of_person(c: Connection, person_id: int) -> list[Registration]:
    """All of a person's registrations, cancelled ones too, oldest first."""
    rows = c.rows(
        f"SELECT {COLUMNS} FROM registrations WHERE person_id = :person_id ORDER BY id",  # noqa: S608
        {"person_id": person_id},
    )
    return [Registration(**row) for row in rows]


def list_of_session(c: Connection, session_id: int, status: str, after_id: int, limit: int) -> list[Registration]:
    """A page of one session's registrations with this status, oldest first."""
    rows = c.rows(
        f"""
        SELECT {COLUMNS} FROM registrations
        WHERE session_id = :session_id AND status = :status AND id > :after_id ORDER BY id LIMIT :limit
        """,  # noqa: S608
        {"session_id": session_id, "status": status, "after_id": after_id, "limit": limit},
    )
    return [Registration(**row) for row in rows]


def set_remind_minutes(c: Connection, registration_id: int, remind_minutes: str, now: str) -> None:
    c.execute(
        "UPDATE registrations SET remind_minutes = :minutes, updated_at = :now WHERE id = :id",
        {"id": registration_id, "minutes": remind_minutes, "now": now},
    )


def set_outcome(c: Connection, session_id: int, person_id: int, outcome: str, now: str) -> bool:
    """What came of it, as the person says: hired, promised, not-hired or absent. False without a registration."""
    return (
        c.execute(
            """
            UPDATE registrations SET outcome = :outcome, updated_at = :now
            WHERE session_id = :session_id AND person_id = :person_id
            """,
            {"session_id": session_id, "person_id": person_id, "outcome": outcome, "now": now},
        )
        > 0
    )
