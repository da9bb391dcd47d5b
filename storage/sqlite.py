"""SQLite: one file, one writer behind a lock, readers that never wait.

Opened through sqlite-utils with WAL. Durability: synchronous=FULL, so an acknowledged message survives a power cut.
sqlite_utils' own `atomic()` begins deferred and can then fail half-way with "database is locked"; writers here say
BEGIN IMMEDIATE.
"""

from __future__ import annotations

import contextlib
import sqlite3
import threading
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import sqlite_utils

from storage.errors import (
    StorageBusy,
    StorageConflict,
    StorageDamaged,
    StorageError,
    StorageFull,
    StorageReadOnly,
    StorageUnavailable,
)
from storage.sql import Dialect, Params, storable, translated

BUSY_SECONDS = 5.0  # how long another process (a backup, a command) may hold the file
OLDEST_SQLITE = (3, 35)  # RETURNING and MATERIALIZED

_MEANINGS: dict[int, type[StorageError]] = {
    sqlite3.SQLITE_BUSY: StorageBusy,
    sqlite3.SQLITE_LOCKED: StorageBusy,
    sqlite3.SQLITE_FULL: StorageFull,
    sqlite3.SQLITE_READONLY: StorageReadOnly,
    sqlite3.SQLITE_PERM: StorageReadOnly,
    sqlite3.SQLITE_IOERR: StorageUnavailable,
    sqlite3.SQLITE_CANTOPEN: StorageUnavailable,
    sqlite3.SQLITE_CORRUPT: StorageDamaged,
    sqlite3.SQLITE_NOTADB: StorageDamaged,
    sqlite3.SQLITE_CONSTRAINT: StorageConflict,
}


def translate(error: sqlite3.Error) -> Exception:
    """The error of our set that this one means, or the same error when it is none of them."""
    # The low byte is the primary code; the rest says which kind of it.
    meaning = _MEANINGS.get(getattr(error, "sqlite_errorcode", 0) & 0xFF)
    return meaning(str(error)) if meaning else error


class SQLiteConnection:
    """SQL inside one transaction; see `storage.database.Connection`."""

    dialect: Dialect = "sqlite"

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection

    def _run(self, sql: str, params: Params | None) -> sqlite3.Cursor:
        return self._connection.execute(translated(sql, "sqlite"), storable(params))

    def execute(self, sql: str, params: Params | None = None) -> int:
        try:
            return self._run(sql, params).rowcount
        except sqlite3.Error as error:
            raise translate(error) from error

    def execute_many(self, sql: str, many: Sequence[Params]) -> int:
        try:
            every = [storable(params) for params in many]
            return max(self._connection.executemany(translated(sql, "sqlite"), every).rowcount, 0)
        except sqlite3.Error as error:
            raise translate(error) from error

    def row(self, sql: str, params: Params | None = None) -> dict[str, Any] | None:
        found = self.rows(sql, params)
        return found[0] if found else None

    def rows(self, sql: str, params: Params | None = None) -> list[dict[str, Any]]:
        try:
            cursor = self._run(sql, params)
            names = [column[0] for column in cursor.description]
            return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]
        except sqlite3.Error as error:
            raise translate(error) from error


class SQLite:
    """One file. A reader takes an idle connection or opens one: never more than threads that read at once."""

    dialect: Dialect = "sqlite"

    def __init__(self, path: Path) -> None:
        if sqlite3.sqlite_version_info < OLDEST_SQLITE:
            raise StorageUnavailable(f"SQLite {sqlite3.sqlite_version} quá cũ, cần 3.35 trở lên")
        self.path = path
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise StorageUnavailable(f"không tạo được thư mục {path.parent}: {error.strerror}") from error
        self._lock = threading.Lock()
        self._writing = threading.local()
        self._idle: list[sqlite3.Connection] = []
        self._closed = False
        try:
            self._writer = self._open(query_only=False)
        except sqlite3.Error as error:
            raise translate(error) from error

    def _open(self, *, query_only: bool) -> sqlite3.Connection:
        connection = sqlite3.connect(self.path, timeout=BUSY_SECONDS, isolation_level=None, check_same_thread=False)
        try:
            database = sqlite_utils.Database(connection, execute_plugins=False)
            database.enable_wal()
            database.execute("PRAGMA synchronous = FULL")
            database.execute("PRAGMA foreign_keys = ON")
            database.execute(f"PRAGMA query_only = {int(query_only)}")
        except BaseException:
            connection.close()
            raise
        return connection

    @contextlib.contextmanager
    def transaction(self) -> Iterator[SQLiteConnection]:
        if getattr(self._writing, "now", False):
            raise RuntimeError("a transaction inside a transaction of the same thread")
        # Bounded: behind a writer that waits for another process, each would otherwise wait its turn and then as long.
        if not self._lock.acquire(timeout=BUSY_SECONDS):
            raise StorageBusy("một giao dịch khác của chính bot giữ quyền ghi quá lâu")
        self._writing.now = True
        try:
            with _block(self._writer, "BEGIN IMMEDIATE") as connection:
                yield connection
        finally:
            self._writing.now = False
            self._lock.release()

    @contextlib.contextmanager
    def reading(self) -> Iterator[SQLiteConnection]:
        connection = self._take()
        try:
            with _block(connection, "BEGIN") as opened:
                yield opened
        finally:
            if self._closed:
                connection.close()
            else:
                self._idle.append(connection)

    def _take(self) -> sqlite3.Connection:
        try:
            return self._idle.pop()
        except IndexError:
            pass
        try:
            return self._open(query_only=True)
        except sqlite3.Error as error:
            raise translate(error) from error

    def close(self) -> None:
        with self._lock:
            self._closed = True
            while self._idle:
                self._idle.pop().close()
            self._writer.close()


@contextlib.contextmanager
def _block(connection: sqlite3.Connection, begin: str) -> Iterator[SQLiteConnection]:
    try:
        connection.execute(begin)
    except sqlite3.Error as error:
        raise translate(error) from error
    try:
        yield SQLiteConnection(connection)
        try:
            connection.execute("COMMIT")
        except sqlite3.Error as error:
            raise translate(error) from error
    except BaseException:
        # Some errors (a full disk) have already undone the transaction.
        if connection.in_transaction:
            connection.execute("ROLLBACK")
        raise
