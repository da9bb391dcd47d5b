"""The console's small pure parts: reading forms, telling values, files that leave, menus and pages."""

from __future__ import annotations

import datetime
import io

import openpyxl
import pytest
from starlette.datastructures import FormData

from bot.console import exports, forms, paging, passwords, second_factor, telling
from bot.console.roles import parse_role


def test_values_are_told_as_people_write_them() -> None:
    assert telling.moment("2026-11-22T18:01:33.123Z") == "23/11/2026 01:01"
    assert telling.moment("") == "–"
    assert [telling.day(at) for at in ("2026-11-22", "2026-11-22T18:01:33.123Z", "")] == [
        "22/11/2026",
        "23/11/2026",
        "–",
    ]
    assert [telling.number(value) for value in (0, 1234567, 1234.5, 3.0)] == ["0", "1.234.567", "1.234,5", "3"]
    assert [telling.percent(1, 8), telling.percent(0, 0)] == ["12,5 %", "–"]


def test_a_form_is_read_safely() -> None:
    form = FormData(
        [
            *(
                ("name", "  Lan\u0000  Anh\n"),
                ("text", "một\r\nhai\r\n"),
                ("role", "viewer"),
                ("many", "a"),
                ("many", "x"),
            ),
            *(("n", "1.000"), ("big", "99999"), ("day", "22/11/2026"), ("iso", "2026-11-22"), ("bad", "31/02/2026")),
        ]
    )
    assert forms.read_text(form, "name") == "Lan Anh"
    assert forms.read_text(form, "text", 3) == "một"
    assert forms.read_lines(form, "text") == "một\nhai"
    assert forms.read_choice(form, "role", ("viewer",)) == "viewer"
    assert forms.read_choice(form, "role", ("admin",)) == ""
    assert forms.read_many(form, "many", ("a", "b")) == {"a"}
    assert [forms.read_number(form, name, 0, 5000) for name in ("n", "big", "name", "none")] == [1000, None, None, None]
    days = [forms.read_date(form, name) for name in ("day", "iso", "bad")]
    assert days == [datetime.date(2026, 11, 22)] * 2 + [None]
    assert (forms.read_tick(form, "role"), forms.read_tick(form, "none"), forms.read_file(form, "name")) == (
        *(True, False, None),
    )


@pytest.mark.parametrize("cell", ["=HYPERLINK(1)", "+84912345678", "-1", "@x", "\tx"])
def test_nothing_a_worker_wrote_becomes_a_formula(cell: str) -> None:
    assert exports.write_csv(["a"], [[cell]]).decode("utf-8-sig").splitlines()[1].strip('"').startswith("'")
    sheet = openpyxl.load_workbook(io.BytesIO(exports.write_xlsx("Danh sách", ["a"], [[cell, 5]]))).active
    assert sheet is not None
    assert (sheet["A2"].value, sheet["A2"].data_type, sheet["B2"].value) == (cell, "s", 5)


def test_vietnamese_survives_the_way_into_a_spreadsheet() -> None:
    assert exports.write_csv(["Họ tên"], [["Nguyễn Thị Lan"]]) == "\ufeffHọ tên\r\nNguyễn Thị Lan\r\n".encode()


@pytest.mark.parametrize(
    ("asked", "number"), [("", 1), ("0", 1), ("7", 7), ("-3", 1), ("x", 1), ("9" * 30, 1), ("²", 1)]
)
def test_a_page_number_is_always_a_number(asked: str, number: int) -> None:
    assert paging.page_number({"page": asked}) == number


def test_pages_are_counted() -> None:
    assert [paging.PageOf([], 1, total).pages for total in (0, 50, 51)] == [1, 1, 2]
    assert [paging.offset(1), paging.offset(3)] == [0, 100]


def test_passwords_match_only_themselves_and_nobody_has_none() -> None:
    stored = passwords.hash_password("mưa rào tháng bảy")
    assert stored.startswith("$argon2id$v=19$m=19456,t=2,p=1$")
    assert passwords.matches(stored, "mưa rào tháng bảy")
    assert not passwords.matches(stored, "mưa rào tháng tám")
    assert not passwords.matches(None, "mưa rào tháng bảy")
    assert passwords._NOBODYS.split("$")[:4] == stored.split("$")[:4]
    assert [len(part) for part in passwords._NOBODYS.split("$")] == [len(part) for part in stored.split("$")]
    assert not passwords.matches("hong", "mưa rào tháng bảy")
    assert passwords.hash_code("AbCd-EfGh") == passwords.hash_code("abcd efgh")
    assert passwords.digest("a", "x") != passwords.digest("b", "x")


def test_the_codes_of_the_standard_are_accepted_one_step_early_and_late() -> None:
    secret = "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ"  # RFC 6238, appendix B: 07081804 at this second
    at, step = 1111111109, 1111111109 // 30
    for shift, found in ((0, step), (30, step), (-30, step), (60, None), (-60, None)):
        now = datetime.datetime.fromtimestamp(at + shift, datetime.UTC)
        assert second_factor.find_step(secret, "081 804", now) == found, shift
        assert second_factor.find_step("", "081804", now) is None


def test_an_unknown_role_is_refused() -> None:
    with pytest.raises(ValueError, match="không phải là vai trò"):
        parse_role("chu-tich")
