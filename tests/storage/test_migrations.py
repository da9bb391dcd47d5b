"""A database is brought to the present shape once, whoever comes first, and never backwards."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from storage.database import Database, open_database
from storage.migrations import FOLDER, MigrationError, load_steps, migrate, pending

NOW = "2026-11-22T13:01:33.123Z"
ROOT = Path(__file__).parents[2]


@pytest.fixture
def steps(tmp_path: Path) -> Path:
    """A folder of two small steps that a test may change."""
    folder = tmp_path / "steps"
    folder.mkdir()
    (folder / "0001_first.sql").write_text("-- one; two\nCREATE TABLE a (\n  id {identity}\n);\n")
    (folder / "0002_second.sql").write_text("CREATE TABLE b (n INTEGER);\nINSERT INTO b (n) VALUES (7);")
    return folder


@pytest.fixture
def empty(bare_database_url: str) -> Database:
    return open_database(bare_database_url)


def test_from_nothing_then_nothing_more_to_do(empty: Database) -> None:
    names = [step.name for step in load_steps()]
    assert pending(empty) == names
    assert migrate(empty, NOW) == names
    assert pending(empty) == []
    assert migrate(empty, "2027-01-01T00:00:00.000Z") == []
    with empty.reading() as c:
        assert {row["applied_at"] for row in c.rows("SELECT applied_at FROM migrations")} == {NOW}
    empty.close()


def test_only_the_missing_steps_are_applied_in_order(empty: Database, steps: Path) -> None:
    (steps / "0003_third.sql").write_text("INSERT INTO b (n) VALUES (8);")
    third = (steps / "0003_third.sql").rename(steps / "later.txt")
    assert migrate(empty, NOW, steps) == ["0001_first", "0002_second"]
    third.rename(steps / "0003_third.sql")
    assert pending(empty, steps) == ["0003_third"]
    assert migrate(empty, NOW, steps) == ["0003_third"]
    with empty.reading() as c:
        assert [row["n"] for row in c.rows("SELECT n FROM b ORDER BY n")] == [7, 8]
    empty.close()


def test_a_step_that_fails_undoes_all_of_them(empty: Database, steps: Path) -> None:
    (steps / "0003_wrong.sql").write_text("INSERT INTO no_such_table (n) VALUES (1);")
    with pytest.raises(Exception, match="no_such_table"):
        migrate(empty, NOW, steps)
    assert pending(empty, steps) == ["0001_first", "0002_second", "0003_wrong"]
    with empty.reading() as c:
        assert c.rows("{table_names}") == []
    empty.close()


def test_a_database_newer_than_the_code_is_refused(empty: Database, steps: Path) -> None:
    migrate(empty, NOW, steps)
    (steps / "0002_second.sql").unlink()
    for attempt in (lambda: migrate(empty, NOW, steps), lambda: pending(empty, steps)):
        with pytest.raises(MigrationError, match=r"mới hơn phần mềm.*0002_second"):
            attempt()
    empty.close()


def test_a_step_changed_after_it_was_applied_is_refused(empty: Database, steps: Path) -> None:
    migrate(empty, NOW, steps)
    shutil.copy(steps / "0002_second.sql", steps / "0001_first.sql")
    with pytest.raises(MigrationError, match=r"0001_first\.sql đã bị sửa"):
        migrate(empty, NOW, steps)
    empty.close()


MIGRATE = """
import sys
from storage.database import open_database
from storage.migrations import migrate
print(len(migrate(open_database(sys.argv[1]), "2026-11-22T13:01:33.123Z")))
"""


def test_three_processes_at_once_and_each_step_is_applied_once(bare_database_url: str) -> None:
    processes = [
        subprocess.Popen(
            [sys.executable, "-c", MIGRATE, bare_database_url], cwd=ROOT, stdout=subprocess.PIPE, text=True
        )
        for _ in range(3)
    ]
    applied = sorted(int(process.communicate()[0]) for process in processes)
    assert applied == [0, 0, len(load_steps())]


SHAPE = {
    "sqlite": """
        SELECT 'column' AS kind, t.name || '.' || i.name AS name, i."notnull" = 1 OR i.pk > 0 AS required
        FROM sqlite_master AS t JOIN pragma_table_info(t.name) AS i
        WHERE t.type = 'table' AND t.name NOT LIKE 'sqlite_%'
        UNION ALL
        SELECT 'index', name, 0 FROM sqlite_master WHERE type = 'index' AND sql IS NOT NULL
        ORDER BY 1, 2
    """,
    "postgresql": """
        SELECT 'column' AS kind, table_name || '.' || column_name AS name, is_nullable = 'NO' AS required
        FROM information_schema.columns WHERE table_schema = current_schema()
        UNION ALL
        SELECT 'index', indexname, FALSE FROM pg_indexes
        WHERE schemaname = current_schema() AND indexname NOT IN (SELECT conname FROM pg_constraint)
        ORDER BY 1, 2
    """,
}


def test_both_databases_have_the_same_columns_and_indices(database: Database, sqlite_database: Database) -> None:
    def shape(of: Database) -> list[tuple[str, str, bool]]:
        with of.reading() as c:
            rows = c.rows(SHAPE[of.dialect])
        return sorted((row["kind"], row["name"], bool(row["required"])) for row in rows)

    assert shape(database) == shape(sqlite_database)
    assert ("column", "outbox.leased_until", True) in shape(database)
    assert ("index", "outbox_one_in_flight", False) in shape(database)


def test_every_step_is_numbered_without_gaps() -> None:
    assert [step.number for step in load_steps()] == list(range(1, len(load_steps()) + 1))
    assert len(list(FOLDER.iterdir())) == len(load_steps())
