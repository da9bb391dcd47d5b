"""What a channel must not forget over a restart."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

from storage.channels import (
    acquire_lease,
    find_pause,
    get_cursor,
    keep_lease,
    pause_channel,
    release_lease,
    resume_channel,
    set_cursor,
)
from storage.database import Database

NOW = "2026-11-22T13:00:00.000Z"
IN_1_MINUTE = "2026-11-22T13:01:00.000Z"
IN_2_MINUTES = "2026-11-22T13:02:00.000Z"


def test_a_cursor_is_empty_then_what_was_set_last(database: Database) -> None:
    with database.transaction() as c:
        assert get_cursor(c, "telegram.offset") == ""
        set_cursor(c, "telegram.offset", "7", NOW)
        set_cursor(c, "telegram.offset", "8", NOW)
        assert get_cursor(c, "telegram.offset") == "8"
        assert get_cursor(c, "zalo.offset") == ""


def test_a_pause_ends_by_itself_or_by_hand(database: Database) -> None:
    with database.transaction() as c:
        assert find_pause(c, "telegram", NOW) is None
        pause_channel(c, "telegram", IN_1_MINUTE, "429", NOW)
        pause = find_pause(c, "telegram", NOW)
        assert pause is not None
        assert (pause.until_at, pause.reason) == (IN_1_MINUTE, "429")
        assert find_pause(c, "zalo", NOW) is None
        assert find_pause(c, "telegram", IN_1_MINUTE) is None
        resume_channel(c, "telegram")
        assert find_pause(c, "telegram", NOW) is None


def test_of_two_pauses_the_longer_stays(database: Database) -> None:
    with database.transaction() as c:
        pause_channel(c, "telegram", IN_2_MINUTES, "token bị thu hồi", NOW)
        pause_channel(c, "telegram", IN_1_MINUTE, "429", NOW)
        pause = find_pause(c, "telegram", NOW)
        assert pause is not None
        assert (pause.until_at, pause.reason) == (IN_2_MINUTES, "token bị thu hồi")


def test_a_lease_is_ours_until_it_lapses_or_is_given_up(database: Database) -> None:
    with database.transaction() as c:
        assert acquire_lease(c, "sender", "a", NOW, IN_1_MINUTE)
        assert not acquire_lease(c, "sender", "b", NOW, IN_2_MINUTES)
        assert acquire_lease(c, "sender", "a", NOW, IN_1_MINUTE)  # renewed
        assert acquire_lease(c, "poller", "b", NOW, IN_1_MINUTE)  # another role
        assert keep_lease(c, "sender", "a", IN_1_MINUTE)
        assert not keep_lease(c, "sender", "b", IN_1_MINUTE)
        assert acquire_lease(c, "sender", "b", IN_1_MINUTE, IN_2_MINUTES)  # lapsed
        assert not acquire_lease(c, "sender", "a", IN_1_MINUTE, IN_2_MINUTES)
        release_lease(c, "sender", "a", NOW)  # not its own: nothing happens
        assert not acquire_lease(c, "sender", "a", IN_1_MINUTE, IN_2_MINUTES)
        release_lease(c, "sender", "b", IN_1_MINUTE)
        assert not acquire_lease(c, "sender", "a", NOW, IN_2_MINUTES)  # free, but not yet
        assert acquire_lease(c, "sender", "a", IN_1_MINUTE, IN_2_MINUTES)


def test_eight_processes_want_the_role_and_exactly_one_has_it(database: Database) -> None:
    def want(owner: int) -> bool:
        with database.transaction() as c:
            return acquire_lease(c, "sender", str(owner), NOW, IN_1_MINUTE)

    with ThreadPoolExecutor(8) as threads:
        assert list(threads.map(want, range(8))).count(True) == 1
