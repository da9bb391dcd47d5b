"""The shape of the project: `content`, `intents` and `storage` import nothing of ours; nobody imports `bot` or `main`
but them.
"""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
OURS = {"bot", "content", "intents", "storage", "main", "tests"}
ALLOWED = {
    "content": set(),
    "intents": set(),
    "storage": set(),
    "bot": {"content", "intents", "storage"},
    "main.py": {"bot", "content", "storage"},
}
TOP_LEVEL = {
    *("bot", "intents", "content", "storage", "tests", "docs", "main.py", "pyproject.toml", "Makefile"),
    *("README.md", "CHANGELOG.md", "requirements.lock", "requirements-dev.lock", "config.example.toml"),
}


def imported_by(path: Path) -> set[str]:
    """The top-level packages a file imports, wherever in the file."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    names: set[str] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            names |= {alias.name.partition(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}: relative imports hide which leaf is used"
            names.add((node.module or "").partition(".")[0])
    return names


@pytest.mark.parametrize("place", ALLOWED)
def test_a_part_imports_only_what_the_shape_allows(place: str) -> None:
    root = ROOT / place
    files = [root] if root.is_file() else sorted(root.rglob("*.py"))
    assert files
    for path in files:
        foreign = (imported_by(path) & OURS) - ALLOWED[place] - {place}
        assert not foreign, f"{path.relative_to(ROOT)} must not import {sorted(foreign)}"


def test_only_the_conversation_shell_knows_platform_libraries() -> None:
    """The core must stay free of clocks, disks and networks, or its transcripts prove nothing."""
    forbidden = {
        "telegram",
        "aiohttp",
        "starlette",
        "uvicorn",
        "sqlite3",
        "psycopg",
        "asyncio",
        "time",
        "random",
        "storage",
    }
    for name in ("conversation.py", "messages.py", "pacing.py"):
        assert not imported_by(ROOT / "bot" / name) & forbidden, name


def test_the_top_level_stays_the_agreed_one() -> None:
    ignored = {"data", "config.toml"}
    found = {path.name for path in ROOT.iterdir() if not path.name.startswith(".")} - ignored
    assert found - {"__pycache__"} <= TOP_LEVEL
