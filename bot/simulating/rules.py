"""When things are said, from the rules people were told: nights, working days, the days of deadlines. Pure.

Written anew from those rules for the judge: it imports nothing of the code under test.
"""

from __future__ import annotations

import calendar
import dataclasses
import datetime

from bot.simulating.script import HANOI, Act

DAY = datetime.timedelta(days=1)


@dataclasses.dataclass(frozen=True, slots=True)
class WorkDays:
    """`off` are holidays on weekdays, `worked` weekend days that are worked."""

    off: frozenset[datetime.date]
    worked: frozenset[datetime.date]

    def list_windows(self, act: Act) -> list[tuple[datetime.date, datetime.date]]:
        """From which to which day each thing that is kept may be done."""
        assert act.day
        base = act.day
        match act.what:
            case "nop-bhtn":
                return [(base + DAY, self.working_day_from(months_on(base, 3), 1))]
            case "bao-tim-viec":
                starts = [months_on(base, number) for number in range(1, act.times + 1)]
                return [(start, self.working_day_from(start, 3)) for start in starts]
            case "lay-quyet-dinh":
                return [(base, self.working_day_from(base + DAY, 3))]
        dues = [months_on(base, number) for number in range(act.times)]
        return [(due, due) for due in dues]

    def list_moments(
        self, kind: str, base: datetime.date, opens: datetime.date, due: datetime.date
    ) -> list[tuple[str, datetime.datetime]]:
        """When something is said of one of these windows, and as which step."""
        match kind:
            case "nop-bhtn":
                early = [(str(n), base + n * DAY) for n in (60, 75, 85) if base + n * DAY < due]
                return [(step, at_hour(day, 8)) for step, day in (*early, ("last", due))]
            case "bao-tim-viec":
                return [("opens", at_hour(opens, 8)), ("last", at_hour(due, 8))]
            case "lay-quyet-dinh":
                before = due - DAY
                while not self.is_worked(before):
                    before -= DAY
                late = [("last", at_hour(before, 8))] if before > opens else []
                return [("eve", at_hour(opens - DAY, 18)), ("day", at_hour(opens, 8)), *late]
        return [(str(n), at_hour(due - n * DAY, 8)) for n in (3, 1)]

    def is_worked(self, day: datetime.date) -> bool:
        return day in self.worked or (day.weekday() < 5 and day not in self.off)

    def working_day_from(self, day: datetime.date, number: int) -> datetime.date:
        """The so many-th working day, this one counted when it is one."""
        while True:
            number -= self.is_worked(day)
            if number == 0:
                return day
            day += DAY


def quiet(moment: datetime.datetime) -> bool:
    here = moment.astimezone(HANOI)
    return here.hour >= 21 or here.hour < 7


def morning(moment: datetime.datetime) -> datetime.datetime:
    """The moment, or seven o'clock after the night it lies in."""
    here = moment.astimezone(HANOI)
    if not quiet(here):
        return here
    return at_hour(here.date() + DAY * (here.hour >= 21), 7)


def rings_at(wanted: datetime.datetime, useful: datetime.datetime) -> datetime.datetime:
    """After the night when that is soon enough, else at a quarter to nine the evening before."""
    early = morning(wanted)
    if not quiet(wanted) or early < useful:
        return early
    return at_hour(early.date(), 20, 45) - DAY


def at_hour(day: datetime.date, hour: int, minute: int = 0) -> datetime.datetime:
    return datetime.datetime.combine(day, datetime.time(hour, minute), HANOI)


def months_on(day: datetime.date, months: int) -> datetime.date:
    """The same day some months later, or that month's last."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return datetime.date(year, month + 1, min(day.day, calendar.monthrange(year, month + 1)[1]))
