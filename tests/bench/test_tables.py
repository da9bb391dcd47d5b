"""Figures as people read them, and documents that keep what stands around a generated table."""

from __future__ import annotations

import pytest

from tests.bench.tables import markdown, number, percent, points, put_between


@pytest.mark.parametrize(("share", "text"), [(0.123, "12,3 %"), (1.0, "100,0 %"), (None, "–")])
def test_shares(share: float | None, text: str) -> None:
    assert percent(share) == text


@pytest.mark.parametrize(("difference", "text"), [(-0.012, "−1,2"), (0.04, "+4,0"), (-0.0001, "0,0"), (0, "0,0")])
def test_points_always_carry_their_sign(difference: float, text: str) -> None:
    assert points(difference) == text


def test_numbers_have_vietnamese_separators() -> None:
    assert (number(12345.6), number(1.25, 2)) == ("12.346", "1,25")


def test_a_table_is_put_between_its_marks_and_replaces_the_last_one() -> None:
    table = markdown(["a", "b"], [["x", "1"]])
    once = put_between("trước\n<!-- t -->\ncũ\n<!-- /t -->\nsau", "t", table)
    assert once == "trước\n<!-- t -->\n| a | b |\n| --- | ---: |\n| x | 1 |\n<!-- /t -->\nsau"
    assert put_between(once, "t", table) == once


@pytest.mark.parametrize("document", ["", "<!-- t -->", "<!-- t --><!-- /t --><!-- t --><!-- /t -->"])
def test_a_document_without_one_pair_of_marks_is_refused(document: str) -> None:
    with pytest.raises(ValueError, match="một cặp"):
        put_between(document, "t", "x")
