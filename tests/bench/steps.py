"""The steps of understanding, and how each is switched off: by patching our own packages, here and nowhere else.

Production code has no switch for any of this. A step whose target has been renamed fails with AttributeError rather
than measuring nothing; `tests/bench/test_steps.py` tries every one.
"""

from __future__ import annotations

import contextlib
import dataclasses
from collections.abc import Callable, Iterator
from types import ModuleType
from typing import Any

from intents import build, decide, features, lexicon, match, normalise, repair, syllable

_EVERYONE = 1_000_000
_CACHING = (features, lexicon, match, normalise, repair, syllable)


@dataclasses.dataclass(frozen=True, slots=True)
class Step:
    """`name` for the table; `changes` are (owner, attribute, value instead)."""

    name: str
    changes: tuple[tuple[Any, str, Any], ...]


def _untouched(*, at: int) -> Callable[..., Any]:
    return lambda *given: given[at]


def _unsplit(text: str) -> tuple[str, str]:
    return text, ""


STEPS = (
    Step(
        "viết tắt, tiếng lóng",
        ((normalise, "readings", dict), (normalise, "expand", lambda token: (token,))),
    ),
    Step("gỡ phím Telex/VNI", ((normalise, "undo_keystrokes", _untouched(at=0)),)),
    Step("giữ nhiều cách đọc", ((match, "_READINGS", 1),)),
    Step("sửa lỗi gõ", ((repair.Speller, "repair", lambda _self, tokens: [[token] for token in tokens]),)),
    Step("đọc theo âm (l/n, s/x, tr/ch…)", ((repair.Speller, "settle", lambda _self, tokens: list(tokens)),)),
    Step("đặc trưng âm", ((features, "_SOUND", 0.0), (features, "_SOUND_PAIR", 0.0))),
    Step("nhóm chữ cái", ((features, "_LETTERS", 0.0),)),
    # Phrasings without pairs are more alike and need more steps to be told apart: else this measures the training.
    Step("cặp tiếng", ((features, "_PAIR", 0.0), (features, "_SOUND_PAIR", 0.0), (build, "_STEPS", 15))),
    Step("khái niệm", ((features, "_CONCEPT", 0.0),)),
    Step("tiếng có dấu", ((features, "_ACCENTED", 0.0),)),
    Step("chủ đề và khía cạnh", ((match, "_FACET", 0.0),)),
    Step("cách hỏi gần nhất (cosin)", ((match, "_NEARNESS", 0.0),)),
    Step(
        "mô hình tuyến tính",
        (
            (match, "_SHARPNESS", 0.0),
            (match, "_FACET", 0.0),
            # It also chooses whose phrasings are looked at: without it, everyone's are.
            (match, "_LOOKED_AT", _EVERYONE),
            (match, "_KINDS_LOOKED_AT", _EVERYONE),
        ),
    ),
    Step("tìm câu hỏi trong chuyện dài", ((match, "split_story", _unsplit), (build, "split_story", _unsplit))),
    Step("chuyện kể quanh câu hỏi", ((features, "_TOLD", 0.0),)),
    Step("tách hai câu hỏi", ((decide, "find_questions", lambda text: [text]),)),
)


@contextlib.contextmanager
def without(step: Step) -> Iterator[None]:
    """Our packages without one step; what they had remembered is forgotten on the way in and out."""
    kept = [(owner, name, getattr(owner, name)) for owner, name, _ in step.changes]
    try:
        for owner, name, value in step.changes:
            setattr(owner, name, value)
        _forget()
        yield
    finally:
        for owner, name, value in kept:
            setattr(owner, name, value)
        _forget()


def _forget() -> None:
    for module in _CACHING:
        for value in _members(module):
            clear = getattr(value, "cache_clear", None)
            if clear:
                clear()


def _members(module: ModuleType) -> list[Any]:
    return [value for value in vars(module).values() if callable(value)]
