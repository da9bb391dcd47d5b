"""Slips of the finger put right against the words the phrasings themselves use.

A word the phrasings know is never touched. It must not know entries, and must not invent words: a repair is always a
known word, and for a token that is a syllable by itself only one that stands beside its neighbour somewhere.
"""

from __future__ import annotations

import collections
import itertools
import math
from collections.abc import Iterable, Sequence

from rapidfuzz import process
from rapidfuzz.distance import OSA

from intents.syllable import is_syllable, sound

_STAY = 1.5  # what leaving a word as it was typed is worth, against the logarithm of its pairs
_MANY = 20_000  # words
_COMMON = 8  # uses that make a word one to settle on: the phrasings hold slips themselves
_SLIPS = (("l", "n"), ("s", "x"), ("ch", "tr"), ("d", "gi"), ("r", "gi"), ("d", "r"))


class Speller:
    """Words and pairs of words of the phrasings, without diacritics. Immutable once built."""

    def __init__(self, phrasings: Iterable[Sequence[str]]) -> None:
        self._count: collections.Counter[str] = collections.Counter()
        self._pairs: collections.Counter[tuple[str, str]] = collections.Counter()
        for folded_tokens in phrasings:
            self._count.update(token for token in folded_tokens if not token[0].isdigit())
            self._pairs.update(itertools.pairwise(folded_tokens))
        if self._count.total() >= _MANY:  # what stood side by side once among so many says little, and is most pairs
            self._pairs = collections.Counter({pair: count for pair, count in self._pairs.items() if count > 1})
        self._words = sorted(self._count)
        self._alike: dict[str, list[str]] = collections.defaultdict(list)
        for word in self._words:
            if self._count[word] >= _COMMON:
                self._alike[sound(word)].append(word)

    def repair(self, folded_tokens: Sequence[str]) -> list[list[str]]:
        """For each token the words it should read: itself, another one, or the two and more it was run together from.

        Tokens of one or two letters and numbers stay as they are.
        """
        repaired = [[token] for token in folded_tokens]
        for at, token in enumerate(folded_tokens):
            if token in self._count or len(token) < 3 or token[0].isdigit():
                continue
            before = folded_tokens[at - 1] if at else ""
            after = folded_tokens[at + 1] if at + 1 < len(folded_tokens) else ""
            repaired[at] = self._split(token) or [self._nearest(token, before, after) or token]
        return repaired

    def settle(self, folded_tokens: Sequence[str]) -> list[str]:
        """The message with words that only sound right put right by their neighbours ("lộp hồ sơ" → "nộp hồ sơ").

        Every word may become one that sounds like it, also a known one; the reading whose neighbouring pairs the
        phrasings use most wins, and staying as typed is worth something (Viterbi over pairs).
        """
        best: dict[str, tuple[float, list[str]]] = {"": (0.0, [])}
        for token in folded_tokens:
            options = {token, *self._alike.get(sound(token), ())}
            reached: dict[str, tuple[float, list[str]]] = {}
            for word in sorted(options):
                stay = _STAY if word == token else 0.0
                score, path = max(
                    ((score + math.log1p(self._pairs[last, word]), path) for last, (score, path) in best.items()),
                    key=lambda each: (each[0], each[1]),
                )
                reached[word] = (score + stay, [*path, word])
            best = reached
        return max(best.values(), key=lambda each: (each[0], each[1]))[1]

    def _nearest(self, token: str, before: str, after: str) -> str:
        reach = 2 if len(token) >= 6 else 1
        swapped = _swap_onset(token)
        near = process.extract(token, self._words, scorer=OSA.distance, score_cutoff=reach, limit=40)
        costs = {word: float(distance) for word, distance, _ in near}
        costs |= {word: 0.5 for word in swapped if word in self._count}
        beside = {word: self._pairs[before, word] + self._pairs[word, after] for word in costs}
        if is_syllable(token):
            costs = {word: cost for word, cost in costs.items() if beside[word]}
        if not costs:
            return ""
        return min(costs, key=lambda word: (costs[word] - (beside[word] > 0), -beside[word], -self._count[word], word))

    def _split(self, token: str) -> list[str]:
        """The known words that a long token was run together from, fewest first; empty when there are none."""
        if len(token) < 6 or len(token) > 60:
            return []
        best: list[list[str] | None] = [[]] + [None] * len(token)
        for end in range(2, len(token) + 1):
            for start in range(max(0, end - 6), end - 1):
                left, word = best[start], token[start:end]
                if left is None or word not in self._count or not is_syllable(word):
                    continue
                found = [*left, word]
                if best[end] is None or self._worth(found) > self._worth(best[end] or []):
                    best[end] = found
        found = best[-1] or []
        return found if any(self._pairs[pair] for pair in itertools.pairwise(found)) else []

    def _worth(self, words: Sequence[str]) -> tuple[float, int]:
        known = sum(self._pairs[pair] > 0 for pair in itertools.pairwise(words))
        return known - len(words), sum(self._count[word] for word in words)


def _swap_onset(token: str) -> list[str]:
    """The same syllable with the onset that northern speech confuses with it ("nop" → "lop", "xo" → "so")."""
    return [
        new + token.removeprefix(old) for pair in _SLIPS for old, new in (pair, pair[::-1]) if token.startswith(old)
    ]
