"""The console over one real database, and officials of every role and scope signed in to it."""

from __future__ import annotations

import functools
from pathlib import Path

import pytest

from bot.console.frame import Console
from bot.settings import Settings
from content.live import LiveLibrary
from storage.database import Database
from tests.console.office import Office


@functools.cache
def live_library() -> LiveLibrary[None]:
    return LiveLibrary(Path("content"), "vi", on_change=lambda _: None)


@pytest.fixture
def office(sqlite_database: Database) -> Office:
    """An empty city with its console; see `Office`."""
    return Office(Console(Settings(), sqlite_database, live_library(), {}, lambda _: None))
