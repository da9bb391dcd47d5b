"""Time as the project writes it: UTC ISO text of fixed width, so that the order of texts is the order of times."""

from __future__ import annotations

import datetime
from zoneinfo import ZoneInfo

HANOI = ZoneInfo("Asia/Ho_Chi_Minh")


def utc_now() -> datetime.datetime:
    return datetime.datetime.now(datetime.UTC)


def iso(moment: datetime.datetime) -> str:
    """An aware time as `2026-11-22T13:01:33.123Z`."""
    return moment.astimezone(datetime.UTC).strftime("%Y-%m-%dT%H:%M:%S.%f")[:-3] + "Z"


def parse_iso(text: str) -> datetime.datetime:
    """The aware UTC time of a stored text; ValueError when it is none."""
    return datetime.datetime.fromisoformat(text)


def later(now: datetime.datetime, seconds: float) -> str:
    return iso(now + datetime.timedelta(seconds=seconds))


def in_hanoi(moment: str | datetime.datetime) -> datetime.datetime:
    """A moment (stored text or aware time) as Hanoi's clocks show it."""
    aware = parse_iso(moment) if isinstance(moment, str) else moment
    return aware.astimezone(HANOI)
