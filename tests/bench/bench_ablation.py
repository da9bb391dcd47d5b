"""What each step of understanding is worth: all of it, then all but one step, then fewer phrasings.

Thresholds stay as they are, so "hạng 1" says what a step does to the ranking and "đúng" what it does to the answers.
"""

from __future__ import annotations

import contextlib
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from intents.build import build_matcher
from intents.decide import decide
from intents.evaluate import Case, evaluate, load_cases
from intents.match import Example
from tests.bench.bench_peers import TYPINGS
from tests.bench.phrasings import RESULTS, at_most, live_phrasings, without_outside, without_phrasebook
from tests.bench.steps import STEPS, without
from tests.bench.tables import points, save

COUNTS = (1, 3, 5, 10, 20, 40)
Row = tuple[str, str]


def run(questions: Path, _tune: Path) -> list[Row]:
    """Rows for `python -m tests.bench ablation`; about a minute for ten steps."""
    cases = load_cases(questions)
    live = live_phrasings()
    whole = _measure("đủ các bước", live, cases)
    steps = []
    for step in STEPS:
        with without(step):
            steps.append(_measure(step.name, live, cases))
    book = _measure("sổ cách hỏi (chỉ còn nội dung)", without_phrasebook(live), cases)
    outside = _measure("lớp ngoài phạm vi", without_outside(live), cases)
    counts = [_measure(f"{count} cách hỏi mỗi mục", at_most(live, count), cases) for count in COUNTS]
    result = {"whole": whole, "steps": [*steps, book, outside], "counts": [*counts, whole | {"name": "tất cả"}]}
    save(RESULTS / f"ablation-{questions.stem}.json", result)
    return [("", "hạng 1  đúng  sai | đúng theo kiểu gõ: " + ", ".join(TYPINGS))] + [
        (each["name"], _line(each, whole)) for each in [whole, *steps, book, outside, *counts]
    ]


def _measure(name: str, examples: Sequence[Example], cases: Sequence[Case]) -> dict[str, Any]:
    """Shares (0..1) of the matcher built of these phrasings under whatever is switched off now."""
    matcher = build_matcher(examples)
    report = evaluate(cases, lambda text: decide(matcher, text))
    total = report.total
    by_typing = {}
    for typing in TYPINGS:
        with contextlib.suppress(KeyError, ZeroDivisionError):
            tally = report.by_typing[typing]
            by_typing[typing] = {"right": tally.right / tally.cases, "first": tally.first / tally.cases}
    return {
        "name": name,
        "phrasings": len(examples),
        "first": total.first / total.cases,
        "right": total.right / total.cases,
        "wrong": total.wrong / total.cases,
        "outside_answered": total.outside_answered / total.outside if total.outside else 0.0,
        "by_typing": by_typing,
    }


def _line(each: dict[str, Any], whole: dict[str, Any]) -> str:
    totals = [f"{100 * each[key]:.1f} ({points(each[key] - whole[key])})" for key in ("first", "right", "wrong")]
    typings = [
        points(shares["right"] - whole["by_typing"][typing]["right"]) for typing, shares in each["by_typing"].items()
    ]
    return "  ".join(totals) + " | " + "  ".join(typings)
