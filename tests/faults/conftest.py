"""The matcher at hand in every folder, and the table of what was withstood, printed at the end."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from pathlib import Path

import pytest

from tests.faults.scene import Ledger, Scene

ROWS = pytest.StashKey[list[tuple[str, Ledger]]]()
HEAD = ("fault", "messages", "repeated", "seen after", "all answered after", "log lines")


def pytest_configure(config: pytest.Config) -> None:
    config.stash[ROWS] = []


@pytest.fixture(autouse=True)
def _already_learned(tmp_path: Path, learned: Path) -> None:
    (tmp_path / "cache").symlink_to(learned)


@pytest.fixture
async def scene(tmp_path: Path) -> AsyncIterator[Scene]:
    """On an empty SQLite file, beside two fake platforms; not yet started."""
    async with Scene(tmp_path).opened() as opened:
        yield opened


@pytest.fixture
def note(request: pytest.FixtureRequest) -> Callable[[str, Ledger], None]:
    """Put a row into the table."""
    return lambda fault, ledger: request.config.stash[ROWS].append((fault, ledger))


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    rows = config.stash.get(ROWS, [])
    if not rows:
        return
    terminalreporter.section("faults withstood: 0 messages lost")
    terminalreporter.write_line("{:44} {:>9} {:>9} {:>11} {:>19} {:>10}".format(*HEAD))
    for fault, ledger in rows:
        seen = f"{ledger.shown:.1f} s" if ledger.shown else "–"
        terminalreporter.write_line(
            f"{fault:44} {ledger.said:9} {ledger.repeats:9} {seen:>11} {ledger.recovery:17.1f} s {ledger.lines:10}"
        )
