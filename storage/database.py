"""Where memory is kept: opens one of the two databases and states what both can do.

A `Database` hands out transactions and is safe to share between threads; a `Connection` belongs to the one
block that received it. This file and its two siblings know no table.
"""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any, Protocol

from storage import sqlite
from storage.errors import (
    StorageBusy,
    StorageConflict,
    StorageDamaged,
    StorageError,
    StorageFull,
    StorageReadOnly,
    StorageUnavailable,
)
from storage.sql import Dialect, Params

__all__ = [
    "Connection",
    "Database",
    "Dialect",
    "StorageBusy",
    "StorageConflict",
    "StorageDamaged",
    "StorageError",
    "StorageFull",
    "StorageReadOnly",
    "StorageUnavailable",
    "open_database",
]


class Connection(Protocol):
    """SQL inside one transaction. Parameters are named `:name`; every method may raise a `StorageError`."""

    dialect: Dialect

    def execute(self, sql: str, params: Params | None = None) -> int:
        """Run one statement; return how many rows it changed."""

    def execute_many(self, sql: str, many: Sequence[Params]) -> int:
        """Run one statement once per set of parameters; return how many rows changed in all."""

    def row(self, sql: str, params: Params | None = None) -> dict[str, Any] | None:
        """The first row by column name, or None."""

    def rows(self, sql: str, params: Params | None = None) -> list[dict[str, Any]]:
        """All rows by column name."""


class Database(Protocol):
    """One open database, shared by all threads of the process."""

    dialect: Dialect

    def transaction(self) -> AbstractContextManager[Connection]:
        """Read and write; committed and on disk when the block ends, undone when it raises.

        A commit that fails raises. On SQLite there is one writer at a time, so keep blocks short and free of
        waiting; a block inside another block of the same thread raises RuntimeError.
        """

    def reading(self) -> AbstractContextManager[Connection]:
        """Read only, one consistent moment for the whole block; never waits for a writer."""

    def close(self) -> None:
        """Close every connection. The database cannot be used afterwards."""


def open_database(url: str) -> Database:
    """Open `sqlite:///path` (the folder is created) or `postgresql://…`.

    An address of another kind raises ValueError; a database that does not answer raises StorageUnavailable.
    """
    if url.startswith("sqlite:///") and len(url) > len("sqlite:///"):
        return sqlite.SQLite(Path(url.removeprefix("sqlite:///")))
    if url.startswith(("postgresql://", "postgres://")):
        # Imported only here: the driver takes 20 MB that an installation on SQLite never needs.
        from storage.postgresql import PostgreSQL  # noqa: PLC0415

        return PostgreSQL(url)
    scheme = url.split("://", maxsplit=1)[0] if "://" in url else "?"
    raise ValueError(
        f"Địa chỉ cơ sở dữ liệu không hợp lệ (loại “{scheme}”): "
        "hãy đặt GOCUA_DB_URL là sqlite:///đường/dẫn/tệp.db hoặc postgresql://tài-khoản:mật-khẩu@máy/tên"
    )
