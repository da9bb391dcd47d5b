"""Which entries a message may be asking for, best first.

It knows phrasings and ids ("<group>.<slug>") and nothing else of the content; it must not read a clock or the
content's files, and must not decide whether to answer: that is `decide`. How it is made from phrasings is `build`; what
is here needs NumPy and rapidfuzz only.

Two views are fused. A linear model (squared hinge, one output for each entry) says which entry the message as a
whole resembles; the cosine to the nearest phrasing says how close it comes to something
people really said. Messages that no entry answers are a class of their own, so that the nearest entry need not win.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence

import numpy as np
import numpy.typing as npt

from intents.features import Encoded, Floats, Table, add_told, count_features
from intents.normalise import Normalised, normalise
from intents.repair import Speller
from intents.stories import split_story
from intents.syllable import sound

OUTSIDE = "-"  # begins the id of a class of messages that no entry answers; never a candidate

# Set on the tune half of the development questions, where a broad range does about as well.
_SHARPNESS = 8.0  # what the linear model adds to the log-odds
_FACET = 2.0  # what its topic and its aspects add to those of an entry
_NEARNESS = 9.0  # what the cosine to the nearest phrasing adds to them
_AWAY = 1.5  # what a message has to overcome to count as in scope
_SETTLED = 0.75  # how a reading with known words changed speaks, against the one that was typed
_SAME_GROUP = 5.0  # and a short follow-up, for the entries of the group talked about
_MODEL_SHARE = 0.65  # the rest of the score is the cosine itself: a likely entry that is far away stays doubtful
_SHORT = 6  # words
_ALIKE = 0.8  # how far a word that only sounds like a known one counts as known
_CANDIDATES = 10
_READINGS = 5
_LOOKED_AT = 10  # entries whose phrasings are compared one by one
_KINDS_LOOKED_AT = 3  # and kinds of messages that no entry answers


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
    `outside_class`: which kind of such messages it is likest to.
    """

    candidates: tuple[Candidate, ...] = ()
    known: float = 0.0
    outside: float = 0.0
    words: int = 0
    reading: str = ""
    outside_class: str = ""


def _doubted(ranking: Ranking) -> Ranking:
    """A reading in which known words were changed speaks a little lower than one that was typed."""
    lower = tuple(Candidate(each.id, each.score * _SETTLED) for each in ranking.candidates)
    return dataclasses.replace(ranking, candidates=lower)


@dataclasses.dataclass(frozen=True, slots=True)
class Matcher:
    """Made by `intents.build.build_matcher`; safe to share between threads.

    `ids` are the entries and, last, the classes of messages that no entry answers (they begin with OUTSIDE);
    `model` times `scale` (by feature) is features × (ids and facets), `facets` says which
    id has which topic or aspect (ids × facets), `names` are words that by
    themselves name a group, `rarity` is each known word's weight.
    """

    ids: tuple[str, ...]
    entries: int  # how many of `ids` are entries
    group: npt.NDArray[np.str_]
    speller: Speller
    table: Table
    model: npt.NDArray[np.int8]
    scale: Floats
    facets: npt.NDArray[np.bool_]
    vocabulary: dict[str, frozenset[str]]
    sounds: dict[str, frozenset[str]]
    names: dict[str, str]
    rarity: dict[str, float]

    def rank(self, text: str, topic: str = "") -> tuple[Candidate, ...]:
        """The entries `text` may mean, best first, up to ten. `topic` is the id of the entry answered last."""
        return self.weigh(text, topic).candidates

    def weigh(self, text: str, topic: str = "") -> Ranking:
        """As `rank`, with what is needed to decide: the best of the message's readings.

        Of a long story the question speaks, and what is told around it a little less; a story leans on no topic.
        """
        question, told = split_story(text)
        message = normalise(question)
        behind = self._count_told(told)
        others = [normalise(other) for other in message.alternatives[: _READINGS - 1]]
        rankings = [self._weigh_reading(reading, topic, behind) for reading in (message, *others)]
        settled = self.speller.settle(rankings[0].reading.split())
        if settled != rankings[0].reading.split():
            rankings.append(_doubted(self._weigh_words(settled, settled, topic, behind)))
        return max(rankings, key=lambda ranking: ranking.candidates[0].score if ranking.candidates else 0.0)

    def _count_told(self, told: str) -> dict[str, float]:
        """The features of what a story tells, in its likeliest reading."""
        repaired = self.speller.repair(normalise(told).folded_tokens)
        settled = self.speller.settle([word for words in repaired for word in words])
        return count_features(settled, settled)

    def _weigh_reading(self, message: Normalised, topic: str, behind: Mapping[str, float]) -> Ranking:
        repaired = self.speller.repair(message.folded_tokens)
        folded = [word for words in repaired for word in words]
        tokens = [
            typed if word == was else word
            for was, typed, words in zip(message.folded_tokens, message.tokens, repaired, strict=True)
            for word in words
        ]
        return self._weigh_words(tokens, folded, topic, behind)

    def _weigh_words(
        self, tokens: Sequence[str], folded: Sequence[str], topic: str, behind: Mapping[str, float]
    ) -> Ranking:
        encoded = self.table.encode(add_told(count_features(tokens, folded), behind))
        if not len(encoded[0]):
            return Ranking(words=len(folded), reading=" ".join(folded))
        leaning = "" if behind else self._leans_on(folded, topic.partition(".")[0])
        scores, outside = self._score(encoded, leaning)
        order = np.argsort(-scores[: self.entries], kind="stable")[:_CANDIDATES].tolist()
        return Ranking(
            tuple(Candidate(self.ids[at], float(scores[at])) for at in order),
            self._known(folded, self.ids[order[0]]) if order else 0.0,
            outside,
            len(folded),
            " ".join(folded),
            self._kind(scores[self.entries :]),
        )

    def _kind(self, outside: Floats) -> str:
        return self.ids[self.entries + int(outside.argmax())].removeprefix(OUTSIDE) if len(outside) else ""

    def _leans_on(self, folded: Sequence[str], group: str) -> str:
        """The group of the previous answer when the message is a short follow-up that names no other group, or ""."""
        names_another = any(self.names.get(word, group) != group for word in folded)
        return "" if len(folded) > _SHORT or names_another else group

    def _score(self, encoded: Encoded, group: str) -> tuple[Floats, float]:
        """The score of every id, and of the message belonging to any class that no entry answers."""
        numbers, values = encoded
        outputs = (values * self.scale[numbers]) @ self.model[numbers].astype(np.float32)
        resemblance, facets = outputs[: len(self.ids)], outputs[len(self.ids) :]
        evidence = _SHARPNESS * resemblance + _FACET * (self.facets @ facets)
        evidence[self.entries :] += _AWAY
        if group:
            evidence += _SAME_GROUP * (self.group == group)
        # The phrasings of what the model finds least likely are not looked at: they could not win any more.
        order = np.argsort(-evidence, kind="stable")
        inside = order < self.entries
        likeliest = [*order[inside][:_LOOKED_AT].tolist(), *order[~inside][:_KINDS_LOOKED_AT].tolist()]
        cosine = np.zeros(len(self.ids), np.float32)
        cosine[likeliest] = self.table.nearest(encoded, likeliest)
        evidence += _NEARNESS * cosine
        likely = np.exp(evidence - evidence.max())
        likely /= likely.sum()
        fused: Floats = _MODEL_SHARE * likely + (1 - _MODEL_SHARE) * cosine
        away = _MODEL_SHARE * likely[self.entries :].sum() + (1 - _MODEL_SHARE) * cosine[self.entries :].max(initial=0)
        return fused, float(away)

    def _known(self, folded: Sequence[str], id_: str) -> float:
        rarest = float(np.log(1 + len(self.ids)))
        weights = {word: self.rarity.get(word, rarest) for word in folded if not word[0].isdigit()}
        own, heard_alike = self.vocabulary[id_], self.sounds[id_]
        heard = sum(
            weight * (1.0 if word in own else _ALIKE)
            for word, weight in weights.items()
            if word in own or sound(word) in heard_alike
        )
        return heard / sum(weights.values()) if weights else 0.0
