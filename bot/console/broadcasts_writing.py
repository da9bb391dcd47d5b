"""Writing a broadcast: the form, its live preview and count, saving, a trial to oneself, asking for approval.

The rules are `approving`'s and `announcing`'s; this reads forms and shows pages.
"""

from __future__ import annotations

import dataclasses
import datetime
import re
import secrets
from typing import Any

from starlette.datastructures import FormData
from starlette.requests import Request
from starlette.responses import Response

from bot import announcing, approving
from bot.approving import Alike, NotDone
from bot.clock import HANOI, in_hanoi, iso, utc_now
from bot.console.access import Official
from bot.console.broadcasts import HOME, broadcast_page, find
from bot.console.broadcasts_telling import CHANNEL_NAMES, kind_of_repeat, make_repeat, tell_left_out
from bot.console.forms import read_choice, read_date, read_lines, read_many, read_number, read_text, read_tick
from bot.console.frame import console_of, database_of, form_of, page, redirect, wake
from bot.forms.groups import LABELS as GROUP_LABELS
from bot.forms.needs_survey import WISH_LABELS
from storage import sessions
from storage.audiences import Audience
from storage.broadcasts import Broadcast, NewBroadcast

MOST_SESSIONS = 60
SEEN_DAYS = (("0", "Không kể"), ("30", "Trong 30 ngày"), ("90", "Trong 90 ngày"), ("180", "Trong 180 ngày"))
REPEATS = (
    ("", "Không lặp lại"),
    ("weekly", "Hằng tuần, vào thứ và giờ ấy"),
    ("monthly", "Hằng tháng, vào ngày và giờ ấy"),
)


@dataclasses.dataclass(frozen=True, slots=True)
class Typed:
    """What the form holds: the broadcast as far as it can be read, the parts of its time, and what is wrong."""

    new: NewBroadcast
    day: str = ""
    clock: str = ""
    repeat: str = ""
    errors: dict[str, str] = dataclasses.field(default_factory=dict)


def show_new(request: Request, official: Official) -> Response:
    empty = Typed(NewBroadcast("", "", official.communes))
    return _form_page(request, official, empty, secrets.token_urlsafe(16))


def add(request: Request, official: Official) -> Response:
    """Store a draft; the same form sent twice leads to the same one."""
    return _save(request, official, 0)


def show_edit(request: Request, official: Official) -> Response:
    with database_of(request).reading() as c:
        found = find(c, request, official)
    if found.author_id != official.id or found.status not in {"draft", "submitted", "rejected"}:
        return redirect(request, f"{HOME}/{found.id}")
    return _form_page(request, official, _typed_of(found), "edit", found)


def edit(request: Request, official: Official) -> Response:
    with database_of(request).reading() as c:
        found = find(c, request, official)
    return _save(request, official, found.id)


def look(request: Request, official: Official) -> Response:
    """The live part of the form: how it will look and how many get it. Stores nothing."""
    typed = _read(request, official)
    return page(request, official, "broadcast_look.html", **_look_of(request, official, typed))


def try_on_me(request: Request, official: Official) -> Response:
    with database_of(request).transaction() as c:
        found = find(c, request, official)
        try:
            channels = approving.try_on_me(c, official, found.id, console_of(request).live.current, utc_now())
        except NotDone as refused:
            channels, problem = set(), str(refused)
    if not channels:
        return redirect(request, f"{HOME}/{found.id}", problem, "error")
    for channel in channels:
        wake(request, channel)
    told = ", ".join(CHANNEL_NAMES.get(channel, channel) for channel in sorted(channels))
    return redirect(request, f"{HOME}/{found.id}", f"Đã gửi thử tới {told} của anh/chị.")


def submit(request: Request, official: Official) -> Response:
    """Ask for approval; words that just went to the same people are asked about once more."""
    again = read_tick(form_of(request), "again")
    try:
        with database_of(request).transaction() as c:
            found = find(c, request, official)
            live = console_of(request).live.current
            channels = approving.submit(c, official, found.id, live, utc_now(), again=again)
    except Alike as alike:
        return broadcast_page(request, official, str(alike), ask_again=True)
    except NotDone as refused:
        return broadcast_page(request, official, str(refused))
    for channel in channels:
        wake(request, channel)
    return redirect(request, f"{HOME}/{found.id}", "Đã gửi duyệt. Người duyệt là một cán bộ khác.")


def discard(request: Request, official: Official) -> Response:
    try:
        with database_of(request).transaction() as c:
            approving.discard(c, official, find(c, request, official).id, utc_now())
    except NotDone as refused:
        return broadcast_page(request, official, str(refused))
    return redirect(request, HOME, "Đã bỏ bản nháp.")


def _save(request: Request, official: Official, broadcast_id: int) -> Response:
    form = form_of(request)
    typed = _read(request, official)
    form_key = read_text(form, "form_key", 40)
    if read_choice(form, "act", ("look",)):
        return _form_page(request, official, typed, form_key, looked=True)
    errors = {**announcing.check(typed.new.title, typed.new.text, typed.new.link_url), **typed.errors}
    if not errors and (broadcast_id or re.fullmatch(r"[A-Za-z0-9_-]{22}", form_key)):
        try:
            with database_of(request).transaction() as c:
                saved = approving.save(c, official, typed.new, utc_now(), form_key=form_key, broadcast_id=broadcast_id)
            return redirect(request, f"{HOME}/{saved}", "Đã lưu bản nháp. Xem lại rồi gửi thử, gửi duyệt.")
        except NotDone as refused:
            errors = {"": str(refused)}
    errors = errors or {"": "Biểu mẫu đã cũ. Anh/chị tải lại trang rồi gửi lại giúp."}
    return _form_page(request, official, dataclasses.replace(typed, errors=errors), form_key)


def _read(request: Request, official: Official) -> Typed:
    form, console = form_of(request), console_of(request)
    errors: dict[str, str] = {}
    day, clock = read_date(form, "day"), read_text(form, "clock", 5)
    repeat = read_choice(form, "repeat", (key for key, _ in REPEATS))
    send_at, cron = "", ""
    if day or clock or repeat:
        send_at, cron, errors = _read_time(day, clock, repeat)
    library = console.live.current
    audience = Audience(
        groups=tuple(sorted(read_many(form, "group", GROUP_LABELS))),
        topics=tuple(sorted(read_many(form, "topic", (group.slug for group in library.groups)))),
        needs=tuple(sorted(read_many(form, "need", WISH_LABELS))),
        session_id=read_number(form, "session", 1, 10**12) or 0,
        channels=tuple(sorted(read_many(form, "channel", CHANNEL_NAMES))),
        seen_days=int(read_choice(form, "seen_days", (key for key, _ in SEEN_DAYS)) or 0),
    )
    new = NewBroadcast(
        title=read_text(form, "title", announcing.TITLE_LENGTH + 1),
        text=read_lines(form, "text", announcing.TEXT_LENGTH + 1),
        communes=_read_communes(form, official, console.commune_names),
        entry_id=read_choice(form, "entry", library.entries),
        link_url=read_text(form, "link_url", 600),
        audience=audience,
        urgent=read_tick(form, "urgent") and official.may("admin"),
        send_at=send_at,
        repeat=cron,
    )
    return Typed(new, day.isoformat() if day else "", clock, repeat, errors)


def _read_communes(form: FormData, official: Official, names: dict[str, str]) -> frozenset[str] | None:
    """The communes ticked inside the official's scope; of none ticked, the whole scope."""
    chosen = read_many(form, "commune", names)
    if official.communes is None:
        return chosen if read_choice(form, "scope", ("city", "communes")) == "communes" else None
    return chosen & official.communes if chosen else official.communes


def _read_time(day: datetime.date | None, clock: str, repeat: str) -> tuple[str, str, dict[str, str]]:
    """(send_at, cron, what is wrong) of the parts of a time."""
    found = re.fullmatch(r"([01]?\d|2[0-3])[:hg]([0-5]\d)", clock)
    if not day or not found:
        return "", "", {"clock": "Cần cả ngày và giờ gửi, ví dụ 08:30."}
    at = datetime.datetime.combine(day, datetime.time(int(found[1]), int(found[2])), HANOI)
    if at <= utc_now():
        return "", "", {"day": "Giờ gửi đã qua. Chọn giờ sau, hoặc để trống để gửi ngay khi được duyệt."}
    if repeat == "monthly" and at.day > 28:
        return "", "", {"day": "Tin lặp hằng tháng cần chọn ngày từ 1 đến 28, tháng nào cũng có."}
    return iso(at), make_repeat(repeat, at), {}


def _typed_of(found: Broadcast) -> Typed:
    names = [field.name for field in dataclasses.fields(NewBroadcast)]
    new = NewBroadcast(**{name: getattr(found, name) for name in names})
    at = in_hanoi(found.send_at) if found.send_at else None
    repeat = kind_of_repeat(found.repeat)
    return Typed(new, f"{at:%Y-%m-%d}" if at else "", f"{at:%H:%M}" if at else "", repeat)


def _form_page(
    request: Request,
    official: Official,
    typed: Typed,
    form_key: str,
    found: Broadcast | None = None,
    looked: bool = False,  # noqa: FBT001, FBT002
) -> Response:
    console = console_of(request)
    library = console.live.current
    with database_of(request).reading() as c:
        coming = sessions.list_coming(c, iso(utc_now()), MOST_SESSIONS)
    names = console.commune_names
    mine = names if official.communes is None else {slug: names.get(slug, slug) for slug in sorted(official.communes)}
    titles = {group.slug: group.title for group in library.groups}
    entries = sorted(library.entries.values(), key=lambda entry: (entry.group, entry.title))
    return page(
        request,
        official,
        "broadcast_form.html",
        422 if typed.errors and not looked else 200,
        typed=typed,
        new=typed.new,
        errors=typed.errors,
        form_key=form_key,
        editing=bool(request.path_params.get("broadcast_id")),
        found=found,
        mine=mine,
        groups=GROUP_LABELS,
        topics=titles,
        needs=WISH_LABELS,
        channels=CHANNEL_NAMES,
        entries=[("", "Không kèm mục nào"), *((one.id, f"{titles[one.group]}: {one.title}") for one in entries)],
        coming=[
            ("", "Không kể"),
            *((str(one.id), f"{in_hanoi(one.starts_at):%d/%m/%Y} {one.title}") for one in coming),
        ],
        seen_days=SEEN_DAYS,
        repeats=REPEATS,
        limits=(announcing.TITLE_LENGTH, announcing.TEXT_LENGTH),
        **_look_of(request, official, typed),
    )


def _look_of(request: Request, official: Official, typed: Typed) -> dict[str, Any]:
    """The values of `broadcast_look.html`."""
    new = typed.new
    reply = announcing.word(
        console_of(request).live.current, new.title or "Tiêu đề", new.text, new.entry_id, new.link_url
    )
    with database_of(request).reading() as c:
        count = approving.count(c, official, new, utc_now())
    return {
        "count": count,
        "left_out": tell_left_out(count),
        "shown": announcing.show(reply),
        "channel_names": CHANNEL_NAMES,
    }
