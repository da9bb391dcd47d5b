"""What to do with a message: answer, ask back with up to three real choices, or say honestly that we do not know.

Costs, chosen on paper: a question back costs 1, no answer to what we do know costs 2, a wrong confident answer costs 5.
So an answer is given only where it is right at least four times in five; below that we ask. The thresholds were set on
the tune half of the development questions by these costs, with some room on the careful side.
It must not know what the entries say, only their ids.
"""

from __future__ import annotations

import dataclasses
import re
from typing import Literal

from intents.match import Candidate, Matcher, Ranking
from intents.normalise import fold, lower, split_tokens
from intents.stories import LONG

# Confidence is the best score times the share of the message's words that the best entry's phrasings use.
ANSWER = 0.45
ANSWER_SHORT = {1: 0.75, 2: 0.7, 3: 0.65, 4: 0.55}  # by number of words: what so few words mean is mostly a guess
CLEAR = 0.14
CLARIFY = 0.09
CHOICE = 0.1
OUT = 0.33  # of the best score: more likeness to what no entry answers, and we ask

_BETWEEN = re.compile(r"[?;\n]+|\s(?:và|va|với lại|voi lai|rồi thì|còn nữa)\s|,\s*(?:còn|con|với|voi)\s", re.IGNORECASE)
_ASKS = re.compile(
    r"\b(bao nhieu|bao lau|bao gio|may|gi|nao|dau|sao|ai|khong|ko|k|chua|hoi|muon|can|xin|the nao|cach|giup)\b"
)


@dataclasses.dataclass(frozen=True, slots=True)
class Decision:
    """What to do and why.

    `id` is set for an answer only; `choices` (ids, one to three) for clarify only; `candidates` are the best five in
    every case, so that a fallback can offer the nearest topics. `also` is what a second question in the same message
    asks for, of an answer only. `outside` is the kind of out-of-scope message, of a fallback that looks like one.
    `reason` says why, in Vietnamese, for the console.
    """

    kind: Literal["answer", "clarify", "fallback"]
    id: str
    candidates: tuple[Candidate, ...]
    choices: tuple[str, ...]
    reason: str
    also: str = ""
    outside: str = ""


def decide(matcher: Matcher, text: str, topic: str = "") -> Decision:
    """Decide on one message. `topic` is the id of the entry answered last, empty at the start. Never raises."""
    words = len(split_tokens(lower(text)))
    whole = _judge(matcher.weigh(text, topic), words)
    return whole if words > LONG else _with_second(matcher, text, whole)


def _with_second(matcher: Matcher, text: str, whole: Decision) -> Decision:
    """The same decision, or, when two parts of the message each ask for something else, the first and the second."""
    parts = find_questions(text)
    if len(parts) != 2:
        return whole
    first, second = (_judge(matcher.weigh(part), len(part.split())) for part in parts)
    if first.kind != "answer" or second.kind != "answer" or first.id == second.id:
        return whole
    if whole.kind == "answer" and whole.id not in (first.id, second.id):
        return whole
    best = {candidate.id: candidate for candidate in (*first.candidates[:1], *second.candidates[:1], *whole.candidates)}
    return dataclasses.replace(
        first,
        candidates=tuple(best.values())[:5],
        also=second.id,
        reason=f"hai câu hỏi: {first.reason}; {second.reason}",
    )


def find_questions(text: str) -> list[str]:
    """The parts of a message that ask, each with three words or more; the message itself when it does not divide."""
    parts = [part.strip() for part in _BETWEEN.split(text)]
    asking = [part for part in parts if len(part.split()) > 2 and _ASKS.search(fold(lower(part)))]
    return asking if len(asking) > 1 and len(asking) == len([part for part in parts if part]) else [text]


def _judge(ranking: Ranking, words: int) -> Decision:
    """`words` counts what was typed: one abbreviation is one word, however long what it stands for."""
    candidates = ranking.candidates[:5]
    if not candidates:
        return Decision("fallback", "", (), (), "không có từ nào quen")
    best = candidates[0].score
    confidence = best * ranking.known
    margin = best - (candidates[1].score if len(candidates) > 1 else 0.0)
    figures = f"tin cậy {confidence:.2f}, hơn mục sau {margin:.2f}, ngoài phạm vi {ranking.outside:.2f}"
    if ranking.outside > best:
        reason = f"giống câu ngoài phạm vi hơn ({figures})"
        return Decision("fallback", "", candidates, (), reason, outside=ranking.outside_class)
    if confidence < CLARIFY:
        return Decision("fallback", "", candidates, (), f"không đủ giống mục nào ({figures})")
    if confidence >= ANSWER_SHORT.get(words, ANSWER) and margin >= CLEAR and ranking.outside < OUT * best:
        return Decision("answer", candidates[0].id, candidates, (), f"rõ và hơn hẳn mục sau ({figures})")
    choices = tuple(candidate.id for candidate in candidates[:3] if candidate.score >= CHOICE * best)
    return Decision("clarify", "", candidates, choices, f"chưa đủ rõ để trả lời ngay ({figures})")
