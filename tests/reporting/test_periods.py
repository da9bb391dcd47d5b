"""Which days a report is about, and where they begin and end in the world's time."""

from __future__ import annotations

import datetime

import pytest

from bot.reporting.periods import Kind, Period, latest_periods, parse_period, span_of
from storage.statistics import Span


@pytest.mark.parametrize(
    ("kind", "text", "cut", "days", "name"),
    [
        ("month", "2026-11", 1, "từ ngày 01/11/2026 đến hết ngày 30/11/2026", "tháng 11 năm 2026"),
        ("month", "2026-2", 1, "từ ngày 01/02/2026 đến hết ngày 28/02/2026", "tháng 2 năm 2026"),
        ("month", "2026-01", 15, "từ ngày 15/12/2025 đến hết ngày 14/01/2026", "tháng 1 năm 2026"),
        ("half", "2026-1", 1, "từ ngày 01/01/2026 đến hết ngày 30/06/2026", "6 tháng đầu năm 2026"),
        ("half", "2026-2", 15, "từ ngày 15/06/2026 đến hết ngày 14/12/2026", "6 tháng cuối năm 2026"),
        ("year", "2026", 1, "từ ngày 01/01/2026 đến hết ngày 31/12/2026", "năm 2026"),
        ("year", "2026", 15, "từ ngày 15/12/2025 đến hết ngày 14/12/2026", "năm 2026"),
    ],
)
def test_a_period_is_read_and_told(kind: Kind, text: str, cut: int, days: str, name: str) -> None:
    period = parse_period(kind, text, cut)
    assert (period.days, period.name) == (days, name)
    assert parse_period(kind, period.code, cut) == period
    assert period.before.last + datetime.timedelta(days=1) == period.first
    assert period.before.next == period


@pytest.mark.parametrize(
    ("kind", "text"), [("month", "2026-13"), ("month", "11/2026"), ("half", "2026-3"), ("year", "26"), ("year", "")]
)
def test_what_is_no_period_is_refused_with_an_example(kind: Kind, text: str) -> None:
    with pytest.raises(ValueError, match="ví dụ"):
        parse_period(kind, text)


def test_a_day_begins_at_midnight_in_hanoi() -> None:
    november = Period("month", 2026, 11).span
    assert november == Span("2026-10-31T17:00:00.000Z", "2026-11-30T17:00:00.000Z")
    late = "2026-11-14T23:30:00.000Z"  # half past six in the morning of the 15th
    fourteenth, fifteenth = (span_of(day, day) for day in (datetime.date(2026, 11, 14), datetime.date(2026, 11, 15)))
    assert not fourteenth.from_at <= late < fourteenth.until_at
    assert fifteenth.from_at <= late < fifteenth.until_at
    assert fourteenth.until_at == fifteenth.from_at


def test_the_latest_periods_begin_with_today() -> None:
    today = datetime.date(2026, 2, 3)
    assert [one.code for one in latest_periods("month", today, 3)] == ["2026-02", "2026-01", "2025-12"]
    assert [one.code for one in latest_periods("half", today, 3)] == ["2026-1", "2025-2", "2025-1"]
    assert [one.code for one in latest_periods("year", today, 2)] == ["2026", "2025"]
