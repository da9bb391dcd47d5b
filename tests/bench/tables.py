"""Figures as Vietnamese text, tables as Markdown, results on disk."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any


def percent(share: float | None, digits: int = 1) -> str:
    """0.123 → "12,3 %"; "–" for what was not measured."""
    return "–" if share is None else f"{100 * share:.{digits}f} %".replace(".", ",")


def points(difference: float) -> str:
    """A difference of shares in points, always with its sign: -0.012 → "−1,2"."""
    rounded = round(100 * difference, 1)
    return f"{rounded:+.1f}".replace("-", "−").replace(".", ",") if rounded else "0,0"


def number(value: float, digits: int = 0) -> str:
    """12345.6 → "12.346", 1.25 with two digits → "1,25"."""
    return f"{value:,.{digits}f}".translate(str.maketrans(",.", ".,"))


def markdown(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """A table; the first column is text, the others are figures."""
    lines = [head, ["---", *["---:"] * (len(head) - 1)], *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def save(path: Path, result: dict[str, Any]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(result, ensure_ascii=False, indent=1), encoding="utf-8")
