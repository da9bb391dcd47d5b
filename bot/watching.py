"""The database under watch: whether it takes writes is known to /health at once, and told once.

It answers for `Condition` of the database: ill with the first transaction that fails, well again when a write of some
size has been committed. It must not try again for anybody: what failed has failed, and its caller knows.
"""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Iterator

from bot.clock import iso, utc_now
from bot.condition import Condition
from storage import channels
from storage.database import Connection, Database, Dialect, StorageBusy, StorageConflict, StorageError

PROBE_SECONDS = 1.0
PROBE = "đ" * 32_000  # where a page or two are left, small writes would pass and the next large one fail


def told_by_database(error: BaseException) -> bool:
    """True when the database's own line in the log says it: whoever was held up need not say it again."""
    return isinstance(error, StorageError) and not isinstance(error, StorageConflict)


class WatchedDatabase:
    """A `Database` that tells `condition` how it is."""

    def __init__(self, database: Database, condition: Condition) -> None:
        self.dialect: Dialect = database.dialect
        self.condition = condition
        self._database = database
        self._probing = threading.Lock()
        self._stopped = threading.Event()

    @contextlib.contextmanager
    def transaction(self) -> Iterator[Connection]:
        with self._watched(), self._database.transaction() as connection:
            yield connection

    @contextlib.contextmanager
    def reading(self) -> Iterator[Connection]:
        with self._watched(), self._database.reading() as connection:
            yield connection

    def close(self) -> None:
        self.stop()
        self._database.close()

    def stop(self) -> None:
        """Watch no longer; whoever opened the database closes it."""
        self._stopped.set()

    @contextlib.contextmanager
    def _watched(self) -> Iterator[None]:
        try:
            yield
        except StorageError as error:
            if self._is_trouble(error):
                self.condition.ill(str(error))
                self._probe()
            raise

    def _is_trouble(self, error: StorageError) -> bool:
        """Two PostgreSQL transactions in each other's way are daily life; a SQLite file busy for seconds is not."""
        return told_by_database(error) and not (isinstance(error, StorageBusy) and self.dialect == "postgresql")

    def _probe(self) -> None:
        if self._probing.acquire(blocking=False):
            threading.Thread(target=self._probe_until_well, name="probe", daemon=True).start()

    def _probe_until_well(self) -> None:
        taken = False
        try:
            while not taken and not self._stopped.wait(PROBE_SECONDS):
                with contextlib.suppress(StorageError):
                    for value in (PROBE, ""):
                        with self._database.transaction() as connection:
                            channels.set_cursor(connection, "probe", value, iso(utc_now()))
                    taken = True
        finally:
            self._probing.release()
        # Only now: who fails from here on makes it ill again and finds nobody probing.
        if taken:
            self.condition.well()
