"""Values of the law that no longer holds: reading old-law.yaml, and finding them in answers.

A found one is an error: a worker who acts on the old number loses money. It knows no entry but by its id.
"""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Collection, Iterator, Mapping

from content.fields import check_keys, read_document, read_text, read_texts, suggest
from content.findings import Findings
from content.yaml_lines import Fields

_KEYS = ("pattern", "why", "now", "except")
_UPPER = re.compile(r"[A-ZĐÀ-Ý]")


@dataclasses.dataclass(frozen=True, slots=True)
class OldValue:
    """What must not be said any more, why, and what holds `now`. `spared`: entries that speak of it as the past."""

    id: str
    pattern: re.Pattern[str]
    why: str
    now: str
    spared: tuple[str, ...]


@dataclasses.dataclass(frozen=True, slots=True)
class OldLawFile:
    """The values in the order of the file; `lines` maps "<id>" and "<id>.except" to where they stand."""

    values: tuple[OldValue, ...]
    lines: Mapping[str, int]


def parse_old_law(text: str, findings: Findings) -> OldLawFile:
    """Read the text of old-law.yaml. A value with errors is reported and left out."""
    values: list[OldValue] = []
    lines: dict[str, int] = {}
    document = read_document(text, findings)
    if document is None:
        return OldLawFile((), lines)
    for id_, line in document.duplicates:
        findings.error(line, id_, f"Giá trị cũ `{id_}` viết hai lần", "Giữ lại một.")
    for id_, node in document.values.items():
        line = document.lines[id_]
        if not isinstance(node, Fields):
            findings.error(
                line, id_, f"Giá trị cũ `{id_}` phải có pattern, why và now", "Xem mẫu trong docs/bien-tap.md."
            )
            continue
        before = len(findings.problems)
        lines[id_] = line
        lines[f"{id_}.except"] = node.lines.get("except", line)
        value = _parse_value(id_, node, line, findings)
        if value and len(findings.problems) == before:
            values.append(value)
    return OldLawFile(tuple(values), lines)


def _parse_value(id_: str, node: Fields, line: int, findings: Findings) -> OldValue | None:
    check_keys(node, _KEYS, findings, f"{id_}.")

    def text(key: str) -> str:
        return read_text(node.values.get(key), node.lines.get(key, line), f"{id_}.{key}", findings)

    written, why, now = text("pattern"), text("why"), text("now")
    spared: tuple[str, ...] = ()
    if "except" in node.values:
        found = read_texts(node.values["except"], node.lines["except"], f"{id_}.except", findings)
        spared = tuple(each for each, _ in found)
    if _UPPER.search(written):
        findings.error(line, f"{id_}.pattern", "Mẫu chỉ viết bằng chữ thường", "Chữ hoa, chữ thường được coi như nhau.")
        return None
    try:
        # Small letters on both sides: ignoring case in the pattern costs ten times as much.
        pattern = re.compile(written.replace(" ", r"\s+"))
    except re.error as error:
        at = node.lines["pattern"]
        findings.error(
            at, f"{id_}.pattern", f"Mẫu viết sai ({error})", "Viết chữ thường; dấu ( ) [ ] . * có nghĩa riêng."
        )
        return None
    if pattern.search(""):
        findings.error(line, f"{id_}.pattern", "Mẫu này khớp với mọi câu", "Viết rõ cụm từ phải tránh.")
        return None
    return OldValue(id_, pattern, why, now, spared)


def check_exceptions(file: OldLawFile, ids: Collection[str], findings: Findings) -> None:
    """Report spared entries that do not exist."""
    for value in file.values:
        for id_ in value.spared:
            if id_ not in ids:
                hint = suggest(id_, ids) or "Sửa id."
                field = f"{value.id}.except"
                findings.error(file.lines[field], field, f"Không có mục `{id_}`", hint)


def find_old_values(text: str, entry_id: str, file: OldLawFile) -> Iterator[tuple[int, str, OldValue]]:
    """(offset, what stands there, the value) for every old value in an answer as rendered."""
    small = text.lower()
    for value in file.values:
        if entry_id in value.spared:
            continue
        for match in value.pattern.finditer(small):
            yield match.start(), text[match.start() : match.end()], value
