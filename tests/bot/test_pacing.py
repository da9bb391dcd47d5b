"""Messages are spaced: no second holds more than the rate, and one chat waits for itself only."""

from __future__ import annotations

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.pacing import Pace


def departures(pace: Pace, count: int, now: float, lateness: list[float]) -> list[float]:
    """When `count` messages leave when the loop wakes each time a little later than it should."""
    left = []
    for n in range(count):
        now += max(0.0, pace.wait(now)) + lateness[n % len(lateness)]
        if pace.wait(now) <= 0:
            pace.leave(str(n), now)
            left.append(now)
    return left


def busiest_second(left: list[float]) -> int:
    return max(sum(start <= moment < start + 1 for moment in left) for start in left)


def test_the_first_message_leaves_at_once() -> None:
    assert Pace(30, 1).wait(100.0) <= 0


def test_a_second_message_to_the_same_chat_waits_from_when_the_first_arrived() -> None:
    pace = Pace(1000, 1.0)
    pace.leave("a", 100.0)
    assert pace.chat_wait("a", 100.2) == pytest.approx(0.8)
    pace.arrive("a", 100.3)
    assert pace.chat_wait("a", 100.4) == pytest.approx(0.9)


def test_another_chat_does_not_wait_for_it() -> None:
    pace = Pace(1000, 1.0)
    pace.leave("a", 100.0)
    assert pace.chat_wait("b", 100.2) <= 0
    assert pace.wait(100.2) <= 0


@given(
    st.lists(st.floats(0, 0.2), min_size=1, max_size=50),
    st.sampled_from([1, 7, 30, 200]),
)
def test_no_second_ever_holds_more_than_the_rate(lateness: list[float], per_second: int) -> None:
    assert busiest_second(departures(Pace(per_second, 0.0), 3 * per_second, 1000.0, lateness)) <= per_second


@pytest.mark.parametrize("per_second", [30, 1000])
def test_a_loop_that_wakes_late_still_reaches_the_rate(per_second: int) -> None:
    """Every tenth message leaves 20 ms late, as behind a busy event loop; the others make up for it."""
    count = 20 * per_second
    left = departures(Pace(per_second, 0.0), count, 1000.0, [0.02] + [0.0] * (per_second // 10))
    assert count / (left[-1] - left[0]) >= 0.97 * per_second
    assert len(left) == count


def test_after_a_quiet_minute_no_burst_leaves() -> None:
    pace = Pace(100, 0.0)
    pace.leave("a", 100.0)
    pace.leave("b", 160.0)
    assert pace.wait(160.0) == pytest.approx(0.01, rel=0.05)


def test_half_a_message_a_second_is_one_in_two_seconds() -> None:
    left = departures(Pace(0.5, 0.0), 4, 1000.0, [0.0])
    assert all(later - earlier >= 2 for earlier, later in itertools.pairwise(left))


def test_a_held_channel_lets_nothing_out_before_the_end_of_the_pause() -> None:
    pace = Pace(30, 1)
    pace.hold(105.0)
    pace.hold(103.0)
    assert pace.wait(100.0) == pytest.approx(5.0)


def test_chats_that_are_free_again_are_forgotten() -> None:
    pace = Pace(1000, 1.0)
    for chat in range(500):
        pace.leave(str(chat), 10.0)
    pace.leave("late", 100.0)
    assert len(pace._chats) == 1
