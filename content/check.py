"""The whole tree examined at once: every problem of every file, and those that only show side by side.

It reads the tree but never decides what goes live: `load` and `live` do, from what is found here.
"""

from __future__ import annotations

import dataclasses
import difflib
import hashlib
import re
import unicodedata
from collections.abc import Iterable, Mapping
from datetime import date, timedelta
from pathlib import Path

from content.entries import EntryFile, GroupFile, parse_entry, parse_groups
from content.fields import suggest
from content.figures import FigureFile, check_filter, find_value, parse_figures
from content.files import Tree, decode, display_name, list_tree, read_bytes
from content.findings import Findings
from content.model import FigureUse, Level, Library, Problem
from content.places import REGIONS, PlaceFile, parse_places
from content.policies import PolicyFile, check_policies, parse_policies
from content.render import render_answer
from content.wording import (
    Literals,
    check_lengths,
    check_literals,
    check_markdown,
    check_sentences,
    list_literals,
)

FEWEST_PHRASINGS = 8
GOOD_PHRASINGS = 15
OVERDUE_DAYS = 90  # an answer this long past its review is an error, until then a warning
NOTICE_DAYS = 30  # how long before its end a figure without a successor is announced
_MARKS = re.compile("[\u0300-\u036f]+")
_WORD = re.compile(r"[^\W_]+")
NO_ENTRY = "Tạo mục này, hoặc bỏ id khỏi danh sách."


@dataclasses.dataclass(frozen=True, slots=True)
class Examination:
    """What was found. `problems` decide whether the library may go live.

    `stale` are those that time alone brings (reviews past due, figures that ended): they alarm, but must not
    keep a program from starting.
    """

    library: Library
    problems: tuple[Problem, ...]
    stale: tuple[Problem, ...]

    @property
    def broken(self) -> bool:
        return any(problem.level == "error" for problem in self.problems)


@dataclasses.dataclass(frozen=True, slots=True)
class _Files:
    """All files as read, with the findings of each."""

    figures: FigureFile
    figure_findings: Findings
    places: PlaceFile
    place_findings: Findings
    groups: GroupFile
    group_findings: Findings
    entries: Mapping[str, tuple[EntryFile, Findings]]
    ids: frozenset[str]  # of every entry file, readable or not
    unreadable: tuple[Findings, ...]
    digest: str
    policies: PolicyFile
    policy_findings: Findings


def check_library(root: Path, on: date, language: str = "vi") -> list[Problem]:
    """All problems of the tree under `root` (the `content` folder) on the day `on`, by file and line."""
    examination = examine(root, language, on)
    return sort_problems((*examination.problems, *examination.stale))


def format_problem(problem: Problem) -> str:
    """ "content/vi/bhtn/muc-huong.md:7: next: Không có mục `x` → gợi ý: …" """
    field = f"{problem.field}: " if problem.field else ""
    level = "cảnh báo: " if problem.level == "warning" else ""
    hint = f" → gợi ý: {problem.hint}" if problem.hint else ""
    return f"{problem.file}:{problem.line}: {level}{field}{problem.message}{hint}"


def sort_problems(problems: Iterable[Problem]) -> list[Problem]:
    return sorted(problems, key=lambda each: (each.file, each.line, each.field, each.message))


def examine(root: Path, language: str, on: date) -> Examination:
    """Read and check everything. Never raises for what a file holds."""
    tree = list_tree(root, language)
    files = _read(root, tree)
    library = Library(
        language=language,
        entries={id_: read.entry for id_, (read, _) in files.entries.items()},
        groups=files.groups.groups,
        figures=files.figures.figures,
        texts={id_: read.texts for id_, (read, _) in files.entries.items()},
        digest=files.digest,
        places=files.places.places,
        policies=files.policies.policies,
    )
    _check_groups(files)
    _check_places(files)
    _check_links(files)
    _check_menus(files)
    _check_phrasings(files)
    used = _check_figure_uses(files)
    used |= check_policies(files.policies, files.ids, files.figures.figures, files.policy_findings)
    _check_unused_figures(files, used)
    literals = list_literals(library.figures, on)
    for read, findings in files.entries.values():
        _check_words(read, literals, findings)
        uses = {segment.figure for segment in _uses(read)}
        if uses <= library.figures.keys():
            _check_rendered(library, read, on, findings)
    strays = [Findings(display_name(root, path)) for path in tree.strays]
    for stray in strays:
        stray.warning(1, "", "Tệp này không được đọc", "Mục trả lời phải là <nhóm>/<tên>.md.")
    gathered = [findings for _, findings in files.entries.values()]
    gathered += [files.figure_findings, files.place_findings, files.policy_findings, files.group_findings]
    gathered += [*files.unreadable, *strays]
    problems = sort_problems(problem for findings in gathered for problem in findings.problems)
    return Examination(library, tuple(problems), tuple(_check_staleness(files, library, on)))


def _read(root: Path, tree: Tree) -> _Files:
    digest = hashlib.sha256()

    def text_of(path: Path) -> tuple[str | None, Findings]:
        findings = Findings(display_name(root, path))
        data = read_bytes(path, findings)
        digest.update(f"{findings.file}\0{len(data or b'')}\0".encode("utf-8", "surrogateescape") + (data or b""))
        return (None if data is None else decode(data, findings)), findings

    text, figure_findings = text_of(tree.figures)
    figures = parse_figures(text, figure_findings) if text else FigureFile({}, {}, frozenset())
    text, place_findings = text_of(tree.places)
    places = parse_places(text, place_findings) if text else PlaceFile((), {})
    text, policy_findings = text_of(tree.policies) if tree.policies.exists() else (None, Findings(tree.policies.name))
    policies = parse_policies(text, policy_findings) if text else PolicyFile((), {})
    text, group_findings = text_of(tree.groups)
    groups = parse_groups(text, group_findings) if text else GroupFile((), {})
    entries: dict[str, tuple[EntryFile, Findings]] = {}
    unreadable = []
    ids = set()
    for path in tree.entries:
        group, slug = path.parent.name, path.stem
        ids.add(f"{group}.{slug}")
        text, findings = text_of(path)
        read = parse_entry(text, group, slug, findings) if text else None
        if read is None:
            unreadable.append(findings)
        else:
            entries[read.entry.id] = (read, findings)
    return _Files(
        figures,
        figure_findings,
        places,
        place_findings,
        groups,
        group_findings,
        entries,
        frozenset(ids),
        tuple(unreadable),
        digest.hexdigest(),
        policies,
        policy_findings,
    )


def _check_groups(files: _Files) -> None:
    """Groups and entries must fit: no folder without a group, no first entry that does not exist."""
    findings, lines = files.group_findings, files.groups.lines
    if not lines and findings.problems:
        return  # the file itself could not be read, which has been said
    folders = {id_.partition(".")[0] for id_ in files.ids}
    for folder in sorted(folders - lines.keys()):
        findings.error(1, "", f"Thiếu nhóm `{folder}`", f"Thêm `{folder}:` với title, menu và first.")
    menus: dict[str, str] = {}
    for group in files.groups.groups:
        if group.slug not in folders:
            findings.warning(lines[group.slug], group.slug, f"Nhóm `{group.slug}` chưa có mục nào")
        other = menus.setdefault(group.menu.casefold(), group.slug)
        if group.menu and other != group.slug:
            at = lines[f"{group.slug}.menu"]
            findings.error(at, f"{group.slug}.menu", f"Nhãn nút trùng với nhóm `{other}`", "Đặt nhãn khác.")
        for number, id_ in enumerate(group.first):
            at = lines[f"{group.slug}.first.{number}"]
            if id_ not in files.ids:
                findings.error(at, f"{group.slug}.first", f"Không có mục `{id_}`", _nearest(id_, files.ids, NO_ENTRY))
            elif id_ in group.first[:number]:
                findings.error(at, f"{group.slug}.first", f"Mục `{id_}` viết hai lần", "Giữ lại một.")


def _check_places(files: _Files) -> None:
    """What a place names must exist: the figure of its wage region, the groups its contacts serve."""
    findings, lines = files.place_findings, files.places.lines
    groups = frozenset(group.slug for group in files.groups.groups)
    for place in files.places.places:
        figure = REGIONS[place.region]
        if figure not in files.figures.figures and figure not in files.figures.unread:
            at = lines[f"{place.slug}.region"]
            findings.error(at, "region", f"Không có số `{figure}` trong figures.yaml", "Thêm số này vào figures.yaml.")
        for number, contact in enumerate(place.contacts):
            for group in contact.groups:
                if groups and group not in groups:
                    at = lines[f"{place.slug}.contacts.{number}"]
                    findings.error(at, "contacts.groups", f"Không có nhóm `{group}`", suggest(group, groups))


def _check_links(files: _Files) -> None:
    for read, findings in files.entries.values():
        entry = read.entry
        for number, id_ in enumerate(entry.next):
            line = read.lines[f"next.{number}"]
            if id_ == entry.id:
                findings.error(line, "next", "Mục tự dẫn về chính nó", "Chọn mục khác.")
            elif id_ not in files.ids:
                findings.error(line, "next", f"Không có mục `{id_}`", _nearest(id_, files.ids, NO_ENTRY))
            elif id_ in entry.next[:number]:
                findings.error(line, "next", f"Mục `{id_}` viết hai lần", "Giữ lại một.")
        if entry.group != "chung" and not 2 <= len(entry.next) <= 4:
            findings.warning(read.lines["next"], "next", f"Có {len(entry.next)} mục tiếp theo", "Nên có 2 đến 4 mục.")


def _nearest(id_: str, ids: Iterable[str], otherwise: str) -> str:
    near = difflib.get_close_matches(id_, sorted(ids), n=1, cutoff=0.75)
    return f"Có phải là `{near[0]}`?" if near else otherwise


def _check_menus(files: _Files) -> None:
    seen: dict[tuple[str, str], str] = {}
    for read, findings in files.entries.values():
        entry = read.entry
        if not entry.menu:
            continue
        other = seen.setdefault((entry.group, entry.menu.casefold()), entry.id)
        if other != entry.id:
            findings.error(read.lines["menu"], "menu", f"Nhãn nút trùng với mục `{other}`", "Đặt nhãn khác.")


def fold_phrasing(text: str) -> str:
    """A phrasing without case, diacritics and punctuation: what makes two of them the same."""
    decomposed = unicodedata.normalize("NFD", text.casefold().replace("đ", "d"))
    return " ".join(_WORD.findall(_MARKS.sub("", decomposed)))


def _check_phrasings(files: _Files) -> None:
    seen: dict[str, tuple[str, str, int]] = {}
    for read, findings in files.entries.values():
        entry = read.entry
        count = len(entry.ask)
        if count < FEWEST_PHRASINGS:
            hint = f"Cần ít nhất {FEWEST_PHRASINGS}, nên có từ {GOOD_PHRASINGS} cách hỏi khác nhau."
            findings.error(read.lines["ask"], "ask", f"Chỉ có {count} cách hỏi", hint)
        elif count < GOOD_PHRASINGS:
            hint = f"Nên có từ {GOOD_PHRASINGS} cách hỏi khác nhau."
            findings.warning(read.lines["ask"], "ask", f"Mới có {count} cách hỏi", hint)
        for number, phrasing in enumerate(entry.ask):
            line = read.lines[f"ask.{number}"]
            other, file, at = seen.setdefault(fold_phrasing(phrasing), (entry.id, findings.file, line))
            if other != entry.id:
                where = f"mục `{other}` ({file}:{at})"
                findings.error(line, "ask", f"Câu “{phrasing}” trùng với {where}", "Bỏ ở một trong hai mục.")
            elif at != line:
                findings.warning(line, "ask", f"Câu “{phrasing}” trùng với dòng {at}", "Thay bằng cách hỏi khác.")


def _uses(read: EntryFile) -> list[FigureUse]:
    return [each for each in (*read.texts.short, *read.texts.body) if isinstance(each, FigureUse)]


def _check_figure_uses(files: _Files) -> set[str]:
    """Report unknown figures and unfit filters; the ids that are used."""
    used: set[str] = set()
    known = files.figures.figures
    for read, findings in files.entries.values():
        for field, segments in (("short", read.texts.short), ("body", read.texts.body)):
            line = read.lines[field]
            for segment in segments:
                if isinstance(segment, str):
                    line += segment.count("\n") if field == "body" else 0
                    continue
                used.add(segment.figure)
                figure = known.get(segment.figure)
                if figure is None and segment.figure not in files.figures.unread:
                    hint = _nearest(segment.figure, known, "Thêm số này vào figures.yaml, hoặc sửa tên.")
                    findings.error(line, field, f"Không có số `{segment.figure}` trong figures.yaml", hint)
                wrong = check_filter(figure.unit, segment.filter) if figure else ""
                if wrong:
                    findings.error(line, field, f"`{segment.figure}|{segment.filter}`: {wrong}", "Sửa bộ lọc.")
    return used


def _check_unused_figures(files: _Files, used: set[str]) -> None:
    figures = files.figures.figures
    factors = {factor for figure in figures.values() for factor in figure.product if isinstance(factor, str)}
    for id_ in figures:
        if id_ not in used and id_ not in factors:
            hint = "Dùng trong một câu trả lời, hoặc xóa."
            findings, line = files.figure_findings, files.figures.lines[id_]
            findings.warning(line, id_, f"Chưa mục nào dùng số `{id_}`", hint)


def _check_words(read: EntryFile, literals: Literals, findings: Findings) -> None:
    entry, lines = read.entry, read.lines
    for field, text in (("short", entry.short), ("body", entry.body)):
        check_markdown(text, lines[field], field, findings)
        check_sentences(text, lines[field], field, findings)
        check_literals(text, lines[field], field, entry.group, literals, findings)


def _check_rendered(library: Library, read: EntryFile, on: date, findings: Findings) -> None:
    answer = render_answer(library, read.entry, on)
    check_lengths(answer.short, f"{answer.text}\n\n{answer.footer}", read.lines, findings)


def _check_staleness(files: _Files, library: Library, on: date) -> list[Problem]:
    """What time alone has made wrong by the day `on`."""
    problems: list[Problem] = []
    for read, findings in files.entries.values():
        stale = Findings(findings.file)
        entry, line = read.entry, read.lines["review_by"]
        if entry.review_by < on:
            late = (on - entry.review_by).days
            level: Level = "error" if late > OVERDUE_DAYS else "warning"
            hint = "Đọc lại văn bản, sửa nếu cần, rồi ghi `reviewed` và `review_by` mới."
            stale.add(line, "review_by", f"Quá hạn rà soát {late} ngày", hint, level)
        if on < entry.reviewed < date.max:
            stale.warning(read.lines["reviewed"], "reviewed", "Ngày rà soát ở tương lai", "Ghi ngày đã rà soát.")
        problems += stale.problems
    stale = Findings(files.figure_findings.file)
    for id_, figure in library.figures.items():
        line = files.figures.lines[id_]
        if find_value(library.figures, id_, on) is None:
            hint = "Thêm một dòng `values` có hiệu lực hôm nay."
            stale.error(line, id_, f"Số `{id_}` không có giá trị cho hôm nay", hint)
        elif not figure.product and find_value(library.figures, id_, on + timedelta(days=NOTICE_DAYS)) is None:
            hint = "Thêm giá trị tiếp theo khi có văn bản mới."
            stale.warning(line, id_, f"Số `{id_}` sắp hết hiệu lực", hint)
    return sort_problems([*problems, *stale.problems])
