"""The catalogue of facts: reading facts.yaml, and whether entries, figures and policies rest on what is in it.

It does not judge whether a fact is true; it knows how sure whoever wrote it down was.
"""

from __future__ import annotations

import dataclasses
import difflib
import re
from collections.abc import Collection, Iterable, Mapping

from content.entries import EntryFile
from content.fields import check_keys, read_document, read_text, read_texts, suggest
from content.figures import FigureFile
from content.findings import Findings
from content.policies import PolicyFile
from content.yaml_lines import Fields, Node

# How sure a fact is, from read in a document down to hardly remembered.
CERTAINTIES = ("found", "plan", "computed", "recall-high", "recall-mid", "recall-low")
DOUBTFUL = ("recall-mid", "recall-low")
_SECTIONS = ("facts", "unused_on_purpose")
_KEYS = ("says", "certainty", "docs", "unsure", "hedged_in")
_ID = re.compile(r"[A-Z]+-\d+")
_SHOWN = 12  # ids named in one line; an admin works through more than that in the file


@dataclasses.dataclass(frozen=True, slots=True)
class Fact:
    """What we know, in our own words. `docs` name where from; `unsure` says which part nobody has confirmed.

    `hedged_in`: the entries that rest on it although it is doubtful, and say openly that it is not confirmed.
    """

    id: str  # "BHTN-16"
    says: str
    certainty: str  # one of CERTAINTIES
    docs: tuple[str, ...]
    unsure: str
    hedged_in: tuple[str, ...]


@dataclasses.dataclass(frozen=True, slots=True)
class FactFile:
    """The facts; `unused` maps those no answer needs to the reason; `lines`: "BHTN-16", "BHTN-16.hedged_in" …"""

    facts: Mapping[str, Fact]
    unused: Mapping[str, str]
    lines: Mapping[str, int]


def parse_facts(text: str, findings: Findings) -> FactFile:
    """Read the text of facts.yaml. A fact with errors is reported and still counts as existing."""
    facts: dict[str, Fact] = {}
    unused: dict[str, str] = {}
    lines: dict[str, int] = {}
    document = read_document(text, findings)
    if document is None:
        return FactFile(facts, unused, lines)
    check_keys(document, _SECTIONS, findings)
    for id_, node, line in _members(document.values.get("facts"), "facts", findings):
        lines[id_] = line
        if not _ID.fullmatch(id_):
            findings.error(line, id_, f"Mã dữ kiện `{id_}` viết sai", "Chữ hoa, gạch ngang, số: VAY-08.")
        if not isinstance(node, Fields):
            findings.error(
                line, id_, f"Dữ kiện `{id_}` phải có says, certainty và docs", "Xem mẫu trong docs/bien-tap.md."
            )
            continue
        facts[id_] = _parse_fact(id_, node, line, findings)
        lines[f"{id_}.hedged_in"] = node.lines.get("hedged_in", line)
    for id_, node, line in _members(document.values.get("unused_on_purpose"), "unused_on_purpose", findings):
        lines[f"unused_on_purpose.{id_}"] = line
        unused[id_] = read_text(node, line, f"unused_on_purpose.{id_}", findings)
    return FactFile(facts, unused, lines)


def _members(node: Node | None, field: str, findings: Findings) -> Iterable[tuple[str, Node, int]]:
    if node is None:
        return
    if not isinstance(node, Fields):
        findings.error(node.line, field, f"`{field}` phải gồm các mã dữ kiện", "Xem mẫu trong docs/bien-tap.md.")
        return
    for id_, line in node.duplicates:
        findings.error(line, id_, f"Dữ kiện `{id_}` viết hai lần", "Giữ lại một.")
    for id_, each in node.values.items():
        yield id_, each, node.lines[id_]


def _parse_fact(id_: str, node: Fields, line: int, findings: Findings) -> Fact:
    check_keys(node, _KEYS, findings, f"{id_}.")

    def text(key: str, *, required: bool = True) -> str:
        return read_text(node.values.get(key), node.lines.get(key, line), f"{id_}.{key}", findings, required=required)

    def texts(key: str) -> tuple[str, ...]:
        read = read_texts(node.values.get(key), node.lines.get(key, line), f"{id_}.{key}", findings)
        return tuple(each for each, _ in read)

    certainty = text("certainty")
    if certainty and certainty not in CERTAINTIES:
        at = node.lines["certainty"]
        hint = suggest(certainty, CERTAINTIES)
        findings.error(at, f"{id_}.certainty", f"Không có mức chắc chắn `{certainty}`", hint)
    docs = texts("docs")
    if "docs" in node.values and not docs:
        findings.error(node.lines["docs"], f"{id_}.docs", "Chưa có nguồn", "Ghi tên văn bản, điều khoản.")
    hedged = texts("hedged_in") if "hedged_in" in node.values else ()
    return Fact(id_, text("says"), certainty, docs, text("unsure", required=False), hedged)


def check_facts(
    file: FactFile,
    findings: Findings,
    entries: Mapping[str, tuple[EntryFile, Findings]],
    figures: tuple[FigureFile, Findings],
    policies: tuple[PolicyFile, Findings],
) -> None:
    """Report facts that do not exist, doubtful ones stated as certain, and those nothing rests on.

    A tree without a catalogue is not held to one.
    """
    if not file.facts:
        return
    used: set[str] = set()
    for read, told in entries.values():
        for number, id_ in enumerate(read.entry.facts):
            used.add(id_)
            _check_use(file, id_, read.lines[f"facts.{number}"], "facts", told)
            fact = file.facts.get(id_)
            if fact and fact.certainty in DOUBTFUL and read.entry.id not in fact.hedged_in:
                hint = f"Nói rõ là chưa xác nhận rồi thêm mục này vào `hedged_in` của {id_}, hoặc bỏ mã này."
                told.warning(read.lines[f"facts.{number}"], "facts", f"Dữ kiện `{id_}` chưa chắc chắn", hint)
    figure_file, told = figures
    for figure in figure_file.figures.values():
        for id_ in {figure.fact, *(value.fact for value in figure.values)} - {""}:
            used.add(id_)
            _check_use(file, id_, figure_file.lines[figure.id], figure.id, told)
    policy_file, told = policies
    for policy in policy_file.policies:
        for id_ in policy.facts:
            used.add(id_)
            _check_use(file, id_, policy_file.lines[f"{policy.id}.facts"], f"{policy.id}.facts", told)
    _check_hedges(file, findings, {id_: read.entry.facts for id_, (read, _) in entries.items()})
    _check_unused(file, findings, used)


def _check_use(file: FactFile, id_: str, line: int, field: str, findings: Findings) -> None:
    if id_ not in file.facts:
        near = difflib.get_close_matches(id_, file.facts, n=1, cutoff=0.8)
        hint = f"Có phải là `{near[0]}`?" if near else "Thêm dữ kiện này vào facts.yaml, hoặc sửa mã."
        findings.error(line, field, f"Không có dữ kiện `{id_}` trong facts.yaml", hint)


def _check_hedges(file: FactFile, findings: Findings, facts_of: Mapping[str, Collection[str]]) -> None:
    for fact in file.facts.values():
        line, field = file.lines[fact.id], f"{fact.id}.hedged_in"
        line = file.lines.get(field, line)
        for id_ in fact.hedged_in:
            if id_ not in facts_of:
                findings.error(line, field, f"Không có mục `{id_}`", suggest(id_, facts_of) or "Sửa id.")
            elif fact.id not in facts_of[id_]:
                findings.warning(line, field, f"Mục `{id_}` không dùng dữ kiện này", "Bỏ id khỏi danh sách.")


def _check_unused(file: FactFile, findings: Findings, used: Collection[str]) -> None:
    for id_ in file.unused:
        line, field = file.lines[f"unused_on_purpose.{id_}"], f"unused_on_purpose.{id_}"
        if id_ not in file.facts:
            findings.error(line, field, f"Không có dữ kiện `{id_}`", "Sửa mã, hoặc bỏ dòng này.")
        elif id_ in used:
            findings.warning(line, field, f"Dữ kiện `{id_}` nay đã được dùng", "Bỏ dòng này.")
    left = [id_ for id_ in file.facts if id_ not in used and id_ not in file.unused]
    if left:
        named = ", ".join(left[:_SHOWN]) + (" …" if len(left) > _SHOWN else "")
        hint = "Dùng trong một mục, hoặc ghi vào `unused_on_purpose` kèm lý do."
        findings.warning(file.lines[left[0]], "", f"Có {len(left)} dữ kiện chưa mục nào dùng: {named}", hint)
