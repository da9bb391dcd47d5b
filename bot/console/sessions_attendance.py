"""Who came to a session: ticked in a list at the door, or by the code a worker shows.

Only who runs the session ticks. The worker's own page with the code stands here too; it names nobody.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

import segno
from markupsafe import Markup
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response

from bot.check_in_codes import NAME, code_of, read_code
from bot.clock import iso, utc_now
from bot.console.access import Official
from bot.console.forms import read_number, read_text, read_tick
from bot.console.frame import Console, audit, database_of, form_of, page, redirect, render_alone
from bot.console.paging import PageOf, offset, page_number
from bot.console.sessions import HOME, id_of, runs, told_when
from bot.outreach.session_words import tell_when
from storage import registrations, rosters, sessions
from storage.database import Connection
from storage.rosters import Place
from storage.scope import WHOLE_CITY
from storage.secrets import find_secret
from storage.sessions import Session

PER_PAGE = 200  # people at the door are found in one list, by name
CHECK_IN = "/console/check-in"
_WRONG = "Mã không đúng, hoặc không thuộc phiên anh/chị phụ trách. Xem lại mã, hoặc tìm tên trong danh sách của phiên."


def show_attendance(request: Request, official: Official) -> Response:
    number = page_number(request.query_params)
    with database_of(request).reading() as c:
        session = _own(c, official, id_of(request))
        counts = rosters.count_by_status(c, session.id, WHOLE_CITY)
        places = rosters.list_places(c, session.id, WHOLE_CITY, "registered", PER_PAGE, offset(number, PER_PAGE))
        waiting = rosters.list_places(c, session.id, WHOLE_CITY, "waiting", PER_PAGE)
    return page(
        request,
        official,
        "session_attendance.html",
        session=session,
        when=told_when(session),
        paged=PageOf(places, number, counts["registered"], PER_PAGE),
        waiting=waiting if number == 1 else [],
        counts=counts,
    )


def tick(request: Request, official: Official) -> Response:
    """Somebody came, or was ticked by mistake (`undo`)."""
    form = form_of(request)
    person_id = read_number(form, "person", 1, 2**62) or 0
    undo = read_tick(form, "undo")
    with database_of(request).transaction() as c:
        session = _own(c, official, id_of(request))
        if undo:
            done = registrations.undo_check_in(c, session.id, person_id)
        else:
            done = registrations.check_in(c, session.id, person_id, iso(utc_now()))
        if done:
            audit(c, official, "attendance.undo" if undo else "attendance.tick", f"session:{session.id}")
    if not done:
        raise LookupError(f"Không ai có số {person_id} trong phiên {session.id}.")
    at = page_number(request.query_params)
    address = f"{HOME}/{session.id}/attendance"
    return redirect(request, address, page=at) if at > 1 else redirect(request, address)


def show_check_in(request: Request, official: Official) -> Response:
    """Whose code this is, with one large button; without a code, where to type it."""
    code = request.query_params.get("code", "")[:40]
    return _check_in_page(request, official, code)


def check_in(request: Request, official: Official) -> Response:
    code = read_text(form_of(request), "code", 40)
    with database_of(request).transaction() as c:
        found = _find(c, official, code)
        if found:
            place, session = found
            registrations.check_in(c, session.id, place.person_id, iso(utc_now()))
            audit(c, official, "attendance.tick", f"session:{session.id}")
    if not found:
        return _check_in_page(request, official, code, status=422)
    return redirect(request, CHECK_IN, f"Đã ghi có mặt: {place.called or 'người chưa cho tên'}, {session.title}.")


def ticket(console: Console, request: Request) -> Response:
    """The worker's page: the code in large letters and as a QR code; it says which session, not who."""
    code = str(request.path_params["code"])[:40]
    with console.database.reading() as c:
        key = find_secret(c, NAME)
        number = read_code(key, code)
        place = rosters.find_place(c, number) if number else None
        session = sessions.get_session(c, place.session_id) if place and place.status != "cancelled" else None
    if place is None or session is None:
        return HTMLResponse(render_alone("ticket.html", session=None), 404)
    known = code_of(key, place.id)
    base = console.settings.public_url.rstrip("/") or str(request.base_url).rstrip("/")
    picture = segno.make(f"{base}{CHECK_IN}?code={known}", error="m").svg_inline(scale=6, border=2, svgclass="qr")
    return HTMLResponse(
        render_alone(
            "ticket.html",
            session=session,
            when=tell_when(session),
            code=known,
            picture=Markup(picture),  # noqa: S704 — drawn here
            waiting=place.status == "waiting",
        ),
        headers={"Cache-Control": "no-store"},
    )


def ticket_page(console: Console) -> Callable[[Request], Awaitable[Response]]:
    """The endpoint of the worker's page."""

    async def endpoint(request: Request) -> Response:
        return await asyncio.to_thread(ticket, console, request)

    return endpoint


def _check_in_page(request: Request, official: Official, code: str, status: int = 200) -> Response:
    with database_of(request).reading() as c:
        found = _find(c, official, code)
    return page(
        request,
        official,
        "check_in.html",
        status,
        code=code,
        place=found[0] if found else None,
        session=found[1] if found else None,
        when=tell_when(found[1]) if found else "",
        error=_WRONG if code and not found else "",
    )


def _find(c: Connection, official: Official, code: str) -> tuple[Place, Session] | None:
    number = read_code(find_secret(c, NAME), code)
    place = rosters.find_place(c, number) if number else None
    if place is None or place.status == "cancelled":
        return None
    session = sessions.get_session(c, place.session_id)
    return (place, session) if runs(official, session) else None


def _own(c: Connection, official: Official, session_id: int) -> Session:
    session = sessions.get_session(c, session_id)
    if not runs(official, session):
        raise LookupError(f"Không có phiên số {session_id}.")
    return session
