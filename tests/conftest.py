"""What the tests of every area share: a real, empty database of each kind.

`database` is migrated and parametrised over SQLite (a file in a temporary folder) and PostgreSQL (one server per run,
started when the first test wants it; a database of its own per test). Areas whose tests need no second database
take `sqlite_database`.
"""

from __future__ import annotations

import contextlib
import itertools
import shutil
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from bot.voice import load_voice
from storage.database import Database, open_database
from storage.migrations import migrate
from tests.servers import postgresql

NOW = "2026-11-22T13:01:33.123Z"

_numbers = itertools.count(1)


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


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A migrated, empty file. Copying it takes a quarter of the time of migrating."""
    path = tmp_path_factory.mktemp("template") / "gocua.db"
    _migrate(f"sqlite:///{path}")
    return path


@pytest.fixture(scope="session")
def postgresql_template(postgresql_server: str) -> Iterator[str]:
    """The name of a migrated, empty database. Copying it takes a twentieth of the time of migrating."""
    with _postgresql_database(postgresql_server, "template0") as (name, url):
        _migrate(url)
        yield name


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """The URL of a migrated, empty database; a test that takes it runs once on each kind."""
    if request.param == "sqlite":
        shutil.copyfile(request.getfixturevalue("sqlite_template"), tmp_path / "gocua.db")
        yield f"sqlite:///{tmp_path / 'gocua.db'}"
        return
    template = request.getfixturevalue("postgresql_template")
    with _postgresql_database(request.getfixturevalue("postgresql_server"), template) as (_, url):
        yield url


@pytest.fixture(params=["sqlite", "postgresql"])
def bare_database_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """The URL of a database without tables, of each kind."""
    if request.param == "sqlite":
        yield f"sqlite:///{tmp_path / 'gocua.db'}"
        return
    with _postgresql_database(request.getfixturevalue("postgresql_server"), "template0") as (_, url):
        yield url


@pytest.fixture
def database(database_url: str) -> Iterator[Database]:
    """An open, migrated, empty database of each kind."""
    opened = open_database(database_url)
    yield opened
    opened.close()


@pytest.fixture
def sqlite_database(sqlite_template: Path, tmp_path: Path) -> Iterator[Database]:
    """An open, migrated, empty SQLite database, for tests in which the kind cannot matter."""
    shutil.copyfile(sqlite_template, tmp_path / "gocua.db")
    opened = open_database(f"sqlite:///{tmp_path / 'gocua.db'}")
    yield opened
    opened.close()


@contextlib.contextmanager
def _postgresql_database(server: str, template: str) -> Iterator[tuple[str, str]]:
    """Name and URL of a copy of a database nobody is connected to; it goes at the end."""
    name = f"test_{next(_numbers)}"
    with psycopg.connect(server, autocommit=True) as admin:
        admin.execute(f"CREATE DATABASE {name} TEMPLATE {template} STRATEGY FILE_COPY")
        yield name, server.replace("/postgres?", f"/{name}?")
        admin.execute(f"DROP DATABASE {name} WITH (FORCE)")


def _migrate(url: str) -> None:
    opened = open_database(url)
    migrate(opened, NOW)
    opened.close()
