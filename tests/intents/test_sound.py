"""Words as they sound."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from intents.syllable import sound


@pytest.mark.parametrize(
    ("one", "other"),
    [("nam", "lam"), ("xua", "sua"), ("chom", "trom"), ("do", "gio"), ("ro", "do"), ("di", "gi"), ("lop", "nop")],
)
def test_words_that_speakers_confuse_sound_alike(one: str, other: str) -> None:
    assert sound(one) == sound(other)


@pytest.mark.parametrize(("one", "other"), [("nghe", "le"), ("nha", "la"), ("tho", "to"), ("khong", "cong")])
def test_words_that_nobody_confuses_do_not(one: str, other: str) -> None:
    assert sound(one) != sound(other)


@given(st.text(alphabet="abcdeghiklmnopqrstuvxy", min_size=1, max_size=8))
def test_a_sound_sounds_like_itself(word: str) -> None:
    assert sound(sound(word)) == sound(word)
