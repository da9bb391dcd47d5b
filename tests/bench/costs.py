"""What a decision costs, and the thresholds under which a peer that only ranks costs least.

The costs are those of `intents.decide`: a wrong confident answer 5, no answer to what we know 2, a question back 1 (and
2 more when the right choice is not shown: the person still has no answer). It must not know how a ranking was made.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence

import numpy as np

from intents.decide import Decision
from intents.evaluate import Case
from intents.match import Candidate

WRONG, SILENT, ASKED = 5, 2, 1
_STEPS = 30  # quantiles of the scores seen that are tried as thresholds
_MARGINS = 8


@dataclasses.dataclass(frozen=True, slots=True)
class Ranked:
    """What a peer says of one message: entries best first; `outside` when something out of scope came before them."""

    candidates: tuple[Candidate, ...]
    outside: bool

    @property
    def best(self) -> float:
        return self.candidates[0].score if self.candidates else float("-inf")

    @property
    def margin(self) -> float:
        return self.best - self.candidates[1].score if len(self.candidates) > 1 else float("inf")


@dataclasses.dataclass(frozen=True, slots=True)
class Rule:
    """Answer from the score `answer` on when the lead over the second is `clear`, ask back from `ask` on."""

    answer: float = float("-inf")
    clear: float = float("-inf")
    ask: float = float("-inf")

    def decide(self, ranked: Ranked) -> Decision:
        candidates = ranked.candidates
        if not candidates or ranked.outside or ranked.best < self.ask:
            return Decision("fallback", "", candidates, (), "")
        if ranked.best >= self.answer and ranked.margin >= self.clear:
            return Decision("answer", candidates[0].id, candidates, (), "")
        return Decision("clarify", "", candidates, tuple(candidate.id for candidate in candidates[:3]), "")


def cost(case: Case, decision: Decision) -> int:
    """The cost of one decision on one labelled message."""
    if decision.kind == "answer":
        return 0 if decision.id in case.ids else WRONG
    if decision.kind == "clarify":
        shown = not case.ids or any(choice in case.ids for choice in decision.choices)
        return ASKED if shown else ASKED + SILENT
    return SILENT if case.ids else 0


def cheapest_rule(cases: Sequence[Case], ranked: Sequence[Ranked]) -> Rule:
    """The rule with the lowest total cost on these cases, out of a grid of the scores and leads that occur."""
    answered = np.array([cost(case, Rule().decide(each)) for case, each in zip(cases, ranked, strict=True)])
    asked = np.array(
        [cost(case, Rule(answer=float("inf")).decide(each)) for case, each in zip(cases, ranked, strict=True)]
    )
    silent = np.array([SILENT if case.ids else 0 for case in cases])
    best = np.array([each.best for each in ranked])
    margin = np.array([each.margin for each in ranked])
    scores = [float("-inf"), *_quantiles(best, _STEPS), float("inf")]
    found, least = Rule(), float("inf")
    for clear in [0.0, *_quantiles(margin, _MARGINS)]:
        for answer in scores:
            spoken = np.where((best >= answer) & (margin >= clear), answered, asked)
            for ask in (score for score in scores if score <= answer):
                total = float(np.where(best >= ask, spoken, silent).sum())
                if total < least:
                    found, least = Rule(answer, clear, ask), total
    return found


def _quantiles(values: np.ndarray, count: int) -> list[float]:
    finite = values[np.isfinite(values)]
    return sorted({float(value) for value in np.quantile(finite, np.linspace(0, 1, count))}) if len(finite) else []
