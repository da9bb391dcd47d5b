"""One process to a SQLite file: two would send everything twice. PostgreSQL has leases for that."""

from __future__ import annotations

import contextlib
import fcntl
from collections.abc import Iterator
from pathlib import Path
from typing import TextIO

from storage.errors import StorageReadOnly


class AlreadyRunning(Exception):
    """Another process serves this SQLite file. The sentence says what to do."""


@contextlib.contextmanager
def only_process(database_url: str) -> Iterator[None]:
    """Hold the lock beside a SQLite file, or raise AlreadyRunning, or StorageReadOnly where it cannot be written; on
    PostgreSQL do nothing.

    The kernel frees the lock however the process ends, so it can never be stale.
    """
    if not database_url.startswith("sqlite:///"):
        yield
        return
    path = Path(database_url.removeprefix("sqlite:///"))
    with _open_lock(path.with_name(path.name + ".lock")) as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise AlreadyRunning(
                f"Đã có một tiến trình khác đang chạy với {path}. "
                "Hãy dừng tiến trình đó trước, hoặc đặt GOCUA_DATA_DIR khác."
            ) from error
        yield


def _open_lock(path: Path) -> TextIO:
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        return path.open("w")
    except OSError as error:
        raise StorageReadOnly(f"{path}: {error.strerror}") from error
