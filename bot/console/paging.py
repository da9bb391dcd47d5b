"""Long lists in pages: which page was asked for and what the pager at its foot shows."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence
from typing import Generic, TypeVar

PER_PAGE = 50
LAST_PAGE = 100_000

Row = TypeVar("Row")


@dataclasses.dataclass(frozen=True, slots=True)
class PageOf(Generic[Row]):
    """`number` counts from 1; `total` is the number of rows in all pages."""

    rows: Sequence[Row]
    number: int
    total: int
    per_page: int = PER_PAGE

    @property
    def pages(self) -> int:
        return max(1, -(-self.total // self.per_page))


def page_number(query: Mapping[str, str]) -> int:
    """`?page=` of an address; 1 for whatever is not a page."""
    text = query.get("page", "")
    return min(max(int(text), 1), LAST_PAGE) if text.isascii() and text.isdigit() and len(text) < 9 else 1


def offset(number: int, per_page: int = PER_PAGE) -> int:
    """How many rows to skip."""
    return (number - 1) * per_page
