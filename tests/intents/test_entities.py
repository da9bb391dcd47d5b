"""Amounts, lengths of time, dates and phone numbers: what is read, and what is rather not read."""

from __future__ import annotations

import datetime
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from intents.entities import find_day, find_money, find_months, find_percent, find_phone

SUNDAY = datetime.date(2026, 11, 22)


@pytest.mark.parametrize(
    ("text", "dong"),
    [
        ("lương 8tr", 8_000_000),
        ("5 triệu rưỡi", 5_500_000),
        ("hai triệu rưỡi", 2_500_000),
        ("7tr5", 7_500_000),
        ("7tr250", 7_250_000),
        ("7 triệu 250 nghìn", 7_250_000),
        ("7,5 triệu một tháng", 7_500_000),
        ("8tr/tháng", 8_000_000),
        ("8.000.000", 8_000_000),
        ("8,000,000đ", 8_000_000),
        ("500k", 500_000),
        ("1 tỷ 2", 1_200_000_000),
        ("1 tỉ 200 triệu", 1_200_000_000),
        ("vay 50 triệu 3 năm", 50_000_000),
        ("vay 50 trieu trong 3 nam", 50_000_000),
        ("luong 4500000 dong", 4_500_000),
        ("mười triệu", 10_000_000),
        ("lương mười hai triệu", 12_000_000),
        ("mười lăm triệu rưỡi", 15_500_000),
        ("hai muoi tu trieu", 24_000_000),
        ("năm mươi triệu", 50_000_000),
        ("trăm hai mươi triệu", 120_000_000),
        ("ba trăm linh năm triệu", 305_000_000),
    ],
)
def test_money_is_read(text: str, dong: int) -> None:
    found = find_money(text)
    assert found is not None
    assert found.dong == dong


@pytest.mark.parametrize(
    "text",
    [
        "",
        "năm 2026",
        "3 tháng",
        "60%",
        "10 người",
        "0912345678",
        "001095012345",
        "15/12/2026",
        "5 m",
        "tr",
        "vài trăm triệu",
    ],
)
def test_what_may_not_be_money_is_not_read(text: str) -> None:
    assert find_money(text) is None


def test_money_says_where_it_stood() -> None:
    text = "lương em 7tr5 ạ"
    found = find_money(text)
    assert found is not None
    assert text[found.start : found.end] == "7tr5"


@pytest.mark.parametrize(
    ("text", "months"),
    [
        ("đóng 3 năm 4 tháng", 40),
        ("dong 3 nam 4 thang", 40),
        ("40 th", 40),
        ("40th", 40),
        ("2 năm rưỡi", 30),
        ("ba năm", 36),
        ("sáu tháng rồi", 6),
        ("vay 50tr 5 năm", 60),
    ],
)
def test_lengths_of_time_are_read(text: str, months: int) -> None:
    found = find_months(text)
    assert found is not None
    assert found.months == months


@pytest.mark.parametrize("text", ["", "tháng 8", "từ tháng 8", "năm 2026", "Việt Nam năm 2026", "2 tháng rưỡi", "12t"])
def test_points_in_time_are_no_lengths(text: str) -> None:
    assert find_months(text) is None


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("mai em đi", datetime.date(2026, 11, 23)),
        ("ngày kia", datetime.date(2026, 11, 24)),
        ("hôm nay", SUNDAY),
        ("chủ nhật", SUNDAY),
        ("thứ 7", datetime.date(2026, 11, 28)),
        ("thu bay", datetime.date(2026, 11, 28)),
        ("thứ hai tuần sau", datetime.date(2026, 11, 23)),
        ("15/12", datetime.date(2026, 12, 15)),
        ("ngày 15 tháng 12", datetime.date(2026, 12, 15)),
        ("15-12-26", datetime.date(2026, 12, 15)),
        ("3/1", datetime.date(2027, 1, 3)),
        ("20/11", datetime.date(2026, 11, 20)),
        ("cuối tháng", datetime.date(2026, 11, 30)),
        ("cuoi thang sau", datetime.date(2026, 12, 31)),
    ],
)
def test_days_are_read_from_today(text: str, day: datetime.date) -> None:
    found = find_day(text, SUNDAY)
    assert found is not None
    assert found.date == day


@pytest.mark.parametrize("text", ["", "31/2", "chị Mai", "nghề may", "8.000.000", "1/2 tháng", "phiên 15"])
def test_what_may_not_be_a_day_is_not_read(text: str) -> None:
    assert find_day(text, SUNDAY) is None


@pytest.mark.parametrize(
    "text", ["0912345678", "sđt 0912 345 678 nhé", "+84912345678", "+84 912 345 678", "0912.345.678", "84912345678"]
)
def test_a_mobile_number_is_read_however_it_is_grouped(text: str) -> None:
    found = find_phone(text)
    assert found is not None
    assert found.number == "0912345678"


@pytest.mark.parametrize("text", ["", "091234567", "01234567890", "1900 9068", "0243 123 4567", "8.000.000"])
def test_other_numbers_are_no_mobile_numbers(text: str) -> None:
    assert find_phone(text) is None


@given(st.text() | st.text("0123456789.,/+- trieuđngăkmấy"))
def test_nothing_raises_and_spans_lie_in_the_text(text: str) -> None:
    length = len(unicodedata.normalize("NFC", unicodedata.normalize("NFC", text).lower()))
    for found in (find_money(text), find_months(text), find_phone(text), find_day(text, SUNDAY)):
        assert found is None or 0 <= found.start < found.end <= length


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("lãi 6,6%/năm", "6.6"),
        ("4.8 %", "4.8"),
        ("8 phần trăm", "8"),
        ("lai suat 8,38", "8.38"),
        ("lãi 4.8 trong 3 năm", "4.8"),
    ],
)
def test_a_percentage_is_read(text: str, value: str) -> None:
    found = find_percent(text)
    assert found is not None
    assert str(found.value) == value


@pytest.mark.parametrize("text", ["lãi 6,6 triệu", "vay 100 triệu", "120%", "lãi 3 tháng", ""])
def test_what_is_not_a_percentage_is_not_read(text: str) -> None:
    assert find_percent(text) is None
