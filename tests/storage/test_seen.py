"""A message is handled once, however often and from wherever it is delivered."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest

from storage.database import Database
from storage.seen import mark_seen, purge_seen

NOW = "2026-11-22T13:01:33.123Z"


def test_a_message_is_new_once_and_per_channel(database: Database) -> None:
    with database.transaction() as c:
        assert mark_seen(c, "telegram", "7", NOW)
        assert not mark_seen(c, "telegram", "7", NOW)
        assert mark_seen(c, "zalo", "7", NOW)


def test_eight_threads_with_the_same_message_and_exactly_one_is_first(database: Database) -> None:
    def deliver(message_id: int) -> bool:
        with database.transaction() as c:
            return mark_seen(c, "telegram", str(message_id), NOW)

    with ThreadPoolExecutor(8) as threads:
        for message_id in range(10):
            first = list(threads.map(deliver, [message_id] * 8))
            assert first.count(True) == 1


def test_a_mark_undone_with_its_transaction_leaves_the_message_new(database: Database) -> None:
    def handle_and_fail() -> None:
        with database.transaction() as c:
            mark_seen(c, "telegram", "7", NOW)
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        handle_and_fail()
    with database.transaction() as c:
        assert mark_seen(c, "telegram", "7", NOW)


def test_only_old_marks_are_purged(database: Database) -> None:
    with database.transaction() as c:
        mark_seen(c, "telegram", "old", "2026-11-01T00:00:00.000Z")
        mark_seen(c, "telegram", "young", "2026-11-20T00:00:00.000Z")
        assert purge_seen(c, "2026-11-10T00:00:00.000Z") == 1
        assert mark_seen(c, "telegram", "old", NOW)
        assert not mark_seen(c, "telegram", "young", NOW)
