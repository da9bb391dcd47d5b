"""What to do with a message: answer, ask back with up to three real choices, or say honestly that we do not know.

Costs, chosen on paper: a question back costs 1, an honest "not known" to a question we do know costs 2, a wrong
confident answer costs 5. It must not know what the entries say, only their ids.
"""

from __future__ import annotations

import dataclasses
from typing import Literal

from intents.match import Candidate, Matcher

ANSWER = 0.55
CLEAR = 0.08
CLARIFY = 0.3


@dataclasses.dataclass(frozen=True, slots=True)
class Decision:
    """`id` is set for an answer only; `choices` (ids, one to three) for clarify only; `candidates` are the best five in
    every case, so that a fallback can offer the nearest topics. `reason` says why, in Vietnamese, for the console."""

    kind: Literal["answer", "clarify", "fallback"]
    id: str
    candidates: tuple[Candidate, ...]
    choices: tuple[str, ...]
    reason: str


def decide(matcher: Matcher, text: str, topic: str = "") -> Decision:
    """Decide on one message. `topic` is the id of the entry answered last, empty at the start."""
    ranking = matcher.weigh(text, topic)
    candidates = ranking.candidates[:5]
    if not candidates:
        return Decision("fallback", "", (), (), "không có từ nào quen")
    best = candidates[0].score * ranking.known
    margin = candidates[0].score - (candidates[1].score if len(candidates) > 1 else 0.0)
    if best >= ANSWER and margin >= CLEAR and ranking.words > 1:
        return Decision("answer", candidates[0].id, candidates, (), "rõ và hơn hẳn mục sau")
    if best >= CLARIFY:
        return Decision(
            "clarify", "", candidates, tuple(candidate.id for candidate in candidates[:3]), "chưa rõ ý nào"
        )
    return Decision("fallback", "", candidates, (), "không đủ giống mục nào")
