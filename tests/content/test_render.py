"""An entry as a worker reads it on a day."""

from __future__ import annotations

import dataclasses
import time
from datetime import date
from pathlib import Path

import pytest

from content.load import load_library
from content.model import Library, Source
from content.render import render_answer, sources_line
from tests.content.conftest import Tree
from tests.content.sample import FIGURES

TODAY = date(2026, 11, 22)


@pytest.fixture
def library(tree: Tree) -> Library:
    return load_library(tree(), on=TODAY)


def test_a_whole_answer(library: Library) -> None:
    answer = render_answer(library, library.get_entry("vay.muc-vay"), TODAY)
    assert answer.short == "Mỗi người được vay 60% nhu cầu."
    assert answer.text == (
        "Mỗi người được vay 60% nhu cầu.\n\n"
        "Mức cao nhất là 26.550.000 đồng, trong 3 tháng.\n\n"
        "**Hỏi ở đâu:** 144 Trần Phú, phường Hà Đông. Lương cơ sở là 2.530.000 đồng/tháng."
    )
    assert answer.sources_line == "Nguồn: Luật Việc làm 74/2025/QH15, Điều 39.1"
    assert answer.reviewed == "22/11/2026"
    assert answer.footer == "Nguồn: Luật Việc làm 74/2025/QH15, Điều 39.1\nRà soát ngày 22/11/2026."
    assert not answer.overdue


@pytest.mark.parametrize(
    ("on", "amount"), [(date(2026, 6, 30), "2.340.000"), (date(2026, 7, 1), "2.530.000"), (TODAY, "2.530.000")]
)
def test_the_amount_is_that_of_the_day(library: Library, on: date, amount: str) -> None:
    assert f"Lương cơ sở là {amount} đồng" in render_answer(library, library.get_entry("vay.muc-vay"), on).text


def test_past_its_review_an_answer_says_so(library: Library) -> None:
    entry = library.get_entry("vay.muc-vay")
    assert not render_answer(library, entry, date(2027, 3, 31)).overdue
    late = render_answer(library, entry, date(2027, 4, 1))
    assert late.overdue
    assert "quá hạn rà soát" in late.footer


def test_an_ended_amount_is_never_given_as_todays(tree: Tree) -> None:
    ended = FIGURES.replace("{value: 3, from: 2026-01-01,", "{value: 3, from: 2026-01-01, until: 2026-11-21,")
    library = load_library(tree({"figures.yaml": ended}), on=TODAY)
    answer = render_answer(library, library.get_entry("vay.muc-vay"), TODAY)
    assert "trong (đang chờ số liệu mới)." in answer.text
    assert answer.overdue


def test_small_talk_has_no_footer(library: Library) -> None:
    entry = dataclasses.replace(library.get_entry("vay.muc-vay"), sources=())
    assert render_answer(library, entry, TODAY).footer == ""


@pytest.mark.parametrize(
    ("sources", "line"),
    [
        ([], ""),
        ([("Luật A", "")], "Nguồn: Luật A"),
        ([("Luật A", "Điều 1"), ("Nghị định B", "Điều 2")], "Nguồn: Luật A, Điều 1; Nghị định B, Điều 2"),
        ([("Luật A", "Điều 14.1"), ("Luật A", "Điều 16.2")], "Nguồn: Luật A, Điều 14.1, 16.2"),
        (
            [("Luật A", "Điều 1"), ("B", "Mục 2"), ("Luật A", "Điều 1"), ("Luật A", "Phụ lục 3")],
            "Nguồn: Luật A, Điều 1, Phụ lục 3; B, Mục 2",
        ),
    ],
)
def test_places_in_one_document_are_named_together(sources: list[tuple[str, str]], line: str) -> None:
    assert sources_line([Source(doc, at) for doc, at in sources]) == line


def test_the_menu_of_a_group_shows_its_first_entries_first(library: Library) -> None:
    assert [each.slug for each in library.list_entries("vay")] == ["muc-vay", "lai-suat", "the-chap"]
    assert library.find_entry("vay.khong-co") is None


def test_rendering_takes_well_under_a_millisecond(library: Library) -> None:
    entry = library.get_entry("vay.muc-vay")
    best = min(_seconds(library, entry.id) for _ in range(50))
    assert best < 0.001


def _seconds(library: Library, entry_id: str) -> float:
    start = time.perf_counter()
    render_answer(library, library.get_entry(entry_id), TODAY)
    return time.perf_counter() - start


def test_the_digest_follows_every_file(tree: Tree) -> None:
    before = load_library(tree(), on=TODAY).digest
    assert load_library(tree(), on=TODAY).digest == before
    assert load_library(tree({"figures.yaml": FIGURES + "# ghi chú\n"}), on=TODAY).digest != before


REAL = Path(__file__).parents[2] / "content"


@pytest.mark.skipif(not (REAL / "vi/groups.yaml").exists(), reason="the real tree is not complete yet")
def test_the_real_tree_loads_and_every_answer_renders() -> None:
    library = load_library(REAL, on=TODAY)
    assert library.entries
    for entry in library.entries.values():
        answer = render_answer(library, entry, TODAY)
        assert "{" not in answer.text
        assert not answer.overdue, f"{entry.id}: {answer.text}"
