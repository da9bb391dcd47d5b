"""Which days the authorities work: weekends, public holidays and what was announced for the year.

Pure. Where a day's rest is not certain it counts as worked: a reminder a day early harms nobody, one too late does.
"""

from __future__ import annotations

import datetime
import functools
from collections.abc import Mapping

from content.model import OfficeYear

Years = Mapping[int, OfficeYear]

SATURDAY = 5
ONE_DAY = datetime.timedelta(days=1)
# Held free by the library, but only a Party resolution so far; a year's own list may add it.
NOT_YET_LAW = (11, 24)


@functools.lru_cache(maxsize=16)
def _holidays(year: int) -> frozenset[datetime.date]:
    """The public holidays of a year with Tết and the days off in lieu, as the library knows or estimates them."""
    import holidays  # noqa: PLC0415 — 10 MB that a process needs only once somebody counts days

    return frozenset(day for day in holidays.country_holidays("VN", years=year) if (day.month, day.day) != NOT_YET_LAW)


def is_working_day(day: datetime.date, years: Years) -> bool:
    announced = years.get(day.year)
    if announced and day in announced.working:
        return True
    if day.weekday() >= SATURDAY or day in _holidays(day.year):
        return False
    return not (announced and day in announced.off)


def is_announced(days: tuple[datetime.date, ...], years: Years) -> bool:
    """Whether the holidays of all the years touched are announced rather than estimated."""
    return all(day.year in years for day in days)


def next_working_day(day: datetime.date, years: Years) -> datetime.date:
    """The day itself, or the first working day after it."""
    while not is_working_day(day, years):
        day += ONE_DAY
    return day


def nth_working_day(day: datetime.date, number: int, years: Years) -> datetime.date:
    """The first, second, … working day from `day` on, the day itself included."""
    found = next_working_day(day, years)
    for _ in range(number - 1):
        found = next_working_day(found + ONE_DAY, years)
    return found


def add_working_days(day: datetime.date, number: int, years: Years) -> datetime.date:
    """So many working days later; the day itself is not counted (Decree 374/2025, article 45.3)."""
    return nth_working_day(day + ONE_DAY, number, years)
