"""Job-fair sessions and other meetings people are called to. A row is the truth; files and the console write it.

Knows nothing of who is told about a change: `reminders` and the code that plans them do.
"""

from __future__ import annotations

import dataclasses
from typing import Literal

from storage.database import Connection

KINDS = ("hang-ngay", "chuyen-de", "luu-dong", "online", "khuyet-tat", "doi-thoai", "ngay-hoi")
STATUSES = ("du-kien", "mo", "day", "hoan", "huy", "xong")
ASKS = ("", "name", "name+phone")
Source = Literal["file", "import", "console"]


@dataclasses.dataclass(frozen=True, slots=True)
class NewSession:
    """A session as it is entered. `starts_at` and `ends_at` are UTC; `capacity` and `openings` 0 mean none stated.

    `commune` is a slug or "" for the whole city; `audience` names priority groups, comma separated, or "" for all.
    """

    slug: str
    kind: str
    title: str
    starts_at: str
    ends_at: str
    place: str = ""
    link: str = ""
    commune: str = ""
    exchange: str = ""
    organiser: str = ""
    employers: str = ""
    openings: int = 0
    capacity: int = 0
    audience: str = ""
    asks: str = ""
    status: str = "mo"
    note: str = ""


@dataclasses.dataclass(frozen=True, slots=True)
class Session:
    """A stored session. `taken` counts the registrations in force; `full` says no seat is left.

    `updated_at` is when what was entered last changed; seats taken and freed leave it alone.
    """

    id: int
    slug: str
    kind: str
    title: str
    starts_at: str
    ends_at: str
    place: str
    link: str
    commune: str
    exchange: str
    organiser: str
    employers: str
    openings: int
    capacity: int
    taken: int
    audience: str
    asks: str
    status: str
    note: str
    source: str
    source_digest: str
    created_at: str
    updated_at: str

    @property
    def full(self) -> bool:
        return self.status == "day" or (self.capacity > 0 and self.taken >= self.capacity)

    @property
    def open(self) -> bool:
        """Whether people may register, if only for the waiting list."""
        return self.status in {"mo", "day"}


_NEW = tuple(field.name for field in dataclasses.fields(NewSession))
COLUMNS = ", ".join(field.name for field in dataclasses.fields(Session))


def add_session(c: Connection, new: NewSession, source: Source, digest: str, now: str) -> int:
    """Store a session; return its id. A slug that is taken raises StorageConflict."""
    row = c.row(
        f"""
        INSERT INTO sessions ({", ".join(_NEW)}, taken, source, source_digest, created_at, updated_at)
        VALUES ({", ".join(f":{name}" for name in _NEW)}, 0, :source, :digest, :now, :now)
        RETURNING id
        """,  # noqa: S608
        {**dataclasses.asdict(new), "source": source, "digest": digest, "now": now},
    )
    assert row is not None
    return int(row["id"])


def change_session(c: Connection, session_id: int, new: NewSession, source: Source, digest: str, now: str) -> None:
    """Replace what was entered about a session; registrations stay. LookupError when there is none.

    Nobody loses a seat: a capacity below the seats taken is stored as those. An open session without a free seat is
    stored as full.
    """
    changed = c.execute(
        f"""
        UPDATE sessions SET {", ".join(f"{name} = :{name}" for name in _NEW if name not in {"capacity", "status"})},
            capacity = CASE WHEN :capacity BETWEEN 1 AND taken - 1 THEN taken ELSE :capacity END,
            status = CASE WHEN :status = 'mo' AND :capacity > 0 AND taken >= :capacity THEN 'day' ELSE :status END,
            source = :source, source_digest = :digest, updated_at = :now
        WHERE id = :id
        """,  # noqa: S608
        {**dataclasses.asdict(new), "source": source, "digest": digest, "now": now, "id": session_id},
    )
    if not changed:
        raise LookupError(f"Không có phiên số {session_id}.")


def note_digest(c: Connection, session_id: int, digest: str) -> None:
    """Remember which version of a file was seen, and set aside, for a session edited in the console."""
    c.execute("UPDATE sessions SET source_digest = :digest WHERE id = :id", {"id": session_id, "digest": digest})


def take_seat(c: Connection, session_id: int) -> bool:
    """Count one more seat of an open session, full when it was the last; False when none is free."""
    return (
        c.execute(
            """
            UPDATE sessions SET taken = taken + 1,
                status = CASE WHEN capacity > 0 AND taken + 1 >= capacity THEN 'day' ELSE status END
            WHERE id = :id AND status = 'mo' AND (capacity = 0 OR taken < capacity)
            """,
            {"id": session_id},
        )
        == 1
    )


def free_seat(c: Connection, session_id: int) -> None:
    """Count one seat less; a session that was full for its capacity is open again, one closed by hand stays so."""
    c.execute(
        """
        UPDATE sessions SET taken = taken - 1,
            status = CASE WHEN status = 'day' AND capacity > 0 AND taken >= capacity THEN 'mo' ELSE status END
        WHERE id = :id AND taken > 0
        """,
        {"id": session_id},
    )


def finish_over(c: Connection, now: str) -> int:
    """Call those finished that were open and are over at `now`; return how many. Twice is nothing."""
    return c.execute(
        "UPDATE sessions SET status = 'xong', updated_at = :now WHERE ends_at <= :now AND status IN ('mo', 'day')",
        {"now": now},
    )


def get_session(c: Connection, session_id: int) -> Session:
    """The session with this id; LookupError when there is none."""
    row = c.row(f"SELECT {COLUMNS} FROM sessions WHERE id = :id", {"id": session_id})  # noqa: S608
    if row is None:
        raise LookupError(f"Không có phiên số {session_id}.")
    return Session(**row)


def hold_session(c: Connection, session_id: int) -> Session:
    """The session, unchanged by anybody else until the transaction ends; LookupError when there is none."""
    row = c.row(f"SELECT {COLUMNS} FROM sessions WHERE id = :id {{for_update}}", {"id": session_id})  # noqa: S608
    if row is None:
        raise LookupError(f"Không có phiên số {session_id}.")
    return Session(**row)


def find_by_slug(c: Connection, slug: str) -> Session | None:
    row = c.row(f"SELECT {COLUMNS} FROM sessions WHERE slug = :slug", {"slug": slug})  # noqa: S608
    return Session(**row) if row else None


def list_coming(c: Connection, now: str, limit: int) -> list[Session]:
    """Sessions that are not over at `now`, cancelled ones too, the soonest first."""
    rows = c.rows(
        f"SELECT {COLUMNS} FROM sessions WHERE ends_at > :now ORDER BY starts_at, id LIMIT :limit",  # noqa: S608
        {"now": now, "limit": limit},
    )
    return [Session(**row) for row in rows]


def list_held(c: Connection, person_id: int, limit: int) -> list[Session]:
    """The sessions a person has a place in (or gave one up), over or not, the latest first."""
    rows = c.rows(
        f"""
        SELECT {", ".join(f"sessions.{field.name}" for field in dataclasses.fields(Session))}
        FROM registrations JOIN sessions ON sessions.id = registrations.session_id
        WHERE registrations.person_id = :person_id ORDER BY sessions.starts_at DESC, sessions.id DESC LIMIT :limit
        """,  # noqa: S608
        {"person_id": person_id, "limit": limit},
    )
    return [Session(**row) for row in rows]


def list_sessions(c: Connection, since: str, until: str, limit: int) -> list[Session]:
    """All sessions, whatever their state, that start in [since, until), the soonest first."""
    rows = c.rows(
        f"""
        SELECT {COLUMNS} FROM sessions WHERE starts_at >= :since AND starts_at < :until
        ORDER BY starts_at, id LIMIT :limit
        """,  # noqa: S608
        {"since": since, "until": until, "limit": limit},
    )
    return [Session(**row) for row in rows]


@dataclasses.dataclass(frozen=True, slots=True)
class Searched:
    """Which sessions are looked for; what is empty does not narrow. `since` and `until` bound the start, half open.

    `past` asks for those over at `now`, the latest first; otherwise those to come, the soonest first.
    """

    now: str
    past: bool = False
    kind: str = ""
    commune: str = ""
    since: str = ""
    until: str = ""


def search_sessions(c: Connection, searched: Searched, limit: int, offset: int) -> tuple[list[Session], int]:
    """A page of the sessions that fit, and how many fit in all."""
    params = {**dataclasses.asdict(searched), "past": int(searched.past), "limit": limit, "offset": offset}
    where = f"""
        FROM sessions WHERE {"ends_at <= :now" if searched.past else "ends_at > :now"}
            AND (:kind = '' OR kind = :kind) AND (:commune = '' OR commune = :commune)
            AND (:since = '' OR starts_at >= :since) AND (:until = '' OR starts_at < :until)
    """
    order = "starts_at DESC, id DESC" if searched.past else "starts_at, id"
    rows = c.rows(f"SELECT {COLUMNS} {where} ORDER BY {order} LIMIT :limit OFFSET :offset", params)
    counted = c.row(f"SELECT COUNT(*) AS n {where}", params)
    return [Session(**row) for row in rows], int(counted["n"]) if counted else 0


def list_digests(c: Connection) -> dict[str, tuple[int, str, str]]:
    """Where every stored session came from and in which version: slug to (id, source, digest)."""
    rows = c.rows("SELECT id, slug, source, source_digest FROM sessions")
    return {row["slug"]: (row["id"], row["source"], row["source_digest"]) for row in rows}
