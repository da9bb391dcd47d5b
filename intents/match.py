"""Which entries a message may be asking for, best first.

It knows phrasings and ids ("<group>.<slug>") and nothing else of the content; it must not read files or clocks, and
must not decide whether to answer: that is `decide`. Building is deterministic and serving needs NumPy only.
"""

from __future__ import annotations

import collections
import dataclasses
import math
from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from intents.normalise import Normalised, normalise


@dataclasses.dataclass(frozen=True, slots=True)
class Example:
    """One stored way of asking for the entry `id` ("<group>.<slug>")."""

    id: str
    text: str


@dataclasses.dataclass(frozen=True, slots=True)
class Candidate:
    """An entry the message may mean; `score` in 0..1, comparable within one message and across messages."""

    id: str
    score: float


@dataclasses.dataclass(frozen=True, slots=True)
class Ranking:
    """`candidates` best first, up to ten; `known` is the idf-weighted share (0..1) of the message's words that the
    phrasings contain; `words` the number of words that were read."""

    candidates: tuple[Candidate, ...]
    known: float
    words: int


def _features(tokens: Sequence[str]) -> list[str]:
    found = list(tokens)
    found += [f"{left} {right}" for left, right in zip(tokens, tokens[1:], strict=False)]
    for token in tokens:
        padded = f"^{token}$"
        found += [padded[at : at + size] for size in (2, 3, 4) for at in range(len(padded) - size + 1)]
    return found


class Matcher:
    """Built by `build_matcher`; immutable afterwards and safe to share between threads."""

    def __init__(self, examples: Sequence[Example]) -> None:
        self._ids = sorted({example.id for example in examples})
        number = {id_: at for at, id_ in enumerate(self._ids)}
        rows = [collections.Counter(_features(normalise(example.text).folded_tokens)) for example in examples]
        frequency = collections.Counter(feature for row in rows for feature in row)
        self._idf = {
            feature: math.log((1 + len(rows)) / (1 + count)) + 1 for feature, count in frequency.items()
        }
        self._words = {
            word for row in rows for word in row if " " not in word and "^" not in word and "$" not in word
        }
        postings: dict[str, tuple[list[int], list[float]]] = {
            feature: ([], []) for feature in sorted(frequency)
        }
        for at, row in enumerate(rows):
            norm = math.sqrt(sum((count * self._idf[feature]) ** 2 for feature, count in row.items()))
            for feature, count in row.items():
                postings[feature][0].append(at)
                postings[feature][1].append(count * self._idf[feature] / norm)
        self._postings: dict[str, tuple[npt.NDArray[np.int32], npt.NDArray[np.float32]]] = {
            feature: (np.array(where, np.int32), np.array(values, np.float32))
            for feature, (where, values) in postings.items()
        }
        self._owner = np.array([number[example.id] for example in examples], np.int32)

    def rank(self, text: str, topic: str = "") -> tuple[Candidate, ...]:
        """The entries `text` may mean, best first, up to ten. `topic` is the id of the entry answered last."""
        return self.weigh(text, topic).candidates

    def weigh(self, text: str, topic: str = "") -> Ranking:
        """As `rank`, with how much of the message the phrasings know."""
        message = normalise(text)
        known, words = self._known(message), len(message.tokens)
        counts = collections.Counter(f for f in _features(message.folded_tokens) if f in self._postings)
        if not counts:
            return Ranking((), known, words)
        weights = {feature: count * self._idf[feature] for feature, count in counts.items()}
        norm = math.sqrt(sum(weight**2 for weight in weights.values()))
        where = np.concatenate([self._postings[feature][0] for feature in weights])
        values = np.concatenate(
            [self._postings[feature][1] * (weight / norm) for feature, weight in weights.items()]
        )
        cosine = np.bincount(where, values, minlength=len(self._owner))
        best = np.zeros(len(self._ids))
        np.maximum.at(best, self._owner, cosine)
        group = topic.split(".")[0]
        if group and words <= 5:
            best *= [1.15 if id_.split(".")[0] == group else 1.0 for id_ in self._ids]
        order = np.argsort(-best, kind="stable")[:10]
        candidates = tuple(
            Candidate(self._ids[at], min(1.0, float(best[at]))) for at in order if best[at] > 0
        )
        return Ranking(candidates, known, words)

    def _known(self, message: Normalised) -> float:
        rare = max(self._idf.values(), default=1.0)
        total = sum(self._idf.get(word, rare) for word in message.folded_tokens)
        return (
            sum(self._idf[word] for word in message.folded_tokens if word in self._words) / total
            if total
            else 0.0
        )


def build_matcher(examples: Sequence[Example]) -> Matcher:
    """A matcher for these phrasings; the same phrasings in the same order build the same matcher."""
    return Matcher(examples)
