"""Ours beside well-known ways to match, same phrasings, same questions: accuracy, what errors cost, time and memory.

Every peer gets the out-of-scope phrasings too, as classes of their own, and thresholds (on its score and on its lead)
chosen on the tune questions to cost least. What is measured last is kept for the charts and for docs/hieu-cau-hoi.md.
"""

from __future__ import annotations

import dataclasses
import statistics
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

from intents.decide import Decision
from intents.evaluate import Case, Report, evaluate, load_cases
from intents.match import OUTSIDE, Candidate
from tests.bench.alone import NotInstalled, ask
from tests.bench.costs import Ranked, cheapest_rule, cost
from tests.bench.peers import PEERS
from tests.bench.phrasings import RESULTS, live_phrasings
from tests.bench.tables import percent, save

TYPINGS = ("sach", "khongdau", "teencode", "telex", "phuongngu")
OURS = "Gõ Cửa"
Row = tuple[str, str]


def run(questions: Path, tune: Path) -> Iterator[Row]:
    """Rows for `python -m tests.bench peers`, each as soon as it is measured; one that is not installed says so."""
    phrasings = [(example.id, example.text) for example in live_phrasings()]
    cases, tuning = load_cases(questions), load_cases(tune)
    measured: list[dict[str, Any]] = []
    yield "", "hạng 1  hạng 1–3  đúng  sai  giá mỗi câu  ngoài xa  ngoài gần  trung vị  p99  bộ nhớ"
    for name in (OURS, *PEERS):
        try:
            ours = name == OURS
            measured.append(_ours(phrasings, cases) if ours else _peer(name, phrasings, cases, tuning))
        except NotInstalled as error:
            yield name, f"!!! BỎ QUA, KHÔNG ĐO: {error}; cài bằng pip install chatterbot"
            continue
        save(RESULTS / f"peers-{questions.stem}.json", {"phrasings": len(phrasings), "engines": measured})
        yield _row(measured[-1])


def _ours(phrasings: Sequence[tuple[str, str]], cases: Sequence[Case]) -> dict[str, Any]:
    found = ask("ours", phrasings, [case.text for case in cases])
    decisions = [read_decision(each) for each in found["decisions"]]
    return _summary(OURS, cases, decisions, found, [])


def read_decision(found: dict[str, Any]) -> Decision:
    """A decision as `alone` writes it."""
    candidates = tuple(Candidate(id_, score) for id_, score in found["candidates"])
    return Decision(found["kind"], found["id"], candidates, tuple(found["choices"]), found["reason"])


def _peer(
    name: str, phrasings: Sequence[tuple[str, str]], cases: Sequence[Case], tuning: Sequence[Case]
) -> dict[str, Any]:
    texts = dict.fromkeys([case.text for case in (*cases, *tuning)])
    found = ask(name, phrasings, list(texts))
    ranked = dict(zip(texts, map(read_ranked, found["ranked"]), strict=True))
    prepared = dict(zip(texts, map(read_ranked, found["ranked_prepared"]), strict=False))
    rule = cheapest_rule(tuning, [ranked[case.text] for case in tuning])
    decisions = [rule.decide(ranked[case.text]) for case in cases]
    return _summary(name, cases, decisions, found, [prepared[case.text] for case in cases if prepared])


def read_ranked(found: Sequence[Sequence[Any]]) -> Ranked:
    """A ranking as `alone` writes it, with what is out of scope taken out and remembered."""
    candidates = tuple(Candidate(id_, score) for id_, score in found if not id_.startswith(OUTSIDE))
    return Ranked(candidates[:5], outside=bool(found) and found[0][0].startswith(OUTSIDE))


def _summary(
    name: str, cases: Sequence[Case], decisions: Sequence[Decision], found: dict[str, Any], prepared: Sequence[Ranked]
) -> dict[str, Any]:
    """Everything the tables and charts need of one engine, shares in 0..1."""
    report = evaluate(cases, _replay(cases, decisions))
    total = report.total
    times = sorted(found["times_ms"])
    return {
        "name": name,
        "first": total.first / total.cases,
        "among_three": total.among_three / total.cases,
        "right": total.right / total.cases,
        "wrong": total.wrong / total.cases,
        "asked_back": total.asked_back / total.cases,
        "cost": statistics.mean(cost(case, each) for case, each in zip(cases, decisions, strict=True)),
        "first_prepared": _first_share(cases, prepared),
        "outside": {kind: _outside_share(report, kind) for kind in ("xa", "gan")},
        "by_typing": {
            typing: {key: value / tally.cases for key, value in dataclasses.asdict(tally).items()}
            for typing, tally in report.by_typing.items()
            if tally.cases
        },
        "median_ms": statistics.median(times),
        "p99_ms": times[int(len(times) * 0.99)],
        "memory_mb": found["memory_mb"],
    }


def _replay(cases: Sequence[Case], decisions: Sequence[Decision]) -> Callable[[str], Decision]:
    taken = {case.text: each for case, each in zip(cases, decisions, strict=True)}
    return taken.__getitem__


def _first_share(cases: Sequence[Case], ranked: Sequence[Ranked]) -> float | None:
    inside = [(case, each) for case, each in zip(cases, ranked, strict=False) if case.ids]
    if not inside:
        return None
    return sum(bool(each.candidates) and each.candidates[0].id in case.ids for case, each in inside) / len(inside)


def _outside_share(report: Report, kind: str) -> float | None:
    tally = report.by_typing.get(kind)
    return tally.outside_answered / tally.outside if tally and tally.outside else None


def _row(engine: dict[str, Any]) -> Row:
    shares = [engine[key] for key in ("first", "among_three", "right", "wrong")]
    parts = [percent(share) for share in shares]
    parts += [f"{engine['cost']:.2f}", percent(engine["outside"]["xa"]), percent(engine["outside"]["gan"])]
    parts += [f"{engine['median_ms']:.2f} ms", f"{engine['p99_ms']:.2f} ms", f"{engine['memory_mb']:.0f} MB"]
    return engine["name"], "  ".join(parts)
