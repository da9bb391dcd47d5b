"""A database and a running site for each test."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from storage.database import Database
from tests.web.live_site import Site


@pytest.fixture
def web_database(sqlite_database: Database) -> Database:
    return sqlite_database


@pytest.fixture
def site(web_database: Database) -> Iterator[Site]:
    site = Site(web_database)
    site.start()
    yield site
    site.stop()
