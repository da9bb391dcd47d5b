"""What /health tells before it hurts: the disk, the last backup, replies that wait, content past its review."""

from __future__ import annotations

import datetime
import os
from pathlib import Path

import pytest

from bot.vitals import look_at_backups, look_at_disk, look_at_replies
from storage.database import Database
from storage.outbox import NewDelivery, enqueue
from storage.people import get_or_create_person

NOW = datetime.datetime(2026, 11, 22, 13, 0, tzinfo=datetime.UTC)


@pytest.mark.parametrize(("hours", "state"), [(1, "ok"), (49, "ok"), (51, "degraded")])
def test_backups_that_are_not_made_any_more_are_told(tmp_path: Path, hours: int, state: str) -> None:
    made = (NOW - datetime.timedelta(hours=hours)).timestamp()
    for name, at in (("gocua-1.sqlite3", made), ("gocua-0.sqlite3", made - 9e5)):
        (tmp_path / name).touch()
        os.utime(tmp_path / name, (at, at))
    told = look_at_backups(tmp_path, NOW)
    assert (told["state"], told["age_seconds"]) == (state, hours * 3600)
    assert ("reason" in told) == (state != "ok")


def test_where_none_was_ever_made_there_is_nothing_to_tell(tmp_path: Path) -> None:
    assert look_at_backups(tmp_path / "backup", NOW) == {"state": "ok"}


def test_a_disk_that_fills_up_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert look_at_disk(tmp_path)["state"] == "ok"
    monkeypatch.setattr("bot.vitals.DISK_LOW", 2**60)
    told = look_at_disk(tmp_path)
    assert told["state"] == "degraded"
    assert "giải phóng" in told["reason"]


def test_how_long_a_reply_waits_counts_and_not_a_broadcast(database: Database) -> None:
    with database.transaction() as c:
        person = get_or_create_person(c, "zalo", "1", "", "2026-11-22T12:00:00.000Z")
        for priority, due_at in ((9, "2026-11-22T12:00:00.000Z"), (0, "2026-11-22T12:58:00.000Z")):
            enqueue(c, [NewDelivery(person.id, "zalo", "1", "x", "[]", priority, due_at, "reply")], due_at)
        assert look_at_replies(c, ["zalo", "web"], NOW) == {"zalo": 120.0, "web": 0.0}
