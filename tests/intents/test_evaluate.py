"""Counting: each kind of outcome lands in its own column, and a broken file is refused with its line."""

from __future__ import annotations

import pytest

from intents.decide import Decision
from intents.evaluate import evaluate, format_report, parse_cases
from intents.match import Candidate

FILE = """# chú thích
được bao nhiêu\ta.x\tsach
hoi lai dung\ta.x|a.y\tkhongdau
hoi lai sai\ta.x\tkhongdau
tra loi sai\ta.x\tsach
gia vang\t-\txa
thai san\t-\tgan
"""

DECISIONS = {
    "được bao nhiêu": Decision("answer", "a.x", (Candidate("a.x", 0.9),), (), ""),
    "hoi lai dung": Decision("clarify", "", (Candidate("b.z", 0.4), Candidate("a.y", 0.3)), ("b.z", "a.y"), ""),
    "hoi lai sai": Decision("clarify", "", (Candidate("b.z", 0.4),), ("b.z",), ""),
    "tra loi sai": Decision("answer", "b.z", (Candidate("b.z", 0.9), Candidate("a.x", 0.2)), (), "rõ"),
    "gia vang": Decision("fallback", "", (), (), ""),
    "thai san": Decision("answer", "b.z", (Candidate("b.z", 0.9),), (), ""),
}


def test_every_outcome_is_counted_once() -> None:
    total = evaluate(parse_cases(FILE), DECISIONS.__getitem__).total
    assert (total.cases, total.first, total.among_three) == (4, 1, 3)
    assert (total.right, total.wrong, total.asked_back) == (2, 1, 2)
    assert (total.outside, total.outside_answered, total.outside_asked_back) == (2, 1, 0)


def test_ways_of_typing_and_entries_are_counted_apart() -> None:
    report = evaluate(parse_cases(FILE), DECISIONS.__getitem__)
    assert report.by_typing["khongdau"].right == 1
    assert report.by_id["a.x"].cases == 4
    assert [text for text, _, _ in report.confusions] == ["hoi lai sai", "tra loi sai", "thai san"]


def test_the_report_names_what_went_wrong_in_vietnamese() -> None:
    text = format_report(evaluate(parse_cases(FILE), DECISIONS.__getitem__), confusions=2)
    assert "“tra loi sai” cần a.x; được b.z (rõ)" in text
    assert "… và 1 câu nữa" in text
    assert "khongdau" in text


def test_no_cases_make_an_empty_report() -> None:
    assert "tất cả" in format_report(evaluate((), DECISIONS.__getitem__))


def test_a_line_without_three_columns_is_refused_with_its_number() -> None:
    with pytest.raises(ValueError, match="dòng 2"):
        parse_cases("a\tb.c\tsach\nthiếu cột\n")
