"""The editor's guide tells the truth: its examples are read without complaint and it names all there is to choose."""

from __future__ import annotations

import re
from pathlib import Path

from content.entries import parse_entry
from content.figures import FILTERS, UNITS, parse_figures
from content.findings import Findings
from content.model import PRIORITY_GROUPS

GUIDE = (Path(__file__).parents[2] / "docs/bien-tap.md").read_text(encoding="utf-8")


def blocks(language: str) -> list[str]:
    return re.findall(rf"```{language}\n(.*?)```", GUIDE, re.DOTALL)


def test_the_sample_entry_is_read() -> None:
    findings = Findings("mẫu")
    (sample,) = blocks("markdown")
    read = parse_entry(sample, "vay", "lai-suat", findings)
    assert findings.problems == []
    assert read is not None
    assert read.entry.next == ("vay.lai-uu-dai", "vay.tinh-lai")


def test_the_sample_figure_is_read() -> None:
    findings = Findings("mẫu")
    file = parse_figures(blocks("yaml")[0], findings)
    assert findings.problems == []
    assert list(file.figures) == ["vay.lai_suat"]


def test_every_unit_filter_and_priority_group_is_named() -> None:
    missing = [each for each in (*UNITS, *PRIORITY_GROUPS) if f"`{each}`" not in GUIDE]
    missing += [each for each in FILTERS if f"|{each}" not in GUIDE]
    assert missing == []
