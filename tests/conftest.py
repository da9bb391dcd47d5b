"""What the tests of every area share: a real, empty database of each kind.

`database` is migrated and parametrised over SQLite (a file in a temporary folder) and PostgreSQL (one server per run,
started when the first test wants it; a schema of its own per test). Areas whose tests need no second database
take `sqlite_database`.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from bot.voice import load_voice
from storage.database import Database, open_database
from storage.migrations import migrate
from tests.servers import postgresql

NOW = "2026-11-22T13:01:33.123Z"

_schemas = itertools.count(1)


@pytest.fixture(scope="session")
def learned(request: pytest.FixtureRequest) -> Path:
    """A folder with the live content's matcher, learned once and kept from run to run: learning takes 15 s."""
    folder = Path(request.config.cache.mkdir("matchers"))
    load_voice(Path(__file__).parents[1] / "content", folder)
    return folder


@pytest.fixture(scope="session")
def postgresql_server() -> Iterator[str]:
    """The URL of a PostgreSQL server that lives as long as this test run."""
    with postgresql(durable=False) as url:
        yield url


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """The URL of an empty database without tables; a test that takes it runs once on each kind."""
    if request.param == "sqlite":
        yield f"sqlite:///{tmp_path / 'gocua.db'}"
        return
    server = request.getfixturevalue("postgresql_server")
    schema = f"test_{next(_schemas)}"
    with psycopg.connect(server, autocommit=True) as admin:
        admin.execute(f"CREATE SCHEMA {schema}")
        yield f"{server}&options=-csearch_path%3D{schema}"
        admin.execute(f"DROP SCHEMA {schema} CASCADE")


@pytest.fixture
def database(database_url: str) -> Iterator[Database]:
    """An open, migrated, empty database of each kind."""
    opened = open_database(database_url)
    migrate(opened, NOW)
    yield opened
    opened.close()


@pytest.fixture
def sqlite_database(tmp_path: Path) -> Iterator[Database]:
    """An open, migrated, empty SQLite database, for tests in which the kind cannot matter."""
    opened = open_database(f"sqlite:///{tmp_path / 'gocua.db'}")
    migrate(opened, NOW)
    yield opened
    opened.close()
