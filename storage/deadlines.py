"""Days a person asked not to miss. What is said before them, and when, are rows of `reminders`."""

from __future__ import annotations

import dataclasses

from storage.database import Connection


@dataclasses.dataclass(frozen=True, slots=True)
class Deadline:
    """`base_on` is the day it is counted from, `due_on` the next due day, `times` how many due days there are in all.

    Days are Hanoi's, as "2026-11-22". `status` is open, done or stopped.
    """

    id: int
    person_id: int
    kind: str
    base_on: str
    due_on: str
    times: int
    note: str
    status: str
    created_at: str
    updated_at: str


COLUMNS = ", ".join(field.name for field in dataclasses.fields(Deadline))


def keep_deadline(  # noqa: PLR0913, PLR0917 — the row's columns, one by one
    c: Connection, person_id: int, kind: str, base_on: str, due_on: str, times: int, note: str, now: str
) -> int:
    """Keep a deadline, or change the open one of the same kind and base day; return its id."""
    row = c.row(
        """
        INSERT INTO deadlines (person_id, kind, base_on, due_on, times, note, status, created_at, updated_at)
        VALUES (:person_id, :kind, :base_on, :due_on, :times, :note, 'open', :now, :now)
        ON CONFLICT (person_id, kind, base_on) WHERE status = 'open' DO UPDATE SET
            due_on = excluded.due_on, times = excluded.times, note = excluded.note, updated_at = excluded.updated_at
        RETURNING id
        """,
        {
            "person_id": person_id,
            "kind": kind,
            "base_on": base_on,
            "due_on": due_on,
            "times": times,
            "note": note,
            "now": now,
        },
    )
    assert row is not None
    return int(row["id"])


def close_deadline(c: Connection, deadline_id: int, person_id: int, status: str, now: str) -> bool:
    """End a person's own deadline as done or stopped; False when it was not open or is not theirs."""
    return (
        c.execute(
            """
            UPDATE deadlines SET status = :status, updated_at = :now
            WHERE id = :id AND person_id = :person_id AND status = 'open'
            """,
            {"id": deadline_id, "person_id": person_id, "status": status, "now": now},
        )
        == 1
    )


def list_of_person(c: Connection, person_id: int) -> list[Deadline]:
    """All of a person's deadlines, oldest first."""
    rows = c.rows(
        f"SELECT {COLUMNS} FROM deadlines WHERE person_id = :person_id ORDER BY id",  # noqa: S608
        {"person_id": person_id},
    )
    return [Deadline(**row) for row in rows]


def get_deadline(c: Connection, deadline_id: int) -> Deadline:
    """The deadline with this id; LookupError when there is none."""
    row = c.row(f"SELECT {COLUMNS} FROM deadlines WHERE id = :id", {"id": deadline_id})  # noqa: S608
    if row is None:
        raise LookupError(f"Không có hạn số {deadline_id}.")
    return Deadline(**row)


def close_all(c: Connection, person_id: int, status: str, now: str) -> list[int]:
    """End all of a person's open deadlines; return their ids."""
    rows = c.rows(
        """
        UPDATE deadlines SET status = :status, updated_at = :now
        WHERE person_id = :person_id AND status = 'open' RETURNING id
        """,
        {"person_id": person_id, "status": status, "now": now},
    )
    return sorted(int(row["id"]) for row in rows)
