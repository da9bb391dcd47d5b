"""What leaves the judge: totals by way of typing, never a question; and documents that keep what stands around them."""

from __future__ import annotations

import pytest

from bot.judging import format_totals, put_between
from intents.decide import Decision
from intents.evaluate import evaluate, parse_cases
from intents.match import Candidate

CASES = parse_cases("gia vang\t-\txa\nduoc bn\ta.x\tkhongdau\nđược bao nhiêu\ta.x\tsach\nnộp đâu\ta.y\tsach\n")
SAID = {
    "gia vang": Decision("answer", "a.x", (Candidate("a.x", 0.9),), (), ""),
    "duoc bn": Decision("clarify", "", (Candidate("a.x", 0.5),), ("a.x",), ""),
    "được bao nhiêu": Decision("answer", "a.x", (Candidate("a.x", 0.9),), (), ""),
    "nộp đâu": Decision("answer", "a.x", (Candidate("a.x", 0.9), Candidate("a.y", 0.2)), (), ""),
}


def test_totals_are_a_table_that_names_no_question_and_no_entry() -> None:
    table = format_totals(evaluate(CASES, SAID.__getitem__))
    rows = [[cell.strip() for cell in line.strip("|").split("|")] for line in table.splitlines()[2:]]
    assert rows == [
        ["có dấu", "2", "50,0 %", "100,0 %", "50,0 %", "50,0 %", "0,0 %", "–"],
        ["không dấu", "1", "100,0 %", "100,0 %", "100,0 %", "0,0 %", "100,0 %", "–"],
        ["ngoài phạm vi: xa", "1", "–", "–", "–", "–", "–", "100,0 %"],
        ["**tất cả**", "4", "66,7 %", "100,0 %", "66,7 %", "33,3 %", "33,3 %", "100,0 %"],
    ]
    assert not any(case.text in table for case in CASES)
    assert "a.x" not in table


def test_a_table_is_put_between_its_marks_and_replaces_the_last_one() -> None:
    once = put_between("trước\n<!-- t -->\ncũ\n<!-- /t -->\nsau", "t", "| a |")
    assert once == "trước\n<!-- t -->\n| a |\n<!-- /t -->\nsau"
    assert put_between(once, "t", "| a |") == once


@pytest.mark.parametrize("document", ["", "<!-- t -->", "<!-- t --><!-- /t --><!-- t --><!-- /t -->"])
def test_a_document_without_one_pair_of_marks_is_refused(document: str) -> None:
    with pytest.raises(ValueError, match="một cặp"):
        put_between(document, "t", "x")
