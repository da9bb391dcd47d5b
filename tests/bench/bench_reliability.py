"""Whether the confidence means what it says: ten bins of confidence, and the share that was right in each.

Before the thresholds every best entry counts as an answer; after them only what was really answered. Out-of-scope
messages are in it: for them no answer is right.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from intents.cache import load_or_build
from intents.decide import Decision, decide
from intents.evaluate import Case, load_cases
from tests.bench.alone import CACHE
from tests.bench.phrasings import RESULTS, live_phrasings
from tests.bench.tables import percent, save

BINS = 10
_CONFIDENCE = re.compile(r"tin cậy (\d\.\d+)")
Row = tuple[str, str]


def run(questions: Path, _tune: Path) -> list[Row]:
    """Rows for `python -m tests.bench reliability`."""
    matcher = load_or_build(live_phrasings(), CACHE)
    judged = [(case, decide(matcher, case.text)) for case in load_cases(questions)]
    bins = sort_into_bins(judged)
    save(RESULTS / f"reliability-{questions.stem}.json", {"bins": bins})
    rows: list[Row] = [("tin cậy", "số câu  mục đầu đúng | đã trả lời  trả lời đúng")]
    for each in bins:
        before = f"{each['messages']:>6}  {percent(each['right']):>8}"
        after = f"{each['answered']:>6}  {percent(each['answered_right']):>8}"
        rows.append((f"{each['from']:.1f}–{each['to']:.1f}", f"{before} | {after}"))
    return rows


def read_confidence(decision: Decision) -> float:
    """The confidence that the reason names, 0 when nothing was known at all. Raises ValueError without one."""
    if not decision.candidates:
        return 0.0
    found = _CONFIDENCE.search(decision.reason)
    if not found:
        raise ValueError(f"lý do không nêu độ tin cậy: {decision.reason!r}")
    return float(found[1])


def sort_into_bins(judged: Sequence[tuple[Case, Decision]]) -> list[dict[str, Any]]:
    """For each tenth of confidence: messages, the share whose best entry is right; answers, the share of them right."""
    bins: list[list[tuple[bool, bool]]] = [[] for _ in range(BINS)]
    for case, decision in judged:
        best = decision.candidates[0].id if decision.candidates else ""
        at = min(int(read_confidence(decision) * BINS + 1e-9), BINS - 1)
        bins[at].append((best in case.ids, decision.kind == "answer"))
    result = []
    for at, found in enumerate(bins):
        answered = [right for right, spoken in found if spoken]
        result.append(
            {
                "from": at / BINS,
                "to": (at + 1) / BINS,
                "messages": len(found),
                "right": sum(right for right, _ in found) / len(found) if found else None,
                "answered": len(answered),
                "answered_right": sum(answered) / len(answered) if answered else None,
            }
        )
    return result
