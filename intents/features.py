"""What of a message is compared: words, pairs of words, letter groups, concepts; and the table of who has which.

It sees normalised tokens and row numbers, never entries. The table answers one question fast: how alike is this
message to every stored phrasing (cosine, 0..1).
"""

from __future__ import annotations

import collections
import functools
import itertools
import math
from collections.abc import Iterable, Mapping, Sequence

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
_SHARED = 3  # phrasings


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


class Table:
    """TF-IDF of the stored phrasings, by feature. Immutable once built."""

    def __init__(self, phrasings: Iterable[Mapping[str, float]]) -> None:
        rows = list(phrasings)
        uses = collections.Counter(feature for weights in rows for feature in weights)
        # What one or two phrasings alone have tells little about another message, and is most features.
        kept = sorted(feature for feature, count in uses.items() if count >= _SHARED)
        self.number = {feature: at for at, feature in enumerate(kept)}
        counted = [self._count_row(weights) for weights in rows]
        self.size = len(counted)
        features = np.concatenate([np.zeros(0, np.int32), *(numbers for numbers, _ in counted)])
        owners = np.repeat(np.arange(self.size, dtype=np.int32), [len(numbers) for numbers, _ in counted])
        frequency = np.bincount(features, minlength=len(self.number))
        self.idf = (np.log((1 + self.size) / (1 + frequency)) + 1).astype(np.float32)
        values = np.concatenate([np.zeros(0, np.float32), *(self._weigh(*row)[1] for row in counted)])
        order = np.argsort(features, kind="stable")
        # Small numbers: the table is the largest thing the serving process holds.
        self._owners = owners[order].astype(np.uint16 if self.size < 2**16 else np.uint32)
        self._values = values[order].astype(np.float16)
        self._start = np.searchsorted(features[order], np.arange(len(self.number) + 1)).astype(np.int32)

    def _count_row(self, weights: Mapping[str, float]) -> Encoded:
        known = [(self.number[feature], weight) for feature, weight in weights.items() if feature in self.number]
        return np.array([at for at, _ in known], np.int32), np.array([weight for _, weight in known], np.float32)

    def _weigh(self, numbers: npt.NDArray[np.int32], weights: Floats) -> Encoded:
        values = weights * self.idf[numbers]
        return numbers, values / np.float32(math.sqrt(float(values @ values)) or 1.0)

    def encode(self, weights: Mapping[str, float]) -> Encoded:
        """Feature numbers and tf-idf values of unit length; what no phrasing has is left out of the message."""
        return self._weigh(*self._count_row(weights))

    def cosines(self, encoded: Encoded) -> Floats:
        """How alike the message is to every phrasing, 0..1, in the order they were given."""
        numbers, values = encoded
        starts, ends = self._start[numbers].tolist(), self._start[numbers + 1].tolist()
        spans = [slice(start, end) for start, end in zip(starts, ends, strict=True)]
        if not spans:
            return np.zeros(self.size, np.float32)
        sizes = [span.stop - span.start for span in spans]
        where = np.concatenate([self._owners[span] for span in spans])
        products = np.concatenate([self._values[span] for span in spans]) * np.repeat(values, sizes)
        return np.bincount(where, products, self.size).astype(np.float32)

    def matrix(self) -> tuple[npt.NDArray[np.int32], npt.NDArray[np.int32], Floats]:
        """The table in compressed sparse form, one row a feature: (row starts, phrasing numbers, values)."""
        return self._start, self._owners.astype(np.int32), self._values.astype(np.float32)
