"""What is said to questions that no entry answers."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from content.findings import Findings
from content.load import load_library
from content.outside import check_outside, parse_outside
from content.render import render_segments

ROOT = Path(__file__).parents[2]
GOOD = "thue:\n  name: Thuế\n  text: Hỏi cơ quan thuế, hoặc gọi {{ lh.tong_dai_bhxh }}.\n  near: [vay.muc-vay]\n"
KINDS = {
    row.split("\t")[0]
    for row in (ROOT / "intents" / "words" / "ngoai-pham-vi.tsv").read_text(encoding="utf-8").splitlines()
    if row and not row.startswith("#")
}


def problems(text: str) -> list[tuple[int, str, str]]:
    findings = Findings("ngoai-pham-vi.yaml")
    file = parse_outside(text, findings)
    check_outside(file, {"vay.muc-vay"}, {"lh.tong_dai_bhxh"}, findings)
    return [(problem.line, problem.field, problem.message) for problem in findings.problems]


def test_a_good_file_has_no_problem() -> None:
    assert problems(GOOD) == []


@pytest.mark.parametrize(
    ("text", "line", "field", "part"),
    [
        ("thue: xin chào\n", 1, "thue", "viết sai"),
        (GOOD + GOOD, 5, "thue", "hai lần"),
        (GOOD.replace("name", "nam"), 2, "thue.nam", "nam"),
        (GOOD.replace("vay.muc-vay", "vay.khong-co"), 4, "thue.near", "Không có mục"),
        (GOOD.replace("[vay.muc-vay]", "[a.a, b.b, c.c, d.d]"), 4, "thue.near", "Có 4 mục"),
        (GOOD.replace("tong_dai", "tong_đài"), 3, "thue.text", ""),
        (GOOD.replace("lh.tong_dai_bhxh", "lh.khong_co"), 3, "thue.text", "Không có số"),
        ("- một\n", 1, "", ""),
    ],
)
def test_every_mistake_is_told_with_its_line(text: str, line: int, field: str, part: str) -> None:
    assert any(at == line and where == field and part in message for at, where, message in problems(text)), problems(
        text
    )


def test_every_kind_but_the_far_one_has_words_that_say_where_to_ask() -> None:
    library = load_library(ROOT / "content")
    assert set(library.outside) == KINDS - {"xa"}
    for outside in library.outside.values():
        words = render_segments(outside.text, library.figures, date(2026, 11, 22))
        assert "chưa có nội dung đã kiểm tra" in words
        assert len(words) <= 400
