"""How well questions are understood, measured on labelled ones.

It counts and prints; it must not know the matcher (it is handed a function that decides) or change anything.
A labelled file has lines `text<TAB>id<TAB>way of typing`; id is `-` for out of scope, or several joined by `|` when
more than one entry answers the question. Lines that start with # are comments.
"""

from __future__ import annotations

import collections
import dataclasses
import pathlib
from collections.abc import Callable, Iterable, Sequence

from intents.decide import Decision


@dataclasses.dataclass(frozen=True, slots=True)
class Case:
    """One labelled message: `ids` are the entries that answer it, none when it is out of scope."""

    text: str
    ids: tuple[str, ...]
    typing: str


@dataclasses.dataclass(frozen=True, slots=True)
class Tally:
    """Counts over in-scope cases, and apart from them over those out of scope.

    `first` and `among_three`: the right entry stood first / among the first three candidates, whatever was decided.
    `right`: answered right, or asked back with the right choice shown. `wrong`: answered with another entry.
    `asked_back`: asked back at all. `outside_answered`: out of scope and answered all the same.
    """

    cases: int
    first: int
    among_three: int
    right: int
    wrong: int
    asked_back: int
    outside: int
    outside_answered: int
    outside_asked_back: int


@dataclasses.dataclass(frozen=True, slots=True)
class Report:
    """`by_typing` is a tally for each way of typing; `by_id` for each expected entry (the first one of a case);
    `confusions` are (text, expected ids, decision) of every case that was neither right nor out of scope and refused.
    """

    total: Tally
    by_typing: dict[str, Tally]
    by_id: dict[str, Tally]
    confusions: tuple[tuple[str, tuple[str, ...], Decision], ...]


def parse_cases(text: str) -> tuple[Case, ...]:
    """The cases of one labelled file. Raises ValueError with the line number for a line without three columns."""
    cases = []
    for number, line in enumerate(text.splitlines(), start=1):
        if not line.strip() or line.startswith("#"):
            continue
        columns = line.split("\t")
        if len(columns) != 3:
            raise ValueError(f"dòng {number}: cần ba cột cách nhau bằng dấu tab: câu hỏi, mã mục, kiểu gõ")
        question, ids, typing = (column.strip() for column in columns)
        cases.append(Case(question, () if ids == "-" else tuple(ids.split("|")), typing))
    return tuple(cases)


def load_cases(path: pathlib.Path) -> tuple[Case, ...]:
    """Read one labelled file. Raises OSError and ValueError."""
    return parse_cases(path.read_text(encoding="utf-8"))


def is_right(case: Case, decision: Decision) -> bool:
    """Answered right, or asked back with the right choice shown; out of scope: anything but an answer."""
    if not case.ids:
        return decision.kind != "answer"
    return decision.id in case.ids or any(choice in case.ids for choice in decision.choices)


def _tally(judged: Iterable[tuple[Case, Decision]]) -> Tally:
    counts: collections.Counter[str] = collections.Counter()
    for case, decision in judged:
        if not case.ids:
            counts["outside"] += 1
            counts["outside_answered"] += decision.kind == "answer"
            counts["outside_asked_back"] += decision.kind == "clarify"
            continue
        ranked = [candidate.id in case.ids for candidate in decision.candidates]
        counts["cases"] += 1
        counts["first"] += any(ranked[:1])
        counts["among_three"] += any(ranked[:3])
        counts["right"] += is_right(case, decision)
        counts["wrong"] += decision.kind == "answer" and decision.id not in case.ids
        counts["asked_back"] += decision.kind == "clarify"
    return Tally(**{field.name: counts[field.name] for field in dataclasses.fields(Tally)})


def evaluate(cases: Sequence[Case], decide: Callable[[str], Decision]) -> Report:
    """Decide on every case and count."""
    judged = [(case, decide(case.text)) for case in cases]
    by_typing: dict[str, list[tuple[Case, Decision]]] = collections.defaultdict(list)
    by_id: dict[str, list[tuple[Case, Decision]]] = collections.defaultdict(list)
    for case, decision in judged:
        by_typing[case.typing].append((case, decision))
        if case.ids:
            by_id[case.ids[0]].append((case, decision))
    return Report(
        _tally(judged),
        {typing: _tally(pairs) for typing, pairs in by_typing.items()},
        {id_: _tally(pairs) for id_, pairs in sorted(by_id.items())},
        tuple((case.text, case.ids, decision) for case, decision in judged if not is_right(case, decision)),
    )


def _percent(count: int, of: int) -> str:
    return f"{100 * count / of:5.1f}%" if of else "    –"


def _line(name: str, tally: Tally) -> str:
    shares = [tally.first, tally.among_three, tally.right, tally.wrong, tally.asked_back]
    inside = "  ".join(_percent(share, tally.cases) for share in shares)
    outside = f"{_percent(tally.outside_answered, tally.outside)}  {_percent(tally.outside_asked_back, tally.outside)}"
    return f"{name:<12}{tally.cases:>5}  {inside}{tally.outside:>6}  {outside}"


def format_report(report: Report, confusions: int = 20) -> str:
    """The report as Vietnamese text for a terminal, with at most so many confused messages."""
    lines = [
        "kiểu gõ     số câu  hạng 1  hạng 1–3  đúng    sai    hỏi lại | ngoài phạm vi: số câu, trả lời nhầm, hỏi lại",
        *(_line(typing, tally) for typing, tally in report.by_typing.items()),
        _line("tất cả", report.total),
    ]
    weak = [(id_, tally) for id_, tally in report.by_id.items() if tally.right < tally.cases]
    if weak:
        lines += ["", "Mục còn sai: " + ", ".join(f"{id_} {tally.right}/{tally.cases}" for id_, tally in weak)]
    if report.confusions:
        lines += ["", "Câu chưa hiểu đúng:"]
    for text, ids, decision in report.confusions[:confusions]:
        wanted = " | ".join(ids) or "ngoài phạm vi"
        got = decision.id or ", ".join(decision.choices) or "không trả lời"
        lines.append(f"  “{text[:80]}” cần {wanted}; được {got} ({decision.reason})")
    if len(report.confusions) > confusions:
        lines.append(f"  … và {len(report.confusions) - confusions} câu nữa")
    return "\n".join(lines)
