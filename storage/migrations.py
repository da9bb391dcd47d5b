"""Brings a database to the shape this code expects, once, in order, and keeps the record of it.

The steps are the files `migrations/NNNN_name.sql`; a file that was ever applied is never edited again. Only
forward: the way back is a restored backup.
"""

from __future__ import annotations

import dataclasses
import hashlib
import re
from pathlib import Path

from storage.database import Connection, Database

FOLDER = Path(__file__).parent / "migrations"

_RECORD = """
    CREATE TABLE IF NOT EXISTS migrations (
        number INTEGER PRIMARY KEY,
        name TEXT NOT NULL,
        sha256 TEXT NOT NULL,
        applied_at {moment} NOT NULL
    )
"""


class MigrationError(Exception):
    """The database and this code do not belong together; the sentence says in Vietnamese what to do."""


@dataclasses.dataclass(frozen=True, slots=True)
class Step:
    """One file: `name` is its stem, `sha256` the digest of its bytes."""

    number: int
    name: str
    sql: str
    sha256: str

    def statements(self) -> list[str]:
        """The statements, each ended by a semicolon at the end of its line."""
        bare = re.sub(r"^\s*--.*$", "", self.sql, flags=re.MULTILINE)
        return [part.strip() for part in re.split(r";\s*$", bare, flags=re.MULTILINE) if part.strip()]


def load_steps(folder: Path = FOLDER) -> list[Step]:
    """All steps by number."""
    steps = []
    for path in sorted(folder.glob("[0-9][0-9][0-9][0-9]_*.sql")):
        content = path.read_bytes()
        steps.append(Step(int(path.stem[:4]), path.stem, content.decode("utf-8"), hashlib.sha256(content).hexdigest()))
    return steps


def migrate(database: Database, now: str, folder: Path = FOLDER) -> list[str]:
    """Apply what is missing in one transaction; return the names applied, oldest first.

    Two processes at once are safe: the second waits and finds nothing to do. Raises MigrationError when the
    database is newer than this code or when an applied file was changed since.
    """
    with database.transaction() as c:
        c.execute("{lock_schema}")
        c.execute(_RECORD)
        missing = _missing(c, load_steps(folder))
        for step in missing:
            for statement in step.statements():
                c.execute(statement)
            c.execute(
                """
                INSERT INTO migrations (number, name, sha256, applied_at)
                VALUES (:number, :name, :sha256, :now)
                """,
                {"number": step.number, "name": step.name, "sha256": step.sha256, "now": now},
            )
    return [step.name for step in missing]


def pending(database: Database, folder: Path = FOLDER) -> list[str]:
    """The names `migrate` would apply, oldest first; changes nothing. Raises as `migrate` does."""
    steps = load_steps(folder)
    with database.reading() as c:
        if not any(table["name"] == "migrations" for table in c.rows("{table_names}")):
            return [step.name for step in steps]
        return [step.name for step in _missing(c, steps)]


def _missing(c: Connection, steps: list[Step]) -> list[Step]:
    known = {step.number: step for step in steps}
    applied = c.rows("SELECT number, name, sha256 FROM migrations ORDER BY number")
    for row in applied:
        step = known.get(row["number"])
        if step is None:
            raise MigrationError(
                f"Cơ sở dữ liệu mới hơn phần mềm này (đã có bước “{row['name']}”): "
                "hãy chạy phiên bản phần mềm mới hơn, hoặc khôi phục bản sao lưu cũ."
            )
        if step.sha256 != row["sha256"]:
            raise MigrationError(
                f"Tệp storage/migrations/{step.name}.sql đã bị sửa sau khi áp dụng: "
                "hãy lấy lại tệp gốc; thay đổi mới phải nằm trong một tệp mới."
            )
    done = {row["number"] for row in applied}
    return [step for step in steps if step.number not in done]
