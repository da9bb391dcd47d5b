"""`main.py backup`: one file that holds everything, made while the bot runs, proven readable, and the old ones let go.

Beside each file lies `<file>.json` with its digest and how many rows each table had; `bot.restoring` holds the file to
it. Whoever has these files has the workers' data: they are readable by their owner only.
"""

from __future__ import annotations

import contextlib
import dataclasses
import datetime
import gzip
import hashlib
import json
import os
import shutil
import sqlite3
import subprocess
from collections.abc import Iterator
from pathlib import Path

from bot.clock import iso, parse_iso
from storage.database import Database, open_database
from storage.tables import count_rows

PREFIX = "gocua-"
CHUNK = 2**20


class BackupError(ValueError):
    """A backup could not be made or is not whole; the sentence says in Vietnamese what to do."""


@dataclasses.dataclass(frozen=True, slots=True)
class Backup:
    """One finished backup. `rows` is table → how many; `migrations` the names of the steps it has."""

    path: Path
    dialect: str
    rows: dict[str, int]
    migrations: tuple[str, ...]
    sha256: str
    created_at: str

    @property
    def note(self) -> Path:
        """The file beside it that says all this."""
        return self.path.with_name(self.path.name + ".json")


def back_up(database_url: str, folder: Path, now: datetime.datetime, *, compress: bool, keep: int) -> Backup:
    """Write a verified backup into `folder` and keep only the newest `keep`. Raises BackupError, StorageError, OSError.

    What fails leaves no file that looks like a backup.
    """
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    database = open_database(database_url)
    try:
        name = f"{PREFIX}{now.astimezone(datetime.UTC):%Y%m%dT%H%M%S}Z"
        write = _write_sqlite if database.dialect == "sqlite" else _write_postgresql
        path = folder / f"{name}.{'sqlite3' if database.dialect == 'sqlite' else 'dump'}"
        part = path.with_name(path.name + ".part")
        if path.exists() or path.with_name(path.name + ".gz").exists():
            raise BackupError(f"Đã có bản sao lưu {path.name}; hãy chờ một giây rồi chạy lại.")
        try:
            rows, migrations = write(database, database_url, part)
            if compress and database.dialect == "sqlite":  # pg_dump compresses by itself
                part, path = _compressed(part), path.with_name(path.name + ".gz")
            backup = Backup(path, database.dialect, rows, migrations, digest(part), iso(now))
            part.chmod(0o600)
            _sync(part)
            backup.note.write_text(_note(backup), encoding="utf-8")
            part.replace(path)
        finally:
            for left in folder.glob("*.part"):
                left.unlink()
    finally:
        database.close()
    _let_go(folder, keep)
    return backup


def list_backups(folder: Path) -> list[Path]:
    """The finished backups here, the newest first."""
    found = (path for path in folder.glob(f"{PREFIX}*") if path.suffix in {".sqlite3", ".gz", ".dump"})
    return sorted(found, key=lambda path: path.name, reverse=True)


def read_note(path: Path) -> Backup:
    """What is written beside a backup. Raises BackupError when there is nothing, or not about this file."""
    note = path.with_name(path.name + ".json")
    try:
        told = json.loads(note.read_text(encoding="utf-8"))
        rows = {str(table): int(count) for table, count in told["rows"].items()}
        parse_iso(told["created_at"])
        backup = Backup(
            path, told["dialect"], rows, tuple(told["migrations"]), str(told["sha256"]), str(told["created_at"])
        )
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise BackupError(f"Không đọc được {note.name} đi kèm bản sao lưu: {error}.") from error
    if digest(path) != backup.sha256:
        raise BackupError(f"{path.name} không còn nguyên vẹn (sai mã kiểm tra); hãy dùng bản sao lưu khác.")
    return backup


def digest(path: Path) -> str:
    """The SHA-256 of a file, in hexadecimal."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def inspect_sqlite(path: Path) -> tuple[dict[str, int], tuple[str, ...]]:
    """Rows by table and the migrations of a SQLite file that is whole; BackupError when it is not."""
    with contextlib.closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True)) as copy:
        try:
            verdict = copy.execute("PRAGMA integrity_check").fetchone()[0]
            broken = copy.execute("PRAGMA foreign_key_check").fetchone()
            if verdict != "ok" or broken:
                raise BackupError(f"Tệp {path.name} không toàn vẹn: {verdict if verdict != 'ok' else broken}.")
            names = copy.execute(
                "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%' ORDER BY name"
            ).fetchall()
            rows = {name: copy.execute(f'SELECT COUNT(*) FROM "{name}"').fetchone()[0] for (name,) in names}  # noqa: S608
            steps = copy.execute("SELECT name FROM migrations ORDER BY number").fetchall()
        except sqlite3.DatabaseError as error:
            raise BackupError(f"Tệp {path.name} không phải bản sao lưu đọc được: {error}.") from error
    return rows, tuple(name for (name,) in steps)


def find_tool(name: str) -> str:
    """The path of one of PostgreSQL's programs, or BackupError that says how to get it."""
    found = shutil.which(name)
    if not found:
        raise BackupError(
            f"Không thấy chương trình {name}. Hãy cài postgresql-client cùng phiên bản với máy chủ PostgreSQL, "
            "hoặc dùng cách sao lưu của máy chủ ấy."
        )
    return found


def postgresql_environment(url: str) -> dict[str, str]:
    """The address for PostgreSQL's programs. Not as an argument: everybody on the machine sees those."""
    from psycopg.conninfo import conninfo_to_dict  # noqa: PLC0415 — the driver, only where there is PostgreSQL

    names = {"host": "PGHOST", "port": "PGPORT", "user": "PGUSER", "password": "PGPASSWORD", "dbname": "PGDATABASE"}
    names |= {"options": "PGOPTIONS", "sslmode": "PGSSLMODE", "sslrootcert": "PGSSLROOTCERT"}
    given = conninfo_to_dict(url)
    wanted = {variable: str(given[key]) for key, variable in names.items() if given.get(key)}
    return {**os.environ, **wanted}


def run_tool(arguments: list[str], url: str) -> str:
    """Run one of PostgreSQL's programs and return what it prints; BackupError with its own words when it fails."""
    done = subprocess.run(  # noqa: S603 — ours
        arguments, env=postgresql_environment(url), capture_output=True, text=True, check=False
    )
    if done.returncode:
        raise BackupError(f"{Path(arguments[0]).name} báo lỗi: {done.stderr.strip()[:500]}")
    return done.stdout


def _write_sqlite(_database: Database, url: str, part: Path) -> tuple[dict[str, int], tuple[str, ...]]:
    """SQLite's online backup: one consistent moment, and whoever writes goes on writing."""
    source = Path(url.removeprefix("sqlite:///"))
    with (
        contextlib.closing(sqlite3.connect(f"file:{source}?mode=ro", uri=True)) as live,
        contextlib.closing(sqlite3.connect(part)) as copy,
    ):
        live.backup(copy)
        copy.execute("PRAGMA journal_mode = DELETE")  # one file, nothing beside it
    return inspect_sqlite(part)


def _write_postgresql(database: Database, url: str, part: Path) -> tuple[dict[str, int], tuple[str, ...]]:
    """pg_dump of exactly the moment at which the rows are counted."""
    tool, lister = find_tool("pg_dump"), find_tool("pg_restore")
    with database.reading() as c:
        row = c.row("SELECT pg_export_snapshot() AS snapshot, current_schema() AS schema")
        assert row is not None
        rows = count_rows(c)
        steps = tuple(step["name"] for step in c.rows("SELECT name FROM migrations ORDER BY number"))
        schema, snapshot = f"--schema={row['schema']}", f"--snapshot={row['snapshot']}"
        run_tool([tool, "--format=custom", "--no-owner", schema, snapshot, f"--file={part}"], url)
    listed = run_tool([lister, "--list", str(part)], url)
    missing = [table for table in rows if f"TABLE DATA {row['schema']} {table} " not in listed]
    if missing:
        raise BackupError(f"Bản sao lưu thiếu bảng {', '.join(missing)}.")
    return rows, steps


def _compressed(part: Path) -> Path:
    target = part.with_name(part.name.removesuffix(".part") + ".gz.part")
    with part.open("rb") as plain, gzip.open(target, "wb", compresslevel=6) as packed:
        shutil.copyfileobj(plain, packed, CHUNK)
    with unpacked(target) as again:
        if digest(again) != digest(part):
            raise BackupError("Bản nén không giống bản gốc; hãy xem lại ổ đĩa.")
    part.unlink()
    return target


@contextlib.contextmanager
def unpacked(path: Path) -> Iterator[Path]:
    """The plain file of a compressed one, beside it, while the block lasts."""
    plain = path.with_name(f"{path.name}.plain.part")
    try:
        with gzip.open(path, "rb") as packed, plain.open("wb") as target:
            shutil.copyfileobj(packed, target, CHUNK)
        yield plain
    except (gzip.BadGzipFile, EOFError) as error:
        raise BackupError(f"{path.name} không giải nén được: {error}.") from error
    finally:
        plain.unlink(missing_ok=True)


def _note(backup: Backup) -> str:
    told = {
        "created_at": backup.created_at,
        "dialect": backup.dialect,
        "sha256": backup.sha256,
        "migrations": backup.migrations,
        "rows": backup.rows,
    }
    return json.dumps(told, ensure_ascii=False, indent=1) + "\n"


def _sync(path: Path) -> None:
    with path.open("rb") as file:
        os.fsync(file.fileno())


def _let_go(folder: Path, keep: int) -> None:
    for path in list_backups(folder)[keep:]:
        path.unlink()
        path.with_name(path.name + ".json").unlink(missing_ok=True)
