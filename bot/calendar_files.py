"""Sessions as an iCalendar file, for a phone's own calendar: one of them, or all that come.

The file holds nothing about people. A session keeps its UID for ever, so that a changed file changes the old entry.
"""

from __future__ import annotations

import datetime
from collections.abc import Iterable

from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from bot.clock import parse_iso, utc_now
from storage import sessions
from storage.database import Database
from storage.sessions import Session

DOMAIN = "gocua.hanoi"  # the right half of every UID; never changed
MEDIA_TYPE = "text/calendar; charset=utf-8"
_STATUS = {"huy": "CANCELLED", "hoan": "TENTATIVE", "du-kien": "TENTATIVE"}
_FIRST = datetime.datetime(2026, 1, 1, tzinfo=datetime.UTC)  # SEQUENCE counts the seconds since, so it only grows


def write_calendar(many: Iterable[Session], now: datetime.datetime) -> bytes:
    """The sessions as one VCALENDAR, times in UTC."""
    # 7 MB that only who asks for a calendar needs.
    from icalendar import Calendar, Event  # noqa: PLC0415

    calendar = Calendar()
    calendar.add("prodid", "-//Gõ Cửa//Lịch phiên giao dịch việc làm//VI")
    calendar.add("version", "2.0")
    calendar.add("method", "PUBLISH")
    for session in many:
        event = Event()
        changed = parse_iso(session.updated_at)
        event.add("uid", f"phien-{session.id}@{DOMAIN}")
        event.add("dtstamp", now)
        event.add("last-modified", changed)
        event.add("sequence", max(0, int((changed - _FIRST).total_seconds())))
        event.add("dtstart", parse_iso(session.starts_at))
        event.add("dtend", parse_iso(session.ends_at))
        event.add("summary", session.title)
        event.add("status", _STATUS.get(session.status, "CONFIRMED"))
        if session.place:
            event.add("location", session.place)
        if session.link:
            event.add("url", session.link)
        about = (session.organiser, session.employers, session.note, "Dự phiên không mất tiền.")
        event.add("description", "\n".join(part for part in about if part))
        calendar.add_component(event)
    return bytes(calendar.to_ical())


def calendar_routes(database: Database) -> list[Route]:
    """`/lich/phien-<id>.ics`, for everybody."""

    def one(request: Request) -> Response:
        with database.reading() as c:
            try:
                session = sessions.get_session(c, request.path_params["id"])
            except LookupError:
                return PlainTextResponse("Không có phiên này.", 404)
        name = f'attachment; filename="phien-{session.id}.ics"'
        headers = {"Content-Disposition": name, "Cache-Control": "public, max-age=300"}
        return Response(write_calendar([session], utc_now()), headers=headers, media_type=MEDIA_TYPE)

    return [Route("/lich/phien-{id:int}.ics", one)]
