"""What is due when, and when the bot speaks before it: every kind, over weekends, holidays and the ends of months."""

from __future__ import annotations

import datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.clock import HANOI, in_hanoi, parse_iso
from bot.outreach.due import COLLECT, FILE, KINDS, REPAY, REPORT, find_next, list_moments, list_windows, next_on
from bot.quiet import quiet
from content.load import load_library

ROOT = Path(__file__).parents[2]
TODAY = datetime.date(2026, 11, 22)
LIBRARY = load_library(ROOT / "content", on=TODAY)


def day(text: str) -> datetime.date:
    return datetime.date.fromisoformat(text)


def dues(kind: str, base: str, times: int = 1, note: str = "") -> list[str]:
    return [str(window.due) for window in list_windows(kind, day(base), times, note, LIBRARY, TODAY)]


def moments(kind: str, base: str, times: int = 1, note: str = "", now: str = "2026-01-01T00:00:00.000Z") -> list[str]:
    windows = list_windows(kind, day(base), times, note, LIBRARY, TODAY)
    planned = list_moments(kind, day(base), windows, LIBRARY.office_years, now)
    return [f"{moment.step.partition(':')[0]} {in_hanoi(moment.due_at):%d/%m %H:%M}" for moment in planned]


def test_filing_is_reminded_after_60_75_85_days_and_on_the_last() -> None:
    assert dues(FILE, "2026-09-10") == ["2026-12-10"]
    assert moments(FILE, "2026-09-10") == ["60 09/11 08:00", "75 24/11 08:00", "85 04/12 08:00", "cuoi 10/12 08:00"]


def test_only_what_is_still_ahead_is_planned() -> None:
    assert moments(FILE, "2026-09-10", now="2026-11-24T01:00:00.000Z") == ["85 04/12 08:00", "cuoi 10/12 08:00"]
    assert moments(FILE, "2026-09-10", now="2026-12-10T03:00:00.000Z") == []


def test_each_reminder_is_useful_until_the_next_and_the_last_until_offices_close() -> None:
    windows = list_windows(FILE, day("2026-09-10"), 1, "", LIBRARY, TODAY)
    planned = list_moments(FILE, day("2026-09-10"), windows, LIBRARY.office_years, "")
    assert [moment.expires_at for moment in planned[:-1]] == [moment.due_at for moment in planned[1:]]
    assert planned[-1].expires_at == "2026-12-10T10:00:00.000Z"


def test_the_monthly_notice_begins_with_the_second_month() -> None:
    assert dues(REPORT, "2026-11-10", times=2) == ["2026-12-14", "2027-01-13"]
    assert moments(REPORT, "2026-11-10", times=2) == [
        "mo 10/12 08:00",
        "cuoi 14/12 08:00",
        "mo 10/01 08:00",  # a Sunday: from now on, through the portal
        "cuoi 13/01 08:00",
    ]


def test_the_notice_waits_for_tet() -> None:
    [due] = dues(REPORT, "2027-01-04")
    assert due == "2027-02-15"


def test_a_month_of_benefit_that_begins_on_the_31st() -> None:
    windows = list_windows(REPORT, day("2026-10-31"), 4, "", LIBRARY, TODAY)
    assert [str(window.opens) for window in windows] == ["2026-11-30", "2026-12-31", "2027-01-31", "2027-02-28"]


def test_the_decision_waits_three_working_days() -> None:
    assert dues(COLLECT, "2026-12-10") == ["2026-12-15"]
    assert moments(COLLECT, "2026-12-10") == ["truoc 09/12 18:00", "hen 10/12 08:00", "cuoi 14/12 08:00"]


def test_instalments_monthly_or_one_by_one() -> None:
    assert dues(REPAY, "2026-11-30", 4, "31") == ["2026-11-30", "2026-12-31", "2027-01-31", "2027-02-28"]
    assert dues(REPAY, "2026-12-05", 2, "2027-06-05,2026-12-05") == ["2026-12-05", "2027-06-05"]
    assert moments(REPAY, "2026-12-05", 1, "2026-12-05") == ["3 02/12 08:00", "1 04/12 08:00"]


@pytest.mark.parametrize(
    ("number", "today", "next_"),
    [(15, "2026-11-22", "2026-12-15"), (22, "2026-11-22", "2026-11-22"), (31, "2026-11-22", "2026-11-30")],
)
def test_the_next_such_day_of_a_month(number: int, today: str, next_: str) -> None:
    assert str(next_on(number, day(today))) == next_


def test_the_next_due_day_is_the_first_that_has_not_passed() -> None:
    windows = list_windows(REPORT, day("2026-11-10"), 2, "", LIBRARY, TODAY)
    assert find_next(windows, day("2026-12-14")) == windows[0]
    assert find_next(windows, day("2026-12-15")) == windows[1]
    assert find_next(windows, day("2027-01-14")) is None


@given(
    kind=st.sampled_from(sorted(KINDS)),
    base=st.dates(datetime.date(2026, 1, 1), datetime.date(2029, 12, 31)),
    times=st.integers(1, 24),
)
def test_nothing_is_said_at_night_twice_or_after_it_is_due(kind: str, base: datetime.date, times: int) -> None:
    note = "31" if kind == REPAY else ""
    windows = list_windows(kind, base, times, note, LIBRARY, TODAY)
    planned = list_moments(kind, base, windows, LIBRARY.office_years, "")
    assert planned
    assert len({(moment.step, moment.due_at) for moment in planned}) == len(planned)
    for moment in planned:
        due = datetime.datetime.combine(day(moment.step.partition(":")[2]), datetime.time(17), HANOI)
        assert moment.due_at < moment.expires_at
        assert not quiet(parse_iso(moment.due_at))
        assert parse_iso(moment.expires_at) <= due
