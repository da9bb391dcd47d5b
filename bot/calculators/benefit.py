"""What unemployment benefit comes to: monthly amount, number of months, what is kept, dates.

Pure: no clock, no text for people. Every amount, rate and limit comes from the library's figures of the day. It does
not judge whether the person is entitled; the authority decides that.
"""

from __future__ import annotations

import calendar
import dataclasses
import datetime
from collections.abc import Mapping
from decimal import ROUND_HALF_UP, Decimal
from typing import Literal

from bot.calculators.figures_of import get_number
from bot.working_days import Years, add_working_days, next_working_day
from content.model import Figure

Region = Literal[1, 2]


@dataclasses.dataclass(frozen=True, slots=True)
class BenefitRules:
    """The figures of one day. `rate` is a percentage, `caps` đồng a month by region, everything else whole months.

    `first_from`..`first_until` months paid give `first_length` months; each further `step` gives `step_length`;
    never more than `longest`. Above `no_keeping` months paid the rest is lost. `wait` is working days.
    """

    rate: Decimal
    caps: Mapping[Region, Decimal]
    first_from: int
    first_until: int
    first_length: int
    step: int
    step_length: int
    longest: int
    no_keeping: int
    filing: int
    wait: int


@dataclasses.dataclass(frozen=True, slots=True)
class Benefit:
    """One result. `months` is 0 while too little is paid. `monthly` is in whole đồng, already capped when `capped`.

    `kept` are months paid that count for the next time, `lost` those that do not.
    """

    monthly: Decimal
    uncapped: Decimal
    cap: Decimal
    capped: bool
    months: int
    kept: int
    lost: int

    @property
    def total(self) -> Decimal:
        return self.monthly * self.months


def read_rules(figures: Mapping[str, Figure], on: datetime.date) -> BenefitRules:
    """The rules in force on the day `on`. Raises NoFigure."""

    def number(name: str) -> Decimal:
        return get_number(figures, f"bhtn.{name}", on)

    return BenefitRules(
        rate=number("ty_le_huong"),
        caps={1: number("tran_vung_1"), 2: number("tran_vung_2")},
        first_from=int(number("moc_dau_tu")),
        first_until=int(number("moc_dau_den")),
        first_length=int(number("huong_it_nhat")),
        step=int(number("dong_them")),
        step_length=int(number("huong_them")),
        longest=int(number("huong_nhieu_nhat")),
        no_keeping=int(number("het_bao_luu_le")),
        filing=int(number("han_nop")),
        wait=int(number("cho_viec")),
    )


def calculate_benefit(rules: BenefitRules, wage: Decimal, months_paid: int, region: Region) -> Benefit:
    """`wage`: average insured wage of the last six months paid, đồng; `months_paid`: not yet used for a benefit."""
    uncapped = (wage * rules.rate / 100).to_integral_value(ROUND_HALF_UP)
    cap = rules.caps[region]
    months = count_months(rules, months_paid)
    rest = _odd_months(rules, months_paid)
    keeps = months_paid <= rules.no_keeping
    return Benefit(
        monthly=min(uncapped, cap),
        uncapped=uncapped,
        cap=cap,
        capped=uncapped > cap,
        months=months,
        kept=rest if keeps else 0,
        lost=0 if keeps else rest,
    )


def count_months(rules: BenefitRules, months_paid: int) -> int:
    """How many months of benefit so many months paid give; 0 below the least."""
    if months_paid < rules.first_from:
        return 0
    steps = max(0, months_paid - rules.first_until) // rules.step
    return min(rules.longest, rules.first_length + steps * rules.step_length)


def _odd_months(rules: BenefitRules, months_paid: int) -> int:
    """Months paid that gave no month of benefit. Up to the first limit everything is used: 20 months give three."""
    if months_paid < rules.first_from:
        return months_paid
    if months_paid <= rules.first_until:
        return 0
    steps = count_months(rules, months_paid) - rules.first_length
    return months_paid - rules.first_until - steps // rules.step_length * rules.step


def keep_after_stopping(rules: BenefitRules, months_paid: int, received: int) -> int:
    """Months paid that are left when a new job is reported in time after `received` months of benefit.

    The odd months that the decision already keeps are counted in. Never below zero.
    """
    odd = _odd_months(rules, months_paid)
    left = max(0, months_paid - odd - rules.step * received)
    return left + (odd if months_paid <= rules.no_keeping else 0)


def filing_deadline(rules: BenefitRules, last_day: datetime.date, years: Years) -> datetime.date:
    """The last day to file: the day of leaving is not counted, a day off moves it to the next working day."""
    return next_working_day(add_months(last_day, rules.filing), years)


def first_benefit_day(rules: BenefitRules, filed: datetime.date, years: Years) -> datetime.date:
    """The day benefit counts from: the working day after the wait that follows filing."""
    return add_working_days(filed, rules.wait + 1, years)


def add_months(day: datetime.date, months: int) -> datetime.date:
    """The same day of a later month, or its last day when it is shorter: 30 November and three is 28 February."""
    total = day.year * 12 + day.month - 1 + months
    year, month = total // 12, total % 12 + 1
    return datetime.date(year, month, min(day.day, calendar.monthrange(year, month)[1]))
