"""What of a message is compared: words, pairs of words, letter groups, concepts; and the table of who has which.

It sees normalised tokens and row numbers, never entries. The table answers one question fast: how alike is this
message to every stored phrasing (cosine, 0..1).
"""

from __future__ import annotations

import collections
import functools
import itertools
import math
from collections.abc import Mapping, Sequence

import numpy as np
import numpy.typing as npt

from intents.lexicon import load_rows
from intents.normalise import normalise
from intents.syllable import sound

Floats = npt.NDArray[np.float32]
Encoded = tuple[npt.NDArray[np.int32], Floats]

# Shares of the squared length of a phrasing; measured on the tune half of the development questions.
_WORD, _PAIR, _LETTERS, _CONCEPT, _ACCENTED = 1.0, 0.9, 0.35, 0.9, 0.6
_SOUND, _SOUND_PAIR = 0.5, 0.5
_TOLD = 0.7  # what a story tells around its question, against the question
_SHARED = 3  # phrasings
_MANY = 1000
_STEPS = 255  # a value is kept in one byte: 0..1 in as many steps


@functools.cache
def _concepts() -> dict[tuple[str, ...], str]:
    return {
        normalise(form).folded_tokens: f"={concept}"
        for concept, forms in load_rows("khai-niem.tsv")
        for form in forms.split("|")
    }


@functools.cache
def _longest_form() -> int:
    return max(map(len, _concepts()))


@functools.lru_cache(maxsize=8192)
def _letter_groups(token: str) -> tuple[str, ...]:
    padded = f"^{token}$"
    return tuple(padded[at : at + size] for size in (2, 3, 4) for at in range(len(padded) - size + 1))


def find_concepts(folded_tokens: Sequence[str]) -> list[str]:
    """The concepts named in the message, each form at its longest: "bao nhiêu tháng" is not also "bao nhiêu"."""
    known, longest = _concepts(), _longest_form()
    found = []
    at = 0
    while at < len(folded_tokens):
        for size in range(min(longest, len(folded_tokens) - at), 0, -1):
            concept = known.get(tuple(folded_tokens[at : at + size]))
            if concept:
                found.append(concept)
                at += size - 1
                break
        at += 1
    return found


def _number_shape(token: str) -> str:
    return "#" + token.lstrip("0123456789.,/:")


def count_features(tokens: Sequence[str], folded_tokens: Sequence[str]) -> dict[str, float]:
    """Feature → weight before idf. Accented words count only where the message was typed with diacritics."""
    weights: dict[str, float] = collections.defaultdict(float)
    for token in folded_tokens:
        weights[token] += _WORD
        if token[0].isdigit():
            weights[_number_shape(token)] += _WORD
        for group in _letter_groups(token):
            weights[group] += _LETTERS
    for left, right in itertools.pairwise(folded_tokens):
        weights[f"{left} {right}"] += _PAIR
    heard = [sound(token) for token in folded_tokens]
    for each in heard:
        weights[f"@{each}"] += _SOUND
    for left, right in itertools.pairwise(heard):
        weights[f"@{left} {right}"] += _SOUND_PAIR
    for concept in find_concepts(folded_tokens):
        weights[concept] += _CONCEPT
    for token, folded in zip(tokens, folded_tokens, strict=True):
        if token != folded:
            weights[f"~{token}"] += _ACCENTED
    return weights


def add_told(asked: Mapping[str, float], told: Mapping[str, float]) -> dict[str, float]:
    """The features of a story: those of its question, and those of what is told around it at part of their weight."""
    weights = collections.defaultdict(float, asked)
    for feature, weight in told.items():
        weights[feature] += _TOLD * weight
    return weights


class Table:
    """TF-IDF of the stored phrasings, one row each, by owner. Immutable once built.

    `owner` of the phrasings must rise: the rows of one owner stand together. Small numbers on purpose: the table is
    the second largest thing the serving process holds.
    """

    def __init__(self, phrasings: Sequence[Mapping[str, float]], owner: npt.NDArray[np.int32]) -> None:
        uses = collections.Counter(feature for weights in phrasings for feature in weights)
        # What one or two of many phrasings have tells little about another message, and is most features.
        needed = _SHARED if len(phrasings) >= _MANY else 1
        kept = sorted(feature for feature, count in uses.items() if count >= needed)
        self.number = {feature: at for at, feature in enumerate(kept)}
        counted = [self._count_row(weights) for weights in phrasings]
        self.size = len(counted)
        sizes = [len(numbers) for numbers, _ in counted]
        self._rows = np.concatenate([[0], np.cumsum(sizes)]).astype(np.int32)
        features = np.concatenate([np.zeros(0, np.int32), *(numbers for numbers, _ in counted)])
        frequency = np.bincount(features, minlength=len(self.number))
        self.idf = (np.log((1 + self.size) / (1 + frequency)) + 1).astype(np.float32)
        values = np.concatenate([np.zeros(0, np.float32), *(self._weigh(*row)[1] for row in counted)])
        self._features: npt.NDArray[np.uint16 | np.uint32] = features.astype(
            np.uint16 if len(self.number) < 2**16 else np.uint32
        )
        self._values = np.rint(values * _STEPS).astype(np.uint8)
        owners = int(owner[-1]) + 1 if len(owner) else 0
        blocks = np.searchsorted(owner, np.arange(owners + 1)).tolist()
        self._blocks = [self._rows[first : last + 1] for first, last in itertools.pairwise(blocks)]

    def _count_row(self, weights: Mapping[str, float]) -> Encoded:
        known = [(self.number[feature], weight) for feature, weight in weights.items() if feature in self.number]
        return np.array([at for at, _ in known], np.int32), np.array([weight for _, weight in known], np.float32)

    def _weigh(self, numbers: npt.NDArray[np.int32], weights: Floats) -> Encoded:
        values = weights * self.idf[numbers]
        return numbers, values / np.float32(math.sqrt(float(values @ values)) or 1.0)

    def encode(self, weights: Mapping[str, float]) -> Encoded:
        """Feature numbers and tf-idf values of unit length; what no phrasing has is left out of the message."""
        return self._weigh(*self._count_row(weights))

    def nearest(self, encoded: Encoded, owners: Sequence[int]) -> list[float]:
        """For each of `owners` how alike the message is to the nearest of its phrasings, 0..1."""
        message = np.zeros(len(self.number), np.float32)
        message[encoded[0]] = encoded[1]
        return [self._nearest(message, owner) for owner in owners]

    def _nearest(self, message: Floats, owner: int) -> float:
        starts = self._blocks[owner]
        begin, end = int(starts[0]), int(starts[-1])
        products = message.take(self._features[begin:end])
        products *= self._values[begin:end]
        # One zero more: a phrasing without a known feature may begin where the last one ends.
        sums = np.add.reduceat(np.append(products, np.float32(0)), starts[:-1] - begin)
        return min(1.0, float(sums.max(initial=0)) / _STEPS)

    def matrix(self) -> tuple[npt.NDArray[np.int32], npt.NDArray[np.int32], Floats]:
        """The table in compressed sparse form, one row a phrasing: (row starts, feature numbers, values)."""
        return self._rows, self._features.astype(np.int32), self._values.astype(np.float32) / _STEPS
