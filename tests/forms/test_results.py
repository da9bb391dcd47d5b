"""What the two calculators say: the worked examples in words, what was assumed, and nothing without a figure."""

from __future__ import annotations

import dataclasses
import datetime

import pytest

from bot.forms.form import Setting
from bot.forms.walking import open_form
from tests.forms.conftest import Fill


def test_eight_million_over_forty_months(fill: Fill) -> None:
    text = fill("benefit_calculator", "lương 8tr đóng 40 tháng").say("10/9").text
    for words in (
        "**4.800.000 đồng**",
        "được hưởng **3 tháng**",
        "14.400.000 đồng",
        "Lẻ 4 tháng đóng: được bảo lưu",
        "hạn cuối nộp hồ sơ là **thứ Năm, 10/12/2026**",
        "thứ Hai, 23/11/2026 thì tính hưởng từ khoảng thứ Ba, 8/12/2026",
        "Ngày trên đã tránh thứ Bảy, Chủ nhật và ngày lễ, tết.",
        "Tôi giả định",
        "Cơ quan có thẩm quyền quyết định",
        "Nguồn: Luật Việc làm 74/2025/QH15, Điều 39",
    ):
        assert words in text


@pytest.mark.parametrize(
    ("region", "words"),
    [
        ("vùng 1", ["**26.550.000 đồng**", "30.000.000 đồng, vượt trần của vùng I"]),
        ("2", ["**23.650.000 đồng**", "vượt trần của vùng II"]),
        ("không rõ", ["**26.550.000 đồng**", "nếu ở vùng II thì trần là 23.650.000 đồng"]),
    ],
)
def test_the_region_is_asked_where_the_cap_binds(fill: Fill, region: str, words: list[str]) -> None:
    form = fill("benefit_calculator", "lương 50 triệu đóng 150 tháng")
    assert "vùng nào" in form.text
    text = form.say(region, "bỏ qua").text
    for each in [*words, "được hưởng **12 tháng**", "6 tháng đóng vượt quá 144 tháng không được bảo lưu"]:
        assert each in text


def test_the_region_is_not_asked_where_it_changes_nothing(fill: Fill) -> None:
    assert "region" not in fill("benefit_calculator", "lương 39 triệu đóng 40 tháng").answers
    assert "Ngày cuối cùng" in fill("benefit_calculator", "lương 39 triệu đóng 40 tháng").text
    assert "vùng nào" in fill("benefit_calculator", "lương 40 triệu đóng 40 tháng").text


def test_too_little_paid_gives_no_benefit_yet(fill: Fill) -> None:
    text = fill("benefit_calculator", "lương 8tr đóng 7 tháng").say("bỏ qua").text
    assert "**chưa đủ** 12 tháng" in text
    assert "7 tháng đã đóng không mất" in text
    assert "Tổng cộng" not in text


def test_a_deadline_that_has_passed_is_said(fill: Fill) -> None:
    assert "**đã quá hạn**" in fill("benefit_calculator", "lương 8tr đóng 40 tháng").say("10/7/2026").text


def test_a_loan_from_the_citys_money(fill: Fill) -> None:
    text = fill("loan_calculator", "vay 90 triệu 40 tháng").say("vốn Hà Nội", "không").text
    for words in (
        "lãi 6,6%/năm",
        "Tháng 1: gốc 2.250.000 + lãi 495.000 = **2.745.000 đồng**",
        "Tháng 3: gốc 2.250.000 + lãi 470.250",
        "Tháng 40: gốc 2.250.000 + lãi 12.375 = **2.262.375 đồng**",
        "Tổng tiền lãi: **10.147.500 đồng**",
        "cả gốc và lãi: 100.147.500 đồng",
        "vay từ vốn Hà Nội, lãi chung",
        "Ngân hàng quyết định",
    ):
        assert words in text
    assert "Tháng 4:" not in text


def test_a_loan_at_the_low_rate(fill: Fill) -> None:
    text = fill("loan_calculator", "vay 90 triệu 40 tháng").say("chưa biết", "có").text
    assert "lãi 4,8%/năm" in text
    assert "7.380.000 đồng" in text


def test_the_central_rate_is_the_banks_to_say(fill: Fill) -> None:
    form = fill("loan_calculator", "vay 50 triệu 12 tháng").say("vốn trung ương")
    assert "chưa có số xác thực" in form.text
    text = form.say("9").text
    assert "lãi 9%/năm" in text
    assert "lãi suất là số anh/chị đã gõ" in text


def test_without_the_central_rate_the_citys_is_named_as_such(fill: Fill) -> None:
    text = fill("loan_calculator", "vay 50 triệu 12 tháng").say("vốn trung ương", "chưa biết").text
    assert "chưa biết lãi vốn trung ương, nên lấy tạm lãi vốn Hà Nội" in text


def test_a_rate_in_the_question_leaves_nothing_to_ask(fill: Fill) -> None:
    form = fill("loan_calculator", "Vay 100 triệu lãi 6,6% trong 3 năm thì mỗi tháng trả bao nhiêu?")
    assert form.last.ended == "done"
    assert "Tháng 36: gốc 2.777.805" in form.text


@pytest.mark.parametrize(
    ("asked", "source", "rest", "note"),
    [
        ("vay 400 triệu 3 năm", "vốn Hà Nội", "không", "vay vốn Hà Nội tối đa 300.000.000 đồng"),
        ("vay 250 triệu 3 năm", "vốn trung ương", "9%", "vay vốn trung ương tối đa 200.000.000 đồng"),
        ("vay 100 triệu 15 năm", "vốn trung ương", "9%", "cho vay tối đa 120 tháng"),
    ],
)
def test_a_loan_beyond_the_limits_says_so(fill: Fill, asked: str, source: str, rest: str, note: str) -> None:
    assert note in fill("loan_calculator", asked).say(source, rest).text


def test_nothing_is_calculated_without_a_figure_of_the_day(setting: Setting) -> None:
    early = dataclasses.replace(setting, today=datetime.date(2020, 1, 1))
    loan = open_form("loan_calculator", early, "vay 90 triệu 40 tháng, vốn hà nội, hộ nghèo")
    assert "không dám tính theo số cũ" in loan.reply.text
    benefit = open_form("benefit_calculator", early, "lương 8tr đóng 40 tháng nghỉ hôm qua")
    assert "không dám tính theo số cũ" in benefit.reply.text
