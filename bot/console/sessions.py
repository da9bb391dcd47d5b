"""Sessions as officials see them: the calendar, one session with who comes, lists to take away. Changes nothing.

Everybody may see every session: workers do too. Who comes is shown to whoever runs the session (the city, or the
official of its commune); anybody else sees only their own people.
"""

from __future__ import annotations

import datetime
import re

from starlette.requests import Request
from starlette.responses import Response

from bot.calendar_files import MEDIA_TYPE, write_calendar
from bot.clock import HANOI, in_hanoi, iso, utc_now
from bot.console.access import Official
from bot.console.exports import Cell, download, download_bytes
from bot.console.forms import read_choice
from bot.console.frame import console_of, database_of, form_of, page
from bot.console.paging import PER_PAGE, PageOf, offset, page_number
from bot.console.telling import moment
from bot.outreach.profile import mask
from bot.outreach.session_words import tell_clock, tell_when
from bot.session_lists import header, row_of
from content.sessions import KINDS
from storage import rosters, sessions
from storage.rosters import Place
from storage.scope import WHOLE_CITY, Scope
from storage.sessions import NewSession, Searched, Session

HOME = "/console/sessions"
MOST_EXPORTED = 5_000
KIND_NAMES = {slug: names[0][0].upper() + names[0][1:] for slug, names in KINDS.items()}
STATUS_NAMES = {
    "du-kien": "Dự kiến",
    "mo": "Đang mở",
    "day": "Đủ chỗ",
    "hoan": "Tạm hoãn",
    "huy": "Đã hủy",
    "xong": "Đã xong",
}
STATUS_TAGS = {"du-kien": "wait", "mo": "good", "day": "wait", "hoan": "bad", "huy": "bad", "xong": ""}
PLACE_NAMES = {"registered": "Có chỗ", "waiting": "Đang chờ", "cancelled": "Đã hủy đăng ký"}
OUTCOME_NAMES = {
    "": "",
    "hired": "Được nhận việc",
    "promised": "Được hẹn",
    "not-hired": "Chưa được nhận",
    "absent": "Không đến",
}


def runs(official: Official, session: Session) -> bool:
    """Whether a session is this official's to run: the city's are the city's, a commune's are its officials' too."""
    return official.scope.covers(session.commune)


def seen_of(official: Official, session: Session) -> Scope:
    """Whose places in a session an official sees: all of a session they run, elsewhere those of their own people."""
    return WHOLE_CITY if runs(official, session) else official.scope


def show_sessions(request: Request, official: Official) -> Response:
    number = page_number(request.query_params)
    searched = _searched(request)
    with database_of(request).reading() as c:
        found, total = sessions.search_sessions(c, searched, PER_PAGE, offset(number))
    return page(
        request,
        official,
        "sessions.html",
        paged=PageOf([(row, told_when(row), runs(official, row)) for row in found], number, total),
        searched=searched,
        month=_month(request),
        months=_months(),
        kind_names=KIND_NAMES,
        status_names=STATUS_NAMES,
        status_tags=STATUS_TAGS,
    )


def show_session(request: Request, official: Official) -> Response:
    """One session and a page of who has a place, waits, or gave up; `?status=` says which."""
    status = read_status(request)
    number = page_number(request.query_params)
    with database_of(request).reading() as c:
        session = sessions.get_session(c, id_of(request))
        scope = seen_of(official, session)
        counts = rosters.count_by_status(c, session.id, scope)
        places = rosters.list_places(c, session.id, scope, status, PER_PAGE, offset(number))
    return page(
        request,
        official,
        "session.html",
        session=session,
        when=tell_when(session),
        paged=PageOf([_told_place(official, place) for place in places], number, counts[status]),
        counts=counts,
        shown=status,
        runs=runs(official, session),
        may_write=official.may("author"),
        coming=session.ends_at > iso(utc_now()),
        started=in_hanoi(session.starts_at).date() <= in_hanoi(utc_now()).date(),
        kind_names=KIND_NAMES,
        status_names=STATUS_NAMES,
        status_tags=STATUS_TAGS,
        place_names=PLACE_NAMES,
        outcome_names=OUTCOME_NAMES,
    )


def export_sessions(request: Request, official: Official) -> Response:
    """The sessions of the same filters, as XLSX that can be read back, or for a calendar."""
    searched = _searched(request)
    with database_of(request).reading() as c:
        found, _ = sessions.search_sessions(c, searched, MOST_EXPORTED, 0)
    filters = {"kind": searched.kind, "commune": searched.commune, "month": _month(request)}
    if read_choice(form_of(request), "shape", ("xlsx", "ics")) == "ics":
        calendar = write_calendar(found, utc_now())
        return download_bytes(request, official, "lich-phien.ics", calendar, MEDIA_TYPE, rows=len(found), **filters)
    rows = [row_of(session) for session in found]
    return download(request, official, "phien-giao-dich", "xlsx", header(), rows, **filters)


def export_places(request: Request, official: Official) -> Response:
    """Everybody with this `?status=` in a session; of people outside the official's scope the phone is masked."""
    status = read_status(request)
    with database_of(request).reading() as c:
        session = sessions.get_session(c, id_of(request))
        places = rosters.list_places(c, session.id, seen_of(official, session), status, MOST_EXPORTED)
    names = console_of(request).commune_names
    rows: list[list[Cell]] = [
        [
            place.called,
            place.phone if official.scope.covers(place.commune) else mask(place.phone) if place.phone else "",
            names.get(place.commune, ""),
            moment(place.since_at),
            moment(place.checked_in_at) if place.checked_in_at else "",
            OUTCOME_NAMES[place.outcome],
        ]
        for place in places
    ]
    titles = ("Họ tên", "Điện thoại", "Xã, phường", "Đăng ký lúc", "Có mặt lúc", "Kết quả")
    return download(
        request, official, f"dang-ky-phien-{session.id}", "xlsx", titles, rows, session=session.id, status=status
    )


def id_of(request: Request) -> int:
    return int(request.path_params["session_id"])


def read_status(request: Request) -> str:
    status = request.query_params.get("status", "")
    return status if status in PLACE_NAMES else "registered"


def told_when(session: Session | NewSession) -> tuple[str, str]:
    """The day and the hours, as two short lines: ("T7 5/12/2026", "8:00–11:30")."""
    start, end = in_hanoi(session.starts_at), in_hanoi(session.ends_at)
    days = ("T2", "T3", "T4", "T5", "T6", "T7", "CN")
    until = tell_clock(end) if start.date() == end.date() else f"{tell_clock(end)} {end.day}/{end.month}"
    return f"{days[start.weekday()]} {start.day}/{start.month}/{start.year}", f"{tell_clock(start)}–{until}"


def _told_place(official: Official, place: Place) -> tuple[Place, str, bool]:
    """A place with its phone as the page shows it, and whether its person's own page may be opened."""
    return place, mask(place.phone) if place.phone else "", official.scope.covers(place.commune)


def _searched(request: Request) -> Searched:
    query = request.query_params
    month = _month(request)
    since = until = ""
    if month:
        year, number = int(month[:4]), int(month[5:])
        first = datetime.datetime(year, number, 1, tzinfo=HANOI)
        after = datetime.datetime(year + number // 12, number % 12 + 1, 1, tzinfo=HANOI)
        since, until = iso(first), iso(after)
    kind, commune = query.get("kind", ""), query.get("commune", "")
    return Searched(
        now=iso(utc_now()),
        past=query.get("when", "") == "past",
        kind=kind if kind in KINDS else "",
        commune=commune if commune in console_of(request).commune_names else "",
        since=since,
        until=until,
    )


def _month(request: Request) -> str:
    month = request.query_params.get("month", "")
    return month if re.fullmatch(r"20\d{2}-(0[1-9]|1[0-2])", month) else ""


def _months() -> list[tuple[str, str]]:
    """The months to choose from: a year back and half a year ahead."""
    today = in_hanoi(utc_now())
    counted = [today.year * 12 + today.month - 1 + step for step in range(-12, 7)]
    return [(f"{at // 12}-{at % 12 + 1:02}", f"{at % 12 + 1}/{at // 12}") for at in counted]
