"""How days are read in the forms of deadlines, by answers people give: bare, in sentences, wrong, past and doubtful."""

from __future__ import annotations

import datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.forms.days import one_day, refused, said_with, tell_certainty
from bot.forms.instalments import bare_count, day_or_days, tell_when
from content.model import OfficeYear
from tests.forms.conftest import Fill

TODAY = datetime.date(2026, 11, 22)


@pytest.mark.parametrize(
    ("text", "behind", "ahead"),
    [
        ("10/9", "2026-09-10", "2027-09-10"),
        ("mùng 5 tháng 9", "2026-09-05", "2027-09-05"),
        ("hôm qua", "2026-11-21", "2026-11-21"),
        ("15/12", "2026-12-15", "2026-12-15"),
        ("15/2", "2026-02-15", "2027-02-15"),
        ("10-9-2026", "2026-09-10", "2026-09-10"),
        ("1/11", "2026-11-01", "2026-11-01"),
        ("10/9/26", "2026-09-10", "2026-09-10"),
    ],
)
def test_a_day_without_a_year_is_behind_or_ahead(text: str, behind: str, ahead: str) -> None:
    assert one_day(past=True)(text, TODAY) == behind
    assert one_day(past=False)(text, TODAY) == ahead


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("31/2", "không có ngày 31/2"),
        ("ngày 30 tháng 2", "không có ngày 30/2"),
        ("32/13", "không có ngày 32/13"),
        ("từ 10/9 đến 15/9", "hai ngày khác nhau"),
        ("10/9/1826", "Năm 1826"),
        ("10/9/2226", "Năm 2226"),
    ],
)
def test_what_is_no_day_is_said_kindly(text: str, words: str) -> None:
    assert words in refused(one_day(past=True)(text, TODAY))


@pytest.mark.parametrize("text", ["", "tháng 9", "ờ", "10", "8 triệu", "đầu năm nay"])
def test_what_names_no_day_is_asked_again(text: str) -> None:
    assert one_day(past=True)(text, TODAY) == ""


def test_the_same_day_said_twice_is_one_day() -> None:
    assert one_day(past=True)("10/9, tức là 10/9/2026", TODAY) == "2026-09-10"


def test_in_a_sentence_a_day_counts_only_with_its_words() -> None:
    find = said_with(r" nghi ", one_day(past=True))
    assert find("em nghỉ việc từ 10/9", TODAY) == "2026-09-10"
    assert find("ngày 10/9 tôi lên nộp", TODAY) == ""
    assert find("em nghỉ từ 10/9 đến 15/9", TODAY) == ""


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("ngày 15 hằng tháng", "15"),
        ("mùng 5 hàng tháng", "5"),
        ("hàng tháng vào ngày 20", "20"),
        ("15", "15"),
        ("ngày 15", "15"),
        ("5/12", "2026-12-05"),
        ("5/6/2027 và 5/12/2026", "2026-12-05,2027-06-05"),
        ("5/12, 5/3, 5/6", "2026-12-05,2027-03-05,2027-06-05"),
        ("ờ để xem", ""),
    ],
)
def test_days_of_instalments(text: str, value: str) -> None:
    assert day_or_days(text, TODAY) == value


@pytest.mark.parametrize(
    "text", ["ngày 32 hằng tháng", "0", "5/12 và 31/2", ", ".join(f"{n}/1/2027" for n in range(1, 29))]
)
def test_instalments_that_cannot_be(text: str) -> None:
    assert refused(day_or_days(text, TODAY))


@pytest.mark.parametrize(
    ("text", "value"), [("24", "24"), ("24 tháng", "24"), ("còn 24 kỳ nữa", "24"), ("2 năm", "24"), ("nhiều", "")]
)
def test_a_count_of_months(text: str, value: str) -> None:
    assert bare_count(text, TODAY) == value


def test_instalments_are_told_as_they_were_said() -> None:
    assert tell_when("15") == "trả ngày 15 hằng tháng"
    assert tell_when("2026-12-05,2027-06-05") == "trả 5/12/2026, 5/6/2027"


def test_an_estimate_is_called_one() -> None:
    years = {2026: OfficeYear(2026, "", frozenset(), frozenset())}
    assert "dự kiến" not in tell_certainty((TODAY,), years)
    assert "năm 2027" in tell_certainty((TODAY, datetime.date(2027, 2, 11)), years)


@given(st.text(max_size=40))
def test_no_answer_breaks_the_readers(text: str) -> None:
    for read in (one_day(past=True), one_day(past=False)):
        value = read(text, TODAY)
        assert value == "" or refused(value) or datetime.date.fromisoformat(value)
    days = day_or_days(text, TODAY)
    assert days.isdigit() or refused(days) or all(datetime.date.fromisoformat(day) for day in days.split(",") if day)


def test_where_nothing_is_kept_the_day_is_told_and_no_reminder_promised(fill: Fill) -> None:
    form = fill("remind_filing").say("10/9")
    assert "thứ Năm, 10/12/2026" in form.text
    assert "không nhắc được" in form.text
    assert form.last.effects == ()


def test_a_question_that_names_the_day_is_answered_with_the_deadline(fill: Fill) -> None:
    assert "thứ Năm, 10/12/2026" in fill("remind_filing", "nghỉ 10/9 thì hạn cuối nộp là ngày nào").text


@pytest.mark.parametrize(
    ("form", "answers", "words"),
    [
        ("remind_filing", ["1/3"], "đã quá hạn nộp hồ sơ"),
        ("remind_reporting", ["10/3", "3"], "đã qua hết"),
        ("remind_collecting", ["10/11/2026"], "đã quá hạn lấy quyết định"),
        ("remind_repaying", ["1/11/2026"], "**đã qua**"),
    ],
)
def test_past_days_are_answered_honestly(fill: Fill, form: str, answers: list[str], words: str) -> None:
    last = fill(form).say(*answers)
    assert words in last.text
    assert last.last.ended == "done"
    assert last.last.effects == ()
