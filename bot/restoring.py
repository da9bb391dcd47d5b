"""`main.py restore`: puts a backup in the place of the database, never beneath a running bot and never unseen.

A backup is held to the note beside it before anything is touched; the file that stood there before is kept until a
person removes it. It must not start anything.
"""

from __future__ import annotations

import contextlib
import dataclasses
import datetime
import os
import shutil
import sqlite3
import time
from collections.abc import Iterator
from pathlib import Path

from bot.alone import only_process
from bot.backing_up import Backup, BackupError, find_tool, inspect_sqlite, read_note, run_tool, unpacked
from storage.database import Database, open_database
from storage.migrations import load_steps
from storage.tables import count_rows

LEAVING_LOOKS, LEAVING_SECONDS = 10, 0.2


@dataclasses.dataclass(frozen=True, slots=True)
class Restored:
    """What stands there now. `waiting` deliveries are sent when the bot starts and may have arrived before; `aside` is
    where the former file went, None when there was none.
    """

    backup: Backup
    waiting: int
    aside: Path | None


def restore(database_url: str, path: Path, now: datetime.datetime, *, force: bool) -> Restored:
    """Put the backup at `path` in place. `force` allows to replace a database that holds something.

    Raises BackupError, AlreadyRunning, StorageError or OSError, and then everything is as it was.
    """
    if not path.is_file():
        raise BackupError(f"Không thấy tệp {path}.")
    backup = read_note(path)
    if unknown := sorted(set(backup.migrations) - {step.name for step in load_steps()}):
        raise BackupError(f"Bản sao lưu mới hơn phần mềm này ({unknown[-1]}); hãy cập nhật phần mềm rồi khôi phục.")
    kind = "sqlite" if database_url.startswith("sqlite:///") else "postgresql"
    if backup.dialect != kind:
        raise BackupError(f"Bản sao lưu là của {backup.dialect}, còn GOCUA_DB_URL là {kind}.")
    aside = None
    if kind == "sqlite":
        aside = _restore_sqlite(Path(database_url.removeprefix("sqlite:///")), backup, now, force=force)
    else:
        _restore_postgresql(database_url, backup, force=force)
    database = open_database(database_url)
    try:
        return Restored(backup, _doubt_what_waits(database), aside)
    finally:
        database.close()


def _doubt_what_waits(database: Database) -> int:
    """What was on its way when the backup was made may have arrived since: the reports must say so."""
    with database.transaction() as c:
        c.execute("DELETE FROM leases")
        return c.execute(
            """
            UPDATE outbox SET may_repeat = 1, status = 'queued', lease_owner = '', leased_until = ''
            WHERE status IN ('queued', 'sending')
            """
        )


def _restore_sqlite(target: Path, backup: Backup, now: datetime.datetime, *, force: bool) -> Path | None:
    with only_process(f"sqlite:///{target}"):
        if target.exists() and not force and _holds_something(target):
            raise BackupError(
                f"{target} đang có dữ liệu. Chắc chắn muốn thay thì thêm --force; bản cũ vẫn được giữ lại."
            )
        fresh = target.with_name(target.name + ".restoring")
        try:
            with _plain(backup.path) as plain:
                shutil.copyfile(plain, fresh)
            fresh.chmod(0o600)
            rows, _ = inspect_sqlite(fresh)
            if rows != backup.rows:
                raise BackupError(f"{backup.path.name}: số dòng không khớp với lúc sao lưu.")
            aside = _put_aside(target, now)
            fresh.replace(target)
        finally:
            fresh.unlink(missing_ok=True)
    return aside


def _holds_something(target: Path) -> bool:
    try:
        with contextlib.closing(sqlite3.connect(f"file:{target}?mode=ro", uri=True)) as there:
            return bool(there.execute("SELECT 1 FROM people LIMIT 1").fetchone())
    except sqlite3.Error:
        return target.stat().st_size > 0  # whatever it is, it is not ours to throw away


def _put_aside(target: Path, now: datetime.datetime) -> Path | None:
    if not target.exists():
        return None
    with contextlib.suppress(sqlite3.Error), contextlib.closing(sqlite3.connect(target)) as there:
        there.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    aside = target.with_name(f"{target.name}.truoc-{now:%Y%m%dT%H%M%S}")
    target.replace(aside)
    for suffix in ("-wal", "-shm"):  # of a file that could not be read: they belong to it and not to the new one
        beside = target.with_name(target.name + suffix)
        if beside.exists():
            beside.replace(aside.with_name(aside.name + suffix))
    return aside


@contextlib.contextmanager
def _plain(path: Path) -> Iterator[Path]:
    if path.suffix != ".gz":
        yield path
        return
    with unpacked(path) as plain:
        yield plain


def _restore_postgresql(url: str, backup: Backup, *, force: bool) -> None:
    tool = find_tool("pg_restore")
    # A name of our own: the pool may hold several connections.
    database = open_database(f"{url}{'&' if '?' in url else '?'}application_name=gocua-restore-{os.getpid()}")
    try:
        others = _count_others(database)
        with database.reading() as c:
            rows = count_rows(c)
    finally:
        database.close()
    if others:
        raise BackupError(f"Còn {others} kết nối tới cơ sở dữ liệu: hãy dừng mọi tiến trình của bot rồi chạy lại.")
    if rows.get("people") and not force:
        raise BackupError("Cơ sở dữ liệu đang có dữ liệu. Chắc chắn muốn thay thì thêm --force, sau khi sao lưu nó.")
    one = ["--single-transaction", "--exit-on-error", "--clean", "--if-exists", "--no-owner"]
    run_tool([tool, *one, f"--dbname={_name(url)}", str(backup.path)], url)
    database = open_database(url)
    try:
        with database.reading() as c:
            if count_rows(c) != backup.rows:
                raise BackupError(f"{backup.path.name}: số dòng sau khi khôi phục không khớp với lúc sao lưu.")
    finally:
        database.close()


def _count_others(database: Database) -> int:
    """Who else is connected; whoever has just left is given a moment to be gone."""
    others = 0
    for _ in range(LEAVING_LOOKS):
        with database.reading() as c:
            row = c.row(
                """
                SELECT COUNT(*) AS n FROM pg_stat_activity
                WHERE datname = current_database() AND backend_type = 'client backend'
                    AND application_name <> current_setting('application_name')
                """
            )
        others = int(row["n"]) if row else 0
        if not others:
            break
        time.sleep(LEAVING_SECONDS)
    return others


def _name(url: str) -> str:
    from psycopg.conninfo import conninfo_to_dict  # noqa: PLC0415 — the driver, only where there is PostgreSQL

    return str(conninfo_to_dict(url).get("dbname") or "postgres")
