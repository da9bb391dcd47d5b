"""One entry file and the list of groups: text in, frozen nouns and findings out.

It sees one file at a time. What only shows when files are held side by side is `check`'s.
"""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Mapping
from datetime import date, timedelta

from content.fields import check_keys, read_date, read_document, read_items, read_text, read_texts, suggest
from content.findings import Findings
from content.model import ACTIONS, PRIORITY_GROUPS, Entry, Group, Segment, Source, Texts
from content.templates import TemplateProblem, parse_template
from content.yaml_lines import Fields, Node

MENU_LENGTH = 24
FIRST_LENGTH = 8
LONGEST_REVIEW = timedelta(days=366)

_KEYS = (
    "title",
    "menu",
    "ask",
    "short",
    "sources",
    "facts",
    "reviewed",
    "review_by",
    "groups",
    "next",
    "action",
)
_GROUP_KEYS = ("title", "menu", "first")
_SLUG = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
_FENCE = re.compile(r"---[ \t]*")


@dataclasses.dataclass(frozen=True, slots=True)
class EntryFile:
    """An entry and where its parts stand: `lines` maps "menu", "next", "ask.0", "next.1", "body" …"""

    entry: Entry
    texts: Texts
    lines: Mapping[str, int]


@dataclasses.dataclass(frozen=True, slots=True)
class GroupFile:
    """The groups in menu order; `lines` maps "vay", "vay.menu", "vay.first.0" …"""

    groups: tuple[Group, ...]
    lines: Mapping[str, int]


def parse_entry(text: str, group: str, slug: str, findings: Findings) -> EntryFile | None:
    """Read one entry. None when it has no readable front matter; otherwise parts with errors are empty."""
    if not (_SLUG.fullmatch(group) and _SLUG.fullmatch(slug)):
        findings.error(
            1,
            "",
            f"Tên tệp hoặc thư mục không hợp lệ: {group}/{slug}.md",
            "Chữ thường không dấu, nối bằng gạch ngang: vay/the-chap.md.",
        )
    parts = _split(text, findings)
    if parts is None:
        return None
    head, body, body_line = parts
    fields = read_document(head, findings, first_line=2)
    if fields is None:
        return None
    if "id" in fields.values:
        findings.error(fields.lines["id"], "id", "Không ghi `id`", f"Id lấy từ tên tệp: {group}.{slug}. Bỏ dòng này.")
    check_keys(fields, (*_KEYS, "id"), findings)
    lines = {**dict.fromkeys(_KEYS, 1), **fields.lines, "body": body_line}
    return _build(fields.values, body, group, slug, lines, findings)


def _split(text: str, findings: Findings) -> tuple[str, str, int] | None:
    """Front matter, body, and the line the body starts on."""
    lines = text.split("\n")
    if not _FENCE.fullmatch(lines[0]):
        findings.error(1, "", "Dòng đầu phải là ---", "Phần khai báo nằm giữa hai dòng ---.")
        return None
    end = next((number for number, line in enumerate(lines[1:], start=1) if _FENCE.fullmatch(line)), 0)
    if not end:
        findings.error(1, "", "Thiếu dòng --- thứ hai", "Thêm dòng --- sau phần khai báo, trước câu trả lời.")
        return None
    start = next((number for number, line in enumerate(lines) if number > end and line.strip()), end)
    if start == end:
        findings.error(end + 1, "body", "Chưa có câu trả lời", "Viết câu trả lời sau dòng --- thứ hai.")
    body = "\n".join(lines[start:] if start > end else []).rstrip()
    return "\n".join(lines[1:end]), body, start + 1


def _build(
    given: Mapping[str, Node], body: str, group: str, slug: str, lines: dict[str, int], findings: Findings
) -> EntryFile:
    def text(key: str, *, required: bool = True) -> str:
        return read_text(given.get(key), lines[key], key, findings, required=required)

    def texts(key: str) -> tuple[str, ...]:
        found = read_texts(given.get(key), lines[key], key, findings)
        lines.update({f"{key}.{number}": line for number, (_, line) in enumerate(found)})
        return tuple(each for each, _ in found)

    short = text("short")
    entry = Entry(
        id=f"{group}.{slug}",
        group=group,
        slug=slug,
        title=text("title"),
        menu=text("menu"),
        ask=texts("ask"),
        short=short,
        body=body,
        sources=_sources(given.get("sources"), lines, group, findings),
        facts=texts("facts"),
        reviewed=read_date(given.get("reviewed"), lines["reviewed"], "reviewed", findings) or date.max,
        review_by=read_date(given.get("review_by"), lines["review_by"], "review_by", findings) or date.max,
        groups=texts("groups"),
        next=texts("next"),
        action=text("action", required=False),
        path=findings.file,
    )
    _check_values(entry, lines, findings)
    parsed = Texts(
        _template(short, lines["short"], "short", findings), _template(body, lines["body"], "body", findings)
    )
    return EntryFile(entry, parsed, lines)


def _sources(node: Node | None, lines: dict[str, int], group: str, findings: Findings) -> tuple[Source, ...]:
    before = len(findings.problems)
    sources = []
    for number, item in enumerate(read_items(node, lines["sources"], "sources", findings)):
        lines[f"sources.{number}"] = item.line
        if not isinstance(item, Fields):
            findings.error(item.line, "sources", "Nguồn viết sai", "Viết {doc: tên văn bản, at: Điều 39.1}.")
            continue
        check_keys(item, ("doc", "at"), findings, "sources.")
        doc = read_text(item.values.get("doc"), item.line, "doc", findings)
        at = read_text(item.values.get("at"), item.line, "at", findings, required=False)
        sources.append(Source(doc, at))
    if not sources and group != "chung" and len(findings.problems) == before:
        findings.error(lines["sources"], "sources", "Chưa có nguồn", "Ghi văn bản và điều khoản làm căn cứ.")
    return tuple(sources)


def _check_values(entry: Entry, lines: Mapping[str, int], findings: Findings) -> None:
    if len(entry.menu) > MENU_LENGTH:
        findings.error(
            lines["menu"],
            "menu",
            f"Nhãn nút dài {len(entry.menu)} ký tự",
            f"Rút còn tối đa {MENU_LENGTH} ký tự.",
        )
    if entry.review_by < entry.reviewed < date.max:
        findings.error(lines["review_by"], "review_by", "`review_by` trước `reviewed`", "Sửa lại một trong hai ngày.")
    elif entry.review_by < date.max and entry.review_by - entry.reviewed > LONGEST_REVIEW:
        hint = "Chính sách đổi hằng năm: hẹn rà soát lại trong vòng một năm."
        findings.warning(lines["review_by"], "review_by", "Hẹn rà soát lại quá 12 tháng", hint)
    if entry.action and entry.action not in ACTIONS:
        hint = suggest(entry.action, ACTIONS)
        findings.error(lines["action"], "action", f"Không có hành động `{entry.action}`", hint)
    for number, slug in enumerate(entry.groups):
        if slug not in PRIORITY_GROUPS:
            hint = suggest(slug, PRIORITY_GROUPS)
            findings.error(lines[f"groups.{number}"], "groups", f"Không có nhóm ưu tiên `{slug}`", hint)


def _template(text: str, line: int, field: str, findings: Findings) -> tuple[Segment, ...]:
    try:
        return parse_template(text)
    except TemplateProblem as problem:
        # A folded `short` has lost its line ends: its own first line is the best that can be said.
        at = line + problem.line - 1 if field == "body" else line
        findings.error(at, field, problem.message, problem.hint)
        return ()


def parse_groups(text: str, findings: Findings) -> GroupFile:
    """Read groups.yaml: an ordered mapping of groups to title, menu label and first entries."""
    groups: list[Group] = []
    lines: dict[str, int] = {}
    document = read_document(text, findings)
    if document is None:
        return GroupFile((), lines)
    for key, line in document.duplicates:
        findings.error(line, key, f"Nhóm `{key}` viết hai lần", "Giữ lại một.")
    for slug, node in document.values.items():
        line = lines[slug] = document.lines[slug]
        if not isinstance(node, Fields):
            findings.error(line, slug, f"Nhóm `{slug}` phải có title, menu và first", "Xem mẫu trong docs/bien-tap.md.")
            continue
        check_keys(node, _GROUP_KEYS, findings, f"{slug}.")
        title = read_text(node.values.get("title"), line, "title", findings)
        menu = read_text(node.values.get("menu"), line, "menu", findings)
        lines[f"{slug}.menu"] = node.lines.get("menu", line)
        if len(menu) > MENU_LENGTH:
            hint = f"Rút còn tối đa {MENU_LENGTH} ký tự."
            findings.error(lines[f"{slug}.menu"], f"{slug}.menu", f"Nhãn nút dài {len(menu)} ký tự", hint)
        first = read_texts(node.values.get("first"), line, "first", findings)
        if len(first) > FIRST_LENGTH:
            at = node.lines["first"]
            findings.error(at, f"{slug}.first", f"Có {len(first)} mục, tối đa {FIRST_LENGTH}", "Bỏ bớt mục ít hỏi.")
        lines.update({f"{slug}.first.{number}": at for number, (_, at) in enumerate(first)})
        groups.append(Group(slug, title, menu, tuple(each for each, _ in first)))
    return GroupFile(tuple(groups), lines)
