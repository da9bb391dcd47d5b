"""What decisions cost, and that the cheapest rule is the cheapest."""

from __future__ import annotations

import itertools

import pytest

from intents.evaluate import Case
from intents.match import Candidate
from tests.bench.costs import Ranked, Rule, cheapest_rule, cost

INSIDE = Case("được bao nhiêu", ("a.x", "a.y"), "sach")
OUTSIDE = Case("giá vàng", (), "xa")


def ranked(*scores: tuple[str, float], outside: bool = False) -> Ranked:
    return Ranked(tuple(Candidate(id_, score) for id_, score in scores), outside)


RIGHT = ranked(("a.y", 0.9), ("b.z", 0.3))
SECOND = ranked(("b.z", 0.5), ("a.x", 0.45), ("c.c", 0.1))
NOWHERE = ranked(("b.z", 0.5), ("c.c", 0.2))
REFUSED = ranked(("a.x", 0.9), outside=True)
NOTHING = ranked()

ALWAYS, ASKING, SILENT = Rule(), Rule(answer=2), Rule(answer=2, ask=2)


@pytest.mark.parametrize(
    ("case", "said", "rule", "expected"),
    [
        (INSIDE, RIGHT, ALWAYS, 0),
        (INSIDE, SECOND, ALWAYS, 5),
        (INSIDE, SECOND, ASKING, 1),
        (INSIDE, NOWHERE, ASKING, 3),
        (INSIDE, RIGHT, SILENT, 2),
        (INSIDE, REFUSED, ALWAYS, 2),
        (INSIDE, NOTHING, ALWAYS, 2),
        (OUTSIDE, RIGHT, ALWAYS, 5),
        (OUTSIDE, RIGHT, ASKING, 1),
        (OUTSIDE, RIGHT, SILENT, 0),
        (OUTSIDE, REFUSED, ALWAYS, 0),
    ],
)
def test_costs_are_those_of_the_decision(case: Case, said: Ranked, rule: Rule, expected: int) -> None:
    assert cost(case, rule.decide(said)) == expected


def test_a_small_lead_is_asked_back() -> None:
    assert Rule(answer=0.4, clear=0.1).decide(SECOND).kind == "clarify"
    assert Rule(answer=0.4, clear=0.04).decide(SECOND).kind == "answer"


def test_the_cheapest_rule_costs_no_more_than_any_rule_on_a_fine_grid() -> None:
    cases = [INSIDE] * 4 + [OUTSIDE]
    said = [RIGHT, SECOND, NOWHERE, REFUSED, ranked(("b.z", 0.48))]

    def total(rule: Rule) -> int:
        return sum(cost(case, rule.decide(each)) for case, each in zip(cases, said, strict=True))

    grid = [at / 10 for at in range(11)]
    others = [Rule(*thresholds) for thresholds in itertools.product(grid, repeat=3)]
    assert total(cheapest_rule(cases, said)) == min(map(total, others))


def test_a_peer_that_knows_nothing_gets_a_rule_too() -> None:
    assert cheapest_rule([INSIDE], [NOTHING]).decide(NOTHING).kind == "fallback"
