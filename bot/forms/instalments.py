"""How the days of a loan's instalments are read and told: a day of every month, or the days one by one. Pure."""

from __future__ import annotations

import datetime
import re

from bot.forms.days import names_no_day, one_day, refusal, refused
from bot.forms.readers import only_months, plain, tell_day
from intents.entities import find_day

MOST_DAYS = 24
_MONTHLY = re.compile(r" (?:ngay |mung |mong )*(\d{1,2}) (?:tay |duong )?(?:hang|moi|cac) thang ")
_EACH_MONTH = re.compile(r" (?:hang|moi) thang (?:vao )?(?:ngay |mung |mong )*(\d{1,2}) ")
_BARE_DAY = re.compile(r" (?:ngay |mung |mong )?(\d{1,2}) ")
_BARE_COUNT = re.compile(r" (?:con )?(\d{1,3}) (?:thang |ky |lan )?(?:nua )?")


def day_or_days(text: str, today: datetime.date) -> str:
    """ "15" for a day of every month, else the days named as "2026-12-05,2027-03-05"; or why there is none."""
    words = plain(text)
    monthly = _MONTHLY.search(words) or _EACH_MONTH.search(words) or _BARE_DAY.fullmatch(words)
    if monthly:
        return (
            monthly[1]
            if 1 <= int(monthly[1]) <= 31
            else refusal(f"Không tháng nào có ngày {monthly[1]}. Anh/chị gõ lại, ví dụ “ngày 15 hằng tháng”.")
        )
    if names_no_day(text):
        return one_day(past=False)(text, today)
    days: dict[str, None] = {}
    rest = text
    while (found := find_day(rest, today)) is not None:
        value = one_day(past=False)(rest[found.start : found.end], today)
        if refused(value):
            return value
        days[value] = None
        rest = rest[found.end :]
    if len(days) > MOST_DAYS:
        return refusal(f"Nhiều ngày quá. Anh/chị gõ nhiều nhất {MOST_DAYS} kỳ sắp tới giúp tôi.")
    return ",".join(sorted(day for day in days if day))


def bare_count(text: str, today: datetime.date) -> str:
    """A count of months: "24", "24 tháng", "còn 24 kỳ nữa", "2 năm"."""
    bare = _BARE_COUNT.fullmatch(plain(text))
    return bare[1] if bare else only_months(text, today)


def tell_when(value: str) -> str:
    """ "15" as "ngày 15 hằng tháng", days as "các ngày 5/12/2026, 5/3/2027"."""
    if value.isdigit():
        return f"trả ngày {value} hằng tháng"
    return "trả " + ", ".join(tell_day(day) for day in value.split(","))
