"""How a day is read from an answer and told in words, for the forms that count from one. Pure.

Where a message names two different days nothing is read: a reminder on the wrong day is worse than a question back.
"""

from __future__ import annotations

import datetime
import re
from collections.abc import Callable

from bot.calculators.benefit import add_months
from bot.forms.readers import plain, tell_day
from bot.working_days import Years, is_announced
from intents.entities import find_day

WEEKDAYS = ("thứ Hai", "thứ Ba", "thứ Tư", "thứ Năm", "thứ Sáu", "thứ Bảy", "Chủ nhật")

REFUSED = "?"  # begins a value that is no day but what to say about it
MOST_YEARS = 10  # a year further away is a slip of the finger
_SAID_YEAR = re.compile(r"[/-]\d{2}$|\d{4}")
_DAY_AND_MONTH = re.compile(r"(?<![\d/.-])(\d{1,2})\s*(?:[/-]|\s+tháng\s+|\s+thang\s+)\s*(\d{1,2})(?![\d.,]*\d|\s*%)")


def one_day(*, past: bool) -> Callable[[str, datetime.date], str]:
    """A reader of the one day in an answer, or of why it is none (`refused` tells).

    A day without a year is rather behind us (`past`), or rather ahead.
    """

    def read(text: str, today: datetime.date) -> str:
        wrong = names_no_day(text)
        if wrong:
            return refusal(f"Trong lịch không có ngày {wrong}. Anh/chị xem lại giúp tôi, rồi gõ ví dụ “10/9”.")
        first = find_day(text, today)
        if first is None:
            return ""
        second = find_day(text[first.end :], today)
        if second is not None and second.date != first.date:
            return refusal("Anh/chị gõ hai ngày khác nhau mà tôi chỉ cần **một** ngày. Anh/chị gõ lại giúp tôi.")
        day = first.date
        if not _SAID_YEAR.search(text[first.start : first.end].strip()):
            if past and (day - today).days > 60:
                day = add_months(day, -12)
            elif not past and (today - day).days > 30:
                day = add_months(day, 12)
        if abs(day.year - today.year) > MOST_YEARS:
            return refusal(f"Năm {day.year} có vẻ chưa đúng. Anh/chị gõ lại ngày giúp tôi, ví dụ “10/9”.")
        return day.isoformat()

    return read


def refusal(sentence: str) -> str:
    """A value that is none, with what to say about it."""
    return REFUSED + sentence


def refused(value: str) -> str:
    """The check of a step that reads days: why the reader took none, or ""."""
    return value.removeprefix(REFUSED) if value.startswith(REFUSED) else ""


def said_with(words: str, read: Callable[[str, datetime.date], str]) -> Callable[[str, datetime.date], str]:
    """The same reader, only for messages that speak of what the day is asked for: a pattern of plain words."""
    pattern = re.compile(words)

    def find(text: str, today: datetime.date) -> str:
        value = read(text, today) if pattern.search(plain(text)) else ""
        return "" if refused(value) else value

    return find


def names_no_day(text: str) -> str:
    """The day and month of a message that no calendar has ("31/2"), or ""."""
    for day, month in _DAY_AND_MONTH.findall(text):
        try:
            datetime.date(2024, int(month), int(day))
        except ValueError:
            return f"{day}/{month}"
    return ""


def tell_long(day: datetime.date) -> str:
    """ "thứ Năm, 10/12/2026"."""
    return f"{WEEKDAYS[day.weekday()]}, {tell_day(day.isoformat())}"


def tell_certainty(days: tuple[datetime.date, ...], years: Years) -> str:
    """What the days told rest on: the holidays of every year touched are announced, or still an estimate."""
    if is_announced(days, years):
        return "Ngày trên đã tránh thứ Bảy, Chủ nhật và ngày lễ, tết."
    unknown = max(day.year for day in days)
    return (
        f"Ngày trên đã tránh thứ Bảy, Chủ nhật và ngày lễ, tết theo lịch dự kiến; "
        f"lịch nghỉ chính thức của năm {unknown} có thể xê dịch vài ngày."
    )
