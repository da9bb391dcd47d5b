"""Messages are spaced: no second holds more than the rate, and one chat waits for itself only."""

from __future__ import annotations

import bisect
import heapq
import itertools

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from bot.pacing import SURE, Pace


def departures(
    pace: Pace, count: int, now: float, lateness: list[float], ways: list[tuple[float, float]] | None = None
) -> tuple[list[float], list[float]]:
    """When `count` messages leave and when the platform sees them.

    The loop wakes each time a little later than it should. A way is (seconds there, seconds back).
    """
    left: list[float] = []
    seen: list[float] = []
    back: list[tuple[float, int]] = []
    while len(left) < count:
        now += max(0.0, pace.wait(now)) + lateness[len(left) % len(lateness)]
        while back and back[0][0] <= now:
            at, n = heapq.heappop(back)
            pace.arrive(str(n), left[n], at)
        if pace.wait(now) <= 0:
            there, home = ways[len(left) % len(ways)] if ways else (0.001, 0.001)
            pace.leave(str(len(left)), now)
            heapq.heappush(back, (now + there + home, len(left)))
            left.append(now)
            seen.append(now + there)
    return left, seen


def busiest_second(moments: list[float]) -> int:
    ordered = sorted(moments)
    return max(n - bisect.bisect_right(ordered, moment - 1) + 1 for n, moment in enumerate(ordered))


def test_the_first_message_leaves_at_once() -> None:
    assert Pace(30, 1).wait(100.0) <= 0


def test_a_second_message_to_the_same_chat_waits_from_when_the_first_arrived() -> None:
    pace = Pace(1000, 1.0)
    pace.leave("a", 100.0)
    assert pace.chat_wait("a", 100.2) == pytest.approx(0.8)
    pace.arrive("a", 100.0, 100.3)
    assert pace.chat_wait("a", 100.4) == pytest.approx(0.9)


def test_another_chat_does_not_wait_for_it() -> None:
    pace = Pace(1000, 1.0)
    pace.leave("a", 100.0)
    assert pace.chat_wait("b", 100.2) <= 0
    assert pace.wait(100.2) <= 0


# Seconds there and seconds back: the wire, and what a stalled machine or network adds.
WAYS = st.tuples(st.floats(0.01, 0.5), st.floats(0.01, 0.5))


@given(
    st.lists(st.floats(0, 0.2), min_size=1, max_size=50),
    st.lists(WAYS, min_size=1, max_size=20),
    st.sampled_from([1, 7, 30, 200]),
)
def test_no_second_of_the_platforms_ever_holds_more_than_the_rate(
    lateness: list[float], ways: list[tuple[float, float]], per_second: int
) -> None:
    floor = (min(there for there, _ in ways), min(back for _, back in ways))
    assume(SURE * min(there + back for there, back in ways) <= sum(floor))
    _, seen = departures(Pace(per_second, 0.0), 3 * per_second, 1000.0, lateness, ways)
    assert busiest_second(seen) <= per_second


def test_what_a_stall_bunches_up_on_the_way_still_keeps_the_limit() -> None:
    """Every 100th message needs 60 ms instead of 2: those behind it leave the room it takes."""
    ways = [(0.061, 0.001)] * 60 + [(0.001, 0.001)] * 300
    left, seen = departures(Pace(1000, 0.0), 20_000, 1000.0, [0.0], ways)
    assert busiest_second(seen) <= 1000
    assert len(left) / (left[-1] - left[0]) >= 0.93 * 1000


@pytest.mark.parametrize("per_second", [30, 1000])
def test_a_loop_that_wakes_late_still_reaches_the_rate(per_second: int) -> None:
    """Every tenth message leaves 20 ms late, as behind a busy event loop; the others make up for it."""
    count = 20 * per_second
    left, _ = departures(Pace(per_second, 0.0), count, 1000.0, [0.02] + [0.0] * (per_second // 10))
    assert count / (left[-1] - left[0]) >= 0.97 * per_second
    assert len(left) == count


def test_after_a_quiet_minute_no_burst_leaves() -> None:
    pace = Pace(100, 0.0)
    for address, moment in (("a", 100.0), ("b", 160.0)):
        pace.leave(address, moment)
        pace.arrive(address, moment, moment)
    assert pace.wait(160.0) == pytest.approx(0.01, rel=0.05)


def test_half_a_message_a_second_is_one_in_two_seconds() -> None:
    left, _ = departures(Pace(0.5, 0.0), 4, 1000.0, [0.0])
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
