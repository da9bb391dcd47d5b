"""The real content and its matcher, and the three doors over an empty database."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot.voice import Voice, load_voice
from storage.database import Database
from tests.hostile.doors import CONTENT, Doors


@pytest.fixture(scope="session")
def voice(learned: Path) -> Voice:
    return load_voice(CONTENT, learned)


@pytest.fixture
def doors(sqlite_database: Database, voice: Voice) -> Doors:
    return Doors(sqlite_database, voice)
