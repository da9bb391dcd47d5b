"""How a job-fair session is put into words, the same in lists, details, reminders and notices.

Pure. What officials wrote is quoted so that it cannot become Markdown; times are Hanoi's.
"""

from __future__ import annotations

import datetime
import re

from bot.check_in_codes import code_of
from bot.clock import in_hanoi, parse_iso
from bot.known import Known
from bot.quiet import ringing_moment
from bot.texts import escape, say
from storage.registrations import Registration
from storage.sessions import Session

STILL_USEFUL = datetime.timedelta(minutes=50)  # a reminder later than this before the start helps nobody to get there
DAY_MINUTES = 1440
USUAL = "1440,120"  # the minutes before the start at which people are reminded unless they say otherwise

OUTCOMES = ("hired", "promised", "not-hired", "absent")  # what may come of a session for a person

_WEEKDAYS = {
    "vi": ("Thứ Hai", "Thứ Ba", "Thứ Tư", "Thứ Năm", "Thứ Sáu", "Thứ Bảy", "Chủ nhật"),
    "en": ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"),
}
_SHORT = ("T2", "T3", "T4", "T5", "T6", "T7", "CN")


def tell_date(day: datetime.date, language: str = "vi") -> str:
    """ "Thứ Bảy 5/12/2026"."""
    return f"{_WEEKDAYS.get(language, _WEEKDAYS['vi'])[day.weekday()]} {day.day}/{day.month}/{day.year}"


def tell_clock(moment: datetime.datetime) -> str:
    return f"{moment.hour}:{moment.minute:02}"


def tell_when(session: Session, language: str = "vi") -> str:
    """ "Thứ Bảy 5/12/2026, 8:00–11:30", or both days when it lasts over one."""
    start, end = in_hanoi(session.starts_at), in_hanoi(session.ends_at)
    if start.date() == end.date():
        return f"{tell_date(start.date(), language)}, {tell_clock(start)}–{tell_clock(end)}"
    first, last = (f"{tell_clock(at)} {tell_date(at.date(), language)}" for at in (start, end))
    return f"{first} – {last}"


def tell_start(session: Session, now: str, language: str = "vi") -> str:
    """When it begins, as near days are called: "8:00 ngày mai, Thứ Bảy 5/12/2026"."""
    start, today = in_hanoi(session.starts_at), in_hanoi(now).date()
    near = {0: "session.today", 1: "session.tomorrow"}.get((start.date() - today).days)
    day = tell_date(start.date(), language)
    return f"{tell_clock(start)} {say(language, near)}, {day}" if near else f"{tell_clock(start)} {day}"


def tell_where(session: Session) -> str:
    """The place, and the link where there is one, safe inside Markdown."""
    link = f"[{escape(session.link)}]({session.link})" if session.link else ""
    return ", ".join(part for part in (escape(session.place), link) if part)


def tell_seats(session: Session, language: str = "vi") -> str:
    """How it stands with places, honestly: "còn 12 chỗ", "đã đủ chỗ", "tạm hoãn"; "" when there is nothing to say."""
    if session.status in {"huy", "hoan", "du-kien", "xong"}:
        return say(language, f"session.status.{session.status}")
    if session.full:
        return say(language, "session.full")
    if session.capacity:
        return say(language, "session.free", count=session.capacity - session.taken)
    return ""


def kind_name(session: Session, language: str = "vi") -> str:
    return say(language, f"session.kind.{session.kind}")


def label_of(session: Session) -> str:
    """What a button can hold: "T7 5/12 8:00"."""
    start = in_hanoi(session.starts_at)
    return f"{_SHORT[start.weekday()]} {start.day}/{start.month} {tell_clock(start)}"


def line_of(session: Session, language: str = "vi", *, own: bool = False) -> str:
    """One line for a list, as plain text: when, what, where, and how it stands with places unless it is one's `own`."""
    where = session.place or say(language, "session.on_line")
    seats = "" if own and session.open else tell_seats(session, language)
    text = f"{tell_when(session, language)}: {session.title}; {where}" + (f" ({seats})" if seats else "")
    return re.sub(r"[*_\[\]`<>]", "", text)


def reminder_times(session: Session, minutes: str, now: str) -> list[tuple[int, datetime.datetime]]:
    """When a person will be reminded: (minutes before the start, the moment it may ring), the earliest first.

    What would be too late by now, or at the same moment as another, is left out.
    """
    start, present = parse_iso(session.starts_at), parse_iso(now)
    times: list[tuple[int, datetime.datetime]] = []
    for before in sorted({int(one) for one in minutes.split(",") if one}, reverse=True):
        rings = ringing_moment(start - datetime.timedelta(minutes=before), start - STILL_USEFUL)
        if present < rings < start and all(rings != other for _, other in times):
            times.append((before, rings))
    return times


def tell_before(minutes: int, language: str = "vi") -> str:
    """A length of time before the start: "1 ngày", "2 giờ", "45 phút"."""
    for unit, name in ((DAY_MINUTES, "days"), (60, "hours")):
        if minutes % unit == 0:
            return say(language, f"session.{name}", count=minutes // unit)
    return say(language, "session.minutes", count=minutes)


def tell_reminding(session: Session, minutes: str, now: str, language: str = "vi") -> str:
    """What the person may expect: the very times a reminder will come, or that none will."""
    times = [in_hanoi(rings) for _, rings in reminder_times(session, minutes, now)]
    if not times:
        return say(language, "session.no_reminder")
    words = "; ".join(f"{tell_clock(at)} {tell_date(at.date(), language)}" for at in times)
    return say(language, "session.reminders", times=words)


def tell_code(place: Registration, known: Known, language: str = "vi") -> str:
    """The code to show at the door, with a link to it as a picture where an address of ours can be reached."""
    if not known.check_in_key:
        return ""
    code = code_of(known.check_in_key, place.id)
    told = say(language, "session.code", code=code)
    on_our_page = known.person is not None and known.person.channel == "web"
    if not known.public_url and not on_our_page:
        return told
    return f"{told} [{say(language, 'session.code_picture')}]({known.public_url.rstrip('/')}/phien/{code})"


def calendar_link(session: Session, known: Known, language: str = "vi") -> str:
    """A Markdown link to the session's calendar file; "" where no address of ours can be reached."""
    on_our_page = known.person is not None and known.person.channel == "web"
    if not known.public_url and not on_our_page:
        return ""
    address = f"{known.public_url.rstrip('/')}/lich/phien-{session.id}.ics"
    return f"[{say(language, 'session.calendar')}]({address})"
