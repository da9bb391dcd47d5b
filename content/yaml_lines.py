"""YAML as plain nodes that know their line: scalars stay text, so 26550000 and 6.6 are never rounded.

Only what our files need exists: mappings, lists and scalars, a few levels deep. Anchors, aliases and tags are
refused, so a file cannot grow in memory or make objects. Duplicate keys are kept for the reader to report.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator

import yaml

MAX_DEPTH = 8


@dataclasses.dataclass(frozen=True, slots=True)
class Scalar:
    """A value as written. `plain` means without quotes or block markers, so an empty one is YAML's null."""

    text: str
    line: int
    plain: bool


@dataclasses.dataclass(frozen=True, slots=True)
class Items:
    items: tuple[Node, ...]
    line: int


@dataclasses.dataclass(frozen=True, slots=True)
class Fields:
    """A mapping. `lines`: the line of each key; `duplicates`: keys (and lines) that came a second time."""

    values: dict[str, Node]
    lines: dict[str, int]
    duplicates: tuple[tuple[str, int], ...]
    line: int


Node = Scalar | Items | Fields


class YamlProblem(Exception):
    """The text is not YAML we accept. `line` counts from the file's first line."""

    def __init__(self, line: int, message: str, hint: str) -> None:
        super().__init__(message)
        self.line = line
        self.message = message
        self.hint = hint


_QUOTE = "Nếu câu có dấu hai chấm, dấu # hoặc bắt đầu bằng {{, hãy bọc cả câu trong ngoặc kép."
_INDENT = "Kiểm tra thụt đầu dòng: dùng dấu cách, các dòng cùng cấp thẳng hàng nhau."


def parse_yaml(text: str, first_line: int = 1) -> Node | None:
    """The document's root node, None when it is empty. `first_line` is where the text starts in its file."""
    try:
        events = yaml.parse(text, Loader=yaml.CSafeLoader)
        return _parse_document(events, first_line)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        line = first_line + (mark.line if mark else 0)
        raise YamlProblem(line, f"Viết sai cú pháp YAML ({error.problem})", _hint(error.problem)) from None
    except (yaml.YAMLError, UnicodeEncodeError):
        raise YamlProblem(first_line, "Có ký tự YAML không cho phép", "Tìm và xóa ký tự điều khiển.") from None


def _hint(problem: str | None) -> str:
    sentence = problem or ""
    if "mapping values" in sentence or "start any token" in sentence or "flow" in sentence:
        return _QUOTE
    if "tab" in sentence or "block" in sentence or "indent" in sentence:
        return _INDENT
    return f"{_INDENT} {_QUOTE}"


def _parse_document(events: Iterator[yaml.Event], first_line: int) -> Node | None:
    root: Node | None = None
    for event in events:
        if isinstance(event, yaml.DocumentStartEvent) and root is not None:
            line = _line(event, first_line)
            raise YamlProblem(line, "Có hai tài liệu YAML trong một tệp", "Bỏ dòng --- thừa.")
        if isinstance(event, yaml.NodeEvent):
            root = _parse_node(event, events, first_line, 0)
    if isinstance(root, Scalar) and root.plain and not root.text:
        return None
    return root


def _line(event: yaml.Event, first_line: int) -> int:
    return first_line + (event.start_mark.line if event.start_mark else 0)


def _parse_node(event: yaml.Event, events: Iterator[yaml.Event], first_line: int, depth: int) -> Node:
    line = _line(event, first_line)
    if depth > MAX_DEPTH:
        raise YamlProblem(line, "YAML lồng quá sâu", "Các tệp nội dung chỉ cần vài cấp: xem docs/bien-tap.md.")
    if isinstance(event, yaml.AliasEvent) or getattr(event, "anchor", None):
        raise YamlProblem(line, "Không dùng dấu & và * của YAML", "Viết lại giá trị, hoặc bọc câu trong ngoặc kép.")
    if getattr(event, "tag", None):
        raise YamlProblem(line, "Không dùng dấu ! của YAML", "Bọc câu trong ngoặc kép.")
    if isinstance(event, yaml.ScalarEvent):
        return Scalar(event.value, line, plain=bool(event.implicit[0]))
    if isinstance(event, yaml.SequenceStartEvent):
        items = []
        while not isinstance(item := next(events), yaml.SequenceEndEvent):
            items.append(_parse_node(item, events, first_line, depth + 1))
        return Items(tuple(items), line)
    return _parse_fields(events, line, first_line, depth)


def _parse_fields(events: Iterator[yaml.Event], line: int, first_line: int, depth: int) -> Fields:
    values: dict[str, Node] = {}
    lines: dict[str, int] = {}
    duplicates = []
    while not isinstance(event := next(events), yaml.MappingEndEvent):
        key = _parse_node(event, events, first_line, depth + 1)
        if not isinstance(key, Scalar):
            raise YamlProblem(key.line, "Tên trường phải là chữ", _QUOTE)
        value = _parse_node(next(events), events, first_line, depth + 1)
        if key.text in values:
            duplicates.append((key.text, key.line))
            continue
        values[key.text] = value
        lines[key.text] = key.line
    return Fields(values, lines, tuple(duplicates), line)
