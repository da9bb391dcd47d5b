"""Who comes to which session: seats, the waiting list, attendance. Seats are counted in the same transaction.

Whoever takes or gives up a place holds the session's row, so that seats and waiting list never contradict each other.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from typing import Literal

from storage import sessions
from storage.database import Connection

Seat = Literal["registered", "waiting"]


class SeatGone(Exception):
    """The place that was shown is no more (taken, or free by now, or the session is off): decide again."""


@dataclasses.dataclass(frozen=True, slots=True)
class Registration:
    """One person's place in one session. `status` is registered, waiting or cancelled; `remind_minutes` "1440,120".

    `since_at` is when the present place was taken.
    """

    id: int
    session_id: int
    person_id: int
    status: str
    full_name: str
    phone: str
    remind_minutes: str
    checked_in_at: str
    outcome: str
    since_at: str
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

    Whoever holds a seat already, or waits already, keeps it. Raises SeatGone when the session no longer has such a
    place: no seat is left, or one is free and nobody needs to wait. LookupError when there is no such session.
    """
    session = sessions.hold_session(c, session_id)
    held = find_registration(c, session_id, person_id)
    if held and held.status in {"registered", seat}:
        return held.id
    if not session.open or session.full != (seat == "waiting"):
        raise SeatGone
    if seat == "registered" and not sessions.take_seat(c, session_id):
        raise SeatGone
    row = c.row(
        """
        INSERT INTO registrations (
            session_id, person_id, status, full_name, phone, remind_minutes, checked_in_at, outcome,
            since_at, created_at, updated_at
        )
        VALUES (:session_id, :person_id, :status, :full_name, :phone, :remind_minutes, '', '', :now, :now, :now)
        ON CONFLICT (session_id, person_id) DO UPDATE SET
            status = excluded.status, full_name = excluded.full_name, phone = excluded.phone,
            remind_minutes = excluded.remind_minutes, since_at = excluded.since_at, updated_at = excluded.updated_at
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


def cancel(c: Connection, session_id: int, person_id: int, now: str) -> bool:
    """Give a place up; a seat becomes free again. False when the person had none. Moves nobody up by itself.

    What the organiser was to know (name, phone) goes with the place.
    """
    sessions.hold_session(c, session_id)
    held = find_registration(c, session_id, person_id)
    if held is None or held.status == "cancelled":
        return False
    c.execute(
        """
        UPDATE registrations SET status = 'cancelled', full_name = '', phone = '', since_at = :now, updated_at = :now
        WHERE id = :id
        """,
        {"id": held.id, "now": now},
    )
    if held.status == "registered":
        sessions.free_seat(c, session_id)
    return True


def move_up(c: Connection, session_id: int, now: str) -> Registration | None:
    """Give a free seat to whoever waits longest; None when nobody waits or no seat is free.

    The caller holds the session's row.
    """
    row = c.row(
        f"""
        SELECT {COLUMNS} FROM registrations WHERE session_id = :session_id AND status = 'waiting'
        ORDER BY since_at, id LIMIT 1
        """,  # noqa: S608
        {"session_id": session_id},
    )
    if row is None or not sessions.take_seat(c, session_id):
        return None
    c.execute(
        "UPDATE registrations SET status = 'registered', since_at = :now, updated_at = :now WHERE id = :id",
        {"id": row["id"], "now": now},
    )
    return Registration(**{**row, "status": "registered", "since_at": now, "updated_at": now})


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


@dataclasses.dataclass(frozen=True, slots=True)
class Places:
    """How many people of one session hold a seat, wait, and came."""

    registered: int = 0
    waiting: int = 0
    attended: int = 0


def count_places(c: Connection, session_ids: Sequence[int]) -> dict[int, Places]:
    """Of each of these sessions; all zero where nobody registered."""
    names = {f"id_{number}": id_ for number, id_ in enumerate(session_ids)}
    if not names:
        return {}
    rows = c.rows(
        f"""
        SELECT session_id, SUM(CASE WHEN status = 'registered' THEN 1 ELSE 0 END) AS registered,
            SUM(CASE WHEN status = 'waiting' THEN 1 ELSE 0 END) AS waiting,
            SUM(CASE WHEN checked_in_at <> '' THEN 1 ELSE 0 END) AS attended
        FROM registrations WHERE session_id IN ({", ".join(f":{name}" for name in names)}) GROUP BY session_id
        """,  # noqa: S608
        names,
    )
    found = {
        int(row["session_id"]): Places(int(row["registered"]), int(row["waiting"]), int(row["attended"]))
        for row in rows
    }
    return {id_: found.get(id_, Places()) for id_ in session_ids}


def check_in(c: Connection, session_id: int, person_id: int, now: str) -> bool:
    """The person came; the first time counts. False when they hold no place in the session."""
    return (
        c.execute(
            """
            UPDATE registrations SET checked_in_at = CASE WHEN checked_in_at = '' THEN :now ELSE checked_in_at END
            WHERE session_id = :session_id AND person_id = :person_id AND status <> 'cancelled'
            """,
            {"session_id": session_id, "person_id": person_id, "now": now},
        )
        == 1
    )


def undo_check_in(c: Connection, session_id: int, person_id: int) -> bool:
    """The person did not come after all: a tick in the wrong line. False when none was there."""
    return (
        c.execute(
            """
            UPDATE registrations SET checked_in_at = ''
            WHERE session_id = :session_id AND person_id = :person_id AND checked_in_at <> ''
            """,
            {"session_id": session_id, "person_id": person_id},
        )
        == 1
    )


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
