"""Changes the calendar: sessions added, moved, put off, called off or reopened, from files, lists and console alike.

Whoever has a place is told, what was promised for the old time is called off and promised anew, all in one transaction
with the change. It does not read files and words nothing.
"""

from __future__ import annotations

import dataclasses
import logging
from collections.abc import Iterable, Iterator
from typing import Any, Literal

from bot.seating import seat_waiting
from bot.session_notices import CANCELLED, MOVED, call_off, plan_news, plan_place
from content.model import Library, PlannedSession
from content.sessions import digest as digest_of
from storage import registrations, sessions
from storage.database import Connection, Database, StorageConflict
from storage.registrations import Registration
from storage.sessions import NewSession, Session, Source

log = logging.getLogger(__name__)

_PAGE = 500
_TOLD = ("starts_at", "ends_at", "place", "link")  # a change of these is told to everybody with a place


def change(c: Connection, session_id: int, new: NewSession, source: Source, digest: str, now: str) -> Session:
    """Replace what is known of a session and see to everybody with a place; the session as it is then.

    `digest` is what the file it came from held; the console hands on the one that is stored. LookupError when there is
    no such session; StorageConflict when the code is another session's.
    """
    old = sessions.hold_session(c, session_id)
    sessions.change_session(c, session_id, new, source, digest, now)
    session = sessions.get_session(c, session_id)
    if old.ends_at <= now and session.ends_at <= now:
        return session
    if session.status == "huy":
        if old.status != "huy":
            call_off(c, session_id, "phiên bị hủy", now)
            plan_news(c, CANCELLED, session, [place.person_id for place in _everybody(c, session_id)], now)
        return session
    told = _differs(old, session)
    if told:
        call_off(c, session_id, "phiên đổi lịch", now)
    new_seats = seat_waiting(c, session_id, now)
    if told:
        others = [place for place in _everybody(c, session_id) if place.person_id not in new_seats]
        plan_news(c, MOVED, session, [place.person_id for place in others], now)
        for place in others:
            if place.status == "registered":
                plan_place(c, session, place.person_id, place.remind_minutes, now)
    return sessions.get_session(c, session_id)


def cancel(c: Connection, session_id: int, now: str) -> Session:
    """Call a session off by hand; places stay as they are, for the list of who was told."""
    session = sessions.hold_session(c, session_id)
    return change(c, session_id, as_new(session, status="huy"), "console", session.source_digest, now)


def as_new(session: Session, **changes: str | int) -> NewSession:
    """What was entered about a stored session, with `changes`: the start of an edit.

    A session that is full only because its seats are taken was entered as open.
    """
    names = {field.name for field in dataclasses.fields(NewSession)}
    entered: dict[str, Any] = {name: getattr(session, name) for name in names}
    if session.status == "day" and 0 < session.capacity <= session.taken:
        entered["status"] = "mo"
    return NewSession(**{**entered, **changes})


def _differs(old: Session, session: Session) -> bool:
    if (old.status == "hoan") != (session.status == "hoan") or old.status == "huy":
        return True
    return session.status != "hoan" and any(getattr(old, name) != getattr(session, name) for name in _TOLD)


def _everybody(c: Connection, session_id: int) -> Iterator[Registration]:
    """Who has a seat, then who waits."""
    for status in ("registered", "waiting"):
        after = 0
        while some := registrations.list_of_session(c, session_id, status, after, _PAGE):
            yield from some
            after = some[-1].id


@dataclasses.dataclass(frozen=True, slots=True)
class Synced:
    """What became of the files' sessions, as their codes: `kept` were edited in the console since and stay so."""

    added: tuple[str, ...] = ()
    changed: tuple[str, ...] = ()
    kept: tuple[str, ...] = ()


def sync(database: Database, planned: Iterable[PlannedSession], now: str) -> Synced:
    """Bring the rows up to the files: new codes are added, changed ones changed, nothing deleted. Twice is nothing."""
    with database.reading() as c:
        stored = sessions.list_digests(c)
    done: dict[str, list[str]] = {"added": [], "changed": [], "kept": []}
    for session in planned:
        digest = digest_of(session)
        _, _, known = stored.get(session.slug, (0, "", ""))
        if known != digest:
            outcome = _sync_one(database, session, digest, now)
            if outcome != "same":
                done[outcome].append(session.slug)
    return Synced(*(tuple(slugs) for slugs in done.values()))


def _sync_one(
    database: Database, planned: PlannedSession, digest: str, now: str
) -> Literal["added", "changed", "kept", "same"]:
    new = NewSession(**dataclasses.asdict(planned))
    try:
        with database.transaction() as c:
            found = sessions.find_by_slug(c, planned.slug)
            if found is None:
                sessions.add_session(c, new, "file", digest, now)
                return "added"
            session = sessions.hold_session(c, found.id)  # another replica may be at the same file
            if session.source_digest == digest:
                return "same"
            if session.source == "console":
                sessions.note_digest(c, session.id, digest)
                log.warning("calendar.kept", extra={"session": planned.slug})  # once for each version of the file
                return "kept"
            change(c, session.id, new, "file", digest, now)
            return "changed"
    except StorageConflict:  # another replica added it in the same moment
        return "same"


def keep_calendar(database: Database, library: Library, now: str) -> None:
    """Take up what the files say of sessions, and call finished what is over. Any number of replicas may; twice is
    nothing."""
    done = sync(database, library.sessions, now)
    if done != Synced():
        told = {"added": len(done.added), "changed": len(done.changed), "kept": ", ".join(done.kept)}
        log.info("calendar.synced", extra=told)
    with database.transaction() as c:
        sessions.finish_over(c, now)
