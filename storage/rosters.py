"""A session's registrations as whoever runs it reads them: who has a place, who waits, who came.

The scope says whose names are shown: the organiser's query is given the whole city, anybody else's their own communes.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence

from storage.database import Connection
from storage.scope import Scope


@dataclasses.dataclass(frozen=True, slots=True)
class Place:
    """One registration with who holds it. `full_name` and `phone` were given for this session, `name` is the channel's.

    `commune` is where the person lives, "" for not told.
    """

    id: int
    session_id: int
    person_id: int
    status: str
    full_name: str
    phone: str
    checked_in_at: str
    outcome: str
    since_at: str
    name: str
    commune: str
    channel: str

    @property
    def called(self) -> str:
        """The name to call out; "" when nobody told one."""
        return self.full_name or self.name


_OWN = ("id", "session_id", "person_id", "status", "full_name", "phone", "checked_in_at", "outcome", "since_at")
_PLACE = ", ".join((*(f"r.{name}" for name in _OWN), "p.name", "p.commune", "p.channel"))
_FROM = "FROM registrations AS r JOIN people AS p ON p.id = r.person_id"


def list_places(c: Connection, session_id: int, scope: Scope, status: str, limit: int, offset: int = 0) -> list[Place]:
    """The registrations of a session with this status, who came first first."""
    rows = c.rows(
        f"""
        SELECT {_PLACE} {_FROM} WHERE r.session_id = :session_id AND r.status = :status AND {scope.where("p.commune")}
        ORDER BY r.since_at, r.id LIMIT :limit OFFSET :offset
        """,
        {"session_id": session_id, "status": status, "limit": limit, "offset": offset, **scope.params},
    )
    return [Place(**row) for row in rows]


def count_by_status(c: Connection, session_id: int, scope: Scope) -> dict[str, int]:
    """How many registrations of a session are registered, waiting and cancelled; "came" is who was checked in."""
    rows = c.rows(
        f"""
        SELECT r.status, COUNT(*) AS places, SUM(CASE WHEN r.checked_in_at <> '' THEN 1 ELSE 0 END) AS came
        {_FROM} WHERE r.session_id = :session_id AND {scope.where("p.commune")} GROUP BY r.status
        """,
        {"session_id": session_id, **scope.params},
    )
    counts = {"registered": 0, "waiting": 0, "cancelled": 0, "came": 0}
    for row in rows:
        counts[row["status"]] = int(row["places"])
        counts["came"] += int(row["came"]) if row["status"] != "cancelled" else 0
    return counts


def find_place(c: Connection, registration_id: int) -> Place | None:
    """One registration by its id, whoever holds it: whose session it is must be looked at before it is shown."""
    row = c.row(f"SELECT {_PLACE} {_FROM} WHERE r.id = :id", {"id": registration_id})
    return Place(**row) if row else None


def count_news(c: Connection, session_id: int, kinds: Sequence[str], planned_at: str) -> int:
    """How many people are to be told something of these kinds about a session, planned at this very moment."""
    names = {f"kind_{place}": kind for place, kind in enumerate(kinds)}
    row = c.row(
        f"""
        SELECT COUNT(DISTINCT person_id) AS people FROM reminders
        WHERE subject = :subject AND status = 'planned' AND created_at = :planned_at
            AND kind IN ({", ".join(f":{name}" for name in names)})
        """,  # noqa: S608 — names of parameters
        {"subject": f"session:{session_id}", "planned_at": planned_at, **names},
    )
    return int(row["people"]) if row else 0
