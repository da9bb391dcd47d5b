"""What a transaction promises on both databases, and how each way of failing shows itself."""

from __future__ import annotations

import itertools
import os
import shutil
import signal
import sqlite3
import subprocess
import sys
import tempfile
import threading
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from storage.database import (
    Database,
    StorageBusy,
    StorageConflict,
    StorageDamaged,
    StorageError,
    StorageFull,
    StorageReadOnly,
    StorageUnavailable,
    open_database,
)
from storage.migrations import migrate
from storage.people import count_people, find_person, get_or_create_person
from storage.postgresql import translate
from storage.seen import mark_seen
from storage.sql import translated

NOW = "2026-11-22T13:01:33.123Z"
ROOT = Path(__file__).parents[2]


def test_the_folder_of_a_new_file_is_created(tmp_path: Path) -> None:
    open_database(f"sqlite:///{tmp_path}/dữ liệu/gocua.db").close()
    assert (tmp_path / "dữ liệu" / "gocua.db").exists()


@pytest.mark.parametrize("url", ["", "gocua.db", "sqlite:///", "mysql://máy/tên"])
def test_another_kind_of_address_is_refused_with_both_right_forms(url: str) -> None:
    with pytest.raises(ValueError, match=r"sqlite:///.*postgresql://"):
        open_database(url)


def test_what_a_block_wrote_is_there_and_what_a_raising_block_wrote_is_not(database: Database) -> None:
    def write_and_fail() -> None:
        with database.transaction() as c:
            get_or_create_person(c, "web", "minh", "Minh", NOW)
            raise ZeroDivisionError

    with database.transaction() as c:
        get_or_create_person(c, "web", "lan", "Lan", NOW)
    with pytest.raises(ZeroDivisionError):
        write_and_fail()
    with database.reading() as c:
        assert find_person(c, "web", "lan") is not None
        assert find_person(c, "web", "minh") is None


def test_a_block_that_hid_an_sql_error_never_pretends_to_have_committed(database: Database) -> None:
    """PostgreSQL answers ROLLBACK to such a COMMIT, without an error; SQLite keeps what came before."""

    def write() -> None:
        with database.transaction() as c:
            get_or_create_person(c, "web", "lan", "Lan", NOW)
            with pytest.raises(StorageConflict):
                c.execute("INSERT INTO dialogues (person_id, state_json) VALUES (1, '')")

    if database.dialect == "postgresql":
        with pytest.raises(StorageConflict):
            write()
        stored = 0
    else:
        write()
        stored = 1
    with database.reading() as c:
        assert count_people(c) == stored


def test_a_transaction_in_a_transaction_is_a_mistake_and_not_a_deadlock(database: Database) -> None:
    with database.transaction(), pytest.raises(RuntimeError), database.transaction():
        pass
    with database.transaction() as c:
        assert count_people(c) == 0


def test_a_reader_sees_one_moment_and_does_not_wait_for_the_writer(database: Database) -> None:
    with database.reading() as reader, database.transaction() as writer:
        assert count_people(reader) == 0
        get_or_create_person(writer, "web", "lan", "Lan", NOW)
        assert count_people(reader) == 0
    with database.reading() as reader:
        assert count_people(reader) == 1
        with database.transaction() as writer:
            get_or_create_person(writer, "web", "minh", "Minh", NOW)
        assert count_people(reader) == 1


def test_a_reader_cannot_write(database: Database) -> None:
    with pytest.raises(StorageReadOnly), database.reading() as c:
        mark_seen(c, "web", "1", NOW)


def test_any_text_a_phone_can_produce_is_stored_the_same_on_both(database: Database) -> None:
    odd = "100% ': :name {moment} \\ 👍 Đỗ Thị Hoà\n\t"
    with database.transaction() as c:
        assert get_or_create_person(c, "web", "1", odd, NOW).name == odd
        assert get_or_create_person(c, "web", "2", "a\0b", NOW).name == "ab"
        assert get_or_create_person(c, "web", "3", "é\ud83d", NOW).name == "é?"


def test_a_foreign_key_is_kept(database: Database) -> None:
    with pytest.raises(StorageConflict), database.transaction() as c:
        c.execute("INSERT INTO dialogues (person_id, state_json, updated_at) VALUES (99, '', :now)", {"now": NOW})


def test_eight_threads_write_at_once_and_nothing_is_lost_or_refused(database: Database) -> None:
    failures: list[BaseException] = []

    def write(thread: int) -> None:
        try:
            for n in range(10):
                with database.transaction() as c:
                    get_or_create_person(c, "web", f"{thread}-{n}", "", NOW)
                with database.reading() as c:
                    assert find_person(c, "web", f"{thread}-{n}")
        except BaseException as error:  # noqa: BLE001 — whatever it is, the test must show it
            failures.append(error)

    threads = [threading.Thread(target=write, args=(n,)) for n in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []
    with database.reading() as c:
        assert count_people(c) == 80


WRITE_AND_HANG = """
import sys, time
from storage.database import open_database
from storage.people import get_or_create_person
from storage.postgresql import translate
from storage.seen import mark_seen
with open_database(sys.argv[1]).transaction() as c:
    mark_seen(c, "web", "7", "2026-11-22T13:01:33.123Z")
    get_or_create_person(c, "web", "lan", "Lan", "2026-11-22T13:01:33.123Z")
    print("written", flush=True)
    time.sleep(60)
"""


def test_a_process_killed_in_a_transaction_leaves_nothing_of_it(database: Database, database_url: str) -> None:
    with subprocess.Popen(
        [sys.executable, "-c", WRITE_AND_HANG, database_url], cwd=ROOT, stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "written\n"
        process.send_signal(signal.SIGKILL)
    with database.transaction() as c:
        assert mark_seen(c, "web", "7", NOW)
        assert count_people(c) == 0


# SQLite alone


def test_a_full_disk_says_so_and_loses_nothing(sqlite_database: Database) -> None:
    with sqlite_database.transaction() as c:
        pages = c.rows("PRAGMA page_count")[0]["page_count"]
        c.rows(f"PRAGMA max_page_count = {pages + 4}")

    stored = []

    def fill() -> None:
        for n in itertools.count():
            with sqlite_database.transaction() as c:
                get_or_create_person(c, "web", str(n), "x" * 500, NOW)
            stored.append(n)

    with pytest.raises(StorageFull, match="dung lượng"):
        fill()
    with sqlite_database.reading() as c:
        assert count_people(c) == len(stored) > 0

    with sqlite_database.transaction() as c:
        c.rows(f"PRAGMA max_page_count = {pages + 1000}")
    with sqlite_database.transaction() as c:
        get_or_create_person(c, "web", "after", "", NOW)


@pytest.fixture
def open_folder() -> Iterator[Path]:
    """A folder every user may enter; pytest's own is closed to all but the one who runs it."""
    folder = Path(tempfile.mkdtemp(prefix="gocua-"))
    folder.chmod(0o755)
    yield folder
    shutil.rmtree(folder)


def test_a_file_without_write_permission_says_so(open_folder: Path) -> None:
    path = open_folder / "gocua.db"
    database = open_database(f"sqlite:///{path}")
    migrate(database, NOW)
    database.close()
    path.chmod(0o444)
    open_folder.chmod(0o777)
    was_root = os.geteuid() == 0
    if was_root:  # permissions do not bind root
        os.seteuid(65534)
    try:
        with pytest.raises(StorageReadOnly, match="quyền ghi"):
            _write_once(f"sqlite:///{path}")
    finally:
        if was_root:
            os.seteuid(0)


def _write_once(url: str) -> None:
    database = open_database(url)
    try:
        with database.transaction() as c:
            mark_seen(c, "web", "1", NOW)
    finally:
        database.close()


def test_a_file_held_by_another_process_is_busy(
    sqlite_database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("storage.sqlite.BUSY_SECONDS", 0.05)
    other = open_database(f"sqlite:///{tmp_path / 'gocua.db'}")
    # Another process, as far as SQLite can tell: another connection, without our lock.
    with sqlite_database.transaction(), pytest.raises(StorageBusy), other.transaction():
        pass
    with other.transaction() as c:
        assert count_people(c) == 0
    other.close()


def test_a_file_that_is_no_database_says_to_restore(tmp_path: Path) -> None:
    (tmp_path / "gocua.db").write_text("Sổ tay của phòng một cửa. " * 100)
    with pytest.raises(StorageDamaged, match="bản sao lưu"):
        open_database(f"sqlite:///{tmp_path / 'gocua.db'}")


def test_a_folder_that_cannot_be_made_says_so(tmp_path: Path) -> None:
    (tmp_path / "data").write_text("a file, not a folder")
    with pytest.raises(StorageUnavailable, match="GOCUA_DB_URL"):
        open_database(f"sqlite:///{tmp_path}/data/gocua.db")


def test_sqlite_writes_reach_the_disk_before_they_are_acknowledged(sqlite_database: Database) -> None:
    with sqlite_database.transaction() as c:
        assert c.rows("PRAGMA synchronous") == [{"synchronous": 2}]
        assert c.rows("PRAGMA journal_mode") == [{"journal_mode": "wal"}]
        assert c.rows("PRAGMA foreign_keys") == [{"foreign_keys": 1}]


# PostgreSQL alone


@pytest.fixture
def postgresql(postgresql_server: str) -> Iterator[Database]:
    database = open_database(postgresql_server)
    yield database
    database.close()


def test_connections_that_died_in_the_pool_are_replaced(postgresql: Database, postgresql_server: str) -> None:
    with postgresql.reading() as one, postgresql.transaction() as two:
        pids = [c.rows("SELECT pg_backend_pid() AS pid")[0]["pid"] for c in (one, two)]
    with psycopg.connect(postgresql_server, autocommit=True) as admin:
        for pid in pids:
            admin.execute("SELECT pg_terminate_backend(%s, 5000)", [pid])
    for _ in range(3):
        with postgresql.transaction() as c:
            assert c.rows("SELECT pg_backend_pid() AS pid")[0]["pid"] not in pids


def test_a_connection_that_dies_in_the_block_is_unavailable_and_the_next_block_works(
    postgresql: Database, postgresql_server: str
) -> None:
    def write_while_the_connection_dies() -> None:
        with postgresql.transaction() as c:
            pid = c.rows("SELECT pg_backend_pid() AS pid")[0]["pid"]
            with psycopg.connect(postgresql_server, autocommit=True) as admin:
                admin.execute("SELECT pg_terminate_backend(%s, 5000)", [pid])

    with pytest.raises(StorageUnavailable):
        write_while_the_connection_dies()
    with postgresql.transaction() as c:
        assert c.rows("SELECT 1 AS one") == [{"one": 1}]


@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
def test_a_deadlock_is_busy(database: Database) -> None:
    with database.transaction() as c:
        for address in ("lan", "minh"):
            get_or_create_person(c, "web", address, "", NOW)
    both_hold_one = threading.Barrier(2)
    outcomes: list[str] = []

    def take(first: str, second: str) -> None:
        try:
            with database.transaction() as c:
                get_or_create_person(c, "web", first, "", NOW)
                both_hold_one.wait()
                get_or_create_person(c, "web", second, "", NOW)
            outcomes.append("done")
        except StorageBusy:
            outcomes.append("busy")

    threads = [threading.Thread(target=take, args=names) for names in (("lan", "minh"), ("minh", "lan"))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(outcomes) == ["busy", "done"]


def test_a_server_that_is_away_says_so_at_once() -> None:
    with pytest.raises(StorageUnavailable, match="GOCUA_DB_URL"):
        open_database("postgresql://postgres@127.0.0.1:1/gocua")


def test_a_database_that_does_not_exist_says_so(postgresql_server: str) -> None:
    with pytest.raises(StorageUnavailable, match="no_such"):
        open_database(postgresql_server.replace("/postgres?", "/no_such?"))


# Translation


def test_parameters_and_tokens_for_each_driver() -> None:
    sql = "SELECT '50%' FROM t WHERE a = :a AND b=:b_1 {for_update}"
    assert translated(sql, "sqlite") == "SELECT '50%' FROM t WHERE a = :a AND b=:b_1 "
    assert translated(sql, "postgresql") == "SELECT '50%%' FROM t WHERE a = %(a)s AND b=%(b_1)s FOR UPDATE"
    with pytest.raises(KeyError):
        translated("SELECT {unknown}", "sqlite")


@pytest.mark.parametrize(
    ("state", "expected"),
    [
        ("40001", StorageBusy),
        ("40P01", StorageBusy),
        ("55P03", StorageBusy),
        ("57014", StorageBusy),
        ("53100", StorageFull),
        ("53300", StorageUnavailable),
        ("57P01", StorageUnavailable),
        ("08006", StorageUnavailable),
        ("28P01", StorageUnavailable),
        ("25006", StorageReadOnly),
        ("23505", StorageConflict),
        ("XX001", StorageDamaged),
    ],
)
def test_each_state_of_postgresql_has_its_error(state: str, expected: type[StorageError]) -> None:
    assert type(translate(psycopg.errors.lookup(state)("lỗi"))) is expected


def test_a_wrong_sql_text_is_a_bug_and_stays_what_it_is(database: Database) -> None:
    with pytest.raises((sqlite3.OperationalError, psycopg.errors.UndefinedTable)), database.transaction() as c:
        c.rows("SELECT 1 FROM no_such_table")
    with database.transaction() as c:
        assert count_people(c) == 0
