"""Makes a matcher from phrasings. Deterministic: the same phrasings in the same order make the same matcher.

Only building needs SciPy: the serving process must not import this module, `cache` runs it in a process of its own.
"""

from __future__ import annotations

import collections
from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
import scipy.sparse

from intents.features import Floats, Table, add_told, count_features
from intents.lexicon import load_rows
from intents.match import OUTSIDE, Example, Matcher
from intents.normalise import Normalised, normalise
from intents.repair import Speller
from intents.stories import split_story
from intents.syllable import sound

_RIDGE = 0.5
# Steps of conjugate gradients: more fit the phrasings closer, but not what people will type.
_FIRST_STEPS, _ROUNDS, _STEPS = 12, 5, 6
_TINY = np.float32(1e-12)
_NAMED_OFTEN = 5
_NAMED_SHARE = 0.8


def build_matcher(examples: Sequence[Example]) -> Matcher:
    """A matcher for these phrasings. Those whose id begins with OUTSIDE are of kinds that no entry answers."""
    stored = sorted(examples, key=lambda example: (example.id.startswith(OUTSIDE), example.id))
    messages = [normalise(example.text) for example in stored]
    kinds = sorted({example.id for example in examples if example.id.startswith(OUTSIDE)})
    entries = sorted({example.id for example in examples} - set(kinds))
    ids = (*entries, *kinds)
    number = {id_: at for at, id_ in enumerate(ids)}
    owner = np.array([number[example.id] for example in stored], np.int32)
    table = Table([_count(example.text) for example in stored], owner)
    vocabulary: dict[str, set[str]] = collections.defaultdict(set)
    for example, message in zip(stored, messages, strict=True):
        vocabulary[example.id].update(message.folded_tokens)
    owners = collections.Counter(word for words in vocabulary.values() for word in words)
    facets = _facets(ids)
    model, scale = _compress(_train(table, _wanted(owner, facets)))
    return Matcher(
        ids=ids,
        entries=len(entries),
        group=np.array([id_.partition(".")[0] for id_ in ids]),
        speller=Speller(message.folded_tokens for message in messages),
        table=table,
        model=model,
        scale=scale,
        facets=facets,
        vocabulary={id_: frozenset(words) for id_, words in vocabulary.items()},
        sounds={id_: frozenset(map(sound, words)) for id_, words in vocabulary.items()},
        names=_find_names(stored, messages),
        rarity={word: float(np.log(1 + len(ids) / count)) for word, count in owners.items()},
    )


def _count(text: str) -> dict[str, float]:
    """The features of one phrasing, a story's as the matcher will read it: first the question."""
    question, told = map(normalise, split_story(text))
    asked = count_features(question.tokens, question.folded_tokens)
    return add_told(asked, count_features(told.tokens, told.folded_tokens))


def _find_names(stored: Sequence[Example], messages: Sequence[Normalised]) -> dict[str, str]:
    """Words that by themselves name a group ("vay", "lãi"): used in five phrasings or more, and mostly there."""
    uses: dict[str, collections.Counter[str]] = collections.defaultdict(collections.Counter)
    for example, message in zip(stored, messages, strict=True):
        if example.id.startswith(OUTSIDE):
            continue
        for word in set(message.folded_tokens):
            uses[word][example.id.partition(".")[0]] += 1
    top = {word: groups.most_common(1)[0] for word, groups in uses.items() if groups.total() >= _NAMED_OFTEN}
    return {word: group for word, (group, count) in top.items() if count >= _NAMED_SHARE * uses[word].total()}


def _facets(ids: Sequence[str]) -> npt.NDArray[np.bool_]:
    """Which id has which topic or aspect: ids × facets. An entry may have several aspects, or none."""
    groups = [OUTSIDE if id_.startswith(OUTSIDE) else id_.partition(".")[0] for id_ in ids]
    topics = [[group == each for group in groups] for each in sorted(set(groups))]
    aspects = [[id_ in entries.split("|") for id_ in ids] for _, entries in load_rows("khia-canh.tsv")]
    return np.array([*topics, *aspects], np.bool_).T


def _wanted(owner: npt.NDArray[np.int32], facets: npt.NDArray[np.bool_]) -> Floats:
    """What the model should say of every phrasing: which id it asks for, and which facets that id has."""
    own = np.zeros((len(owner), len(facets)), np.float32)
    own[np.arange(len(owner)), owner] = 1
    return np.hstack([own, facets[owner].astype(np.float32)])


def _train(table: Table, wanted: Floats) -> Floats:
    """A linear model of `wanted` (phrasings × outputs) with a squared hinge: features × outputs.

    Saying more than "yes", or less than "no", costs nothing. That loss is minimised by ridge regressions in a row, each
    towards what the last one said wherever it said enough.
    """
    starts, features, values = table.matrix()
    by_phrasing = scipy.sparse.csr_array((values, features, starts), shape=(table.size, len(table.number)))
    by_feature = by_phrasing.T.tocsr()
    duals = _regress(by_phrasing, by_feature, wanted, np.zeros_like(wanted), _FIRST_STEPS)
    for _ in range(_ROUNDS):
        said = by_phrasing @ (by_feature @ duals)
        towards = np.where(wanted > 0.5, np.maximum(said, 1), np.minimum(said, 0)).astype(np.float32)
        duals = _regress(by_phrasing, by_feature, towards, duals, _STEPS)
    model: Floats = np.ascontiguousarray(by_feature @ duals, np.float32)
    return model


def _regress(
    by_phrasing: scipy.sparse.csr_array, by_feature: scipy.sparse.csr_array, towards: Floats, duals: Floats, steps: int
) -> Floats:
    """Ridge regression in its dual form from `duals` on, all outputs side by side, by conjugate gradients.

    On the sparse table, so that time grows with the phrasings and not with their cube.
    """
    residual = towards - (by_phrasing @ (by_feature @ duals) + _RIDGE * duals)
    direction, length = residual.copy(), (residual**2).sum(axis=0)
    for _ in range(steps):
        image = by_phrasing @ (by_feature @ direction) + _RIDGE * direction
        step = length / np.maximum((direction * image).sum(axis=0), _TINY)
        duals = duals + step * direction
        residual -= step * image
        shorter = (residual**2).sum(axis=0)
        direction = residual + shorter / np.maximum(length, _TINY) * direction
        length = shorter
    return duals


def _compress(model: Floats) -> tuple[npt.NDArray[np.int8], Floats]:
    """The model in one byte a weight, and each feature's scale: a quarter of the memory, the same answers."""
    scale = np.maximum(np.abs(model).max(axis=1, initial=0), np.float32(1e-9)) / np.float32(127)
    return np.rint(model / scale[:, None]).astype(np.int8), scale.astype(np.float32)
