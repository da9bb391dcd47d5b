"""What we depend on: every version pinned by hash, every direct one explained, no index named.

Whether a version has a known hole only an advisory service can say: `make audit` asks one.
"""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
LOCKS = ("requirements.lock", "requirements-dev.lock")
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
DECISIONS = (ROOT / "docs" / "decisions.md").read_text("utf-8").lower()


def plain(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def direct(section: str) -> list[str]:
    wanted = PROJECT["project"]["dependencies"] if section == "run" else PROJECT["dependency-groups"]["dev"]
    return [plain(re.match(r"[A-Za-z0-9_.-]+", line)[0]) for line in wanted]  # type: ignore[index]


def locked(name: str) -> dict[str, str]:
    """Package → all that stands under it."""
    text = (ROOT / name).read_text("utf-8")
    parts = re.split(r"^(?=[A-Za-z0-9])", text, flags=re.MULTILINE)
    return {plain(re.match(r"[A-Za-z0-9_.-]+", part)[0]): part for part in parts if part.strip()}  # type: ignore[index]


@pytest.mark.parametrize("lock", LOCKS)
def test_every_package_is_pinned_by_version_and_hash(lock: str) -> None:
    packages = locked(lock)
    assert len(packages) > 30
    loose = [
        name
        for name, part in packages.items()
        if not re.match(r"[\w.\[\],-]+==[\w.!+]+ ", part) or not re.search(r"--hash=sha256:[0-9a-f]{64}\b", part)
    ]
    assert loose == []


@pytest.mark.parametrize("lock", LOCKS)
def test_no_lock_names_an_index_or_an_address(lock: str) -> None:
    text = (ROOT / lock).read_text("utf-8")
    assert not re.search(r"--(extra-)?index-url|--find-links|--trusted-host|https?://| @ |-e ", text)


@pytest.mark.parametrize(("section", "lock"), [("run", LOCKS[0]), ("run", LOCKS[1]), ("dev", LOCKS[1])])
def test_what_we_ask_for_is_in_the_lock(section: str, lock: str) -> None:
    assert sorted(set(direct(section)) - set(locked(lock))) == []


def test_what_runs_has_the_same_version_in_both_locks() -> None:
    run, dev = (locked(lock) for lock in LOCKS)
    assert [name for name in run if name in dev and run[name].split()[0] != dev[name].split()[0]] == []


@pytest.mark.parametrize("name", [*direct("run"), *direct("dev")])
def test_every_direct_dependency_has_its_reason_and_licence(name: str) -> None:
    assert re.search(rf"^\| {re.escape(name)} \|[^|]*\w[^|]*\|[^|]*\w[^|]*\|$", DECISIONS, re.MULTILINE), (
        f"docs/decisions.md: thiếu dòng của {name} trong bảng thư viện"
    )
