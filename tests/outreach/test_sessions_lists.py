"""Officials' lists: read as they come, told all mistakes at once, written so that they can be read again."""

from __future__ import annotations

import dataclasses
import datetime
import io
from pathlib import Path

import httpx
import openpyxl
import pytest
from icalendar import Calendar
from starlette.applications import Starlette

from bot.calendar_files import calendar_routes, write_calendar
from bot.clock import iso
from bot.console.exports import write_xlsx
from bot.doctoring import examine_calendar
from bot.rescheduling import as_new, cancel, keep_calendar, sync
from bot.session_lists import header, read_list, row_of, store_list
from bot.settings import load_settings
from content.load import load_library
from content.model import Library, PlannedSession
from storage import sessions
from storage.database import Database
from storage.sessions import NewSession

NOW = "2026-11-22T03:00:00.000Z"
LATER = "2026-11-23T03:00:00.000Z"
CSV = """SỞ NỘI VỤ HÀ NỘI;;;;;;
Tên phiên;LOẠI;ngay;Giờ bắt đầu;Gio ket thuc;Địa điểm;Xã, phường;Số chỗ
Phiên sáng;hàng ngày;5/12/2026;8h;11h30;144 Trần Phú;Hà Đông;1.200

Phiên về xã;Lưu Động;2026-12-06;08:00;11:00;Nhà văn hóa;hoa xa;
"""


@pytest.fixture(scope="module")
def library() -> Library:
    return load_library(Path(__file__).parents[2] / "content")


def test_a_list_is_read_whatever_its_accents_and_forms(library: Library) -> None:
    read = read_list(CSV.encode("utf-8-sig"), "lich.csv", library.places)
    assert read.problems == ()
    first, second = read.sessions
    assert (first.kind, first.commune, first.capacity) == ("hang-ngay", "ha-dong", 1200)
    assert (first.starts_at, first.ends_at) == ("2026-12-05T01:00:00.000Z", "2026-12-05T04:30:00.000Z")
    assert (second.kind, second.commune, second.slug) == ("luu-dong", "hoa-xa", "hoa-xa-2026-12-06-0800")


def test_every_mistake_is_told_with_its_row_and_nothing_is_taken(library: Library) -> None:
    wrong = CSV.replace("hàng ngày", "hàng năm").replace("8h;11h30", "11h30;8h") + "X;online;31/2/2026;25h;9h;;Huế;-3\n"
    read = read_list(wrong.encode(), "lich.csv", library.places)
    assert read.sessions == ()
    told = "\n".join(read.problems)
    for words in (
        "Dòng 3, cột “Loại phiên”: không hiểu “hàng năm”",
        "Dòng 3, cột “Giờ kết thúc”: giờ kết thúc không sau giờ bắt đầu",
        "Dòng 6, cột “Ngày”: “31/2/2026” không phải ngày",
        "Dòng 6, cột “Giờ bắt đầu”: “25h” không phải giờ",
        "Dòng 6, cột “Xã, phường”: không có xã, phường “Huế”",
        "Dòng 6, cột “Số chỗ”: “-3” không phải số đếm",
        "Dòng 6, cột “Địa điểm”: chưa ghi địa điểm",
    ):
        assert words in told


@pytest.mark.parametrize(
    ("data", "name", "words"),
    [
        (b"PK\x03\x04 not a zip", "a.xlsx", "Không đọc được tệp"),
        (b"", "a.xlsx", "Không đọc được tệp"),
        (b"\xff\xfe\x00", "a.csv", "không phải UTF-8"),
        ("Họ tên,Tuổi\nLan,20\n".encode(), "a.csv", "Không thấy dòng tiêu đề"),
        ("Tên phiên,Loại phiên,Ngày\nA,online,5/12/2026\n".encode(), "a.csv", "thiếu cột “Giờ bắt đầu”"),
        ("Tên phiên,Loại phiên,Ngày,Giờ bắt đầu,Giờ kết thúc\n".encode(), "a.csv", "không có phiên nào"),
    ],
)
def test_a_file_that_is_no_list_says_what_it_should_be(library: Library, data: bytes, name: str, words: str) -> None:
    [problem] = read_list(data, name, library.places).problems
    assert words in problem


def test_days_and_hours_of_a_workbook_are_read_as_excel_keeps_them(library: Library) -> None:
    book = openpyxl.Workbook()
    sheet = book.worksheets[0]
    sheet.append(["Tên phiên", "Loại phiên", "Ngày", "Giờ bắt đầu", "Giờ kết thúc", "Địa điểm", "Số chỗ"])
    sheet.append(["Phiên", "online", datetime.date(2026, 12, 5), datetime.time(8), datetime.time(11, 30), "A", 20.0])
    data = io.BytesIO()
    book.save(data)
    [session] = read_list(data.getvalue(), "lich.xlsx", library.places).sessions
    assert (session.starts_at, session.capacity) == ("2026-12-05T01:00:00.000Z", 20)


def test_what_is_written_can_be_read_again(library: Library, sqlite_database: Database) -> None:
    read = read_list(CSV.encode(), "lich.csv", library.places)
    with sqlite_database.transaction() as c:
        assert store_list(c, read.sessions, NOW) == (2, 0)
        assert store_list(c, read.sessions, NOW) == (0, 2)
        stored = sessions.list_sessions(c, "", "9999", 10)
    again = read_list(write_xlsx("Lịch", header(), [row_of(one) for one in stored]), "lich.xlsx", library.places)
    assert again.problems == ()
    assert again.sessions == tuple(as_new(one) for one in stored) == read.sessions


PLANNED = PlannedSession(
    "phien-1", "hang-ngay", "Phiên sáng", "2026-12-05T01:00:00.000Z", "2026-12-05T04:00:00.000Z", place="144 Trần Phú"
)


def renamed(title: str) -> list[PlannedSession]:
    return [PlannedSession(**{**{name: getattr(PLANNED, name) for name in PLANNED.__slots__}, "title": title})]


def test_files_bring_rows_up_and_delete_nothing(database: Database) -> None:
    assert sync(database, [PLANNED], NOW).added == ("phien-1",)
    assert sync(database, [PLANNED], NOW) == type(sync(database, [], NOW))()
    assert sync(database, renamed("Tên mới"), NOW).changed == ("phien-1",)
    with database.reading() as c:
        assert sessions.find_by_slug(c, "phien-1").title == "Tên mới"  # type: ignore[union-attr]


def test_what_the_console_changed_a_file_does_not_undo(database: Database) -> None:
    sync(database, [PLANNED], NOW)
    with database.transaction() as c:
        cancel(c, sessions.find_by_slug(c, "phien-1").id, NOW)  # type: ignore[union-attr]
    assert sync(database, renamed("Tên mới"), LATER).kept == ("phien-1",)
    assert sync(database, renamed("Tên mới"), LATER).kept == ()
    with database.reading() as c:
        assert sessions.find_by_slug(c, "phien-1").status == "huy"  # type: ignore[union-attr]


def test_the_clock_finishes_what_is_over(library: Library, sqlite_database: Database) -> None:
    sync(sqlite_database, [PLANNED], NOW)
    keep_calendar(sqlite_database, library, "2026-12-05T05:00:00.000Z")
    with sqlite_database.reading() as c:
        assert sessions.find_by_slug(c, "phien-1").status == "xong"  # type: ignore[union-attr]


def test_a_phone_keeps_one_entry_for_a_session_that_changes(sqlite_database: Database) -> None:
    new = NewSession("a", "online", "Phiên; có, dấu", PLANNED.starts_at, PLANNED.ends_at, link="https://example.org/a")
    with sqlite_database.transaction() as c:
        number = sessions.add_session(c, new, "console", "", NOW)
        before = sessions.get_session(c, number)
        after = cancel(c, number, LATER)
    now = datetime.datetime(2026, 11, 24, tzinfo=datetime.UTC)
    first, second = (Calendar.from_ical(write_calendar([one], now)).walk("VEVENT")[0] for one in (before, after))
    assert first["UID"] == second["UID"]
    assert second["SEQUENCE"] > first["SEQUENCE"]
    assert (first["STATUS"], second["STATUS"]) == ("CONFIRMED", "CANCELLED")
    assert str(first["SUMMARY"]) == "Phiên; có, dấu"
    assert first.decoded("DTSTART") == datetime.datetime(2026, 12, 5, 1, tzinfo=datetime.UTC)


async def test_the_page_serves_one_session_and_no_other(sqlite_database: Database) -> None:
    sync(sqlite_database, [PLANNED], NOW)
    app = httpx.ASGITransport(Starlette(routes=calendar_routes(sqlite_database)))
    async with httpx.AsyncClient(transport=app, base_url="http://test") as page:
        found = await page.get("/lich/phien-1.ics")
        assert found.headers["content-type"] == "text/calendar; charset=utf-8"
        assert "144 Trần Phú" in found.text
        assert (await page.get("/lich/phien-2.ics")).status_code == 404
        assert (await page.get("/lich/phien-x.ics")).status_code == 404


def test_doctor_names_what_no_file_speaks_of_any_more(sqlite_database: Database, tmp_path: Path) -> None:
    coming = datetime.datetime.now(datetime.UTC) + datetime.timedelta(days=3)
    day = {"starts_at": iso(coming), "ends_at": iso(coming + datetime.timedelta(hours=3))}
    sync(sqlite_database, [dataclasses.replace(PLANNED, **day)], NOW)
    with sqlite_database.reading() as c:
        rows = sessions.list_coming(c, NOW, 10)
    settings = load_settings({}, data_dir=tmp_path)
    assert [(one.state, "phien-1" in one.message) for one in examine_calendar(settings, rows)] == [("lưu ý", True)]
    assert [one.state for one in examine_calendar(settings, [])] == ["tốt"]
