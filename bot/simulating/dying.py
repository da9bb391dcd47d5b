"""A process that is killed at a chosen step: a database whose next statement, commit or answer may be the last.

Killed means that nothing after it happens and nothing is tidied up: what was not committed is gone.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Sequence
from typing import Any

from storage.database import Connection, Database, Dialect
from storage.sql import Params


class Killed(BaseException):
    """The process is no more. Not an Exception: nothing in the program may catch it."""


class Fate:
    """Counts the steps of a process to its death; without a number set it lives on."""

    def __init__(self) -> None:
        self.deaths = 0
        self._waiting: list[int] = []

    def set(self, steps: int) -> None:
        """Die after so many more steps; a second death set meanwhile follows the first."""
        self._waiting.append(steps)

    def step(self) -> None:
        if not self._waiting:
            return
        self._waiting[0] -= 1
        if self._waiting[0] <= 0:
            del self._waiting[0]
            self.deaths += 1
            raise Killed


class MortalConnection:
    def __init__(self, connection: Connection, fate: Fate) -> None:
        self.dialect: Dialect = connection.dialect
        self._connection = connection
        self._fate = fate

    def execute(self, sql: str, params: Params | None = None) -> int:
        self._fate.step()
        return self._connection.execute(sql, params)

    def execute_many(self, sql: str, many: Sequence[Params]) -> int:
        self._fate.step()
        return self._connection.execute_many(sql, many)

    def row(self, sql: str, params: Params | None = None) -> dict[str, Any] | None:
        self._fate.step()
        return self._connection.row(sql, params)

    def rows(self, sql: str, params: Params | None = None) -> list[dict[str, Any]]:
        self._fate.step()
        return self._connection.rows(sql, params)


class MortalDatabase:
    """A database in a process that may die before, inside and right after every transaction."""

    def __init__(self, database: Database, fate: Fate) -> None:
        self.dialect: Dialect = database.dialect
        self._database = database
        self._fate = fate

    @contextlib.contextmanager
    def transaction(self) -> Iterator[Connection]:
        self._fate.step()
        with self._database.transaction() as connection:
            yield MortalConnection(connection, self._fate)
            self._fate.step()
        self._fate.step()

    @contextlib.contextmanager
    def reading(self) -> Iterator[Connection]:
        with self._database.reading() as connection:
            yield MortalConnection(connection, self._fate)

    def close(self) -> None:
        self._database.close()
