"""Figures of policy: reading figures.yaml, the value on a day, and how a value is written in Vietnamese.

Values are Decimal or text, never float. It does not know the entries that use the figures.
"""

from __future__ import annotations

import dataclasses
import decimal
import functools
import itertools
import re
from collections.abc import Mapping
from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Decimal

from babel import Locale
from babel.numbers import NumberPattern, parse_pattern

from content.fields import (
    check_keys,
    is_null,
    parse_number,
    read_date,
    read_document,
    read_items,
    read_text,
    suggest,
)
from content.findings import Findings
from content.model import Figure, FigureValue
from content.yaml_lines import Fields, Items, Node, Scalar

MAX_FACTORS = 6

FILTERS = ("so", "trieu", "ty")

# What follows the number. `text` stands alone: addresses, phone numbers, web addresses.
UNITS: Mapping[str, str] = {
    "dong": " đồng",
    "dong_day": " đồng/ngày",
    "dong_month": " đồng/tháng",
    "dong_course": " đồng/khóa",
    "percent": "%",
    "percent_year": "%/năm",
    "hour": " giờ",
    "day": " ngày",
    "working_day": " ngày làm việc",
    "week": " tuần",
    "month": " tháng",
    "year": " năm",
    "times": " lần",
    "person": " người",
    "km": " km",
    "age": " tuổi",
    "count": "",
    "text": "",
}
_SCALES = {"trieu": (Decimal(1_000_000), " triệu"), "ty": (Decimal(1_000_000_000), " tỷ")}

_NAME = re.compile(r"[a-z][a-z0-9_]*")
_FIGURE_KEYS = ("name", "unit", "values", "product", "fact")
_VALUE_KEYS = ("value", "from", "until", "doc", "at", "fact")


@dataclasses.dataclass(frozen=True, slots=True)
class FigureFile:
    """The figures of one file. `lines`: where each stands; `unread`: ids that have errors of their own."""

    figures: Mapping[str, Figure]
    lines: Mapping[str, int]
    unread: frozenset[str]


def parse_figures(text: str, findings: Findings) -> FigureFile:
    """Read the text of figures.yaml. Figures with errors are reported and left out of `figures`."""
    figures: dict[str, Figure] = {}
    lines: dict[str, int] = {}
    unread: set[str] = set()
    document = read_document(text, findings)
    if document is None:
        return FigureFile(figures, lines, frozenset())
    for key, line in document.duplicates:
        findings.error(line, key, f"Nhóm số `{key}` viết hai lần", "Gộp lại làm một.")
    for space, node in document.values.items():
        line = document.lines[space]
        if not isinstance(node, Fields):
            findings.error(line, space, f"Nhóm số `{space}` phải gồm các số có tên", "Xem mẫu trong docs/bien-tap.md.")
            continue
        for key, at in node.duplicates:
            findings.error(at, f"{space}.{key}", f"Số `{space}.{key}` viết hai lần", "Giữ lại một.")
        for name, each in node.values.items():
            id_ = f"{space}.{name}"
            lines[id_] = node.lines[name]
            before = len(findings.problems)
            figure = _parse_figure(id_, each, lines[id_], findings)
            if figure is None or len(findings.problems) > before:
                unread.add(id_)
            else:
                figures[id_] = figure
    _check_products(figures, lines, unread, findings)
    return FigureFile(figures, lines, frozenset(unread))


def _parse_figure(id_: str, node: Node, line: int, findings: Findings) -> Figure | None:
    if not all(_NAME.fullmatch(part) for part in id_.split(".")):
        findings.error(line, id_, f"Tên số `{id_}` không hợp lệ", "Chữ thường không dấu, số và gạch dưới: vung_1.")
        return None
    if not isinstance(node, Fields):
        findings.error(line, id_, f"Số `{id_}` phải có name, unit và values", "Xem mẫu trong docs/bien-tap.md.")
        return None
    check_keys(node, _FIGURE_KEYS, findings, f"{id_}.")
    given = node.values
    name = read_text(given.get("name"), line, "name", findings)
    unit = read_text(given.get("unit"), line, "unit", findings)
    fact = read_text(given.get("fact"), line, "fact", findings, required=False)
    if unit and unit not in UNITS:
        at = given["unit"].line
        findings.error(at, f"{id_}.unit", f"Không có đơn vị `{unit}`", suggest(unit, UNITS))
        return None
    if ("values" in given) == ("product" in given):
        findings.error(line, id_, f"Số `{id_}` phải có đúng một trong hai: `values` hoặc `product`")
        return None
    if "product" in given:
        return Figure(id_, name, unit, (), _parse_product(id_, given["product"], findings), fact)
    values = _parse_values(id_, unit, given["values"], findings)
    return Figure(id_, name, unit, values, (), fact)


def _parse_product(id_: str, node: Node, findings: Findings) -> tuple[str | Decimal, ...]:
    factors: list[str | Decimal] = []
    for item in read_items(node, node.line, f"{id_}.product", findings):
        text = item.text if isinstance(item, Scalar) else ""
        number = parse_number(text)
        factors.append(text if number is None else number)
    if not 2 <= len(factors) <= MAX_FACTORS:
        findings.error(node.line, f"{id_}.product", f"Phép nhân cần từ 2 đến {MAX_FACTORS} thừa số")
    return tuple(factors)


def _parse_values(id_: str, unit: str, node: Node, findings: Findings) -> tuple[FigureValue, ...]:
    field = f"{id_}.values"
    if not isinstance(node, Items) or not node.items:
        findings.error(node.line, field, "`values` phải là danh sách, mỗi giá trị một dòng", "Xem docs/bien-tap.md.")
        return ()
    rows = [(_parse_value(field, unit, item, findings), item.line) for item in node.items]
    dated = sorted(((row, line) for row, line in rows if row), key=lambda each: each[0].start)
    for (earlier, _), (later, line) in itertools.pairwise(dated):
        if earlier.end is None or earlier.end >= later.start:
            until = later.start - timedelta(days=1)
            findings.error(
                line,
                field,
                f"Hai giá trị của `{id_}` cùng có hiệu lực một ngày",
                f"Ghi `until: {until}` cho dòng cũ.",
            )
        elif earlier.end + timedelta(days=1) < later.start:
            findings.error(
                line,
                field,
                f"`{id_}` không có giá trị từ {earlier.end + timedelta(days=1):%d/%m/%Y}",
                "Cho `until` của dòng cũ liền trước `from` của dòng mới.",
            )
    return tuple(row for row, _ in dated)


def _parse_value(field: str, unit: str, node: Node, findings: Findings) -> FigureValue | None:
    if not isinstance(node, Fields):
        findings.error(node.line, field, "Mỗi giá trị viết dạng {value: …, from: …, doc: …, at: …}")
        return None
    before = len(findings.problems)
    check_keys(node, _VALUE_KEYS, findings, f"{field}.")
    given, line = node.values, node.line
    start = read_date(given.get("from"), line, "from", findings)
    end = None if is_null(given.get("until")) else read_date(given.get("until"), line, "until", findings)
    if start and end and end < start:
        findings.error(line, f"{field}.until", "`until` trước `from`", "Sửa lại ngày.")
    doc = read_text(given.get("doc"), line, "doc", findings)
    at = read_text(given.get("at"), line, "at", findings, required=False)
    fact = read_text(given.get("fact"), line, "fact", findings, required=False)
    text = read_text(given.get("value"), line, "value", findings)
    if "\n" in text:
        findings.error(line, f"{field}.value", "Giá trị phải nằm trên một dòng")
    number = None if unit == "text" else parse_number(text)
    if text and unit != "text" and number is None:
        findings.error(
            line,
            f"{field}.value",
            f"Không phải số: {text}",
            "Viết liền, dấu chấm trước phần lẻ: 5310000 hoặc 6.6.",
        )
    if len(findings.problems) > before or start is None:
        return None
    return FigureValue(text if number is None else number, start, end, doc, at, fact)


def _check_products(figures: dict[str, Figure], lines: Mapping[str, int], unread: set[str], findings: Findings) -> None:
    """Leave out, and report, products whose factors are unknown or cannot be multiplied.

    A factor must have values of its own: products of products could run in circles or grow without bound.
    """
    broken = set()
    for id_, figure in figures.items():
        for factor in figure.product:
            if isinstance(factor, Decimal):
                continue
            of = figures.get(factor)
            if of is not None and of.unit != "text" and not of.product:
                continue
            broken.add(id_)
            if factor in unread:
                continue
            message, hint = f"Không có số `{factor}`", suggest(factor, figures)
            if of is not None:
                message, hint = f"Không nhân được với `{factor}`", "Chỉ nhân các số có `values`, không phải chữ."
            findings.error(lines[id_], f"{id_}.product", message, hint)
    unread |= broken
    for id_ in broken:
        del figures[id_]


def find_value(figures: Mapping[str, Figure], figure_id: str, on: date) -> Decimal | str | None:
    """The figure's value on a day, None when it has none then. KeyError for an unknown figure.

    A product multiplies the values as they stand (60 % as 60); one in đồng is rounded to whole đồng.
    """
    figure = figures[figure_id]
    if not figure.product:
        for each in figure.values:
            if each.start <= on and (each.end is None or on <= each.end):
                return each.value
        return None
    result = Decimal(1)
    for factor in figure.product:
        value = factor if isinstance(factor, Decimal) else find_value(figures, factor, on)
        if not isinstance(value, Decimal):
            return None
        result *= value
    return result.to_integral_value(ROUND_HALF_UP) if figure.unit.startswith("dong") else result


def check_filter(unit: str, name: str) -> str:
    """What is wrong with `{{ figure|name }}` for a figure of this unit, in Vietnamese; empty when nothing."""
    if not name:
        return ""
    if unit == "text":
        return "số này là chữ, không dùng bộ lọc"
    if name in _SCALES and not unit.startswith("dong"):
        return f"bộ lọc `{name}` chỉ dùng cho tiền"
    return ""


def format_value(value: Decimal | str, unit: str, filter_: str = "") -> str:
    """The value as a worker reads it: "26.550.000 đồng", "6,6%/năm", with a filter "26,55 triệu đồng"."""
    if isinstance(value, str):
        return value
    if filter_ == "so":
        return _format_number(value)
    scale, word = _SCALES.get(filter_, (Decimal(1), ""))
    return f"{_format_number(value / scale)}{word}{UNITS[unit]}"


def _format_number(value: Decimal) -> str:
    pattern, locale = _vietnamese()
    with decimal.localcontext(prec=200):  # room for the longest product MAX_FACTORS allows, however absurd
        return str(pattern.apply(value, locale))


@functools.cache
def _vietnamese() -> tuple[NumberPattern, Locale]:
    return parse_pattern("#,##0.######"), Locale("vi")
