"""The export holds every table, names what is personal, and no secret ever."""

from __future__ import annotations

import datetime
import json
import zipfile
from pathlib import Path

import pytest

from bot.exporting import export
from storage import erasure, officials, people, turns
from storage.database import Database
from storage.tables import PERSONAL_COLUMNS, SECRET_TABLES, count_rows, list_tables, read_rows
from tests.conftest import NOW

TODAY = datetime.datetime(2026, 11, 22, 13, 0, tzinfo=datetime.UTC)
SECRET = "argon2-cua-lan"


def fill(database: Database) -> None:
    with database.transaction() as c:
        person = people.get_or_create_person(c, "telegram", "4711", "Nguyễn Thị Lan", NOW)
        turns.record_turn(c, person.id, "1", "text", "tôi mất việc", "answer", "bhtn.muc-huong", "{}", NOW)
        officials.add_official(c, "minh", "Minh", "admin", None, SECRET, NOW)


@pytest.mark.parametrize("personal", [True, False])
def test_every_table_with_or_without_what_tells_who_people_are(
    database: Database, tmp_path: Path, personal: bool
) -> None:
    fill(database)
    done = export(database, tmp_path / "x.zip", TODAY, personal=personal)
    with database.reading() as c:
        wanted = {table: count for table, count in count_rows(c).items() if table not in SECRET_TABLES}
    assert done.rows == wanted
    with zipfile.ZipFile(done.path) as archive:
        text = "\n".join(archive.read(name).decode() for name in archive.namelist())
        index = json.loads(archive.read("muc-luc.json"))
        cover = archive.read("DOC-TRUOC.txt").decode()
    assert all((word in text) == personal for word in ("Nguyễn Thị Lan", "tôi mất việc", "4711"))
    assert SECRET not in text
    assert index["personal_data"] == personal
    assert ("CÓ DỮ LIỆU CÁ NHÂN" in cover) == personal


def test_pages_join_without_a_gap(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("storage.tables.PAGE", 3)
    with database.transaction() as c:
        for n in range(10):
            people.get_or_create_person(c, "telegram", str(n), "", NOW)
            c.execute("INSERT INTO seen (channel, message_id, seen_at) VALUES ('z', :id, :now)", {"id": n, "now": NOW})
    with database.reading() as c:
        assert [row["address"] for row in read_rows(c, "people")] == [str(n) for n in range(10)]
        assert sorted(row["message_id"] for row in read_rows(c, "seen")) == [str(n) for n in range(10)]


def test_a_file_that_is_there_is_not_written_over(sqlite_database: Database, tmp_path: Path) -> None:
    (tmp_path / "x.zip").write_text("của ai đó")
    with pytest.raises(FileExistsError):
        export(sqlite_database, tmp_path / "x.zip", TODAY, personal=True)
    assert [path.name for path in tmp_path.iterdir() if path.suffix in {".zip", ".part"}] == ["x.zip"]


def test_whatever_is_kept_about_people_is_known_to_be_personal(sqlite_database: Database) -> None:
    about_people = {*erasure.TABLES, "people", "turns", "outbox", "seen"}
    assert about_people <= set(PERSONAL_COLUMNS)
    with sqlite_database.reading() as c:
        tables = set(list_tables(c))
        assert set(PERSONAL_COLUMNS) | SECRET_TABLES <= tables
        for table, columns in PERSONAL_COLUMNS.items():
            there = {row["name"] for row in c.rows(f"SELECT name FROM pragma_table_info('{table}')")}
            assert columns <= there, table
