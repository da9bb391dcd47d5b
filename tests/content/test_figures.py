"""Figures: read from YAML, valued on a day, written in Vietnamese."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from content.figures import UNITS, FigureFile, check_filter, find_value, format_value, parse_figures
from content.findings import Findings
from tests.content.sample import FIGURES


def read(text: str) -> tuple[FigureFile, list[tuple[int, str, str]]]:
    findings = Findings("figures.yaml")
    file = parse_figures(text, findings)
    return file, [(each.line, each.field, each.message) for each in findings.problems]


def figure(body: str) -> str:
    """A file with one figure `vay.x`; its keys start on line 3."""
    return "vay:\n  x:\n" + "".join(f"    {line}\n" for line in body.splitlines())


@pytest.mark.parametrize(
    ("unit", "value", "filter_", "written"),
    [
        ("dong", "26550000", "", "26.550.000 đồng"),
        ("dong", "26550000", "so", "26.550.000"),
        ("dong", "26550000", "trieu", "26,55 triệu đồng"),
        ("dong", "10000000000", "ty", "10 tỷ đồng"),
        ("dong", "100000000", "trieu", "100 triệu đồng"),
        ("dong_day", "50000", "", "50.000 đồng/ngày"),
        ("dong_month", "400000", "", "400.000 đồng/tháng"),
        ("dong_month", "5310000", "trieu", "5,31 triệu đồng/tháng"),
        ("dong_course", "4000000", "", "4.000.000 đồng/khóa"),
        ("dong_course", "4000000", "trieu", "4 triệu đồng/khóa"),
        ("percent", "60", "", "60%"),
        ("percent", "60", "so", "60"),
        ("percent_year", "6.6", "", "6,6%/năm"),
        ("percent_year", "7.920", "", "7,92%/năm"),
        ("hour", "24", "", "24 giờ"),
        ("day", "180", "", "180 ngày"),
        ("working_day", "10", "", "10 ngày làm việc"),
        ("week", "2", "", "2 tuần"),
        ("month", "3", "", "3 tháng"),
        ("year", "5", "", "5 năm"),
        ("times", "5", "", "5 lần"),
        ("person", "30", "", "30 người"),
        ("km", "15", "", "15 km"),
        ("age", "18", "", "18 tuổi"),
        ("count", "255", "", "255"),
        ("count", "15000", "", "15.000"),
    ],
)
def test_a_value_is_written_as_a_worker_reads_it(unit: str, value: str, filter_: str, written: str) -> None:
    assert format_value(Decimal(value), unit, filter_) == written


def test_a_text_stands_as_it_is() -> None:
    assert format_value("1900 9068", "text") == "1900 9068"


def test_every_unit_can_be_written() -> None:
    for unit in set(UNITS) - {"text"}:
        assert format_value(Decimal(7), unit).startswith("7")


@pytest.mark.parametrize(
    ("unit", "filter_", "allowed"),
    [("dong", "trieu", True), ("percent", "so", True), ("percent", "trieu", False), ("text", "so", False)],
)
def test_filters_fit_units(unit: str, filter_: str, *, allowed: bool) -> None:
    assert (check_filter(unit, filter_) == "") is allowed


@pytest.mark.parametrize(
    ("on", "value"),
    [
        (date(2024, 6, 30), None),
        (date(2024, 7, 1), Decimal(2_340_000)),
        (date(2026, 6, 30), Decimal(2_340_000)),
        (date(2026, 7, 1), Decimal(2_530_000)),
        (date(2031, 1, 1), Decimal(2_530_000)),
    ],
)
def test_a_figure_changes_by_itself_on_its_day(on: date, value: Decimal | None) -> None:
    file, problems = read(FIGURES)
    assert problems == []
    assert find_value(file.figures, "ltt.luong_co_so", on) == value


def test_a_product_is_computed_for_the_day() -> None:
    file, _ = read(FIGURES)
    assert find_value(file.figures, "vay.tran", date(2026, 11, 22)) == Decimal(26_550_000)
    assert find_value(file.figures, "vay.tran", date(2025, 12, 31)) is None  # its factor had no value then


def test_a_product_multiplies_what_is_written_and_rounds_to_whole_dong() -> None:
    file, problems = read(
        """\
vay:
  lai: {name: Lãi, unit: percent_year, values: [{value: 6.6, from: 2026-01-01, doc: D}]}
  goc: {name: Gốc, unit: dong, values: [{value: 1000008, from: 2026-01-01, doc: D}]}
  lai_phat: {name: Lãi quá hạn, unit: percent_year, product: [1.3, vay.lai]}
  tien_lai: {name: Tiền lãi một năm, unit: dong, product: [0.01, vay.lai, vay.goc]}
"""
    )
    assert problems == []
    today = date(2026, 11, 22)
    assert find_value(file.figures, "vay.lai_phat", today) == Decimal("8.58")
    assert find_value(file.figures, "vay.tien_lai", today) == Decimal(66_001)  # 66.000,528


X = "name: X\nunit: dong\n"


TEXT = "  dia_chi: {name: Địa chỉ, unit: text, values: [{value: số 1, from: 2026-01-01, until: ~, doc: D}]}\n"


def rows(*values: str) -> str:
    """A figure in đồng with these `values`; the first stands on line 6."""
    return figure(X + "values:\n" + "".join(f"- {{{value}}}\n" for value in values))


@pytest.mark.parametrize(
    ("text", "line", "field", "message"),
    [
        ("vay: 3\n", 1, "vay", "Nhóm số"),
        ("vay:\n  X: {}\n", 2, "vay.X", "không hợp lệ"),
        ("vay:\n  x: 60%\n", 2, "vay.x", "phải có name"),
        (figure("unit: dong\nproduct: [2, 3]"), 2, "name", "Thiếu `name`"),
        (figure("name: X\nunit: phantram\nproduct: [2, 3]"), 4, "vay.x.unit", "Không có đơn vị"),
        (figure(X), 2, "vay.x", "đúng một trong hai"),
        (figure(X + "values: []"), 5, "vay.x.values", "phải là danh sách"),
        (figure(X + "nguon: a\nproduct: [2, 3]"), 5, "vay.x.nguon", "Không có trường"),
        (rows("value: 5.310.000, from: 2026-01-01, doc: D"), 6, "vay.x.values.value", "Không phải số"),
        (rows("value: '6,6', from: 2026-01-01, doc: D"), 6, "vay.x.values.value", "Không phải số"),
        (rows("value: 1, from: 01/01/2026, doc: D"), 6, "from", "không phải ngày đúng"),
        (rows("value: 1, from: 2026-02-30, doc: D"), 6, "from", "không phải ngày đúng"),
        (rows("value: 1, from: 2026-01-01"), 6, "doc", "Thiếu `doc`"),
        (
            rows("value: 1, from: 2026-05-01, until: 2026-04-01, doc: D"),
            6,
            "vay.x.values.until",
            "trước `from`",
        ),
        (
            rows("value: 1, from: 2026-01-01, doc: D", "value: 2, from: 2026-05-01, doc: D"),
            7,
            "vay.x.values",
            "cùng có hiệu lực",
        ),
        (
            rows("value: 1, from: 2026-01-01, until: 2026-04-01, doc: D", "value: 2, from: 2026-05-01, doc: D"),
            7,
            "vay.x.values",
            "không có giá trị từ 02/04/2026",
        ),
        (figure(X + "product: [2, vay.y]"), 2, "vay.x.product", "Không có số `vay.y`"),
        (figure(X + "product: [2, vay.x]"), 2, "vay.x.product", "Không nhân được với `vay.x`"),
        (figure(X + "product: [2]"), 5, "vay.x.product", "từ 2 đến 6 thừa số"),
        (figure("name: Y\n" + X + "product: [2, 3]"), 4, "vay.x.name", "viết hai lần"),
        (figure(X + "product: [2, vay.dia_chi]") + TEXT, 2, "vay.x.product", "Không nhân được với `vay.dia_chi`"),
        (figure(X + "values:\n- 60"), 6, "vay.x.values", "Mỗi giá trị viết dạng"),
        (rows(r'value: "1\n2", from: 2026-01-01, doc: D'), 6, "vay.x.values.value", "trên một dòng"),
        ("vay: {}\nvay: {}\n", 2, "vay", "Nhóm số `vay` viết hai lần"),
        ("vay:\n  x: {}\n  x: {}\n", 3, "vay.x", "Số `vay.x` viết hai lần"),
        ("# chỉ có ghi chú\n", 1, "", "Phải là các dòng"),
        ("vay: {}\n---\nvay: {}\n", 2, "", "hai tài liệu YAML"),
        ("[a]: b\n", 1, "", "Tên trường phải là chữ"),
        ("vay: \x01\n", 1, "", "YAML không cho phép"),
        ("vay:\n  x: &a {name: X}\n  y: *a\n", 2, "", "Không dùng dấu & và *"),
        ("vay:\n  x: !!python/object:os.system {}\n", 2, "", "Không dùng dấu !"),
        ("vay:\n\tx: 1\n", 2, "", "cú pháp YAML"),
        ("[" * 500 + "]" * 500, 1, "", "lồng quá sâu"),
    ],
)
def test_mistakes_are_told_with_their_line(text: str, line: int, field: str, message: str) -> None:
    _, problems = read(text)
    assert problems, "nothing was reported"
    assert (problems[0][0], problems[0][1]) == (line, field), problems
    assert message in problems[0][2]


def test_a_figure_that_leans_on_a_broken_one_is_left_out_and_not_blamed() -> None:
    file, problems = read(
        "vay:\n  goc: {name: Gốc, unit: dong, values: [{value: x, from: 2026-01-01, doc: D}]}\n"
        "  hai: {name: Hai, unit: dong, product: [2, vay.goc]}\n"
    )
    assert file.figures == {}
    assert file.unread == {"vay.goc", "vay.hai"}
    assert [field for _, field, _ in problems] == ["vay.goc.values.value"]


def test_a_product_of_a_product_is_refused() -> None:
    file, problems = read(
        "vay:\n  mot: {name: A, unit: dong, product: [2, 3]}\n  hai: {name: B, unit: dong, product: [2, vay.mot]}\n"
    )
    assert list(file.figures) == ["vay.mot"]
    assert problems == [(3, "vay.hai.product", "Không nhân được với `vay.mot`")]


def test_an_absurdly_large_product_is_still_written() -> None:
    file, _ = read("vay:\n  x: {name: X, unit: dong, product: [" + ", ".join(["999999999999999999"] * 6) + "]}\n")
    value = find_value(file.figures, "vay.x", date(2026, 11, 22))
    assert isinstance(value, Decimal)
    assert format_value(value, "dong", "trieu").endswith(" triệu đồng")
