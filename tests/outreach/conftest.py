"""The real content and its matcher, loaded once."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot.voice import Voice, load_voice

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="session")
def voice(learned: Path) -> Voice:
    return load_voice(ROOT / "content", learned)
