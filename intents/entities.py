"""Amounts, percentages, lengths of time, dates and phone numbers in a message, as pure parsers.

Each `find_*` returns the first one it is sure of, with where it stood, or None. Ambiguous or impossible values are
None: a wrong amount in a calculation is worse than a question back. No clock here: what "mai" means needs a given day.
"""

from __future__ import annotations

import calendar
import dataclasses
import datetime
import decimal
import re

from intents.normalise import fold, lower


@dataclasses.dataclass(frozen=True, slots=True)
class Money:
    """`dong` as an integer; `start` and `end` are the span in the NFC text."""

    dong: int
    start: int
    end: int


@dataclasses.dataclass(frozen=True, slots=True)
class Months:
    """A length of time in months ("3 năm 4 tháng" is 40); `start` and `end` are the span in the NFC text."""

    months: int
    start: int
    end: int


@dataclasses.dataclass(frozen=True, slots=True)
class Percent:
    """`value` as written ("6,6%" is 6.6); `start` and `end` are the span in the NFC text."""

    value: decimal.Decimal
    start: int
    end: int


@dataclasses.dataclass(frozen=True, slots=True)
class Day:
    """One calendar day; `start` and `end` are the span in the NFC text."""

    date: datetime.date
    start: int
    end: int


@dataclasses.dataclass(frozen=True, slots=True)
class Phone:
    """A Vietnamese mobile number as ten digits from 0; `start` and `end` are the span in the NFC text."""

    number: str
    start: int
    end: int


_UNITS = {"ty": 10**9, "ti": 10**9, "trieu": 10**6, "tr": 10**6}
_UNITS |= {"nghin": 1000, "ngan": 1000, "k": 1000}
_WORDS = {"mot": 1, "hai": 2, "ba": 3, "bon": 4, "nam": 5, "sau": 6, "bay": 7, "tam": 8}
_WORDS |= {"chin": 9, "muoi": 10, "tu": 4, "lam": 5}
_DIGIT = r"(?:mot|hai|ba|bon|nam|sau|bay|tam|chin)"
_TENS = rf"(?:(?:{_DIGIT}\s+)?muoi(?:\s+(?:{_DIGIT}|tu|lam))?)"
# A number in words up to 999. "trăm hai mươi" is 120; "vài trăm" is no number.
_SPELT = (
    rf"(?<!vai )(?<!may )(?:(?:{_DIGIT}\s+)?tram(?:\s+(?:{_TENS}|(?:linh|le)\s+{_DIGIT}))?"
    rf"|{_TENS}|{_DIGIT})"
)
_COUNT = r"(?P<count>\d+(?:[.,]\d+)?)"
_MONEY = re.compile(
    rf"(?<![\w.,/]){_COUNT}\s*(?P<unit>ty|ti|trieu|tr|nghin|ngan|k)"
    r"(?:\s*(?P<rest>\d{1,3})(?:\s*(?P<small>trieu|tr|nghin|ngan|k))?(?![\w/]|\s*(?:thang|nam|ngay|%))"
    r"|\s*(?P<half>ruoi))?\s*(?:dong|d|vnd)?(?!\w|/\d)"
)
_SPELT_MONEY = re.compile(rf"(?<!\w)(?P<count>{_SPELT})\s+(?P<unit>ty|trieu|tr)(?:\s+(?P<half>ruoi))?(?!\w)")
_FULL_MONEY = re.compile(
    r"(?<![\w.,/+])(?P<full>[1-9]\d{0,2}([.,])\d{3}(?:\2\d{3})*|[1-9]\d{4,8})\s*(?:dong|d|vnd)?(?!\w|[/.,]\d)"
)
_SPAN = (
    rf"(?<![\w.,/])(?:(?P<years>\d{{1,2}}|{_SPELT})\s*nam(?!\s*\d{{4}})(?:\s*(?P<half>ruoi))?(?!\w))?"
    rf"(?:\s*(?P<months>\d{{1,3}}|{_SPELT})\s*(?:thang|th)(?!\w)(?!\s*\d)"
    r"(?:\s+(?P<half_month>ruoi)(?!\w))?)?"
)
_MONTHS = re.compile(_SPAN)
_PERCENT = re.compile(
    r"(?<![\w.,/])(?P<value>\d{1,3}(?:[.,]\d{1,3})?)\s*(?:%|phan tram(?!\w))"
    r"|(?<!\w)lai(?:\s+suat)?(?:\s+la)?\s+(?P<rate>\d{1,2}[.,]\d{1,3})(?![\d%]|\s*(?:ty|ti|trieu|tr|k|nghin|ngan)(?!\w))"
)
_PHONE = re.compile(r"(?<![\d.])(?:\+?84|0)[ .-]?((?:3|5|7|8|9)(?:[ .-]?\d){8})(?!\d)")
_NUMBERED_DAY = re.compile(
    r"(?<![\w./-])(?:ngay\s+|mung\s+)?(?P<day>\d{1,2})\s*(?:[/-]|\s+thang\s+)\s*(?P<month>\d{1,2})"
    r"(?:\s*(?:[/-]|\s+nam\s+)\s*(?P<year>\d{4}|\d{2}))?(?![\w/]|[.,]\d|\s+thang)"
)
_WEEKDAY = re.compile(
    r"(?<!\w)(?:thu\s*(?P<name>hai|ba|tu|nam|sau|bay|[2-7])|(?P<sunday>chu\s+nhat|cn))"
    r"(?P<next>\s+tuan\s+(?:sau|toi))?(?!\w)"
)
_WEEKDAYS = {"hai": 0, "ba": 1, "tu": 2, "nam": 3, "sau": 4, "bay": 5}
_NEAR_DAYS = {"ngay kia": 2, "ngay mot": 2, "ngay mai": 1, "mai": 1, "hom nay": 0, "hom qua": -1}
# "Mai" is a name too; "ngày một" (the first) is not "ngày mốt", hence the diacritics where they were typed.
_NEAR_DAY = re.compile(
    r"(?<!\w)(?<!chị )(?<!chi )(?<!cô )(?<!bà )(?<!tên )"
    r"(ngày kia|ngay kia|ngày mốt|ngày mai|ngay mai|hôm nay|hom nay|hôm qua|hom qua|mai)(?!\w)"
)
_MONTH_END = re.compile(r"(?<!\w)cuoi\s+thang(?P<next>\s+(?:sau|toi))?(?!\s*\d|\w)")


def _plain(text: str) -> str:
    """Lower case without diacritics, sign for sign: positions stay those of the NFC text."""
    return "".join((fold(sign) or " ")[:1] for sign in lower(text))


def find_money(text: str) -> Money | None:
    """The first amount of money: "8tr", "5 triệu rưỡi", "7tr5", "8.000.000", "500k", "1 tỷ 2". Below 1,000: None."""
    plain = _plain(text)
    found = [match for match in (_MONEY.search(plain), _SPELT_MONEY.search(plain), _FULL_MONEY.search(plain)) if match]
    if not found:
        return None
    match = min(found, key=lambda match: (match.start(), -match.end()))
    parts = match.groupdict()
    if "full" in parts:
        dong = int(re.sub(r"[.,]", "", parts["full"]))
    else:
        unit = _UNITS[parts["unit"]]
        dong = round(_number(parts["count"]) * unit) + _tail(parts, unit)
    return Money(dong, match.start(), match.end()) if 1000 <= dong < 10**13 else None


def _number(text: str) -> float:
    """Digits, or words up to 999: "ba tram hai muoi lam" is 325."""
    if text[0].isdigit():
        return float(text.replace(",", "."))
    total = 0
    for word in text.split():
        if word == "tram":
            total = 100 * (total or 1)
        elif word == "muoi":
            tens = total % 100
            total = total - tens + 10 * (tens or 1)
        else:
            total += _WORDS.get(word, 0)
    return total


def _tail(parts: dict[str, str | None], unit: int) -> int:
    """What follows the unit: "rưỡi" is half of it, "7tr5" five tenths, "7tr250" and "7 triệu 250 nghìn" thousands."""
    rest, small = parts.get("rest"), parts.get("small")
    if parts.get("half"):
        return unit // 2
    if not rest:
        return 0
    if small:
        return int(rest) * _UNITS[small]
    return round(unit * float(f"0.{rest}"))


def find_months(text: str) -> Months | None:
    """The first length of time in months: "3 năm 4 tháng", "2 năm rưỡi", "40 th". "tháng 8", "năm 2026": None."""
    for match in _MONTHS.finditer(_plain(text)):
        years, months = match["years"], match["months"]
        if (not years and not months) or match["half_month"]:
            continue
        total = round(12 * _number(years or "0")) + (6 if match["half"] else 0) + round(_number(months or "0"))
        return Months(total, match.start(), match.end()) if 0 < total <= 720 else None
    return None


def find_percent(text: str) -> Percent | None:
    """The first percentage: "6,6%", "4.8 %", "8 phần trăm", "lãi 6,6". Above 100: None."""
    match = _PERCENT.search(_plain(text))
    if not match:
        return None
    value = decimal.Decimal((match["value"] or match["rate"]).replace(",", "."))
    return Percent(value, match.start(), match.end()) if value <= 100 else None


def find_phone(text: str) -> Phone | None:
    """The first Vietnamese mobile number, written together or in groups, from 0, 84 or +84."""
    match = _PHONE.search(lower(text))
    if not match:
        return None
    return Phone("0" + re.sub(r"\D", "", match[1]), match.start(), match.end())


def find_day(text: str, today: datetime.date) -> Day | None:
    """The first day named, seen from `today`.

    "15/12" is this year, or next year when that day is more than six months past. "thứ 7" is the next one, today
    included; "thứ 7 tuần sau" that of the week after. "cuối tháng" is the last day of the month.
    """
    plain = _plain(text)
    found = [
        day
        for day in (
            _near_day(lower(text), today),
            _numbered_day(plain, today),
            _weekday(plain, today),
            _month_end(plain, today),
        )
        if day
    ]
    return min(found, key=lambda day: day.start, default=None)


def _near_day(text: str, today: datetime.date) -> Day | None:
    match = _NEAR_DAY.search(text)
    if not match:
        return None
    return Day(today + datetime.timedelta(days=_NEAR_DAYS[fold(match[0])]), match.start(), match.end())


def _numbered_day(plain: str, today: datetime.date) -> Day | None:
    match = _NUMBERED_DAY.search(plain)
    if not match:
        return None
    year = int(match["year"] or today.year)
    try:
        date = datetime.date(year + 2000 if year < 100 else year, int(match["month"]), int(match["day"]))
        if not match["year"] and (today - date).days > 183:
            date = date.replace(year=today.year + 1)
    except ValueError:
        return None
    return Day(date, match.start(), match.end())


def _weekday(plain: str, today: datetime.date) -> Day | None:
    match = _WEEKDAY.search(plain)
    if not match:
        return None
    name = match["name"]
    wanted = 6 if match["sunday"] else _WEEKDAYS.get(name, int(name) - 2 if name.isdigit() else 0)
    ahead = 7 - today.weekday() + wanted if match["next"] else (wanted - today.weekday()) % 7
    return Day(today + datetime.timedelta(days=ahead), match.start(), match.end())


def _month_end(plain: str, today: datetime.date) -> Day | None:
    match = _MONTH_END.search(plain)
    if not match:
        return None
    months = today.year * 12 + today.month - 1 + (1 if match["next"] else 0)
    year, month = months // 12, months % 12 + 1
    return Day(datetime.date(year, month, calendar.monthrange(year, month)[1]), match.start(), match.end())
