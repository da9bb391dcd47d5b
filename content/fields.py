"""Typed readings of YAML nodes: text, lists, dates, numbers. What is wrong goes into the findings.

A reading never raises: it returns an empty value of the right type, so the rest of the file is still checked.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Collection, Iterable
from datetime import date
from decimal import Decimal

from content.findings import Findings
from content.yaml_lines import Fields, Items, Node, Scalar, YamlProblem, parse_yaml

_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_NUMBER = re.compile(r"-?[0-9]{1,18}(\.[0-9]{1,9})?")
_NULLS = ("", "~", "null", "Null", "NULL")


def read_document(text: str, findings: Findings, first_line: int = 1) -> Fields | None:
    """The mapping a YAML text consists of; None with a finding when it is something else."""
    try:
        node = parse_yaml(text, first_line)
    except YamlProblem as problem:
        findings.error(problem.line, "", problem.message, problem.hint)
        return None
    if not isinstance(node, Fields):
        findings.error(node.line if node else first_line, "", "Phải là các dòng dạng `tên: giá trị`", "Xem mẫu.")
        return None
    return node


def check_keys(fields: Fields, known: Collection[str], findings: Findings, prefix: str = "") -> None:
    """Report keys written twice and keys we do not know, with the nearest one we do."""
    for key, line in fields.duplicates:
        findings.error(line, prefix + key, f"Trường `{key}` viết hai lần", "Giữ lại một.")
    for key, line in fields.lines.items():
        if key not in known:
            findings.error(line, prefix + key, f"Không có trường `{key}`", suggest(key, known))


def suggest(word: str, known: Iterable[str]) -> str:
    """A hint with the nearest of `known`, or with all of them when they are few, or empty."""
    names = list(known)
    near = difflib.get_close_matches(word, names, n=1, cutoff=0.6)
    if near:
        return f"Có phải là `{near[0]}`?"
    return "Dùng một trong: " + ", ".join(names) + "." if len(names) <= 20 else ""


def is_null(node: Node | None) -> bool:
    return node is None or (isinstance(node, Scalar) and node.plain and node.text in _NULLS)


def read_text(node: Node | None, line: int, field: str, findings: Findings, *, required: bool = True) -> str:
    """One piece of text, stripped."""
    if node is None or is_null(node):
        if required:
            findings.error(line, field, f"Thiếu `{field}`", f"Thêm dòng `{field}: …`.")
        return ""
    if not isinstance(node, Scalar):
        findings.error(node.line, field, f"`{field}` phải là một câu chữ", "Viết một dòng, không viết danh sách.")
        return ""
    text = node.text.strip()
    if required and not text:
        findings.error(node.line, field, f"`{field}` để trống", "Viết nội dung, hoặc hỏi người biên tập.")
    return text


def read_items(node: Node | None, line: int, field: str, findings: Findings) -> tuple[Node, ...]:
    """The nodes of a list; a missing one is a finding, an empty one is not."""
    if node is None or is_null(node):
        findings.error(line, field, f"Thiếu `{field}`", f"Thêm `{field}: […]`; nếu không có gì thì `{field}: []`.")
        return ()
    if not isinstance(node, Items):
        findings.error(node.line, field, f"`{field}` phải là danh sách", "Viết mỗi ý một dòng, bắt đầu bằng `- `.")
        return ()
    return node.items


def read_texts(node: Node | None, line: int, field: str, findings: Findings) -> tuple[tuple[str, int], ...]:
    """A list of texts, each with its line. Empty items are reported and left out."""
    texts = []
    for item in read_items(node, line, field, findings):
        if isinstance(item, Fields):
            findings.error(item.line, field, "Câu này bị đọc thành `tên: giá trị`", "Bọc cả câu trong ngoặc kép.")
            continue
        text = read_text(item, item.line, field, findings)
        if text:
            texts.append((text, item.line))
    return tuple(texts)


def read_date(node: Node | None, line: int, field: str, findings: Findings) -> date | None:
    """A day written yyyy-mm-dd; None with a finding otherwise."""
    before = len(findings.problems)
    text = read_text(node, line, field, findings)
    if len(findings.problems) > before:
        return None
    if _DATE.fullmatch(text):
        try:
            return date.fromisoformat(text)
        except ValueError:
            pass
    at = node.line if node else line
    findings.error(at, field, f"`{field}` không phải ngày đúng: {text}", "Viết năm-tháng-ngày, ví dụ 2026-11-22.")
    return None


def parse_number(text: str) -> Decimal | None:
    """A number as our files write it: digits, a point before decimals, no separators."""
    return Decimal(text) if _NUMBER.fullmatch(text) else None
