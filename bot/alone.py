"""One process to a SQLite file: two would send everything twice. PostgreSQL has leases for that."""

from __future__ import annotations

import contextlib
import fcntl
from collections.abc import Iterator
from pathlib import Path


class AlreadyRunning(Exception):
    """Another process serves this SQLite file. The sentence says what to do."""


@contextlib.contextmanager
def only_process(database_url: str) -> Iterator[None]:
    """Hold the lock beside a SQLite file, or raise AlreadyRunning; on PostgreSQL do nothing.

    The kernel frees the lock however the process ends, so it can never be stale.
    """
    if not database_url.startswith("sqlite:///"):
        yield
        return
    path = Path(database_url.removeprefix("sqlite:///"))
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.with_name(path.name + ".lock").open("w") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise AlreadyRunning(
                f"Đã có một tiến trình khác đang chạy với {path}. "
                "Hãy dừng tiến trình đó trước, hoặc đặt GOCUA_DATA_DIR khác."
            ) from error
        yield
