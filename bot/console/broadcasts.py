"""Broadcasts as officials see them: the list, one with its progress, who got it. Changes nothing.

Writing is in `broadcasts_writing`, approving and stopping in `broadcasts_deciding`; who may is `approving`'s.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from starlette.requests import Request
from starlette.responses import Response

from bot import announcing, approving
from bot.clock import parse_iso, utc_now
from bot.console.access import Official, official_of
from bot.console.broadcasts_telling import (
    CHANNEL_NAMES,
    DELIVERY_NAMES,
    FILTERS,
    STATUS_NAMES,
    STATUS_TAGS,
    Progress,
    tell_audience,
    tell_left_out,
    tell_progress,
    tell_reason,
    tell_repeat,
)
from bot.console.exports import Cell, Shape, download
from bot.console.forms import read_choice
from bot.console.frame import Console, console_of, database_of, form_of, page
from bot.console.paging import PER_PAGE, PageOf, offset, page_number
from bot.console.telling import moment
from bot.messages import Reply, parse_choices
from storage import broadcasts, officials, recipients, sessions
from storage.broadcasts import Broadcast
from storage.database import Connection
from storage.recipients import STATUSES, Recipient

HOME = "/console/broadcasts"
MOST_EXPORTED = 100_000
REASONS_SHOWN = 8
LATEST = 300  # deliveries the present rate is told from


def show_broadcasts(request: Request, official: Official) -> Response:
    """The newest first; `?state=` narrows to one of FILTERS."""
    state = request.query_params.get("state", "")
    wanted = FILTERS.get(state, ((), ""))[0]
    number = page_number(request.query_params)
    with database_of(request).reading() as c:
        rows = broadcasts.list_broadcasts(c, official.scope, wanted, PER_PAGE, offset(number))
        total = broadcasts.count_broadcasts(c, official.scope, wanted)
        names = {row.id: row.name for row in officials.list_officials(c)}
    return page(
        request,
        official,
        "broadcasts.html",
        paged=PageOf(rows, number, total),
        names=names,
        state=state,
        filters=[("", "Tất cả"), *((key, label) for key, (_, label) in FILTERS.items())],
        status_names=STATUS_NAMES,
        status_tags=STATUS_TAGS,
        may_write=official.may("author"),
    )


def show_broadcast(request: Request, official: Official) -> Response:
    return broadcast_page(request, official)


def broadcast_page(request: Request, official: Official, error: str = "", *, ask_again: bool = False) -> Response:
    """One broadcast with all that may be done with it; `error` is why the last act was not done."""
    now = utc_now()
    with database_of(request).reading() as c:
        found = find(c, request, official)
        names = {row.id: official_of(row).name for row in officials.list_officials(c)}
        count = None if found.started_at else approving.count(c, official, found, now)
        progress = _progress(c, found)
        reasons = recipients.count_reasons(c, found.id, REASONS_SHOWN) if found.started_at else []
        session = sessions.get_session(c, found.audience.session_id) if found.audience.session_id else None
        children = broadcasts.list_children(c, found.id, 10) if found.repeat else []
    console = console_of(request)
    own = official.id == found.author_id and official.may("author")
    return page(
        request,
        official,
        "broadcast.html",
        422 if error else 200,
        found=found,
        names=names,
        count=count,
        left_out=tell_left_out(count) if count else [],
        channel_names=CHANNEL_NAMES,
        audience=tell_audience(found.audience, console.live.current, session.title if session else ""),
        repeat=tell_repeat(found.repeat),
        shown=announcing.show(said(console, found)),
        progress=progress,
        reasons=[(DELIVERY_NAMES[status], tell_reason(reason), n) for status, reason, n in reasons],
        children=children,
        status_names=STATUS_NAMES,
        status_tags=STATUS_TAGS,
        own=own,
        may_judge=approving.may_judge(official, found) and (official.may("admin") or not found.urgent),
        may_stop=approving.may_stop(official, found),
        error=error,
        ask_again=ask_again,
    )


def show_recipients(request: Request, official: Official) -> Response:
    """Who got it and who did not, one status at a time."""
    status = request.query_params.get("status", "")
    after = _place(request.query_params.get("after", ""))
    with database_of(request).reading() as c:
        found = find(c, request, official)
        counts = found.counts or recipients.count_statuses(c, found.id)
        status = status if status in STATUSES else next((one for one in _SHOWN_FIRST if counts.get(one)), "sent")
        rows = recipients.list_recipients(c, found.id, official.scope, status, after, PER_PAGE + 1)
    shown = rows[:PER_PAGE]
    return page(
        request,
        official,
        "broadcast_recipients.html",
        found=found,
        rows=[(row, tell_reason(row.reason)) for row in shown],
        chosen=status,
        tabs=[(one, DELIVERY_NAMES[one], counts.get(one, 0)) for one in STATUSES if counts.get(one) or one == status],
        delivery_names=DELIVERY_NAMES,
        channel_names=CHANNEL_NAMES,
        next_place=f"{shown[-1].due_at}|{shown[-1].id}" if len(rows) > PER_PAGE else "",
        first=after == _START,
    )


def export_recipients(request: Request, official: Official) -> Response:
    """Every recipient in scope with what became of it, as CSV or XLSX."""
    shape: Shape = "xlsx" if read_choice(form_of(request), "shape", ("csv", "xlsx")) == "xlsx" else "csv"
    names = console_of(request).commune_names
    with database_of(request).reading() as c:
        found = find(c, request, official)
        rows = [_exported(row, names) for row in _every(c, found, official)]
    header = ("Số", "Họ tên", "Kênh", "Xã, phường", "Kết quả", "Lý do", "Lúc", "Có thể đến hai lần")
    return download(request, official, f"tin-{found.id}-nguoi-nhan", shape, header, rows, broadcast=found.id)


def find(c: Connection, request: Request, official: Official) -> Broadcast:
    """The broadcast of the address; LookupError when there is none or it reaches beyond the official's scope."""
    return broadcasts.get_broadcast(c, int(request.path_params["broadcast_id"]), official.scope)


def said(console: Console, found: Broadcast) -> Reply:
    """The bubble workers get: frozen once it was submitted."""
    if found.body:
        return Reply(found.body, parse_choices(found.choices_json))
    return announcing.word(console.live.current, found.title, found.text, found.entry_id, found.link_url)


_START = ("", 0)
# What an official opens the list for: those it did not reach.
_SHOWN_FIRST = ("refused", "gone", "expired", "sent", "queued", "sending", "cancelled")


def _place(text: str) -> tuple[str, int]:
    at, _, number = text.partition("|")
    return (at, int(number)) if re.fullmatch(r"[0-9T:.Z-]{24}\|\d{1,18}", text, re.ASCII) else _START


def _every(c: Connection, found: Broadcast, official: Official) -> Iterator[Recipient]:
    left = MOST_EXPORTED
    for status in STATUSES:
        after = _START
        while left > 0:
            rows = recipients.list_recipients(c, found.id, official.scope, status, after, min(5_000, left))
            yield from rows
            left -= len(rows)
            if len(rows) < 5_000:
                break
            after = (rows[-1].due_at, rows[-1].id)


def _exported(row: Recipient, names: dict[str, str]) -> tuple[Cell, ...]:
    return (
        row.person_id,
        row.name,
        CHANNEL_NAMES.get(row.channel, row.channel),
        names.get(row.commune, row.commune),
        DELIVERY_NAMES[row.status],
        tell_reason(row.reason),
        moment(row.settled_at),
        "có" if row.may_repeat else "",
    )


def _progress(c: Connection, found: Broadcast) -> Progress | None:
    """How far it has come; None before it began."""
    if not found.started_at:
        return None
    counts = found.counts or recipients.count_statuses(c, found.id)
    latest = recipients.list_latest_sent(c, found.id, LATEST) if found.status == "sending" else []
    return tell_progress(found, counts, [parse_iso(at) for at in latest], utc_now())
