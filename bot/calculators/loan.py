"""What a loan costs: equal parts of the principal each month, interest on what is still owed.

Pure: no clock, no text for people. Interest rates come from the library's figures or from the bank through the
person; none stands here. It does not judge who may borrow.
"""

from __future__ import annotations

import dataclasses
from decimal import ROUND_HALF_UP, Decimal


@dataclasses.dataclass(frozen=True, slots=True)
class Payment:
    """One month: `number` from 1, the rest in whole đồng. `owed` is what is owed before it."""

    number: int
    owed: Decimal
    principal: Decimal
    interest: Decimal

    @property
    def total(self) -> Decimal:
        return self.principal + self.interest


@dataclasses.dataclass(frozen=True, slots=True)
class LoanCost:
    """All payments in order; at least one."""

    payments: tuple[Payment, ...]

    @property
    def interest(self) -> Decimal:
        return sum((payment.interest for payment in self.payments), Decimal(0))

    @property
    def principal(self) -> Decimal:
        return sum((payment.principal for payment in self.payments), Decimal(0))

    @property
    def total(self) -> Decimal:
        return self.principal + self.interest


def calculate_loan(amount: int, months: int, rate: Decimal) -> LoanCost:
    """`amount` in đồng, `rate` in percent a year. Each month's interest is rounded to whole đồng.

    The principal is divided into whole đồng; what does not divide is paid with the last month. ValueError for a
    loan without amount or months.
    """
    if amount <= 0 or months <= 0:
        raise ValueError(f"a loan of {amount} đồng over {months} months")
    part = Decimal(amount // months)
    owed = Decimal(amount)
    payments = []
    for number in range(1, months + 1):
        interest = (owed * rate / 1200).to_integral_value(ROUND_HALF_UP)
        principal = owed if number == months else part
        payments.append(Payment(number, owed, principal, interest))
        owed -= principal
    return LoanCost(tuple(payments))
