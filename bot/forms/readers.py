"""How answers are read from what people type: amounts, lengths of time, rates, days, and the words of options.

Pure. Where a message holds two different values nothing is read: a wrong number in a sum is worse than a question back.
"""

from __future__ import annotations

import datetime
import re
import unicodedata
from collections.abc import Callable
from decimal import Decimal

from bot.calculators.benefit import add_months
from bot.forms.form import Option
from content.figures import format_value
from intents.entities import find_day, find_money, find_months, find_percent
from intents.normalise import fold

# The lengths of time offered for a tap, wherever a form asks for months.
YEARS = tuple(Option(str(12 * years), f"{years} năm") for years in range(1, 6))

_BARE = re.compile(r"\s*(\d{1,3}(?:[.,]\d{1,2})?)\s*")
# "8 triệu một tháng" and "bình quân 6 tháng" say how a wage is counted, not how long somebody paid.
_PER_MONTH = re.compile(r"^\s*(?:/|mỗi|mot|một|1)\s*(?:tháng|thang)\b", re.IGNORECASE)
_AVERAGED = re.compile(
    r"(?:bình quân|binh quan|trung bình|trung binh)\s+\d+\s+(?:tháng|thang)"
    r"|\d+\s+(?:tháng|thang)\s+(?:gần|gan|cuối|cuoi|đầu|dau|sau|liền|lien)\b",
    re.IGNORECASE,
)
_DENIED = re.compile(r" (?:khong|ko|k|chua)(?: (?:phai|thuoc|la|dien|bi))* $")
_YEAR = re.compile(r"\d{4}")
_ASKS = re.compile(
    r" (?:khong|ko|k|sao|gi|nao|o dau|ai|bn|bao (?:nhieu|lau|gio)|may (?:thang|nam|tien|trieu|lan|ngay|nguoi)) "
)


def plain(text: str) -> str:
    """Words only, small and without diacritics, one space between them and one on each side."""
    return f" {' '.join(re.sub(r'[^a-z0-9]+', ' ', fold(text.lower())).split())} "


def asks(text: str) -> bool:
    """Whether a message looks like a question of its own."""
    return "?" in text or bool(_ASKS.search(plain(text)))


def only_money(text: str, _today: datetime.date) -> str:
    """The one amount in a message, in đồng."""
    text = unicodedata.normalize("NFC", text)
    first = find_money(text)
    if first is None:
        return ""
    second = find_money(text[first.end :])
    return str(first.dong) if second is None or second.dong == first.dong else ""


def only_months(text: str, _today: datetime.date) -> str:
    """The one length of time in a message, in months."""
    text = unicodedata.normalize("NFC", text)
    money = find_money(text)
    if money:
        text = f"{text[: money.start]} , {_PER_MONTH.sub('', text[money.end :])}"
    text = _AVERAGED.sub(" , ", text)
    first = find_months(text)
    if first is None:
        return ""
    second = find_months(text[first.end :])
    return str(first.months) if second is None or second.months == first.months else ""


def bare_millions(text: str, today: datetime.date) -> str:
    """A whole answer like "8" or "7,5" where an amount is asked: millions, as people say it."""
    match = _BARE.fullmatch(text)
    return str(int(Decimal(match[1].replace(",", ".")) * 1_000_000)) if match else only_money(text, today)


def bare_months(most_years: int) -> Callable[[str, datetime.date], str]:
    """A reader of whole answers like "40": months where it cannot be years, nothing where it could be either."""

    def read(text: str, today: datetime.date) -> str:
        match = _BARE.fullmatch(text)
        if not match or not match[1].isdigit():
            return only_months(text, today)
        return match[1] if int(match[1]) > most_years else ""

    return read


def only_percent(text: str, _today: datetime.date) -> str:
    found = find_percent(text)
    return str(found.value) if found else ""


def bare_percent(text: str, today: datetime.date) -> str:
    match = _BARE.fullmatch(text)
    return match[1].replace(",", ".") if match else only_percent(text, today)


def past_day(text: str, today: datetime.date) -> str:
    """A day that is rather behind us: "15/12" said in November without a year is last year's, not next month's."""
    found = find_day(text, today)
    if found is None:
        return ""
    day = found.date
    said_year = _YEAR.search(text[found.start : found.end])
    if not said_year and (day - today).days > 60:
        day = add_months(day, -12)
    return day.isoformat()


def within(least: int, most: int, complaint: str) -> Callable[[str], str]:
    """A check that a number lies between two limits, both allowed."""

    def check(value: str) -> str:
        return "" if value.isdigit() and least <= int(value) <= most else complaint

    return check


def tell_money(value: str) -> str:
    return format_value(Decimal(value), "dong")


def tell_months(value: str) -> str:
    years, months = divmod(int(value), 12)
    return f"{value} tháng ({years} năm{f' {months} tháng' if months else ''})" if years else f"{value} tháng"


def tell_day(value: str) -> str:
    """ "2026-09-05" as "5/9/2026"."""
    day = datetime.date.fromisoformat(value)
    return f"{day.day}/{day.month}/{day.year}"


def match_options(text: str, options: tuple[Option, ...], *, alone: bool = False) -> tuple[str, ...]:
    """The values of the options a sentence speaks of, in the options' order. The longer phrase wins over one inside it.

    "không thuộc hộ nghèo" does not speak of poor households. `alone` counts the words of short answers too.
    """
    words = plain(text)
    spans = [
        (match.start(), match.end(), option.value)
        for option in options
        for phrase in (*option.words, *(option.alone if alone else ()))
        for match in re.finditer(rf"(?<= ){re.escape(phrase)}(?= )", words)
        if not _DENIED.search(words[: match.start()])
    ]
    kept = {
        value
        for start, end, value in spans
        if not any(s <= start and end <= e and (s, e) != (start, end) for s, e, _ in spans)
    }
    return tuple(option.value for option in options if option.value in kept)
