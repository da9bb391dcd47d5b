"""A figure is written once: changing the base salary there changes every answer that counts from it, on its day."""

from __future__ import annotations

import functools
import shutil
from datetime import date, timedelta
from pathlib import Path

import pytest

from content.load import load_library
from content.model import FigureUse, Library
from content.render import render_answer

CONTENT = Path(__file__).parents[2] / "content"
TODAY = date(2026, 11, 22)
RAISE, NEXT = date(2026, 7, 1), date(2027, 1, 1)
DAY = timedelta(days=1)
ROW = "      - {value: 2530000, from: 2026-07-01, doc: Nghị định 161/2026/NĐ-CP"

# Which answers count from the base salary, and what of it they say; written from the policies, not from the answers.
SAID = {
    "bhtn.ai-phai-dong": ("2.340.000 đồng", "2.530.000 đồng", "3.000.000 đồng"),
    "dtn.muc-ho-tro": ("28.080.000 đồng", "30.360.000 đồng", "36.000.000 đồng"),
    "dtn.tien-an-di-lai": ("28.080.000 đồng", "30.360.000 đồng", "36.000.000 đồng"),
    "dtn.xuat-ngu": ("28.080.000 đồng", "30.360.000 đồng", "36.000.000 đồng"),
    "vl.luong-toi-thieu": ("2.340.000 đồng", "2.530.000 đồng", "3.000.000 đồng"),
}


@functools.cache
def as_it_is() -> Library:
    return load_library(CONTENT, on=TODAY)


@pytest.fixture(scope="module")
def with_a_raise(tmp_path_factory: pytest.TempPathFactory) -> Library:
    """The whole content with one change in one file: 3.000.000 from the new year on."""
    root = tmp_path_factory.mktemp("raise") / "content"
    shutil.copytree(CONTENT, root, ignore=shutil.ignore_patterns("*.py", "__pycache__"))
    figures = (root / "figures.yaml").read_text(encoding="utf-8")
    assert figures.count(ROW) == 1
    until = ROW.replace("2026-07-01", "2026-07-01, until: 2026-12-31")
    new = '      - {value: 3000000, from: 2027-01-01, doc: Nghị định mới, at: ""}\n'
    (root / "figures.yaml").write_text(figures.replace(ROW, new + until), encoding="utf-8")
    return load_library(root, on=TODAY)


def answers(library: Library, on: date) -> dict[str, str]:
    return {id_: render_answer(library, entry, on).text for id_, entry in library.entries.items()}


def counted_from(library: Library, figure: str) -> set[str]:
    """The entries whose text uses the figure, by itself or multiplied."""
    ids = {figure, *(each.id for each in library.figures.values() if figure in each.product)}
    return {
        id_
        for id_, texts in library.texts.items()
        if any(isinstance(each, FigureUse) and each.figure in ids for each in (*texts.short, *texts.body))
    }


def test_the_table_names_every_answer_that_counts_from_the_base_salary() -> None:
    assert counted_from(as_it_is(), "ltt.luong_co_so") == set(SAID)


@pytest.mark.parametrize("id_", SAID)
@pytest.mark.parametrize(("on", "era"), [(RAISE - DAY, 0), (RAISE, 1), (TODAY, 1), (NEXT - DAY, 1), (NEXT, 2)], ids=str)
def test_an_answer_says_the_amount_of_its_day(with_a_raise: Library, id_: str, on: date, era: int) -> None:
    text = answers(with_a_raise, on)[id_]
    assert SAID[id_][era] in text
    assert [amount for at, amount in enumerate(SAID[id_]) if at != era and amount in text] == []


def test_until_its_day_the_change_is_not_seen(with_a_raise: Library) -> None:
    assert answers(with_a_raise, NEXT - DAY) == answers(as_it_is(), NEXT - DAY)


def test_on_its_day_it_changes_these_answers_and_no_other(with_a_raise: Library) -> None:
    before, after = answers(as_it_is(), NEXT), answers(with_a_raise, NEXT)
    assert {id_ for id_ in before if before[id_] != after[id_]} == set(SAID)
