"""Which sessions a person means: by the days and kinds their words name, and which of them are near.

Pure. A day that is none, or is past, is said to be so: nothing is guessed in its place.
"""

from __future__ import annotations

import calendar
import dataclasses
import datetime
import re
from collections.abc import Sequence

from bot.clock import in_hanoi
from bot.forms.readers import plain
from content.model import Library, Place
from intents.entities import find_day
from storage.sessions import Session

_KINDS = {
    "online": re.compile(r" (?:online|truc tuyen|qua mang) "),
    "luu-dong": re.compile(r" (?:luu dong|ve (?:xa|phuong|thon|lang)) "),
    "khuyet-tat": re.compile(r" (?:khuyet tat|nkt) "),
    "chuyen-de": re.compile(r" chuyen de "),
    "doi-thoai": re.compile(r" doi thoai "),
}
_MONTH = re.compile(r" thang (1[0-2]|0?[1-9])(?: (?:nam )?(20\d\d))? ")
_DAY_OF_MONTH = re.compile(r" ngay (\d{1,2}) ")
_NUMBERED = re.compile(r"(?<![\d/.-])\d{1,2}\s*[/-]\s*\d{1,2}(?:\s*[/-]\s*\d{2,4})?(?![\d/])")
_YESTERDAY = re.compile(r" hom (?:qua|kia) ")


@dataclasses.dataclass(frozen=True, slots=True)
class Wanted:
    """The days (both included; None is open) and the kind ("" is any) a message names.

    `unread` is a day as typed that is none ("45/13"); `past` is true when the days named are over.
    """

    first: datetime.date | None = None
    last: datetime.date | None = None
    kind: str = ""
    unread: str = ""
    past: bool = False

    @property
    def code(self) -> str:
        """The days and the kind as part of an action: "20261123-20261129:online"."""
        days = f"{self.first:%Y%m%d}-{self.last:%Y%m%d}" if self.first and self.last else ""
        return f"{days}:{self.kind}"


def parse_code(code: str) -> Wanted:
    """The days and kind of an action; everything for one that cannot be read."""
    days, _, kind = code.partition(":")
    match = re.fullmatch(r"(\d{8})-(\d{8})", days)
    try:
        ends = [datetime.date.fromisoformat(day) for day in match.groups()] if match else []
    except ValueError:
        ends = []
    return Wanted(ends[0], ends[1], kind) if ends else Wanted(kind=kind)


def find_wanted(text: str, today: datetime.date) -> Wanted:
    """What a message wants to see."""
    words = plain(text)
    kind = next((kind for kind, pattern in _KINDS.items() if pattern.search(words)), "")
    span = _find_span(text, words, today)
    if span is None:
        unread = _NUMBERED.search(text)
        return Wanted(kind=kind, unread=unread[0] if unread else "", past=bool(_YESTERDAY.search(words)))
    if span[1] < today:
        return Wanted(kind=kind, past=True)
    return Wanted(max(span[0], today), span[1], kind)


def _find_span(text: str, words: str, today: datetime.date) -> tuple[datetime.date, datetime.date] | None:
    week = today - datetime.timedelta(days=today.weekday())
    days = datetime.timedelta
    if " cuoi tuan " in words:
        later = 7 if re.search(r" cuoi tuan (?:sau|toi) ", words) else 0
        return week + days(5 + later), week + days(6 + later)
    if " cuoi thang " in words:
        end = find_day(text, today)
        return (end.date.replace(day=20), end.date) if end else None
    found = find_day(text, today)
    if found:
        return found.date, found.date
    if re.search(r" tuan (?:nay|ni) ", words):
        return week, week + days(6)
    if re.search(r" tuan (?:sau|toi) ", words):
        return week + days(7), week + days(13)
    return _find_month(words, today)


def _find_month(words: str, today: datetime.date) -> tuple[datetime.date, datetime.date] | None:
    match = _MONTH.search(words)
    if match:
        month = int(match[1])
        year = int(match[2] or today.year + (month < today.month))
        return _month(year, month)
    if " thang nay " in words:
        return _month(today.year, today.month)
    if re.search(r" thang (?:sau|toi) ", words):
        return _month(today.year + today.month // 12, today.month % 12 + 1)
    day = _DAY_OF_MONTH.search(words)
    if day and 1 <= int(day[1]) <= calendar.monthrange(today.year, today.month)[1] and int(day[1]) >= today.day:
        return today.replace(day=int(day[1])), today.replace(day=int(day[1]))
    return None


def _month(year: int, month: int) -> tuple[datetime.date, datetime.date]:
    return datetime.date(year, month, 1), datetime.date(year, month, calendar.monthrange(year, month)[1])


def choose(sessions: Sequence[Session], wanted: Wanted) -> list[Session]:
    """The sessions on the days and of the kind wanted, in the order given."""
    return [
        session
        for session in sessions
        if wanted.kind in {"", session.kind}
        and (wanted.first is None or in_hanoi(session.ends_at).date() >= wanted.first)
        and (wanted.last is None or in_hanoi(session.starts_at).date() <= wanted.last)
    ]


def nearest_first(sessions: Sequence[Session], commune: str, library: Library) -> list[Session]:
    """Own commune, then own exchange, then for the whole city, then elsewhere; each by time."""
    places = {place.slug: place for place in library.places}
    return sorted(sessions, key=lambda session: (_distance(session, commune, places), session.starts_at, session.id))


def _distance(session: Session, commune: str, places: dict[str, Place]) -> int:
    if not commune:
        return 0
    if session.commune == commune:
        return 0
    exchange = plain(places[commune].exchange) if commune in places else ""
    there = session.exchange or (places[session.commune].exchange if session.commune in places else "")
    if exchange.strip() and exchange == plain(there):
        return 1
    return 3 if session.commune else 2
