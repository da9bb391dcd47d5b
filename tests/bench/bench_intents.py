"""How long one decision takes with the live phrasings, and how long it takes to build the matcher."""

from __future__ import annotations

import pathlib
import time

import yaml

from intents.build import build_matcher
from intents.decide import decide
from intents.evaluate import load_cases
from intents.match import Example

ROOT = pathlib.Path(__file__).parents[2]


def run() -> list[tuple[str, str]]:
    """Rows of (what, figure) for `python -m tests.bench`."""
    examples = []
    for path in sorted((ROOT / "content" / "vi").glob("*/*.md")):
        front = yaml.safe_load(path.read_text(encoding="utf-8").split("---\n")[1])
        examples += [Example(f"{path.parent.name}.{path.stem}", text) for text in [front["title"], *front["ask"]]]
    began = time.perf_counter()
    matcher = build_matcher(examples)
    built = time.perf_counter() - began
    cases = [
        case for path in sorted((ROOT / "tests" / "intents" / "questions").glob("*.tsv")) for case in load_cases(path)
    ]
    times = []
    for case in cases:
        began = time.perf_counter()
        decide(matcher, case.text)
        times.append(1000 * (time.perf_counter() - began))
    times.sort()
    return [
        ("hiểu câu hỏi: số cách hỏi", str(len(examples))),
        ("hiểu câu hỏi: dựng bộ so khớp", f"{built:.2f} s"),
        ("hiểu câu hỏi: một câu, trung vị", f"{times[len(times) // 2]:.2f} ms"),
        ("hiểu câu hỏi: một câu, p99", f"{times[int(len(times) * 0.99)]:.2f} ms"),
    ]
