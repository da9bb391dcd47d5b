"""Policies and whom they are for: reading policies.yaml, and the words a condition may use.

It matches nobody: whether a person fits is decided where the five answers are (bot/forms/eligibility.py).
"""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Collection, Mapping

from content.fields import check_keys, read_document, read_items, read_text, read_texts, suggest
from content.findings import Findings
from content.model import FigureUse, Policy, Segment
from content.templates import TemplateProblem, parse_template
from content.yaml_lines import Fields, Node

# The five answers and what each may be. They stand in buttons on phones for years, so they are never renamed.
ANSWERS: Mapping[str, tuple[str, ...]] = {
    "group": (
        "ho-ngheo",
        "dan-toc",
        "khuyet-tat",
        "dat-thu-hoi",
        "thanh-nien",
        "sau-cai-nghien",
        "man-han-tu",
        "nguoi-co-cong",
        "khong",
    ),
    "residence": ("xa", "phuong", "noi-khac"),
    "age": ("duoi-18", "18-59", "tu-60"),
    "work": ("dang-lam", "moi-nghi", "dang-huong", "tu-do", "chua-viec", "chu"),
    "wish": ("hoc", "viec", "vay", "nuoc-ngoai", "tat-ca"),
}
MENU_LENGTH = 24
_KEYS = ("name", "menu", "row", "wish", "entry", "who", "why", "facts")
_FACT = re.compile(r"[A-Z]+-\d+")


@dataclasses.dataclass(frozen=True, slots=True)
class PolicyFile:
    """The policies in the order of the file; `lines` maps "<id>" and "<id>.entry", "<id>.why" …"""

    policies: tuple[Policy, ...]
    lines: Mapping[str, int]


def parse_policies(text: str, findings: Findings) -> PolicyFile:
    """Read the text of policies.yaml. A policy with errors is reported; what can be read of it is kept."""
    lines: dict[str, int] = {}
    document = read_document(text, findings)
    if document is None:
        return PolicyFile((), lines)
    for key, line in document.duplicates:
        findings.error(line, key, f"Chính sách `{key}` viết hai lần", "Giữ lại một.")
    policies = []
    for id_, node in document.values.items():
        line = document.lines[id_]
        if not isinstance(node, Fields):
            hint = "Mỗi chính sách có name, menu, wish, entry, who, why, facts."
            findings.error(line, id_, f"Chính sách `{id_}` viết sai", hint)
            continue
        check_keys(node, _KEYS, findings, f"{id_}.")
        lines[id_] = line
        lines.update({f"{id_}.{key}": node.lines.get(key, line) for key in _KEYS})
        policies.append(_parse_policy(id_, node, lines, findings))
    return PolicyFile(tuple(policies), lines)


def _parse_policy(id_: str, node: Fields, lines: Mapping[str, int], findings: Findings) -> Policy:
    def text(key: str, *, required: bool = True) -> str:
        return read_text(node.values.get(key), lines[f"{id_}.{key}"], f"{id_}.{key}", findings, required=required)

    menu, wish, why = text("menu"), text("wish"), text("why")
    if len(menu) > MENU_LENGTH:
        hint = f"Rút còn tối đa {MENU_LENGTH} ký tự."
        findings.error(lines[f"{id_}.menu"], f"{id_}.menu", f"Nhãn nút dài {len(menu)} ký tự", hint)
    if wish and wish not in ANSWERS["wish"]:
        findings.error(
            lines[f"{id_}.wish"], f"{id_}.wish", f"Không có mong muốn `{wish}`", suggest(wish, ANSWERS["wish"])
        )
    facts = read_texts(node.values.get("facts"), lines[f"{id_}.facts"], f"{id_}.facts", findings)
    for fact, line in facts:
        if not _FACT.fullmatch(fact):
            findings.error(line, f"{id_}.facts", f"Mã dữ kiện `{fact}` viết sai", "Viết như VAY-08.")
    return Policy(
        id=id_,
        name=text("name"),
        menu=menu,
        row=text("row", required=False),
        wish=wish,
        entry=text("entry"),
        who=_parse_who(id_, node.values.get("who"), lines[f"{id_}.who"], findings),
        why=_parse_why(id_, why, lines[f"{id_}.why"], findings),
        facts=tuple(fact for fact, _ in facts),
    )


def _parse_who(id_: str, node: Node | None, line: int, findings: Findings) -> tuple[Mapping[str, tuple[str, ...]], ...]:
    """The alternatives: a person fits a policy when every answer named in one of them is among its values."""
    field = f"{id_}.who"
    alternatives = []
    items = read_items(node, line, field, findings)
    if node is not None and not items:
        findings.error(line, field, "Không ai được chính sách này", "Thêm ít nhất một dòng `- {group: [ho-ngheo]}`.")
    for item in items:
        if not isinstance(item, Fields):
            findings.error(item.line, field, "Điều kiện viết sai", "Viết dạng `- {group: [ho-ngheo], age: [tu-60]}`.")
            continue
        check_keys(item, tuple(ANSWERS), findings, f"{field}.")
        alternative = {}
        for key, values in item.values.items():
            read = read_texts(values, item.lines[key], f"{field}.{key}", findings)
            if not read:
                findings.error(item.lines[key], f"{field}.{key}", "Không ai chọn được điều kiện trống", "Thêm giá trị.")
            for value, at in read:
                if value not in ANSWERS.get(key, (value,)):
                    findings.error(
                        at, f"{field}.{key}", f"Không có câu trả lời `{value}`", suggest(value, ANSWERS[key])
                    )
            alternative[key] = tuple(value for value, _ in read)
        alternatives.append(alternative)
    return tuple(alternatives)


def _parse_why(id_: str, why: str, line: int, findings: Findings) -> tuple[Segment, ...]:
    try:
        return parse_template(why)
    except TemplateProblem as problem:
        findings.error(line, f"{id_}.why", problem.message, problem.hint)
        return ()


def check_policies(
    file: PolicyFile, entries: Collection[str], figures: Collection[str], findings: Findings
) -> set[str]:
    """Report entries and figures that do not exist; the ids of the figures that are used."""
    used = set()
    for policy in file.policies:
        if policy.entry and policy.entry not in entries:
            hint = suggest(policy.entry, entries) or "Tạo mục này, hoặc sửa id."
            line = file.lines[f"{policy.id}.entry"]
            findings.error(line, f"{policy.id}.entry", f"Không có mục `{policy.entry}`", hint)
        for segment in policy.why:
            if isinstance(segment, FigureUse):
                used.add(segment.figure)
                if segment.figure not in figures:
                    line = file.lines[f"{policy.id}.why"]
                    hint = suggest(segment.figure, figures)
                    findings.error(line, f"{policy.id}.why", f"Không có số `{segment.figure}` trong figures.yaml", hint)
    return used
