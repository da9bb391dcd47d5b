"""What is said, honestly, to questions close to our field that no entry answers: reading ngoai-pham-vi.yaml.

It does not recognise such questions: their kinds are `intents`'s, and a kind without words here gets the general ones.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Collection, Mapping

from content.fields import check_keys, read_document, read_text, read_texts, suggest
from content.findings import Findings
from content.model import FigureUse, Outside
from content.templates import TemplateProblem, parse_template
from content.yaml_lines import Fields

NEAR = 3  # entries offered beside the words
_KEYS = ("name", "text", "near")


@dataclasses.dataclass(frozen=True, slots=True)
class OutsideFile:
    """The words by kind; `lines` maps "<kind>" and "<kind>.text", "<kind>.near"."""

    kinds: Mapping[str, Outside]
    lines: Mapping[str, int]


def parse_outside(text: str, findings: Findings) -> OutsideFile:
    """Read the text of ngoai-pham-vi.yaml. A kind with errors is reported and left out."""
    lines: dict[str, int] = {}
    kinds: dict[str, Outside] = {}
    document = read_document(text, findings)
    for key, line in document.duplicates if document else ():
        findings.error(line, key, f"Loại câu `{key}` viết hai lần", "Giữ lại một.")
    for kind, node in document.values.items() if document else ():
        line = document.lines[kind] if document else 1
        if not isinstance(node, Fields):
            findings.error(line, kind, f"Loại câu `{kind}` viết sai", "Mỗi loại có name, text, near.")
            continue
        check_keys(node, _KEYS, findings, f"{kind}.")
        at = {key: node.lines.get(key, line) for key in _KEYS}
        lines.update({kind: line, **{f"{kind}.{key}": at[key] for key in _KEYS}})
        name = read_text(node.values.get("name"), at["name"], f"{kind}.name", findings)
        words = read_text(node.values.get("text"), at["text"], f"{kind}.text", findings)
        near = tuple(id_ for id_, _ in read_texts(node.values.get("near"), at["near"], f"{kind}.near", findings))
        if len(near) > NEAR:
            findings.error(at["near"], f"{kind}.near", f"Có {len(near)} mục gần", f"Giữ nhiều nhất {NEAR}.")
        try:
            kinds[kind] = Outside(name, parse_template(words), near)
        except TemplateProblem as problem:
            findings.error(at["text"], f"{kind}.text", problem.message, problem.hint)
    return OutsideFile(kinds, lines)


def check_outside(
    file: OutsideFile, entries: Collection[str], figures: Collection[str], findings: Findings
) -> set[str]:
    """Report entries and figures that do not exist; the ids of the figures that are used."""
    used = set()
    for kind, outside in file.kinds.items():
        for id_ in outside.near:
            if id_ not in entries:
                hint = suggest(id_, entries) or "Tạo mục này, hoặc sửa id."
                findings.error(file.lines[f"{kind}.near"], f"{kind}.near", f"Không có mục `{id_}`", hint)
        for segment in outside.text:
            if isinstance(segment, FigureUse):
                used.add(segment.figure)
                if segment.figure not in figures:
                    problem = f"Không có số `{segment.figure}` trong figures.yaml"
                    findings.error(
                        file.lines[f"{kind}.text"], f"{kind}.text", problem, suggest(segment.figure, figures)
                    )
    return used
