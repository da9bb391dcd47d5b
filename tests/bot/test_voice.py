"""A changed answer is live at once; changed phrasings are learned behind it and then taken up."""

from __future__ import annotations

import dataclasses
import time
from pathlib import Path

import pytest

from bot import voice as voices
from bot.voice import Understanding, Voice
from content.model import Library
from intents.decide import decide
from intents.phrasebook import load_outside

STRANGE = "bùm chéo lạch cạch tùng xèng"


@pytest.fixture
def small(voice: Voice, monkeypatch: pytest.MonkeyPatch) -> Library:
    """Three entries of the real library without the phrasebook: quick to learn."""
    monkeypatch.setattr(voices, "load_phrasebook", tuple)
    monkeypatch.setattr(voices, "load_outside", lambda: load_outside()[::20])
    entries = {id_: voice.library.entries[id_] for id_ in ("vay.muc-vay", "bhtn.noi-nop", "nn.lua-dao")}
    return dataclasses.replace(voice.library, entries=entries, groups=())


def asking_for(library: Library, text: str) -> Library:
    entry = library.entries["vay.muc-vay"]
    asked = dataclasses.replace(entry, ask=(*entry.ask, text, f"{text} nhé", f"{text} à", f"cho hỏi {text}"))
    return dataclasses.replace(library, entries={**library.entries, entry.id: asked})


def test_the_first_library_waits_for_its_matcher(small: Library, tmp_path: Path) -> None:
    understanding = Understanding(tmp_path)
    assert understanding.follow(small) is understanding.matcher()


def test_a_change_of_an_answer_keeps_the_matcher(small: Library, tmp_path: Path) -> None:
    understanding = Understanding(tmp_path)
    understanding.follow(small)
    entry = dataclasses.replace(small.entries["vay.muc-vay"], body="khác")
    changed = dataclasses.replace(small, entries={**small.entries, entry.id: entry})
    started = time.monotonic()
    understanding.follow(changed)
    assert time.monotonic() - started < 1


def test_new_phrasings_are_learned_in_the_background(small: Library, tmp_path: Path) -> None:
    understanding = Understanding(tmp_path)
    before = understanding.follow(small)
    assert decide(before, STRANGE).kind == "fallback"
    started = time.monotonic()
    assert understanding.follow(asking_for(small, STRANGE)) is before, "nobody waits for the learning"
    while understanding.matcher() is before:
        assert time.monotonic() - started < 60
        time.sleep(0.05)
    assert decide(understanding.matcher(), STRANGE).candidates[0].id == "vay.muc-vay"


def test_of_two_changes_the_last_one_stays(small: Library, tmp_path: Path) -> None:
    understanding = Understanding(tmp_path)
    first = understanding.follow(small)
    understanding.follow(asking_for(small, STRANGE))
    assert understanding.follow(small).ids == first.ids
    time.sleep(5)
    assert decide(understanding.matcher(), STRANGE).kind == "fallback"
