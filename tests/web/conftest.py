"""A database and a running site for each test."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from bot.clock import iso, utc_now
from storage.database import Database, open_database
from storage.migrations import migrate
from tests.web.live_site import Site


@pytest.fixture
def web_database(tmp_path: Path) -> Iterator[Database]:
    database = open_database(f"sqlite:///{tmp_path}/gocua.db")
    migrate(database, iso(utc_now()))
    yield database
    database.close()


@pytest.fixture
def site(web_database: Database) -> Iterator[Site]:
    site = Site(web_database)
    site.start()
    yield site
    site.stop()
