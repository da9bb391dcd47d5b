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

from storage.errors import DRIVER_ERRORS, StorageConflict, StorageUnavailable, translate
from storage.sql import Dialect, Params, storable, translated

POOL_SIZE = 10
WAIT_SECONDS = 5.0  # for a free connection, and for a server to answer
_READ = "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY"


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
        except DRIVER_ERRORS as error:
            raise translate(error) from error

    def execute_many(self, sql: str, many: Sequence[Params]) -> int:
        if not many:
            return 0
        try:
            with self._connection.cursor() as cursor:
                text = translated(sql, "postgresql")
                cursor.executemany(text, [storable(params) for params in many])
                return cursor.rowcount
        except DRIVER_ERRORS as error:
            raise translate(error) from error

    def row(self, sql: str, params: Params | None = None) -> dict[str, Any] | None:
        try:
            return self._run(sql, params).fetchone()
        except DRIVER_ERRORS as error:
            raise translate(error) from error

    def rows(self, sql: str, params: Params | None = None) -> list[dict[str, Any]]:
        try:
            return self._run(sql, params).fetchall()
        except DRIVER_ERRORS as error:
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
            self._pool: psycopg_pool.ConnectionPool[psycopg.Connection[DictRow]] = (
                psycopg_pool.ConnectionPool(
                    url, min_size=1, max_size=POOL_SIZE, timeout=WAIT_SECONDS, kwargs=options, open=True
                )
            )
        except DRIVER_ERRORS as error:
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
            except DRIVER_ERRORS as error:
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
    except DRIVER_ERRORS as error:
        raise translate(error) from error
    if answer != "COMMIT":
        raise StorageConflict("một lệnh trong giao dịch đã lỗi nên máy chủ hủy cả giao dịch")
