"""Which entries a message may be asking for, best first.

It knows phrasings and ids ("<group>.<slug>") and nothing else of the content; it must not read a clock or the
content's files, and must not decide whether to answer: that is `decide`. Building is deterministic: the same
phrasings in the same order give the same scores. Serving needs NumPy and rapidfuzz only.

Two views are fused. A linear model (ridge regression, one output for each entry, solved once in its dual form) says
which entry the message as a whole resembles; the cosine to the nearest phrasing says how close it comes to something
people really said. Messages that no entry answers are a class of their own, so that the nearest entry need not win.
"""

from __future__ import annotations

import collections
import dataclasses
from collections.abc import Sequence

import numpy as np

from intents.features import Encoded, Floats, Table, count_features, sound
from intents.lexicon import load_rows
from intents.normalise import Normalised, normalise
from intents.repair import Speller

OUTSIDE = "-"  # the id of the messages that no entry answers; never a candidate

# Set on the tune half of the development questions, where a broad range does about as well.
_RIDGE = 0.5
_SHARPNESS = 8.0  # what the linear model adds to the log-odds
_NEARNESS = 10.0  # what the cosine to the nearest phrasing adds to them
_SAME_GROUP = 5.0  # and a short follow-up, for the entries of the group talked about
_MODEL_SHARE = 0.7  # the rest of the score is the cosine itself: a likely entry that is far away stays doubtful
_SHORT = 6  # words
_NAMED_OFTEN = 5
_NAMED_SHARE = 0.8
_ALIKE = 0.8  # how far a word that only sounds like a known one counts as known
_CANDIDATES = 10
_READINGS = 5


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
    """What one message resembles.

    `candidates` best first, up to ten. `known`: the share (0..1, rare words weigh more) of the message's words that
    the phrasings of the best candidate use. `outside`: the score of "no entry answers this", as a candidate's.
    `words`: how many words were read. `reading`: the words as they were understood, without diacritics.
    """

    candidates: tuple[Candidate, ...] = ()
    known: float = 0.0
    outside: float = 0.0
    words: int = 0
    reading: str = ""


class Matcher:
    """Built by `build_matcher`; immutable afterwards and safe to share between threads."""

    def __init__(self, examples: Sequence[Example]) -> None:
        outside = [Example(OUTSIDE, row[0]) for row in load_rows("ngoai-pham-vi.tsv")]
        stored = [*examples, *outside]
        messages = [normalise(example.text) for example in stored]
        self._ids = [*sorted({example.id for example in examples}), OUTSIDE]
        number = {id_: at for at, id_ in enumerate(self._ids)}
        self._owner = np.array([number[example.id] for example in stored], np.int32)
        self._group = np.array([id_.partition(".")[0] for id_ in self._ids])
        self._speller = Speller(message.folded_tokens for message in messages)
        self._table = Table(count_features(message.tokens, message.folded_tokens) for message in messages)
        self._model = _train(self._table, self._owner, len(self._ids))
        self._vocabulary: dict[str, set[str]] = collections.defaultdict(set)
        for example, message in zip(stored, messages, strict=True):
            self._vocabulary[example.id].update(message.folded_tokens)
        self._sounds = {id_: {sound(word) for word in words} for id_, words in self._vocabulary.items()}
        self._names = _find_names(examples, messages)
        owners = collections.Counter(word for words in self._vocabulary.values() for word in words)
        self._rarity = {word: float(np.log(1 + len(self._ids) / count)) for word, count in owners.items()}

    def rank(self, text: str, topic: str = "") -> tuple[Candidate, ...]:
        """The entries `text` may mean, best first, up to ten. `topic` is the id of the entry answered last."""
        return self.weigh(text, topic).candidates

    def weigh(self, text: str, topic: str = "") -> Ranking:
        """As `rank`, with what is needed to decide. Every reading of the message is tried, the best one counts."""
        message = normalise(text)
        others = [normalise(other) for other in message.alternatives[: _READINGS - 1]]
        rankings = [self._weigh_reading(reading, topic) for reading in (message, *others)]
        return max(rankings, key=lambda ranking: ranking.candidates[0].score if ranking.candidates else 0.0)

    def _weigh_reading(self, message: Normalised, topic: str) -> Ranking:
        repaired = self._speller.repair(message.folded_tokens)
        folded = [word for words in repaired for word in words]
        tokens = [
            typed if word == was else word
            for was, typed, words in zip(message.folded_tokens, message.tokens, repaired, strict=True)
            for word in words
        ]
        encoded = self._table.encode(count_features(tokens, folded))
        if not len(encoded[0]):
            return Ranking(words=len(folded), reading=" ".join(folded))
        scores = self._score(encoded, self._leans_on(folded, topic.partition(".")[0]))
        order = [at for at in np.argsort(-scores[:-1], kind="stable")[:_CANDIDATES].tolist() if scores[at] > 0]
        return Ranking(
            tuple(Candidate(self._ids[at], float(scores[at])) for at in order),
            self._known(folded, self._ids[order[0]]) if order else 0.0,
            float(scores[-1]),
            len(folded),
            " ".join(folded),
        )

    def _leans_on(self, folded: Sequence[str], group: str) -> str:
        """The group of the previous answer when the message is a short follow-up that names no other group, or ""."""
        names_another = any(self._names.get(word, group) != group for word in folded)
        return "" if len(folded) > _SHORT or names_another else group

    def _score(self, encoded: Encoded, group: str) -> Floats:
        numbers, values = encoded
        resemblance = values @ self._model[numbers]
        cosine = np.zeros(len(self._ids), np.float32)
        np.maximum.at(cosine, self._owner, self._table.cosines(encoded))
        evidence = _SHARPNESS * resemblance + _NEARNESS * cosine
        if group:
            evidence += _SAME_GROUP * (self._group == group)
        likely = np.exp(evidence - evidence.max())
        fused: Floats = _MODEL_SHARE * likely / likely.sum() + (1 - _MODEL_SHARE) * cosine
        return fused

    def _known(self, folded: Sequence[str], id_: str) -> float:
        rarest = float(np.log(1 + len(self._ids)))
        weights = {word: self._rarity.get(word, rarest) for word in folded if not word[0].isdigit()}
        own, heard_alike = self._vocabulary[id_], self._sounds[id_]
        heard = sum(
            weight * (1.0 if word in own else _ALIKE)
            for word, weight in weights.items()
            if word in own or sound(word) in heard_alike
        )
        return heard / sum(weights.values()) if weights else 0.0


def _find_names(examples: Sequence[Example], messages: Sequence[Normalised]) -> dict[str, str]:
    """Words that by themselves name a group ("vay", "lãi"): used in five phrasings or more, and mostly there."""
    uses: dict[str, collections.Counter[str]] = collections.defaultdict(collections.Counter)
    for example, message in zip(examples, messages, strict=False):
        for word in set(message.folded_tokens):
            uses[word][example.id.partition(".")[0]] += 1
    top = {word: groups.most_common(1)[0] for word, groups in uses.items() if groups.total() >= _NAMED_OFTEN}
    return {word: group for word, (group, count) in top.items() if count >= _NAMED_SHARE * uses[word].total()}


def _train(table: Table, owner: np.ndarray[tuple[int], np.dtype[np.int32]], classes: int) -> Floats:
    """Ridge regression of "is this entry" on the features; features × classes. Time: cube of phrasings."""
    rows = table.rows()
    kernel = table.kernel(rows)
    kernel[np.diag_indices(table.size)] += _RIDGE
    wanted = np.zeros((table.size, classes), np.float32)
    wanted[np.arange(table.size), owner] = 1
    duals = np.linalg.solve(kernel, wanted)
    model = np.zeros((len(table.number), classes), np.float32)
    for (numbers, values), dual in zip(rows, duals, strict=True):
        model[numbers] += values[:, None] * dual
    return model


def build_matcher(examples: Sequence[Example]) -> Matcher:
    """A matcher for these phrasings; the same phrasings in the same order build the same matcher."""
    return Matcher(examples)
