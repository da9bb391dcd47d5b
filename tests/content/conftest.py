"""The small true tree of `sample`, in a temporary folder, with any of its files written otherwise."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.content.sample import ENTRY, FIGURES, GROUPS, PLACES, entry_like

Tree = Callable[..., Path]


@pytest.fixture
def tree(tmp_path: Path) -> Tree:
    """Write the small tree, with the given files (path under content/ → text or bytes) written instead."""

    def write(files: dict[str, str | bytes] | None = None) -> Path:
        root = tmp_path / "content"
        given: dict[str, str | bytes] = {
            "figures.yaml": FIGURES,
            "places.yaml": PLACES,
            "vi/groups.yaml": GROUPS,
            "vi/vay/muc-vay.md": ENTRY,
            "vi/vay/lai-suat.md": entry_like("Lãi suất", ("vay.muc-vay", "vay.the-chap")),
            "vi/vay/the-chap.md": entry_like("Thế chấp", ("vay.muc-vay", "vay.lai-suat")),
            **(files or {}),
        }
        for name, text in given.items():
            path = root / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(text if isinstance(text, bytes) else text.encode())
        return root

    return write
