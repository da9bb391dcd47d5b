"""The real content and the matcher built from it, loaded once: transcripts speak to what workers will speak to."""

from __future__ import annotations

import datetime
from pathlib import Path

import pytest

from bot.voice import Voice, load_voice

ROOT = Path(__file__).parents[2]
NOW = datetime.datetime(2026, 11, 22, 3, 0, tzinfo=datetime.UTC)


@pytest.fixture(scope="session")
def voice(learned: Path) -> Voice:
    return load_voice(ROOT / "content", learned)
