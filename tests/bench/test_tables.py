"""Figures as people read them."""

from __future__ import annotations

import pytest

from tests.bench.tables import markdown, number, percent, points


@pytest.mark.parametrize(("share", "text"), [(0.123, "12,3 %"), (1.0, "100,0 %"), (None, "–")])
def test_shares(share: float | None, text: str) -> None:
    assert percent(share) == text


@pytest.mark.parametrize(("difference", "text"), [(-0.012, "−1,2"), (0.04, "+4,0"), (-0.0001, "0,0"), (0, "0,0")])
def test_points_always_carry_their_sign(difference: float, text: str) -> None:
    assert points(difference) == text


def test_numbers_have_vietnamese_separators() -> None:
    assert (number(12345.6), number(1.25, 2)) == ("12.346", "1,25")


def test_a_table_is_markdown() -> None:
    assert markdown(["a", "b"], [["x", "1"]]) == "| a | b |\n| --- | ---: |\n| x | 1 |"
