"""Which days a report is about. Pure; a day begins at midnight in Hanoi."""

from __future__ import annotations

import dataclasses
import datetime
import re
from typing import Literal

from bot.clock import HANOI, iso
from storage.statistics import Span

Kind = Literal["month", "half", "year"]
MONTHS: dict[Kind, int] = {"month": 1, "half": 6, "year": 12}
CUT_DAY = 15
_FORMS: dict[Kind, tuple[str, str]] = {
    "month": (r"(20\d\d)-(0?[1-9]|1[0-2])", "năm-tháng, ví dụ 2026-11"),
    "half": (r"(20\d\d)-([12])", "năm-nửa năm, ví dụ 2026-1 (sáu tháng đầu) hoặc 2026-2"),
    "year": (r"(20\d\d)()", "bốn chữ số, ví dụ 2026"),
}


@dataclasses.dataclass(frozen=True, slots=True)
class Period:
    """A month, half or whole year. `number` is the month (1–12) or the half (1–2), 1 for a year.

    `cut` is the day before which a period's last month closes: with 15, November is from 15/10 to 14/11, as the rules
    for periodical reports have it; with 1 it is the calendar's.
    """

    kind: Kind
    year: int
    number: int
    cut: int = 1

    @property
    def first(self) -> datetime.date:
        months = self.year * 12 + (self.number - 1) * MONTHS[self.kind] - (self.cut > 1)
        return datetime.date(months // 12, months % 12 + 1, self.cut)

    @property
    def last(self) -> datetime.date:
        return self.next.first - datetime.timedelta(days=1)

    @property
    def next(self) -> Period:
        return self._moved(1)

    @property
    def before(self) -> Period:
        """The period this one is compared with."""
        return self._moved(-1)

    def _moved(self, by: int) -> Period:
        to_a_year = 12 // MONTHS[self.kind]
        place = self.year * to_a_year + self.number - 1 + by
        return dataclasses.replace(self, year=place // to_a_year, number=place % to_a_year + 1)

    @property
    def name(self) -> str:
        """As it stands in a title: "tháng 11 năm 2026", "6 tháng đầu năm 2026", "năm 2026"."""
        if self.kind == "month":
            return f"tháng {self.number} năm {self.year}"
        if self.kind == "half":
            return f"6 tháng {'đầu' if self.number == 1 else 'cuối'} năm {self.year}"
        return f"năm {self.year}"

    @property
    def code(self) -> str:
        """As it stands in an address or a file's name: "2026-11", "2026-1", "2026"."""
        if self.kind == "year":
            return str(self.year)
        return f"{self.year}-{self.number:02}" if self.kind == "month" else f"{self.year}-{self.number}"

    @property
    def days(self) -> str:
        """ "từ ngày 01/11/2026 đến hết ngày 30/11/2026"."""
        return f"từ ngày {self.first:%d/%m/%Y} đến hết ngày {self.last:%d/%m/%Y}"

    @property
    def span(self) -> Span:
        return span_of(self.first, self.last)


def span_of(first: datetime.date, last: datetime.date) -> Span:
    """From midnight in Hanoi at the beginning of the first day to midnight at the end of the last."""
    return Span(_midnight(first), _midnight(last + datetime.timedelta(days=1)))


def parse_period(kind: Kind, text: str, cut: int = 1) -> Period:
    """A period as it is typed; ValueError with a sentence when it is none."""
    pattern, example = _FORMS[kind]
    found = re.fullmatch(pattern, text.strip())
    if found is None:
        raise ValueError(f"“{text}” không phải là kỳ báo cáo; viết {example}.")
    return Period(kind, int(found[1]), int(found[2] or 1), cut)


def latest_periods(kind: Kind, today: datetime.date, count: int) -> list[Period]:
    """The period today lies in and those before it, newest first."""
    period = Period(kind, today.year, (today.month - 1) // MONTHS[kind] + 1)
    found = [period]
    while len(found) < count:
        found.append(found[-1].before)
    return found


def _midnight(day: datetime.date) -> str:
    return iso(datetime.datetime.combine(day, datetime.time.min, HANOI))
