"""The cost of a loan: hand-computed examples, and sums that must agree for any loan."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.calculators.loan import calculate_loan


def test_ninety_million_over_forty_months_at_6_6() -> None:
    """2,250,000 a month; interest 90,000,000 × 6.6 % ÷ 12 = 495,000, then 12,375 less each month: 495,000 × 41 ÷ 2."""
    cost = calculate_loan(90_000_000, 40, Decimal("6.6"))
    assert [payment.interest for payment in cost.payments[:3]] == [495_000, 482_625, 470_250]
    assert cost.payments[0].total == 2_745_000
    assert cost.payments[-1].total == 2_262_375
    assert cost.interest == 10_147_500
    assert cost.total == 100_147_500


def test_the_same_at_4_8() -> None:
    """90,000,000 × 4.8 % ÷ 12 = 360,000; 360,000 × 41 ÷ 2 = 7,380,000."""
    cost = calculate_loan(90_000_000, 40, Decimal("4.8"))
    assert cost.payments[0].interest == 360_000
    assert cost.interest == 7_380_000


def test_what_does_not_divide_is_paid_last() -> None:
    cost = calculate_loan(100_000_000, 36, Decimal("6.6"))
    assert cost.payments[0].principal == 2_777_777
    assert cost.payments[-1].principal == 2_777_805
    assert cost.payments[0].interest == 550_000
    assert cost.principal == 100_000_000


def test_one_month() -> None:
    cost = calculate_loan(12_000_000, 1, Decimal(12))
    assert len(cost.payments) == 1
    assert cost.total == 12_120_000


@pytest.mark.parametrize(("amount", "months"), [(0, 12), (-1, 12), (1_000_000, 0)])
def test_no_loan_is_refused(amount: int, months: int) -> None:
    with pytest.raises(ValueError, match="a loan of"):
        calculate_loan(amount, months, Decimal(6))


@given(
    amount=st.integers(1, 10**11),
    months=st.integers(1, 360),
    rate=st.decimals(0, 100, places=3, allow_nan=False),
)
def test_sums_agree(amount: int, months: int, rate: Decimal) -> None:
    cost = calculate_loan(amount, months, rate)
    assert len(cost.payments) == months
    assert cost.principal == amount
    assert cost.total == amount + cost.interest == sum(payment.total for payment in cost.payments)
    interests = [payment.interest for payment in cost.payments]
    assert interests == sorted(interests, reverse=True)
    assert min(interests) >= 0
