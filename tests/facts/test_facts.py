"""What each answer must and must not say, held against tables written from the policies, not from the answers.

One table a group (`<group>.yaml`), and `moi-muc.yaml` for what no answer may say. Written in Vietnamese so that an
official who knows the policy, and no programming, can read and extend them:

    bhtn.muc-huong:
      dữ_kiện: [BHTN-16]                       # facts the entry must name
      phải_có: ["60%", ["6 tháng", "sáu tháng"]]  # each must stand there; a list inside: any one of them
      không_được_có: ["12.650.000", "re:thứ 1[56]"]  # none may stand there; "re:" begins a regular expression

Case, bold marks and line breaks do not matter, and a number is only found whole: "5 ngày" is not in "15 ngày".
"""

from __future__ import annotations

import dataclasses
import functools
import re
import unicodedata
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest
import yaml

from content.check import check_library
from content.load import load_library
from content.model import Library
from content.render import render_answer

HERE = Path(__file__).parent
CONTENT = HERE.parents[1] / "content"
TODAY = date(2026, 11, 22)
FOR_EVERY_ENTRY = "moi-muc.yaml"

# The base salary rose on this day; everything counted from it rises with it.
RAISE = date(2026, 7, 1)
DAY_BEFORE_RAISE = date(2026, 6, 30)
RAISED = {
    "2.340.000": "2.530.000",
    "2,34 triệu": "2,53 triệu",
    "28.080.000": "30.360.000",
    "28,08 triệu": "30,36 triệu",
}
COUNTED_FROM_BASE_SALARY = {
    "dtn.muc-ho-tro": "28.080.000",
    "dtn.xuat-ngu": "28.080.000",
    "dtn.tien-an-di-lai": "28.080.000",
    "bhtn.ai-phai-dong": "2.340.000",
    "vl.luong-toi-thieu": "2.340.000",
}


@dataclasses.dataclass(frozen=True)
class Table:
    """What one answer must say (each line: any one of its wordings), must not say, and the facts it rests on."""

    id: str
    must: tuple[tuple[str, ...], ...]
    must_not: tuple[str, ...]
    facts: tuple[str, ...]


def read_tables() -> Iterator[Table]:
    for path in sorted(HERE.glob("*.yaml")):
        if path.name == FOR_EVERY_ENTRY:
            continue
        document: dict[str, dict[str, list[Any]]] = yaml.safe_load(path.read_text(encoding="utf-8"))
        for id_, table in document.items():
            assert id_.startswith(f"{path.stem}."), f"{path.name}: {id_} belongs to another file"
            unknown = set(table) - {"phải_có", "không_được_có", "dữ_kiện"}
            assert not unknown, f"{path.name}: {id_}: {unknown}"
            yield Table(
                id=id_,
                must=tuple((each,) if isinstance(each, str) else tuple(each) for each in table.get("phải_có", [])),
                must_not=tuple(table.get("không_được_có", [])),
                facts=tuple(table.get("dữ_kiện", [])),
            )


def read_rules_for_every_entry() -> list[dict[str, Any]]:
    rules: list[dict[str, Any]] = yaml.safe_load((HERE / FOR_EVERY_ENTRY).read_text(encoding="utf-8"))
    return rules


def plain(text: str) -> str:
    """One line, small letters, no bold marks: how an answer and what is looked for in it are compared."""
    return " ".join(unicodedata.normalize("NFC", text).replace("**", "").casefold().split())


def says(text: str, wording: str) -> bool:
    """Whether the plain `text` says `wording`: a whole word or number, or anything a "re:" expression matches."""
    if wording.startswith("re:"):
        return re.search(unicodedata.normalize("NFC", wording[3:]), text, re.IGNORECASE) is not None
    return re.search(rf"(?<!\w)(?<!\d[.,]){re.escape(plain(wording))}(?!\w)(?![.,]\d)", text) is not None


TABLES = list(read_tables())
IDS = (HERE / "ids.txt").read_text(encoding="utf-8").split()
RULES = read_rules_for_every_entry()


@functools.cache
def library() -> Library:
    return load_library(CONTENT, on=TODAY)


@functools.cache
def answer(id_: str, on: date = TODAY) -> str:
    """What a worker reads: the answer and, under it, the documents it comes from."""
    rendered = render_answer(library(), library().get_entry(id_), on)
    return plain(f"{rendered.text}\n{rendered.sources_line}")


def test_every_entry_of_the_map_is_there_once() -> None:
    assert len(IDS) == len(set(IDS)) == 142
    assert sorted(set(IDS) - set(library().entries)) == []


def test_every_table_is_about_an_entry() -> None:
    assert sorted(table.id for table in TABLES if table.id not in library().entries) == []


@pytest.mark.parametrize("table", TABLES, ids=lambda table: table.id)
def test_the_answer_says_what_the_policy_says(table: Table) -> None:
    text = answer(table.id)
    missing = [" | ".join(wordings) for wordings in table.must if not any(says(text, each) for each in wordings)]
    wrong = [wording for wording in table.must_not if says(text, wording)]
    assert not missing, f"{table.id} không nói: {missing}\n{text}"
    assert not wrong, f"{table.id} nói điều không được nói: {wrong}\n{text}"


@pytest.mark.parametrize("table", TABLES, ids=lambda table: table.id)
def test_the_entry_names_the_facts_it_rests_on(table: Table) -> None:
    assert sorted(set(table.facts) - set(library().get_entry(table.id).facts)) == []


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule["không_được_có"])
def test_no_answer_says_what_none_may_say(rule: dict[str, Any]) -> None:
    spared = set(rule.get("trừ", []))
    assert sorted(spared - set(library().entries)) == []
    said = [id_ for id_ in library().entries if id_ not in spared and says(answer(id_), rule["không_được_có"])]
    assert not said, f"{rule['vì']}: {said}"


def test_no_policy_figure_stands_as_bare_digits() -> None:
    errors = [problem for problem in check_library(CONTENT, TODAY) if problem.level == "error"]
    assert errors == []


def test_a_raise_of_the_base_salary_changes_every_amount_counted_from_it_and_nothing_else() -> None:
    changed = {}
    for id_ in library().entries:
        before, after = answer(id_, DAY_BEFORE_RAISE), answer(id_, RAISE)
        if before == after:
            continue
        expected = before
        for old, new in RAISED.items():
            expected = expected.replace(old, new)
        assert expected == after, id_
        changed[id_] = before
    for id_, old in COUNTED_FROM_BASE_SALARY.items():
        assert says(changed.get(id_, ""), old), f"{id_} must follow the base salary"


@pytest.mark.parametrize(
    ("text", "wording", "said"),
    [
        ("chờ 15 ngày", "5 ngày", False),
        ("chờ 5 ngày", "5 ngày", True),
        ("1.060.000 đồng", "060.000", False),
        ("6,6%/năm", "6%/năm", False),
        ("tối đa **6%/năm**.", "6%/năm", True),
        ("được\n3 tháng", "3 THÁNG", True),
        ("ngày thứ 16", "re:thứ 1[56]", True),
        ("điện thoại (024) 38", "(024)", True),
    ],
)
def test_the_reader_of_the_tables_finds_whole_numbers_only(text: str, wording: str, said: bool) -> None:
    assert says(plain(text), wording) is said
