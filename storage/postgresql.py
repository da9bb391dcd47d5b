"""PostgreSQL: a small pool of connections; a dead one is replaced without anybody noticing.

BEGIN and COMMIT are ours (the pool's connections are in autocommit), because BEGIN doubles as the test that a
pooled connection is still alive, and because COMMIT of a failed transaction answers ROLLBACK without an
error.
"""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Iterator, Sequence
from typing import Any, LiteralString

import psycopg
import psycopg_pool
from psycopg.rows import DictRow, dict_row

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

POOL_SIZE = 10
WAIT_SECONDS = 5.0  # for a free connection, and for a server to answer
_READ = "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY"

# The longest prefix of the SQLSTATE wins: https://www.postgresql.org/docs/current/errcodes-appendix.html
_MEANINGS: dict[str, type[StorageError]] = {
    "08": StorageUnavailable,
    "23": StorageConflict,
    "25006": StorageReadOnly,
    "28": StorageUnavailable,
    "3D": StorageUnavailable,
    "40": StorageBusy,
    "42501": StorageReadOnly,
    "53": StorageUnavailable,
    "53100": StorageFull,
    "55P03": StorageBusy,
    "57": StorageUnavailable,
    "57014": StorageBusy,
    "58": StorageUnavailable,
    "XX001": StorageDamaged,
    "XX002": StorageDamaged,
}


def translate(error: psycopg.Error) -> Exception:
    """The error of our set that this one means, or the same error when it is none of them."""
    detail = str(error).strip().replace("\n", " ")
    state = error.sqlstate or ""
    for prefix in (state, state[:2]):
        if prefix in _MEANINGS:
            return _MEANINGS[prefix](detail)
    # A broken connection and a pool that waited in vain have no SQLSTATE.
    if not state and isinstance(error, psycopg.OperationalError | psycopg.InterfaceError):
        return StorageUnavailable(detail)
    return error


class PostgreSQLConnection:
    """SQL inside one transaction; see `storage.database.Connection`."""

    dialect: Dialect = "postgresql"

    def __init__(self, connection: psycopg.Connection[DictRow]) -> None:
        self._connection = connection

    def _run(self, sql: str, params: Params | None) -> psycopg.Cursor[DictRow]:
        return self._connection.execute(translated(sql, "postgresql"), storable(params))

    def execute(self, sql: str, params: Params | None = None) -> int:
        try:
            return self._run(sql, params).rowcount
        except psycopg.Error as error:
            raise translate(error) from error

    def execute_many(self, sql: str, many: Sequence[Params]) -> int:
        if not many:
            return 0
        try:
            with self._connection.cursor() as cursor:
                text = translated(sql, "postgresql")
                cursor.executemany(text, [storable(params) for params in many])
                return cursor.rowcount
        except psycopg.Error as error:
            raise translate(error) from error

    def row(self, sql: str, params: Params | None = None) -> dict[str, Any] | None:
        try:
            return self._run(sql, params).fetchone()
        except psycopg.Error as error:
            raise translate(error) from error

    def rows(self, sql: str, params: Params | None = None) -> list[dict[str, Any]]:
        try:
            return self._run(sql, params).fetchall()
        except psycopg.Error as error:
            raise translate(error) from error


class PostgreSQL:
    """One server. The first connection is made at once, so that a wrong address fails at the start."""

    dialect: Dialect = "postgresql"

    def __init__(self, url: str) -> None:
        options = {"autocommit": True, "row_factory": dict_row, "connect_timeout": int(WAIT_SECONDS)}
        self._writing = threading.local()
        try:
            # The pool would only say that it waited in vain; a plain connection says why.
            psycopg.connect(url, connect_timeout=int(WAIT_SECONDS)).close()
            self._pool: psycopg_pool.ConnectionPool[psycopg.Connection[DictRow]] = psycopg_pool.ConnectionPool(
                url,
                min_size=1,
                max_size=POOL_SIZE,
                timeout=WAIT_SECONDS,
                # Given up soon and begun afresh by whoever wants a connection: the pool alone doubles its waits, and
                # after an outage of a minute sleeps another one.
                reconnect_timeout=WAIT_SECONDS,
                kwargs=options,
                open=True,
            )
        except psycopg.Error as error:
            raise translate(error) from error

    @contextlib.contextmanager
    def transaction(self) -> Iterator[PostgreSQLConnection]:
        if getattr(self._writing, "now", False):
            raise RuntimeError("a transaction inside a transaction of the same thread")
        self._writing.now = True
        try:
            with self._block("BEGIN") as connection:
                yield connection
        finally:
            self._writing.now = False

    @contextlib.contextmanager
    def reading(self) -> Iterator[PostgreSQLConnection]:
        with self._block(_READ) as connection:
            yield connection

    def close(self) -> None:
        self._pool.close()

    @contextlib.contextmanager
    def _block(self, begin: LiteralString) -> Iterator[PostgreSQLConnection]:
        connection = self._begun(begin)
        try:
            yield PostgreSQLConnection(connection)
            _commit(connection)
        except BaseException:
            # A broken connection has nothing left to undo; the pool throws it away.
            with contextlib.suppress(psycopg.Error):
                connection.execute("ROLLBACK")
            raise
        finally:
            self._pool.putconn(connection)

    def _begun(self, begin: LiteralString) -> psycopg.Connection[DictRow]:
        """A connection on which BEGIN succeeded; those that died in the pool are dropped."""
        for _ in range(POOL_SIZE + 1):
            try:
                connection = self._pool.getconn()
            except psycopg.Error as error:
                raise translate(error) from error
            try:
                connection.execute(begin)
            except psycopg.OperationalError:
                self._pool.putconn(connection)
                continue
            except BaseException:
                self._pool.putconn(connection)
                raise
            return connection
        raise StorageUnavailable("mọi kết nối tới máy chủ PostgreSQL đều đã đứt")


def _commit(connection: psycopg.Connection[DictRow]) -> None:
    try:
        answer = connection.execute("COMMIT").statusmessage
    except psycopg.Error as error:
        raise translate(error) from error
    if answer != "COMMIT":
        raise StorageConflict("một lệnh trong giao dịch đã lỗi nên máy chủ hủy cả giao dịch")
