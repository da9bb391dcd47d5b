"""Values as officials read them: the filters of the console's templates. Pure functions of what they are given."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from bot.clock import parse_iso
from content.load import HANOI


def moment(at: str) -> str:
    """A stored time on Hanoi's clock: "22/11/2026 20:01"; "–" for the empty text."""
    return parse_iso(at).astimezone(HANOI).strftime("%d/%m/%Y %H:%M") if at else "–"


def day(at: str) -> str:
    """A stored time, or a date "2026-11-22", as "22/11/2026"; "–" for the empty text."""
    if len(at) == 10:
        return f"{at[8:]}/{at[5:7]}/{at[:4]}"
    return moment(at)[:10]


def number(value: float) -> str:
    """1234567 → "1.234.567"; up to one decimal, with a comma."""
    text = f"{value:,.1f}" if isinstance(value, float) and not value.is_integer() else f"{value:,.0f}"
    return text.translate(str.maketrans(",.", ".,"))


def percent(part: float, whole: float) -> str:
    """A share as "12,5 %"; "–" of nothing."""
    return f"{number(round(100 * part / whole, 1))} %" if whole else "–"


FILTERS: dict[str, Callable[..., Any]] = {"moment": moment, "day": day, "number": number, "percent": percent}
