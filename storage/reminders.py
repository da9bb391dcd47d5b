"""Everything the bot will say by itself to one person at one time, as rows; the clock only looks at them.

A row is planned, then queued (a delivery exists), skipped or cancelled, with a reason. What is said is decided when it
is due, from what holds then.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from typing import Any, Literal

from storage.database import Connection
from storage.people import Person

_ROWS_PER_INSERT = 100


@dataclasses.dataclass(frozen=True, slots=True)
class NewReminder:
    """A promise to say something. `subject` is what it is about ("session:12"), `step` which of its messages.

    `dedupe_key` is unique for ever. Past `expires_at` it is of no use and skipped.
    """

    person_id: int
    kind: str
    subject: str
    step: str
    dedupe_key: str
    due_at: str
    expires_at: str


@dataclasses.dataclass(frozen=True, slots=True)
class Reminder:
    """A stored promise. `status` is planned, queued, skipped or cancelled; `attempts` counts the tries that failed."""

    id: int
    person_id: int
    kind: str
    subject: str
    step: str
    dedupe_key: str
    due_at: str
    expires_at: str
    status: str
    reason: str
    attempts: int
    created_at: str
    settled_at: str


_COLUMN_NAMES = tuple(field.name for field in dataclasses.fields(Reminder))
COLUMNS = ", ".join(_COLUMN_NAMES)
_JOINED = ", ".join(
    (
        *(f"reminders.{name} AS reminder_{name}" for name in _COLUMN_NAMES),
        *(f"people.{field.name} AS person_{field.name}" for field in dataclasses.fields(Person)),
    )
)
_NEW = tuple(field.name for field in dataclasses.fields(NewReminder))


def plan(c: Connection, many: Sequence[NewReminder], now: str) -> int:
    """Plan reminders; return how many are new. One that was planned before, whatever became of it, is nothing.

    A cancelled one that is planned again with the same key is planned again: the person changed their mind back.
    """
    new = 0
    for start in range(0, len(many), _ROWS_PER_INSERT):
        some = many[start : start + _ROWS_PER_INSERT]
        values = ", ".join(
            "(" + ", ".join(f":{name}_{n}" for name in _NEW) + ", 'planned', '', 0, :now, '')" for n in range(len(some))
        )
        params: dict[str, Any] = {"now": now}
        for n, one in enumerate(some):
            params |= {f"{name}_{n}": getattr(one, name) for name in _NEW}
        new += c.execute(
            f"""
            INSERT INTO reminders ({", ".join(_NEW)}, status, reason, attempts, created_at, settled_at) VALUES {values}
            ON CONFLICT (dedupe_key) DO UPDATE SET
                status = 'planned', reason = '', due_at = excluded.due_at, expires_at = excluded.expires_at,
                attempts = 0, settled_at = ''
            WHERE reminders.status = 'cancelled'
            """,  # noqa: S608
            params,
        )
    return new


def take_due(c: Connection, now: str, limit: int) -> list[tuple[Reminder, Person]]:
    """What is due with whom it is for, the longest due first, both held by this transaction: settle each in it.

    The person is held too, so that "dừng" comes either before the decision or after the delivery it then cancels. What
    somebody else holds is left for the next time.
    """
    rows = c.rows(
        f"""
        SELECT {_JOINED} FROM reminders JOIN people ON people.id = reminders.person_id
        WHERE reminders.status = 'planned' AND reminders.due_at <= :now
        ORDER BY reminders.due_at, reminders.id LIMIT :limit {{skip_locked}}
        """,  # noqa: S608
        {"now": now, "limit": limit},
    )
    return [(_reminder(row), _person(row)) for row in rows]


def _reminder(row: dict[str, Any]) -> Reminder:
    return Reminder(**{name: row[f"reminder_{name}"] for name in _COLUMN_NAMES})


def _person(row: dict[str, Any]) -> Person:
    values = {field.name: row[f"person_{field.name}"] for field in dataclasses.fields(Person)}
    return Person(**{**values, "pushes_allowed": bool(values["pushes_allowed"])})


def settle(c: Connection, settled: Sequence[tuple[int, Literal["queued", "skipped"], str]], now: str) -> None:
    """What became of due reminders: triples of (id, status, reason)."""
    c.execute_many(
        """
        UPDATE reminders SET status = :status, reason = :reason, settled_at = :now WHERE id = :id AND status = 'planned'
        """,
        [{"id": id_, "status": status, "reason": reason, "now": now} for id_, status, reason in settled],
    )


def postpone(c: Connection, reminder_id: int, due_at: str, reason: str) -> None:
    """A try failed: look at it again at `due_at`."""
    c.execute(
        """
        UPDATE reminders SET due_at = :due_at, reason = :reason, attempts = attempts + 1
        WHERE id = :id AND status = 'planned'
        """,
        {"id": reminder_id, "due_at": due_at, "reason": reason},
    )


def count_overdue(c: Connection, before: str) -> int:
    """How many planned reminders were due before this moment and are still useful: the clock stands still, or fails."""
    row = c.row(
        """
        SELECT COUNT(*) AS n FROM reminders
        WHERE status = 'planned' AND due_at <= :before AND expires_at > :before
        """,
        {"before": before},
    )
    return int(row["n"]) if row else 0


def cancel_subject(
    c: Connection, subject: str, reason: str, now: str, *, person_id: int = 0, kind: str = "", queued_too: bool = True
) -> int:
    """Call off what is still planned about a subject, of one person or (0) of everybody; return how many.

    With a `kind` only reminders of this kind. What is queued and has not left is called off too, unless it stays true
    (`queued_too` False); it does not count.
    """
    params: dict[str, str | int] = {"subject": subject, "person_id": person_id, "kind": kind, "ending": ""}
    if queued_too:
        _recall(c, params, reason, now)
    return _cancel(c, params, reason, now)


def cancel_step(c: Connection, subject: str, step_end: str, reason: str, now: str) -> int:
    """Call off what is planned about a subject in steps that end so ("…:2026-12-10"); return how many.

    What is queued about them and has not left is called off too; it does not count.
    """
    params: dict[str, str | int] = {"subject": subject, "person_id": 0, "kind": "", "ending": step_end}
    _recall(c, params, reason, now)
    return _cancel(c, params, reason, now)


_CHOSEN = """
    subject = :subject AND (:person_id = 0 OR person_id = :person_id) AND (:kind = '' OR kind = :kind)
    AND substr(step, length(step) - length(:ending) + 1) = :ending
"""


def _cancel(c: Connection, params: dict[str, str | int], reason: str, now: str) -> int:
    return c.execute(
        f"""
        UPDATE reminders SET status = 'cancelled', reason = :reason, settled_at = :now
        WHERE status = 'planned' AND {_CHOSEN}
        """,  # noqa: S608
        {**params, "reason": reason, "now": now},
    )


def _recall(c: Connection, params: dict[str, str | int], reason: str, now: str) -> None:
    """Take deliveries out of the outbox that wait there: for the morning, after a pause, for another try.

    One that a sender holds in this moment may arrive; it runs out now, so that it does not leave once more.
    """
    rows = c.rows(
        f"SELECT id FROM reminders WHERE status = 'queued' AND expires_at > :now AND {_CHOSEN} ORDER BY id",  # noqa: S608
        {**params, "now": now},
    )
    # By key, not by a subquery: PostgreSQL might walk the whole queue of a broadcast for one.
    waiting = [{"key": delivery_key(int(row["id"])), "reason": reason, "now": now} for row in rows]
    if not waiting:
        return
    c.execute_many(
        """
        UPDATE outbox SET status = 'cancelled', reason = :reason, settled_at = :now
        WHERE dedupe_key = :key AND status = 'queued'
        """,
        waiting,
    )
    c.execute_many(
        "UPDATE outbox SET expires_at = :now WHERE dedupe_key = :key AND status = 'sending'",
        [{"key": one["key"], "now": now} for one in waiting],
    )


def delivery_key(reminder_id: int) -> str:
    """The key under which a reminder's delivery stands in the outbox."""
    return f"reminder:{reminder_id}"


def list_of_person(c: Connection, person_id: int) -> list[Reminder]:
    """All of a person's reminders, whatever became of them, by when they are due."""
    rows = c.rows(
        f"SELECT {COLUMNS} FROM reminders WHERE person_id = :person_id ORDER BY due_at, id",  # noqa: S608
        {"person_id": person_id},
    )
    return [Reminder(**row) for row in rows]
