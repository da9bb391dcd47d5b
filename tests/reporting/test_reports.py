"""The report's files: the same numbers in both, the form of a letter, and nothing said that nobody recorded."""

from __future__ import annotations

import datetime
import functools
import io
from pathlib import Path

import docx
import openpyxl
import pytest

import main
from bot.reporting.letter import write_letter
from bot.reporting.periods import Period, parse_period
from bot.reporting.report import NO_DATA, Report, make_report
from bot.reporting.workbook import write_workbook
from content.load import load_library
from content.model import Library
from storage.database import Database
from storage.scope import WHOLE_CITY, Scope
from tests.reporting.history import History, make_history, write_history

NOVEMBER = Period("month", 2026, 11)
AFTERWARDS = datetime.datetime(2026, 12, 14, 3, tzinfo=datetime.UTC)
HISTORY = make_history(3)
HOA_XA = Scope(frozenset({"hoa-xa"}))


@functools.cache
def library() -> Library:
    return load_library(Path("content"))


def report_of(
    database: Database,
    scope: Scope = WHOLE_CITY,
    period: Period = NOVEMBER,
    now: datetime.datetime = AFTERWARDS,
    history: History | None = HISTORY,
) -> Report:
    if history:
        write_history(database, history)
    with database.reading() as c:
        return make_report(c, library(), scope, period, now)


def summary_of(report: Report) -> dict[str, tuple[object, ...]]:
    return {str(row[0]): row[2:] for row in report.sections[0].tables[0].rows}


def words_of(letter: bytes) -> str:
    document = docx.Document(io.BytesIO(letter))
    cells = [cell.text for table in document.tables for row in table.rows for cell in row.cells]
    return "\n".join([*(paragraph.text for paragraph in document.paragraphs), *cells])


@pytest.mark.parametrize("scope", [WHOLE_CITY, HOA_XA], ids=["city", "hoa-xa"])
def test_the_summary_is_what_happened_in_both_months(database: Database, scope: Scope) -> None:
    told = summary_of(report_of(database, scope))
    mine = {row["id"] for row in HISTORY.people if scope.covers(row["commune"])}
    spans = (NOVEMBER.span, NOVEMBER.before.span)
    asked, wrote = [], []
    for span in spans:
        turns = [
            row
            for row in HISTORY.turns
            if row["person_id"] in mine and span.from_at <= row["created_at"] < span.until_at
        ]
        asked.append(sum(row["outcome"] in {"answer", "clarify", "fallback"} for row in turns))
        wrote.append(len({row["person_id"] for row in turns}))
    assert told["Lượt hỏi"] == (asked[0], asked[1], asked[0] - asked[1])
    assert told["Người đã nhắn tin trong kỳ"] == (wrote[0], wrote[1], wrote[0] - wrote[1])
    parts = [told[f"– {name}"][0] for name in ("trả lời được ngay", "phải hỏi lại cho rõ", "chưa trả lời được")]
    assert sum(part for part in parts if isinstance(part, int)) == asked[0]


def test_what_nobody_recorded_is_never_told_as_zero(sqlite_database: Database) -> None:
    report = report_of(sqlite_database, history=None)
    assert {value for row in summary_of(report).values() for value in row} == {None}
    assert all(table.rows == () for section in report.sections for table in section.tables[1:])
    letter = words_of(write_letter(report))
    assert "Hệ thống chưa ghi nhận tin nhắn nào" in letter
    assert f"Trong kỳ {NO_DATA}." in letter
    book = openpyxl.load_workbook(io.BytesIO(write_workbook(report)))
    assert {book[name]["A5"].value for name in book.sheetnames[1:]} == {NO_DATA}


def test_attendance_that_was_not_taken_is_unknown_and_a_zero_among_answers_is_a_fact(
    sqlite_database: Database,
) -> None:
    write_history(sqlite_database, HISTORY)
    with sqlite_database.transaction() as c:
        c.execute("UPDATE registrations SET checked_in_at = '', outcome = ''")
    told = summary_of(report_of(sqlite_database, history=None))
    assert told["– lượt đã đến (điểm danh)"][0] is None
    assert told["– người báo đã được nhận việc"][0] is None
    with sqlite_database.transaction() as c:
        c.execute("UPDATE registrations SET outcome = 'absent'")
    assert summary_of(report_of(sqlite_database, history=None))["– người báo đã được nhận việc"][0] == 0


def test_a_period_before_the_first_message_is_not_compared_with(sqlite_database: Database) -> None:
    report = report_of(sqlite_database, period=parse_period("half", "2026-2"))
    assert summary_of(report)["Lượt hỏi"][1:] == (None, None)
    assert any("không có số liệu để so sánh" in note for note in report.notes)
    assert any("bắt đầu ghi nhận từ ngày" in note for note in report.notes)


def test_a_period_that_is_not_over_says_until_when(sqlite_database: Database) -> None:
    now = datetime.datetime(2026, 11, 22, 18, 5, tzinfo=datetime.UTC)
    report = report_of(sqlite_database, now=now)
    assert "Kỳ báo cáo chưa kết thúc: số liệu tính đến 01 giờ 05 ngày 23/11/2026." in report.notes
    assert report.today == datetime.date(2026, 11, 23)


def test_the_letter_has_the_form_of_the_decree(sqlite_database: Database) -> None:
    content = write_letter(report_of(sqlite_database, HOA_XA))
    document = docx.Document(io.BytesIO(content))
    paper = document.sections[0]
    sizes = (paper.page_width, paper.page_height, paper.top_margin, paper.bottom_margin)
    sides = (paper.left_margin, paper.right_margin)
    assert [round(size.mm) for size in (*sizes, *sides) if size] == [210, 297, 20, 20, 30, 15]
    assert {run.font.name for paragraph in document.paragraphs for run in paragraph.runs} == {"Times New Roman"}
    words = words_of(content)
    for part in (
        "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM",
        "Độc lập - Tự do - Hạnh phúc",
        "ỦY BAN NHÂN DÂN XÃ HÒA XÁ",
        "PHÒNG VĂN HÓA - XÃ HỘI",
        "/BC-VHXH",
        "Hòa Xá, ngày      tháng 12 năm 2026",
        "BÁO CÁO",
        "tháng 11 năm 2026",
        "I. TIẾP CẬN",
        "V. KHÓ KHĂN, VƯỚNG MẮC VÀ KIẾN NGHỊ",
        "[Cán bộ điền: kiến nghị, đề xuất với cấp trên]",
        "Nơi nhận:",
        "TRƯỞNG PHÒNG",
    ):
        assert part in words, part
    blanks = [run for paragraph in document.paragraphs for run in paragraph.runs if "[Cán bộ điền" in run.text]
    assert len(blanks) == 4
    assert all(run.font.highlight_color for run in blanks)


def test_letter_and_workbook_show_the_same_numbers(sqlite_database: Database) -> None:
    report = report_of(sqlite_database)
    book = openpyxl.load_workbook(io.BytesIO(write_workbook(report)))
    tables = [table for section in report.sections for table in section.tables]
    assert len(book.sheetnames) == len(tables)
    for sheet, table in zip(book.worksheets, tables, strict=True):
        rows = [tuple(cell.value for cell in row) for row in sheet.iter_rows(min_row=4)]
        assert rows[0] == table.header
        for written, row in zip(rows[1:], table.rows, strict=bool(table.rows)):
            assert written == tuple(NO_DATA if value is None else value for value in row)
        assert sheet.freeze_panes == "A5"
        assert str(sheet.page_setup.paperSize) == "9"
        assert all(cell.data_type in {"s", "n"} for row in sheet.iter_rows() for cell in row)
    letter = docx.Document(io.BytesIO(write_letter(report)))
    first = [[cell.text for cell in row.cells] for row in letter.tables[1].rows]
    assert first[0] == list(tables[0].header)
    assert [row[0] for row in first[1:]] == [row[0] for row in tables[0].rows]
    assert first[4][2] == str(tables[0].rows[3][2])


def test_a_title_is_text_whatever_it_looks_like(sqlite_database: Database) -> None:
    write_history(sqlite_database, HISTORY)
    with sqlite_database.transaction() as c:
        c.execute("UPDATE broadcasts SET title = '=1+1' || CHAR(7)")
    report = report_of(sqlite_database, history=None)
    book = openpyxl.load_workbook(io.BytesIO(write_workbook(report)))
    sheet = next(book[name] for name in book.sheetnames if "đợt thông báo" in name)
    assert (sheet["B5"].value, sheet["B5"].data_type) == ("=1+1", "s")
    assert "=1+1" in words_of(write_letter(report))


def test_another_commune_never_shows(sqlite_database: Database) -> None:
    report = report_of(sqlite_database, HOA_XA)
    letter = words_of(write_letter(report))
    assert "xã Hòa Xá" in letter
    assert "Ứng Hòa" not in letter
    assert "Hoàn Kiếm" not in letter


def test_the_command_writes_both_files_and_the_log(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    url = f"sqlite:///{tmp_path / 'gocua.db'}"
    call = ["--db-url", url, "report", "--commune", "hoa-xa", "--out", str(tmp_path / "bao-cao")]
    assert main.main([*call, "--month", "2026-11"]) == 0
    names = {"bao-cao-thang-2026-11-hoa-xa.docx", "bao-cao-thang-2026-11-hoa-xa.xlsx"}
    assert {path.name for path in (tmp_path / "bao-cao").iterdir()} == names
    capsys.readouterr()
    assert main.main([*call, "--month", "2026-14"]) == 1
    assert "không phải là kỳ báo cáo" in capsys.readouterr().err
    assert main.main(["--db-url", url, "report", "--year", "2026", "--commune", "khong-co"]) == 1
    assert "Không có xã, phường" in capsys.readouterr().err
