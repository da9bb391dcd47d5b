"""Figures of the library as the numbers a sum needs, on one day.

It knows no policy: which figures are needed is the calculator's.
"""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from decimal import Decimal

from content.figures import find_value
from content.model import Figure


class NoFigure(Exception):
    """A figure the sum needs has no number on the day: the sum must not be done with an old one. `figure` is its id."""

    def __init__(self, figure: str) -> None:
        super().__init__(f"Không có giá trị cho {figure}")
        self.figure = figure


def get_number(figures: Mapping[str, Figure], figure: str, on: datetime.date) -> Decimal:
    """The figure's number on the day `on`. Raises NoFigure."""
    value = find_value(figures, figure, on) if figure in figures else None
    if not isinstance(value, Decimal):
        raise NoFigure(figure)
    return value
