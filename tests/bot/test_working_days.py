"""Working days: weekends, public holidays, what a year's notice adds, and doubt that never moves a day later."""

from __future__ import annotations

import datetime

import pytest

from bot.working_days import add_working_days, is_announced, is_working_day, next_working_day, nth_working_day
from content.model import OfficeYear

YEARS = {
    2026: OfficeYear(
        2026, "thông báo", frozenset({datetime.date(2026, 8, 31)}), frozenset({datetime.date(2026, 8, 22)})
    )
}


def day(text: str) -> datetime.date:
    return datetime.date.fromisoformat(text)


@pytest.mark.parametrize(
    ("text", "worked"),
    [
        ("2026-11-20", True),
        ("2026-11-21", False),  # Saturday
        ("2026-11-22", False),
        ("2026-01-01", False),
        ("2026-02-16", False),  # Tết
        ("2026-02-20", False),
        ("2026-02-23", True),
        ("2026-04-27", False),  # in lieu of Hùng Kings' day, a Sunday
        ("2026-08-31", False),  # announced
        ("2026-08-22", True),  # a Saturday worked for it
        ("2026-11-24", True),  # not in a law yet
        ("2027-02-08", False),  # Tết of a year not announced: the estimate
        ("2027-04-30", False),
    ],
)
def test_which_days_are_worked(text: str, worked: bool) -> None:
    assert is_working_day(day(text), YEARS) is worked


def test_the_content_file_of_the_year_can_free_a_day() -> None:
    freed = {2026: OfficeYear(2026, "luật", frozenset({day("2026-11-24")}), frozenset())}
    assert not is_working_day(day("2026-11-24"), freed)


def test_counting_from_a_day() -> None:
    assert next_working_day(day("2026-11-21"), YEARS) == day("2026-11-23")
    assert nth_working_day(day("2026-11-23"), 3, YEARS) == day("2026-11-25")
    assert add_working_days(day("2026-11-23"), 3, YEARS) == day("2026-11-26")
    assert add_working_days(day("2026-12-30"), 3, YEARS) == day("2027-01-05")


def test_a_year_without_a_notice_is_an_estimate() -> None:
    assert is_announced((day("2026-12-10"),), YEARS)
    assert not is_announced((day("2026-12-10"), day("2027-01-05")), YEARS)
