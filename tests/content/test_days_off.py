"""ngay-nghi.yaml: what it says, and every mistake told with its line."""

from __future__ import annotations

from datetime import date

import pytest

from content.days_off import parse_days_off
from content.findings import Findings

RIGHT = """\
2026:
  source: Thông báo của Bộ Nội vụ
  off: [2026-08-31]
  working: [2026-08-22]
"""


def test_a_year_is_read() -> None:
    findings = Findings("ngay-nghi.yaml")
    [year] = parse_days_off(RIGHT, findings).values()
    assert not findings.problems
    assert (year.year, year.source) == (2026, "Thông báo của Bộ Nội vụ")
    assert year.off == {date(2026, 8, 31)}
    assert year.working == {date(2026, 8, 22)}


@pytest.mark.parametrize(
    ("old", "new", "line", "words"),
    [
        ("2026-08-31", "2026-08-32", 3, "không phải ngày đúng"),
        ("2026-08-31", "2027-08-31", 3, "không thuộc năm 2026"),
        ("2026-08-31", "2026-08-22", 3, "vừa nghỉ vừa làm việc"),
        ("  source: Thông báo của Bộ Nội vụ\n", "", 1, "Thiếu `2026.source`"),
        ("source:", "nguon:", 2, "Không có trường `nguon`"),
        ("2026:", "năm nay:", 1, "viết sai"),
        ("  off: [2026-08-31]\n", "", 1, "Thiếu `2026.off`"),
    ],
)
def test_a_mistake_is_told_with_its_line(old: str, new: str, line: int, words: str) -> None:
    findings = Findings("ngay-nghi.yaml")
    parse_days_off(RIGHT.replace(old, new, 1), findings)
    assert any(problem.line == line and words in problem.message for problem in findings.problems), findings.problems
