"""Unemployment benefit: the worked examples, the table of months, the dates, and what must hold for any input."""

from __future__ import annotations

import dataclasses
import datetime
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.calculators.benefit import (
    BenefitRules,
    Region,
    calculate_benefit,
    count_months,
    filing_deadline,
    first_benefit_day,
    keep_after_stopping,
    read_rules,
)
from bot.calculators.figures_of import NoFigure
from content.load import load_library

ROOT = Path(__file__).parents[2]
TODAY = datetime.date(2026, 11, 22)
LIBRARY = load_library(ROOT / "content", on=TODAY)
FIGURES, YEARS = LIBRARY.figures, LIBRARY.office_years
RULES: BenefitRules = read_rules(FIGURES, TODAY)


def test_eight_million_over_forty_months() -> None:
    result = calculate_benefit(RULES, Decimal(8_000_000), 40, 1)
    assert result.monthly == 4_800_000
    assert (result.months, result.kept, result.lost) == (3, 4, 0)
    assert result.total == 14_400_000


@pytest.mark.parametrize(("region", "monthly"), [(1, 26_550_000), (2, 23_650_000)])
def test_fifty_million_meets_the_cap(region: Region, monthly: int) -> None:
    result = calculate_benefit(RULES, Decimal(50_000_000), 40, region)
    assert result.uncapped == 30_000_000
    assert result.capped
    assert result.monthly == result.cap == monthly


@pytest.mark.parametrize(
    ("paid", "months", "kept", "lost"),
    [
        (0, 0, 0, 0),
        (11, 0, 11, 0),
        (12, 3, 0, 0),
        (20, 3, 0, 0),
        (36, 3, 0, 0),
        (37, 3, 1, 0),
        (47, 3, 11, 0),
        (48, 4, 0, 0),
        (50, 4, 2, 0),
        (60, 5, 0, 0),
        (72, 6, 0, 0),
        (84, 7, 0, 0),
        (96, 8, 0, 0),
        (100, 8, 4, 0),
        (108, 9, 0, 0),
        (120, 10, 0, 0),
        (132, 11, 0, 0),
        (143, 11, 11, 0),
        (144, 12, 0, 0),
        (145, 12, 0, 1),
        (150, 12, 0, 6),
    ],
)
def test_months_of_benefit_and_what_is_kept(paid: int, months: int, kept: int, lost: int) -> None:
    result = calculate_benefit(RULES, Decimal(8_000_000), paid, 1)
    assert (result.months, result.kept, result.lost) == (months, kept, lost)


@pytest.mark.parametrize(
    ("paid", "received", "left"),
    [
        (100, 3, 60 + 4),  # 100 − 36 − 4, and the four odd months that the decision keeps
        (88, 3, 48 + 4),
        (40, 1, 24 + 4),
        (20, 1, 8),
        (20, 2, 0),
        (150, 3, 108),  # the six above 144 are lost
    ],
)
def test_what_is_left_when_a_job_is_found(paid: int, received: int, left: int) -> None:
    assert keep_after_stopping(RULES, paid, received) == left


@pytest.mark.parametrize(
    ("left", "deadline"),
    [
        ("2026-09-10", "2026-12-10"),
        ("2026-08-22", "2026-11-23"),  # 22 November is a Sunday
        ("2026-09-05", "2026-12-07"),  # 5 December is a Saturday
        ("2026-11-30", "2027-03-01"),  # 28 February 2027 is a Sunday
        ("2027-11-30", "2028-02-29"),
        ("2026-01-30", "2026-05-04"),  # 30 April and 1 May are public holidays, then comes a weekend
        ("2026-05-31", "2026-09-03"),  # 31 August is the day off announced for that year, 1 and 2 September follow
        ("2026-11-05", "2027-02-11"),  # Tết 2027
    ],
)
def test_the_deadline_is_three_months_after_leaving(left: str, deadline: str) -> None:
    assert filing_deadline(RULES, datetime.date.fromisoformat(left), YEARS).isoformat() == deadline


@pytest.mark.parametrize(
    ("filed", "first"),
    [
        ("2026-11-23", "2026-12-08"),  # Monday: the 1st working day is Tuesday 24, the 11th is Tuesday 8 December
        ("2026-11-27", "2026-12-14"),
        ("2026-11-22", "2026-12-07"),
        ("2026-08-21", "2026-09-09"),  # the Saturday of 22 August was worked for Monday 31, then two public holidays
    ],
)
def test_benefit_counts_from_the_eleventh_working_day(filed: str, first: str) -> None:
    assert first_benefit_day(RULES, datetime.date.fromisoformat(filed), YEARS).isoformat() == first


def test_a_day_without_figures_gives_no_result() -> None:
    with pytest.raises(NoFigure):
        read_rules(FIGURES, datetime.date(2020, 1, 1))


def test_the_rules_follow_the_figures() -> None:
    half = dataclasses.replace(RULES, rate=Decimal(50), longest=4)
    result = calculate_benefit(half, Decimal(8_000_000), 144, 1)
    assert (result.monthly, result.months) == (4_000_000, 4)


@given(
    wage=st.integers(0, 10**12),
    paid=st.integers(0, 600),
    region=st.sampled_from([1, 2]),
)
def test_no_input_breaks_the_limits(wage: int, paid: int, region: Region) -> None:
    result = calculate_benefit(RULES, Decimal(wage), paid, region)
    assert 0 <= result.monthly <= result.cap
    assert result.monthly == result.monthly.to_integral_value()
    assert result.months == 0 if paid < 12 else 3 <= result.months <= 12
    assert result.total == result.monthly * result.months
    assert not (result.kept and result.lost)
    assert count_months(RULES, paid + 1) >= result.months


@given(paid=st.integers(0, 300), received=st.integers(0, 12))
def test_what_is_left_never_exceeds_what_was_paid(paid: int, received: int) -> None:
    assert 0 <= keep_after_stopping(RULES, paid, received) <= paid


@given(st.dates(datetime.date(2026, 1, 1), datetime.date(2030, 12, 31)))
def test_dates_fall_on_working_days(day: datetime.date) -> None:
    deadline = filing_deadline(RULES, day, YEARS)
    assert deadline.weekday() < 5
    assert 89 <= (deadline - day).days <= 102  # Tết and its weekends at most
    first = first_benefit_day(RULES, day, YEARS)
    assert first.weekday() < 5
    assert 13 <= (first - day).days <= 26
