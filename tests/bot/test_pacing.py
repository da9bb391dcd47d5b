"""Slots are spaced: no second holds more than the rate, and one chat waits for itself only."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.pacing import Pace


def test_the_first_message_leaves_at_once() -> None:
    assert Pace(30, 1).reserve("a", 100.0) == 0


def test_a_second_message_to_the_same_chat_waits_for_its_interval() -> None:
    pace = Pace(1000, 1.0)
    pace.reserve("a", 100.0)
    assert pace.reserve("a", 100.2) == pytest.approx(0.8)


def test_another_chat_does_not_wait_for_it() -> None:
    pace = Pace(1000, 1.0)
    pace.reserve("a", 100.0)
    assert pace.reserve("b", 100.2) == 0


@given(
    st.lists(st.tuples(st.integers(0, 5), st.floats(0, 0.2)), min_size=1, max_size=200),
    st.sampled_from([1, 7, 30, 500]),
)
def test_no_second_ever_holds_more_than_the_rate(steps: list[tuple[int, float]], per_second: int) -> None:
    pace, now, leaves = Pace(per_second, 0.0), 1000.0, []
    for chat, pause in steps:
        now += pause
        leaves.append(now + pace.reserve(str(chat), now))
    leaves.sort()
    for index, start in enumerate(leaves):
        within = [moment for moment in leaves[index:] if moment < start + 1 - 1e-6]
        assert len(within) <= per_second


def test_a_held_channel_gives_no_slot_before_the_end_of_the_pause() -> None:
    pace = Pace(30, 1)
    pace.hold(105.0)
    assert pace.reserve("a", 100.0) == pytest.approx(5.0)


def test_room_counts_the_free_slots_ahead() -> None:
    pace = Pace(100, 1)
    assert pace.room(50.0, 0.25) == 25
    for chat in range(20):
        pace.reserve(str(chat), 50.0)
    assert pace.room(50.0, 0.25) == 5


def test_chats_that_are_free_again_are_forgotten() -> None:
    pace = Pace(1000, 1.0)
    for chat in range(500):
        pace.reserve(str(chat), 10.0)
    pace.reserve("late", 100.0)
    assert len(pace._chats) == 1
