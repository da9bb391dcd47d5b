"""Nights as a table: Hanoi is seven hours ahead of the UTC times that the program keeps."""

from __future__ import annotations

import datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.clock import HANOI, iso, parse_iso
from bot.quiet import out_of_quiet, quiet

NIGHTS = [
    # in Hanoi          in UTC                      quiet  the first moment that is not
    ("20:59:59.999", "2026-11-22T13:59:59.999Z", False, "2026-11-22T13:59:59.999Z"),
    ("21:00", "2026-11-22T14:00:00.000Z", True, "2026-11-23T00:00:00.000Z"),
    ("23:59:59.999", "2026-11-22T16:59:59.999Z", True, "2026-11-23T00:00:00.000Z"),
    ("00:00", "2026-11-22T17:00:00.000Z", True, "2026-11-23T00:00:00.000Z"),
    ("06:59:59.999", "2026-11-22T23:59:59.999Z", True, "2026-11-23T00:00:00.000Z"),
    ("07:00", "2026-11-23T00:00:00.000Z", False, "2026-11-23T00:00:00.000Z"),
    ("12:00", "2026-11-23T05:00:00.000Z", False, "2026-11-23T05:00:00.000Z"),
    ("21:30 on New Year's Eve", "2026-12-31T14:30:00.000Z", True, "2027-01-01T00:00:00.000Z"),
]


@pytest.mark.parametrize(("_here", "at", "expected", "first_loud_at"), NIGHTS, ids=[night[0] for night in NIGHTS])
def test_a_night(_here: str, at: str, expected: bool, first_loud_at: str) -> None:
    assert quiet(parse_iso(at)) is expected
    assert iso(out_of_quiet(parse_iso(at))) == first_loud_at


def test_the_zone_a_time_is_written_in_does_not_matter() -> None:
    evening = datetime.datetime(2026, 11, 22, 21, 0, tzinfo=HANOI)
    assert quiet(evening)
    assert quiet(evening.astimezone(datetime.timezone(datetime.timedelta(hours=-8))))


@given(st.integers(0, 4_000_000_000))
def test_moving_a_time_out_of_the_night_moves_it_ten_hours_at_most_and_never_back(seconds: int) -> None:
    moment = datetime.datetime.fromtimestamp(seconds, datetime.UTC)
    moved = out_of_quiet(moment)
    assert not quiet(moved)
    assert datetime.timedelta(0) <= moved - moment <= datetime.timedelta(hours=10)
    assert (moved == moment) is not quiet(moment)
