"""Messages by hands whose own wording was not learned: half the phrasebook judges what the other half teaches.

Every entry's phrasings are by two hands or more, each without sight of the others. One hand of every entry is put aside
and asked, then the other: thousands of questions, so that half a point is no luck. Harder than life, for only half is
learned; compare with it, never quote it as what a worker meets.
"""

from __future__ import annotations

from collections.abc import Iterator

from content.load import load_library
from intents.build import build_matcher
from intents.decide import decide
from intents.evaluate import Case, Report, evaluate
from intents.match import Example
from intents.phrasebook import FOLDER
from intents.stories import LONG
from tests.bench.phrasings import ROOT, live_phrasings, without_phrasebook
from tests.bench.tables import percent

SHORT = 8  # words
Row = tuple[str, str]


def run() -> Iterator[Row]:
    """Rows for `python -m tests.bench hands`; about a minute."""
    first, others = _load_hands(set(load_library(ROOT / "content").entries))
    rest = without_phrasebook(live_phrasings())
    yield "", "số câu  hạng 1  hạng 1–3  đúng  sai  hỏi lại"
    for name, taught, asked in (("người sau hỏi", first, others), ("người đầu hỏi", others, first)):
        matcher = build_matcher([*rest, *taught])
        cases = [Case(example.text, (example.id,), _length(example.text)) for example in asked]
        yield from _rows(name, evaluate(cases, lambda text, matcher=matcher: decide(matcher, text)))


def _load_hands(entries: set[str]) -> tuple[list[Example], list[Example]]:
    """The phrasebook of these entries: of each the lines of its first hand, and those of all others."""
    first: list[Example] = []
    others: list[Example] = []
    for path in sorted(FOLDER.glob("*/*.txt")):
        id_ = f"{path.parent.name}.{path.stem}"
        hands = 0
        for line in filter(None, map(str.strip, path.read_text(encoding="utf-8").splitlines())):
            if line.startswith("#"):
                hands += 1
            elif id_ in entries:
                (first if hands < 2 else others).append(Example(id_, line))
    return first, others


def _length(text: str) -> str:
    words = len(text.split())
    return "chuyện dài" if words > LONG else "vừa" if words > SHORT else "ngắn"


def _rows(name: str, report: Report) -> Iterator[Row]:
    for label, tally in ((name, report.total), *((f"  {length}", each) for length, each in report.by_typing.items())):
        counts = (tally.first, tally.among_three, tally.right, tally.wrong, tally.asked_back)
        yield label, f"{tally.cases:>6}  " + "  ".join(percent(count / tally.cases) for count in counts)
