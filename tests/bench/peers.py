# ruff: noqa: PLC0415 - each peer's library is imported by that peer alone: its memory is measured in its own process
"""Well-known ways to find the nearest phrasing, each given the same phrasings as ours.

Each `build_…` takes the phrasings' prepared texts and ids and returns a function: prepared message → ids with scores,
best first, one for each id, about ten. Nothing here is tuned beyond what the library's own documentation advises.
"""

from __future__ import annotations

import itertools
import sqlite3
from collections.abc import Callable, Iterable, Sequence

from intents.normalise import fold, lower, normalise, split_tokens

Ranking = list[tuple[str, float]]
Ranker = Callable[[str], Ranking]
Build = Callable[[Sequence[str], Sequence[str]], Ranker]

_DEPTH = 60  # phrasings looked at where the library wants a limit: ten entries are nearly always among them
_IDS = 10


def plain(text: str) -> str:
    """The message as each peer gets it: lower case, no diacritics, no signs."""
    return " ".join(split_tokens(fold(lower(text))))


def prepared_as_ours(text: str) -> str:
    """The message after our own normalising: abbreviations, teencode and raw keystrokes written out."""
    return normalise(text).folded


def _first_of_each(found: Iterable[tuple[str, float]]) -> Ranking:
    best: dict[str, float] = {}
    for id_, score in found:
        best.setdefault(id_, score)
        if len(best) == _IDS:
            break
    return list(best.items())


def _by_rapidfuzz(scorer: str) -> Build:
    def build(texts: Sequence[str], ids: Sequence[str]) -> Ranker:
        from rapidfuzz import fuzz, process

        compare = getattr(fuzz, scorer)
        stored = list(texts)

        def rank(text: str) -> Ranking:
            found = process.extract(text, stored, scorer=compare, limit=None)
            return _first_of_each((ids[at], score) for _, score, at in found)

        return rank

    return build


def _syllables_and_pairs(text: str) -> list[str]:
    words = text.split()
    return words + [f"{left}_{right}" for left, right in itertools.pairwise(words)]


def build_bm25(texts: Sequence[str], ids: Sequence[str]) -> Ranker:
    """bm25s on syllables and pairs of syllables."""
    import bm25s
    import numpy as np

    index = bm25s.BM25()
    index.index([_syllables_and_pairs(text) for text in texts], show_progress=False)

    def rank(text: str) -> Ranking:
        tokens = [token for token in _syllables_and_pairs(text) if token in index.vocab_dict]
        if not tokens:
            return []
        scores = index.get_scores(tokens)
        return _first_of_each((ids[at], float(scores[at])) for at in np.argsort(-scores, kind="stable")[:_DEPTH])

    return rank


def build_fts5(texts: Sequence[str], ids: Sequence[str]) -> Ranker:
    """SQLite's full-text index with its own bm25; any word may match."""
    database = sqlite3.connect(":memory:")
    database.execute("CREATE VIRTUAL TABLE phrasing USING fts5(text, tokenize='unicode61')")
    database.executemany("INSERT INTO phrasing (rowid, text) VALUES (?, ?)", enumerate(texts))
    query = "SELECT rowid, -bm25(phrasing) FROM phrasing WHERE phrasing MATCH ? ORDER BY bm25(phrasing) LIMIT ?"

    def rank(text: str) -> Ranking:
        wanted = " OR ".join(f'"{word}"' for word in text.split())
        rows = database.execute(query, (wanted, _DEPTH)) if wanted else ()
        return _first_of_each((ids[at], score) for at, score in rows)

    return rank


def build_svm(texts: Sequence[str], ids: Sequence[str]) -> Ranker:
    """TF-IDF of letters (2–4, within words) and words (1–2), one linear SVM for each entry; score: its decision."""
    import numpy as np
    from sklearn.feature_extraction.text import TfidfVectorizer
    from sklearn.pipeline import make_pipeline, make_union
    from sklearn.svm import LinearSVC

    features = make_union(
        TfidfVectorizer(analyzer="char_wb", ngram_range=(2, 4), sublinear_tf=True),
        TfidfVectorizer(analyzer="word", ngram_range=(1, 2), sublinear_tf=True, token_pattern=r"\S+"),
    )
    model = make_pipeline(features, LinearSVC())
    model.fit(list(texts), list(ids))
    classes = list(model.classes_)

    def rank(text: str) -> Ranking:
        scores = model.decision_function([text])[0]
        return [(classes[at], float(scores[at])) for at in np.argsort(-scores, kind="stable")[:_IDS]]

    return rank


def build_chatterbot(texts: Sequence[str], ids: Sequence[str]) -> Ranker:
    """ChatterBot's BestMatch: its own comparison with every stored statement, the first of the highest wins.

    Its default index needs a downloaded language model, so every statement is searched, as its TextSearch does.
    Raises ImportError when ChatterBot is not installed: it is not among our dependencies.
    """
    compare = _chatterbot_comparison()

    def rank(text: str) -> Ranking:
        scores = [compare(text, stored) for stored in texts]
        order = sorted(range(len(texts)), key=lambda at: -scores[at])
        return _first_of_each((ids[at], scores[at]) for at in order[:_DEPTH])

    return rank


def build_chatterbot_pruned(texts: Sequence[str], ids: Sequence[str]) -> Ranker:
    """The same first three entries as `build_chatterbot`, many times sooner, so that every question can be asked.

    No ratio exceeds twice the shared letters over all letters, so what cannot come among the three is not compared.
    """
    import numpy as np

    compare = _chatterbot_comparison()
    letters = {letter: at for at, letter in enumerate(sorted(set("".join(texts))))}

    def count(text: str) -> np.ndarray:
        return np.bincount([letters[sign] for sign in text if sign in letters], minlength=len(letters))

    counts = np.array([count(text) for text in texts])
    lengths = np.array([len(text) for text in texts])

    def rank(text: str) -> Ranking:
        bounds = 2 * np.minimum(counts, count(text)).sum(axis=1) / np.maximum(lengths + len(text), 1)
        best: dict[str, tuple[float, int]] = {}
        third = 0.0
        for at in np.argsort(-bounds, kind="stable").tolist():
            if round(float(bounds[at]), 2) < third:
                break
            score = (compare(text, texts[at]), -at)
            if score > best.get(ids[at], (-1.0, 0)):
                best[ids[at]] = score
                third = sorted(best.values())[-3][0] if len(best) > 2 else 0.0
        ranked = sorted(best.items(), key=lambda each: each[1], reverse=True)
        return [(id_, score) for id_, (score, _) in ranked[:3]]

    return rank


def _chatterbot_comparison() -> Callable[[str, str], float]:
    from chatterbot.comparisons import LevenshteinDistance
    from chatterbot.languages import ENG

    compare: Callable[[str, str], float] = LevenshteinDistance(ENG).compare_text
    return compare


PEERS: dict[str, Build] = {
    "rapidfuzz WRatio": _by_rapidfuzz("WRatio"),
    "rapidfuzz token_set_ratio": _by_rapidfuzz("token_set_ratio"),
    "BM25 (bm25s)": build_bm25,
    "SQLite FTS5": build_fts5,
    "TF-IDF + SVM tuyến tính": build_svm,
    "ChatterBot BestMatch": build_chatterbot_pruned,
}
TIMED: dict[str, tuple[Build, int]] = {
    "ChatterBot BestMatch": (build_chatterbot, 20)
}  # as it runs, on so many messages
