"""Forms as they are walked: taps, numbers, sentences, several answers at once, back, changes of mind, leaving."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.forms.form import SKIPPED, Form, Setting
from bot.forms.registry import FORMS
from bot.forms.walking import FORM, Moved, ask_again, count_answers, find_form, hear, open_form, tap
from bot.messages import NO_FORM, FormState, State, parse_state
from content.model import ACTIONS
from tests.forms.conftest import Fill

EVERY_FORM = pytest.mark.parametrize("form", FORMS.values(), ids=lambda form: form.name)


@EVERY_FORM
def test_a_form_is_named_among_the_actions_and_explained_by_an_entry(form: Form, setting: Setting) -> None:
    entry = setting.library.get_entry(form.entry)
    if form.invite:
        assert form.name in ACTIONS
        assert entry.action == form.name


@EVERY_FORM
def test_labels_and_actions_fit_a_button(form: Form) -> None:
    assert len(form.invite) <= 24
    assert len(form.again) <= 24
    for step in form.steps:
        for option in step.options:
            assert len(option.label) <= 24, option.label
            assert len(f"{FORM}{form.name}:{step.key}:{option.value}".encode()) <= 64


TYPED = ("hôm nay", "3 tháng", "0912345678", "Nguyễn Văn An")  # where a question has no choices


@EVERY_FORM
def test_the_first_choice_is_enough_to_reach_the_end(form: Form, setting: Setting) -> None:
    moved = open_form(form.name, setting)
    for _ in form.steps:
        if moved.ended:
            break
        moved = by_choice(moved, setting) if moved.reply.choices else by_words(moved, setting)
    assert moved.ended == "done"
    assert ("Nguồn:" in moved.reply.text) == form.sourced
    assert moved.form == NO_FORM


def by_choice(moved: Moved, setting: Setting) -> Moved:
    by_tap = tap(moved.form, moved.reply.choices[0].action, setting)
    by_number = hear(moved.form, "1", setting)
    assert by_tap is not None
    assert by_number is not None
    assert by_tap.form == by_number.form
    return by_tap


def by_words(moved: Moved, setting: Setting) -> Moved:
    heard = (hear(moved.form, words, setting) for words in TYPED)
    return next(after for after in heard if after and after.form != moved.form)


@EVERY_FORM
@given(
    said=st.lists(st.text(max_size=30) | st.sampled_from(["1", "2", "8tr", "40 tháng", "quay lại", "10/9", "9%", "0"]))
)
def test_no_message_breaks_a_form(form: Form, setting: Setting, said: list[str]) -> None:
    moved = open_form(form.name, setting)
    for text in said:
        if moved.ended:
            return
        assert moved.reply.text
        moved = hear(moved.form, text, setting) or ask_again(moved.form, setting)
    if not moved.ended:
        assert find_form(moved.form) is form


@given(st.text(max_size=60))
def test_no_tap_breaks_a_form(setting: Setting, rest: str) -> None:
    open_now = FormState("benefit_calculator", (("wage", "8000000"),))
    moved = tap(open_now, f"f:benefit_calculator:{rest}", setting)
    assert moved is not None
    assert tap(open_now, f"f:{rest}", setting) is None or rest.partition(":")[0] in FORMS


def test_the_state_survives_being_stored(fill: Fill) -> None:
    state = State(form=fill("benefit_calculator").say("8tr").state)
    assert parse_state(state.to_json()) == state
    assert json.loads(state.to_json())["form"] == {"name": "benefit_calculator", "answers": [["wage", "8000000"]]}
    assert parse_state('{"turns": 3}').form == NO_FORM


def test_several_answers_in_one_message(fill: Fill) -> None:
    form = fill("benefit_calculator", "lương 8tr đóng 3 năm 4 tháng")
    assert form.answers == {"wage": "8000000", "months": "40"}
    assert "Tôi hiểu: lương bình quân 8.000.000 đồng một tháng; đã đóng 40 tháng (3 năm 4 tháng)." in form.text
    assert "Ngày cuối cùng làm việc" in form.text


@pytest.mark.parametrize(
    ("typed", "wage"),
    [
        ("8tr", "8000000"),
        ("8", "8000000"),
        ("7,5", "7500000"),
        ("7 triệu rưỡi", "7500000"),
        ("8.000.000", "8000000"),
        ("tám triệu", "8000000"),
        ("em lương mười hai triệu một tháng ạ", "12000000"),
        ("3", "10000000"),  # the third choice
        ("15 triệu", "15000000"),
    ],
)
def test_a_wage_is_typed_in_many_ways(fill: Fill, typed: str, wage: str) -> None:
    assert fill("benefit_calculator").say(typed).answers == {"wage": wage}


@pytest.mark.parametrize(
    ("typed", "months"),
    [
        ("40", "40"),
        ("40 th", "40"),
        ("3 năm 4 tháng", "40"),
        ("2 năm rưỡi", "30"),
        ("mười một năm", "132"),
        ("2", "24"),
    ],
)
def test_time_paid_is_typed_in_many_ways(fill: Fill, typed: str, months: str) -> None:
    assert fill("benefit_calculator").say("8tr", typed).answers["months"] == months


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        (["3 tháng đầu 7 triệu, 3 tháng sau 9 triệu"], "Tôi cần một số tiền"),  # two amounts: not guessed
        (["đi làm lâu rồi"], "“8tr”"),
        (["100 nghìn"], "có vẻ chưa đúng"),
        (["8tr", "10"], "ghi rõ tháng hay năm"),  # ten months or ten years
        (["8tr", "lâu lắm"], "“3 năm 4 tháng”"),
        (["8tr", "40", "hôm nào đó"], "“10/9”"),
    ],
)
def test_a_wrong_answer_is_told_what_is_expected(fill: Fill, said: list[str], expected: str) -> None:
    form = fill("benefit_calculator").say(*said)
    assert expected in form.text
    assert not form.last.ended


def test_the_wage_of_six_months_is_not_the_time_paid(fill: Fill) -> None:
    assert fill("benefit_calculator", "lương bình quân 6 tháng gần nhất 8tr").answers == {"wage": "8000000"}
    assert fill("benefit_calculator", "lương 8 triệu 1 tháng, đóng 5 năm").answers == {
        "wage": "8000000",
        "months": "60",
    }


def test_going_back_and_changing_ones_mind(fill: Fill, setting: Setting) -> None:
    form = fill("benefit_calculator").say("8tr", "quay lại")
    assert form.answers == {}
    form.say("9tr", "40 tháng", "à nhầm, lương 10 triệu")
    assert form.answers == {"wage": "10000000", "months": "40"}
    changed = tap(form.state, "f:benefit_calculator:months:60", setting)
    assert changed is not None
    assert dict(changed.form.answers) == {"wage": "10000000", "months": "60"}


@pytest.mark.parametrize("word", ["thôi", "hủy", "Thôi", "thoi", "HUỶ"])
def test_leaving(fill: Fill, word: str) -> None:
    assert fill("benefit_calculator").say("8tr", word).last.ended == "left"


def test_the_number_of_a_control_is_obeyed_where_no_number_is_asked(fill: Fill) -> None:
    form = fill("eligibility").say("9")
    labels = [choice.label for choice in form.last.reply.choices]
    assert labels[-2:] == ["Quay lại", "Thôi"]
    assert form.say(str(len(labels) - 1)).answers == {}
    assert form.say(str(len(form.last.reply.choices))).last.ended == "left"


def test_where_a_number_is_asked_no_control_takes_it(fill: Fill) -> None:
    form = fill("loan_calculator")
    assert [choice.label for choice in form.last.reply.choices] == ["30 triệu", "50 triệu", "100 triệu", "200 triệu"]
    assert form.say("5").answers == {"amount": "5000000"}


def test_an_old_button_opens_the_form_anew(setting: Setting) -> None:
    moved = tap(NO_FORM, "f:loan_calculator:months:36", setting)
    assert moved is not None
    assert moved.form == FormState("loan_calculator", (("months", "36"),))
    assert tap(NO_FORM, "f:no_such_form", setting) is None


def test_a_question_is_told_from_an_answer(setting: Setting) -> None:
    open_now = FormState("benefit_calculator", (("wage", "8000000"),))
    asked = hear(open_now, "làm 12 tháng ở công ty nhỏ có được hưởng không", setting)
    assert asked is not None
    assert not asked.sure
    answered = hear(open_now, "tôi đóng 40 tháng rồi", setting)
    assert answered is not None
    assert answered.sure


def test_only_a_message_with_an_answer_opens_a_form_by_itself(setting: Setting) -> None:
    assert count_answers("loan_calculator", setting, "vay 50 triệu 3 năm thì lãi bao nhiêu") == 2
    assert not count_answers("loan_calculator", setting, "cách tính lãi vay ngân hàng chính sách")
    assert not count_answers("benefit_calculator", setting, "tính thử trợ cấp thất nghiệp")


def test_what_is_skipped_is_not_said_back(fill: Fill) -> None:
    form = fill("eligibility").say("không nói")
    assert form.answers == {"group": SKIPPED}
    assert "Tôi hiểu" not in form.text
