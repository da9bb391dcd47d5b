"""`main.py broadcast`: what the IT officer sees and may do, under the same rules as everybody."""

from __future__ import annotations

import argparse

import pytest

from bot.approving import NotDone
from bot.broadcast_command_line import add_broadcast_commands
from bot.broadcasting import drive
from bot.commanding_broadcasts import run_broadcast
from content.model import Library
from storage.database import Database
from tests.bot.test_broadcasting import NOON, appoint, crowd, library, submit, write

__all__ = ["library"]


def run(database: Database, *words: str) -> str:
    parser = argparse.ArgumentParser()
    add_broadcast_commands(parser)
    return run_broadcast(database, parser.parse_args(words))


def test_listed_shown_approved_paused_and_cancelled(sqlite_database: Database, library: Library) -> None:
    assert "Chưa có tin nào" in run(sqlite_database, "list")
    crowd(sqlite_database, 3)
    author, approver = appoint(sqlite_database, "author"), appoint(sqlite_database, "approver")
    number = str(write(sqlite_database, author))
    submit(sqlite_database, author, int(number), library)
    assert "Chờ duyệt" in run(sqlite_database, "list")
    with pytest.raises(NotDone, match="người khác duyệt"):
        run(sqlite_database, "approve", number, "--by", author.login)
    with pytest.raises(LookupError, match="ai-do"):
        run(sqlite_database, "approve", number, "--by", "ai-do")
    assert "Đã duyệt" in run(sqlite_database, "approve", number, "--by", approver.login)
    drive(sqlite_database, NOON.replace(year=2100))
    assert "Chờ gửi: 3" in run(sqlite_database, "show", number)
    assert "Tạm dừng" in run(sqlite_database, "pause", number, "--by", approver.login)
    assert "Đang gửi" in run(sqlite_database, "resume", number, "--by", approver.login)
    assert "Đã hủy" in run(sqlite_database, "cancel", number, "--by", approver.login)
    with pytest.raises(LookupError, match="Không có tin số 99"):
        run(sqlite_database, "show", "99")
