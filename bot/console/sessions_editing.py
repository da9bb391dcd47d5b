"""Sessions written by officials: entered, changed, moved, put off, called off. `rescheduling` sees to who has a place.

Whenever people would be told, their number is shown first and a second yes is asked for. An official of communes runs
the sessions of these communes only; any other session is none to them.
"""

from __future__ import annotations

import dataclasses
import datetime

from starlette.requests import Request
from starlette.responses import Response

from bot.clock import in_hanoi, iso, utc_now
from bot.console.access import Official
from bot.console.forms import read_choice, read_date, read_lines, read_many, read_number, read_text, read_tick
from bot.console.frame import audit, confirm, console_of, database_of, form_of, page, redirect
from bot.console.sessions import HOME, KIND_NAMES, STATUS_NAMES, id_of, runs
from bot.console.sessions_foretelling import foretell
from bot.forms.groups import LABELS
from bot.rescheduling import as_new, change
from content.model import PRIORITY_GROUPS, PlannedSession
from content.sessions import ASKS, MOST, list_faults, plain, to_utc
from storage import sessions
from storage.database import Connection
from storage.sessions import NewSession, Session

_OPEN_STATES = ("mo", "du-kien", "day", "hoan")  # what an official may set by hand; calling off has a page of its own
_ASK_NAMES = {slug: names[0][0].upper() + names[0][1:] for slug, names in ASKS.items()}
_TEXTS = ("title", "place", "link", "exchange", "organiser", "employers", "note")
_WHEN = ("day", "start", "last_day", "end")
_NOBODY = "Chưa có ai đăng ký nên không ai phải báo."


def show_new(request: Request, official: Official) -> Response:
    return _form_page(request, official, None, _blank(request, official), {})


def add(request: Request, official: Official) -> Response:
    """Enter a session; nobody can have a place in it yet."""
    typed, new, errors = _read(request, official, None)
    if new is None:
        return _form_page(request, official, None, typed, errors)
    now = iso(utc_now())
    with database_of(request).transaction() as c:
        new = dataclasses.replace(new, slug=_free_slug(c, new))
        session_id = sessions.add_session(c, new, "console", "", now)
        audit(c, official, "session.add", f"session:{session_id}")
    return redirect(request, f"{HOME}/{session_id}", "Đã lập phiên. Người dân xem và đăng ký được ngay.")


def show_edit(request: Request, official: Official) -> Response:
    session = _own(request, official)
    return _form_page(request, official, session, _typed_of(session), {})


def edit(request: Request, official: Official) -> Response:
    """Change a session, after saying how many people will be told."""
    session = _own(request, official)
    typed, new, errors = _read(request, official, session)
    if new is None:
        return _form_page(request, official, session, typed, errors)
    return _carry_out(request, official, session, new, "session.change", "Lưu và báo cho mọi người")


def ask_cancel(request: Request, official: Official) -> Response:
    session = _own(request, official)
    return _ask(request, official, session, as_new(session, status="huy"), "Hủy phiên")


def cancel(request: Request, official: Official) -> Response:
    session = _own(request, official)
    return _carry_out(request, official, session, as_new(session, status="huy"), "session.cancel", "Hủy phiên")


def ask_postpone(request: Request, official: Official) -> Response:
    session = _own(request, official)
    return _ask(request, official, session, as_new(session, status="hoan"), "Hoãn phiên")


def postpone(request: Request, official: Official) -> Response:
    """Put off without a new day yet; the day is given later, by editing."""
    session = _own(request, official)
    return _carry_out(request, official, session, as_new(session, status="hoan"), "session.postpone", "Hoãn phiên")


def _own(request: Request, official: Official) -> Session:
    """The session of the address, to be run by this official; LookupError, as for none, when it is not theirs."""
    with database_of(request).reading() as c:
        session = sessions.get_session(c, id_of(request))
    if not runs(official, session):
        raise LookupError(f"Không có phiên số {session.id}.")
    return session


def _ask(request: Request, official: Official, session: Session, new: NewSession, button: str) -> Response:
    told = _count_told(request, session, new)
    return confirm(
        request,
        official,
        title=f"{button}: {session.title}",
        text=f"{_tell_count(told)} Người đã đăng ký vẫn còn trong danh sách.",
        button=button,
        back=f"{HOME}/{session.id}",
    )


def _carry_out(
    request: Request, official: Official, session: Session, new: NewSession, action: str, button: str
) -> Response:
    told = _count_told(request, session, new)
    # The pages that ask have asked already; an edit asks only when somebody would be told.
    if told and action == "session.change" and not read_tick(form_of(request), "sure"):
        return confirm(
            request,
            official,
            title=f"Đổi lịch: {session.title}",
            text=f"{_tell_count(told)} Xem kỹ ngày, giờ và nơi trước khi báo.",
            button=button,
            back=f"{HOME}/{session.id}/edit",
            fields=_fields(request),
        )
    now = iso(utc_now())
    with database_of(request).transaction() as c:
        change(c, session.id, new, "console", session.source_digest, now)
        audit(c, official, action, f"session:{session.id}", told=told)
    flash = f"Đã lưu. {told} người sẽ được nhắn báo." if told else "Đã lưu."
    return redirect(request, f"{HOME}/{session.id}", flash)


def _count_told(request: Request, session: Session, new: NewSession) -> int:
    now = iso(utc_now())
    _, told = foretell(
        database_of(request),
        lambda c: change(c, session.id, new, "console", session.source_digest, now),
        lambda _c, changed: [changed.id],
        now,
    )
    return told


def _tell_count(told: int) -> str:
    if not told:
        return _NOBODY
    return f"{told} người có chỗ hoặc đang chờ sẽ được nhắn báo trên Telegram, Zalo hoặc web (không nhắn ban đêm)."


def _fields(request: Request) -> dict[str, str]:
    """What was typed, to be sent again with the second yes."""
    kept = {name: value for name, value in form_of(request).multi_items() if isinstance(value, str) and name != "csrf"}
    groups = read_many(form_of(request), "audience", PRIORITY_GROUPS)
    return {**kept, "audience": ",".join(sorted(groups)), "sure": "1"}


def _read(
    request: Request, official: Official, old: Session | None
) -> tuple[dict[str, object], NewSession | None, dict[str, str]]:
    """What was typed, the session it makes (None when something is wrong), and what is wrong by field."""
    form = form_of(request)
    errors: dict[str, str] = {}
    typed: dict[str, object] = {name: read_text(form, name, 300) for name in (*_TEXTS, *_WHEN)}
    typed["note"] = " ".join(read_lines(form, "note", 300).split())
    typed["kind"] = read_choice(form, "kind", KIND_NAMES)
    typed["asks"] = read_choice(form, "asks", ASKS)
    typed["status"] = read_choice(form, "status", _OPEN_STATES) or "mo"
    typed["commune"] = read_choice(form, "commune", console_of(request).commune_names)
    # One by one as they were ticked, or joined as the page that asks again sends them.
    ticked = {group for value in form.getlist("audience") if isinstance(value, str) for group in value.split(",")}
    groups = [group for group in PRIORITY_GROUPS if group in ticked]
    typed["audience"] = groups
    for name, label in (("openings", "Số việc"), ("capacity", "Số chỗ")):
        written = read_text(form, name, 12)
        number = read_number(form, name, 0, MOST) if written else 0
        typed[name] = written
        if number is None:
            errors[name] = f"{label} phải là số, ví dụ 120."
    if not typed["title"]:
        errors["title"] = "Cần tên phiên."
    if not typed["kind"]:
        errors["kind"] = "Cần chọn loại phiên."
    if not official.scope.covers(str(typed["commune"])):
        errors["commune"] = "Chọn một xã, phường anh/chị phụ trách."
    starts, ends = _read_times(request, errors)
    planned = PlannedSession(
        slug=old.slug if old else "phien",
        starts_at=starts,
        ends_at=ends,
        openings=read_number(form, "openings", 0, MOST) or 0,
        capacity=read_number(form, "capacity", 0, MOST) or 0,
        audience=",".join(groups),
        **{name: str(typed[name]) for name in (*_TEXTS, "kind", "asks", "status", "commune")},
    )
    for key, message, hint in list_faults(planned):
        errors.setdefault(key, f"{message}. {hint}")
    return typed, None if errors else NewSession(**dataclasses.asdict(planned)), errors


def _read_times(request: Request, errors: dict[str, str]) -> tuple[str, str]:
    form = form_of(request)
    day = read_date(form, "day")
    last = read_date(form, "last_day") if read_text(form, "last_day", 10) else day
    clocks = [_read_clock(read_text(form, name, 5)) for name in ("start", "end")]
    for name, value in (("day", day), ("start", clocks[0]), ("end", clocks[1]), ("last_day", last)):
        if value is None and (name != "last_day" or day):
            errors[name] = "Cần ngày, ví dụ 05/12/2026." if "day" in name else "Cần giờ, ví dụ 08:00."
    if day is None or last is None or clocks[0] is None or clocks[1] is None:
        return "", ""
    return to_utc(datetime.datetime.combine(day, clocks[0])), to_utc(datetime.datetime.combine(last, clocks[1]))


def _read_clock(text: str) -> datetime.time | None:
    try:
        return datetime.datetime.strptime(text, "%H:%M").replace(tzinfo=datetime.UTC).time()
    except ValueError:
        return None


def _free_slug(c: Connection, new: NewSession) -> str:
    """A code of the place, the day and the hour that no other session has."""
    where = plain(new.exchange or new.commune or new.title).replace(" ", "-")[:40].strip("-") or "phien"
    slug = f"{where}-{in_hanoi(new.starts_at):%Y-%m-%d-%H%M}"
    number = 1
    while sessions.find_by_slug(c, slug if number == 1 else f"{slug}-{number}"):
        number += 1
    return slug if number == 1 else f"{slug}-{number}"


def _blank(request: Request, official: Official) -> dict[str, object]:
    communes = official.scope.communes
    first = next((slug for slug in console_of(request).commune_names if communes and slug in communes), "")
    blank: dict[str, object] = dict.fromkeys((*_TEXTS, *_WHEN, "openings", "capacity", "kind"), "")
    return {**blank, "asks": "name+phone", "status": "mo", "commune": first, "audience": []}


def _typed_of(session: Session) -> dict[str, object]:
    entered = as_new(session)
    start, end = in_hanoi(entered.starts_at), in_hanoi(entered.ends_at)
    return {
        **{name: getattr(entered, name) for name in (*_TEXTS, "kind", "asks", "commune")},
        "status": entered.status if entered.status in _OPEN_STATES else "mo",
        "day": f"{start:%Y-%m-%d}",
        "start": f"{start:%H:%M}",
        "last_day": "" if start.date() == end.date() else f"{end:%Y-%m-%d}",
        "end": f"{end:%H:%M}",
        "openings": entered.openings or "",
        "capacity": entered.capacity or "",
        "audience": entered.audience.split(",") if entered.audience else [],
    }


def _form_page(
    request: Request, official: Official, session: Session | None, typed: dict[str, object], errors: dict[str, str]
) -> Response:
    names = console_of(request).commune_names
    own = [(slug, name) for slug, name in names.items() if official.scope.covers(slug)]
    return page(
        request,
        official,
        "session_form.html",
        422 if errors else 200,
        session=session,
        typed=typed,
        errors=errors,
        kinds=[("", "Chọn loại phiên"), *KIND_NAMES.items()],
        states=[(state, STATUS_NAMES[state]) for state in _OPEN_STATES],
        asks=list(_ASK_NAMES.items()),
        communes=[("", "Của thành phố"), *own] if official.communes is None else own,
        groups=LABELS,
    )
