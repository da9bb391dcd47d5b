"""The whole tree examined at once: every problem of every file, and those that only show side by side.

It reads the tree but never decides what goes live: `load` and `live` do, from what is found here.
"""

from __future__ import annotations

import dataclasses
import difflib
from collections.abc import Iterable
from datetime import date, timedelta
from pathlib import Path

from content.abbreviations import find_unexplained
from content.campaigns import check_campaign
from content.entries import EntryFile
from content.facts import check_facts
from content.fields import suggest
from content.figures import check_filter, find_value
from content.files import display_name, list_tree
from content.findings import Findings
from content.model import FigureUse, Level, Library, Problem
from content.old_law import OldLawFile, check_exceptions, find_old_values
from content.outside import check_outside
from content.phrasings import check_likeness, check_phrasings
from content.places import REGIONS
from content.policies import check_policies
from content.reading import Files, read_files
from content.render import render_answer
from content.schedules import check_schedules
from content.sessions import check_sessions
from content.wording import (
    Literals,
    check_lengths,
    check_literals,
    check_markdown,
    check_sentences,
    list_literals,
)

OVERDUE_DAYS = 90  # an answer this long past its review is an error, until then a warning
NOTICE_DAYS = 30  # how long before its end a figure without a successor is announced
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


def check_library(root: Path, on: date, language: str = "vi") -> list[Problem]:
    """All problems of the tree under `root` (the `content` folder) on the day `on`, by file and line.

    Also the warnings that take too long to look for whenever a file is saved.
    """
    examination = examine(root, language, on, thorough=True)
    return sort_problems((*examination.problems, *examination.stale))


def format_problem(problem: Problem) -> str:
    """ "content/vi/bhtn/muc-huong.md:7: next: Không có mục `x` → gợi ý: …" """
    field = f"{problem.field}: " if problem.field else ""
    level = "cảnh báo: " if problem.level == "warning" else ""
    hint = f" → gợi ý: {problem.hint}" if problem.hint else ""
    return f"{problem.file}:{problem.line}: {level}{field}{problem.message}{hint}"


def sort_problems(problems: Iterable[Problem]) -> list[Problem]:
    return sorted(problems, key=lambda each: (each.file, each.line, each.field, each.message))


def examine(root: Path, language: str, on: date, *, thorough: bool = False) -> Examination:
    """Read and check everything. Never raises for what a file holds. `thorough` adds warnings, never errors."""
    tree = list_tree(root, language)
    files = read_files(root, tree)
    library = Library(
        language=language,
        entries={id_: read.entry for id_, (read, _) in files.entries.items()},
        groups=files.groups.groups,
        figures=files.figures.figures,
        texts={id_: read.texts for id_, (read, _) in files.entries.items()},
        digest=files.digest,
        places=files.places.places,
        policies=files.policies.policies,
        outside=files.outside.kinds,
        office_years=files.office_years,
        sessions=check_sessions(files.sessions, files.places.places),
        campaigns={read.campaign.slug: read.campaign for read, _ in files.campaigns},
        schedules=files.schedules.schedules,
    )
    _check_groups(files)
    _check_places(files)
    _check_links(files)
    _check_menus(files)
    check_phrasings(files.entries)
    if thorough:
        check_likeness(files.entries)
    used = _check_figure_uses(files)
    used |= check_policies(files.policies, files.ids, files.figures.figures, files.policy_findings)
    used |= check_outside(files.outside, files.ids, files.figures.figures, files.outside_findings)
    literals = list_literals(library.figures, on)
    for series, findings in files.campaigns:
        used |= check_campaign(series, files.ids, library.figures, literals, on, findings)
    check_schedules(files.schedules, {place.slug for place in files.places.places}, files.schedule_findings)
    _check_unused_figures(files, used)
    figures, policies = (files.figures, files.figure_findings), (files.policies, files.policy_findings)
    check_facts(files.facts, files.fact_findings, files.entries, figures, policies)
    check_exceptions(files.old_law, files.ids, files.old_law_findings)
    for read, findings in files.entries.values():
        _check_words(read, literals, findings)
        uses = {segment.figure for segment in _uses(read)}
        if uses <= library.figures.keys():
            _check_rendered(library, read, on, files.old_law, findings)
    strays = [Findings(display_name(root, path)) for path in tree.strays]
    for stray in strays:
        stray.warning(1, "", "Tệp này không được đọc", "Mục trả lời phải là <nhóm>/<tên>.md.")
    problems = sort_problems(problem for findings in (*files.findings, *strays) for problem in findings.problems)
    return Examination(library, tuple(problems), tuple(_check_staleness(files, library, on)))


def _check_groups(files: Files) -> None:
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


def _check_places(files: Files) -> None:
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


def _check_links(files: Files) -> None:
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


def _check_menus(files: Files) -> None:
    seen: dict[tuple[str, str], str] = {}
    for read, findings in files.entries.values():
        entry = read.entry
        if not entry.menu:
            continue
        other = seen.setdefault((entry.group, entry.menu.casefold()), entry.id)
        if other != entry.id:
            findings.error(read.lines["menu"], "menu", f"Nhãn nút trùng với mục `{other}`", "Đặt nhãn khác.")


def _uses(read: EntryFile) -> list[FigureUse]:
    return [each for each in (*read.texts.short, *read.texts.body) if isinstance(each, FigureUse)]


def _check_figure_uses(files: Files) -> set[str]:
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


def _check_unused_figures(files: Files, used: set[str]) -> None:
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


def _check_rendered(library: Library, read: EntryFile, on: date, old_law: OldLawFile, findings: Findings) -> None:
    """Rules about the answer as a worker gets it: its length, the law it speaks of, words nobody explained."""
    answer = render_answer(library, read.entry, on)
    labels = [other.menu for other in map(library.find_entry, read.entry.next) if other]
    check_lengths(answer.short, f"{answer.text}\n\n{answer.footer}", labels, read.lines, findings)

    def place_of(offset: int) -> tuple[int, str]:
        if offset < len(answer.short):
            return read.lines["short"], "short"
        return read.lines["body"] + answer.text.count("\n", len(answer.short) + 2, offset), "body"

    for offset, written, value in find_old_values(answer.text, read.entry.id, old_law):
        message = f"“{' '.join(written.split())}” theo quy định cũ: {value.why}"
        findings.error(*place_of(offset), message, f"Nay là: {value.now}")
    for offset, word in find_unexplained(answer.text):
        hint = f"Lần đầu viết đủ chữ rồi mở ngoặc: … ({word}). Hoặc viết đủ chữ cả mục."
        findings.warning(*place_of(offset), f"Chữ viết tắt `{word}` chưa được giải thích", hint)


def _check_staleness(files: Files, library: Library, on: date) -> list[Problem]:
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
