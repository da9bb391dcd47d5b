"""What is due when, and at which moments the bot speaks before it: the rules of every kind of deadline.

Pure: from the day a person told to due days and moments. What is said is worded elsewhere. Lengths come from the
figures of the day, working days from `working_days`.
"""

from __future__ import annotations

import calendar
import dataclasses
import datetime
from collections.abc import Mapping

from bot.calculators.benefit import add_months
from bot.calculators.figures_of import get_number
from bot.clock import HANOI, iso
from bot.messages import Moment
from bot.working_days import ONE_DAY, Years, add_working_days, is_working_day, next_working_day, nth_working_day
from content.model import Library

FILE, REPORT, COLLECT, REPAY = "nop-bhtn", "bao-tim-viec", "lay-quyet-dinh", "tra-no"

MORNING, AFTERNOON, CLOSING = datetime.time(8, 0), datetime.time(18, 0), datetime.time(17, 0)
FILE_AFTER = (60, 75, 85)  # days after leaving on which the person is reminded, before the last day itself
REPAY_BEFORE = (3, 1)  # days before an instalment
LAST = "cuoi"  # the step of the last reminder of a due day


@dataclasses.dataclass(frozen=True, slots=True)
class DueKind:
    """A kind of deadline: what is to be done, in full and in 24 characters, the form that asks for its day, the entry.

    A `series` has several due days.
    """

    name: str
    label: str
    form: str
    entry: str
    series: bool = False

    @property
    def title(self) -> str:
        """The name as it begins a line."""
        return self.name[0].upper() + self.name[1:]


KINDS: Mapping[str, DueKind] = {
    FILE: DueKind("nộp hồ sơ hưởng trợ cấp thất nghiệp", "Hạn nộp hồ sơ", "remind_filing", "bhtn.han-nop"),
    REPORT: DueKind(
        "thông báo tìm việc hằng tháng", "Báo tìm việc", "remind_reporting", "bhtn.thong-bao-hang-thang", series=True
    ),
    COLLECT: DueKind("đến lấy quyết định hưởng trợ cấp", "Lấy quyết định", "remind_collecting", "bhtn.lay-quyet-dinh"),
    REPAY: DueKind("trả nợ vay", "Kỳ trả nợ vay", "remind_repaying", "vay.qua-han", series=True),
}


@dataclasses.dataclass(frozen=True, slots=True)
class Window:
    """One due day: what is due may be done from `opens` and until `due`, both included."""

    opens: datetime.date
    due: datetime.date


def list_windows(
    kind: str, base: datetime.date, times: int, note: str, library: Library, today: datetime.date
) -> tuple[Window, ...]:
    """All due days, the first one first. KeyError for an unknown kind; NoFigure when a length has no number today.

    `note` of instalments is "15" (the day of every month) or the days themselves, "2026-12-05,2027-03-05".
    """
    return _WINDOWS[kind](base, times, note, library, today)


def _file(base: datetime.date, _times: int, _note: str, library: Library, today: datetime.date) -> tuple[Window, ...]:
    months = int(get_number(library.figures, "bhtn.han_nop", today))
    return (Window(base + ONE_DAY, next_working_day(add_months(base, months), library.office_years)),)


def _report(base: datetime.date, times: int, _note: str, library: Library, today: datetime.date) -> tuple[Window, ...]:
    """From the second month of benefit on; the first is reported when the decision is collected.

    The first day itself is counted when it is a working day: who reports by then is in time however it is counted.
    """
    days = int(get_number(library.figures, "bhtn.bao_hang_thang", today))
    starts = [add_months(base, number) for number in range(1, times + 1)]
    return tuple(Window(start, nth_working_day(start, days, library.office_years)) for start in starts)


def _collect(
    base: datetime.date, _times: int, _note: str, library: Library, today: datetime.date
) -> tuple[Window, ...]:
    days = int(get_number(library.figures, "bhtn.lay_quyet_dinh_tre", today))
    return (Window(base, add_working_days(base, days, library.office_years)),)


def next_on(day: int, today: datetime.date) -> datetime.date:
    """The next such day of a month, today included; where a month has no such day its last one."""
    month = today.year * 12 + today.month - 1
    return next(due for due in (_day_of_month(month, day), _day_of_month(month + 1, day)) if due >= today)


def _repay(base: datetime.date, times: int, note: str, _library: Library, _today: datetime.date) -> tuple[Window, ...]:
    if note.isdigit():
        first = base.year * 12 + base.month - 1
        dues = [_day_of_month(first + number, int(note)) for number in range(times)]
    else:
        dues = sorted(datetime.date.fromisoformat(day) for day in note.split(",")) if note else [base]
    return tuple(Window(due, due) for due in dues)


def _day_of_month(month: int, day: int) -> datetime.date:
    """The day, or the month's last one; months are counted from the year 0."""
    year, index = divmod(month, 12)
    return datetime.date(year, index + 1, min(day, calendar.monthrange(year, index + 1)[1]))


_WINDOWS = {FILE: _file, REPORT: _report, COLLECT: _collect, REPAY: _repay}


def find_next(windows: tuple[Window, ...], today: datetime.date) -> Window | None:
    """The first due day that has not passed."""
    return next((window for window in windows if window.due >= today), None)


def list_moments(
    kind: str, base: datetime.date, windows: tuple[Window, ...], years: Years, now: str
) -> tuple[Moment, ...]:
    """When the bot will speak, from `now` (UTC ISO text) on, the earliest first. None of them is in the quiet hours."""
    planned = [moment for window in windows for moment in _of_window(kind, base, window, years)]
    return tuple(moment for moment in planned if moment.due_at > now)


def _of_window(kind: str, base: datetime.date, window: Window, years: Years) -> list[Moment]:
    """Each reminder is useful until the next one says more, the last one until the offices close."""
    days = _speaking_days(kind, base, window, years)
    ends = [iso(_at(day, clock)) for _, day, clock in days[1:]] + [iso(_at(window.due, CLOSING))]
    return [
        Moment(f"{step}:{window.due}", iso(_at(day, clock)), end)
        for (step, day, clock), end in zip(days, ends, strict=True)
    ]


def _speaking_days(
    kind: str, base: datetime.date, window: Window, years: Years
) -> list[tuple[str, datetime.date, datetime.time]]:
    if kind == FILE:
        early = [(str(after), base + after * ONE_DAY, MORNING) for after in FILE_AFTER]
        return [*(each for each in early if each[1] < window.due), (LAST, window.due, MORNING)]
    if kind == REPORT:
        return [("mo", window.opens, MORNING), (LAST, window.due, MORNING)]
    if kind == COLLECT:
        before = _working_day_before(window.due, years)
        late = [(LAST, before, MORNING)] if before > window.opens else []
        return [("truoc", window.opens - ONE_DAY, AFTERNOON), ("hen", window.opens, MORNING), *late]
    return [(str(before), window.due - before * ONE_DAY, MORNING) for before in REPAY_BEFORE]


def _working_day_before(day: datetime.date, years: Years) -> datetime.date:
    day -= ONE_DAY
    while not is_working_day(day, years):
        day -= ONE_DAY
    return day


def _at(day: datetime.date, clock: datetime.time) -> datetime.datetime:
    return datetime.datetime.combine(day, clock, HANOI)
