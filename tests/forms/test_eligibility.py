"""Which policies are listed for which answers: by table, and over every combination there is."""

from __future__ import annotations

import itertools
import re

import pytest

from bot.channels.markdown import to_plain
from bot.forms.eligibility import FORM, finish, fit
from bot.forms.form import SKIPPED, Setting
from content.model import FigureUse
from content.policies import ANSWERS
from tests.forms.conftest import Fill

# Appendix 2 of the City's plan for the priority groups, row by row.
ROWS = {"A.I.1", "A.I.2", "A.I.3", "A.I.4", "A.II.1", "A.II.2", "A.II.3.1", "A.II.3.2", "A.II.3.3", "B.1"}
ZALO = 2_000


def listed(setting: Setting, **answers: str) -> set[str]:
    return {policy.id for policy in setting.library.policies if fit(policy, answers)[0] == "yes"}


def combinations() -> list[dict[str, str]]:
    values = [(*allowed, SKIPPED) for allowed in ANSWERS.values()]
    return [dict(zip(ANSWERS, each, strict=True)) for each in itertools.product(*values)]


def test_the_form_asks_what_the_conditions_speak_of() -> None:
    assert [step.key for step in FORM.steps] == list(ANSWERS)
    for step in FORM.steps:
        assert {option.value for option in step.options} == {*ANSWERS[step.key], SKIPPED}


def test_every_row_of_the_appendix_has_a_policy(setting: Setting) -> None:
    assert {policy.row for policy in setting.library.policies} - {""} == ROWS


def test_every_policy_can_be_reached_and_none_is_for_everybody(setting: Setting) -> None:
    everyone = combinations()
    for policy in setting.library.policies:
        reached = sum(fit(policy, answers)[0] == "yes" for answers in everyone)
        assert 0 < reached < len(everyone), policy.id


@pytest.mark.parametrize(
    ("answers", "some", "none"),
    [
        (
            {"group": "ho-ngheo", "residence": "xa", "age": "18-59", "work": "tu-do", "wish": "vay"},
            {
                "hoc-ho-ngheo",
                "hoc-nong-thon",
                "ky-nang-nghe",
                "viec-lam-cong",
                "di-nuoc-ngoai",
                "vay-viec-lam",
                "vay-lai-thap",
            },
            {"vay-co-so", "hoc-cao-tuoi", "tro-cap-that-nghiep", "dn-thue"},
        ),
        (
            {"group": "khong", "residence": "phuong", "age": "18-59", "work": "moi-nghi", "wish": "tat-ca"},
            {"tro-cap-that-nghiep", "hoc-khi-that-nghiep", "hoc-khong-huong", "gioi-thieu-viec", "vay-viec-lam"},
            {"hoc-nong-thon", "vay-lai-thap", "di-nuoc-ngoai", "viec-lam-cong"},
        ),
        (
            {"group": "khong", "residence": "xa", "age": "tu-60", "work": "tu-do", "wish": "viec"},
            {"hoc-cao-tuoi", "ky-nang-nghe", "viec-lam-cong", "vay-cao-tuoi", "hoc-nong-thon", "gioi-thieu-viec"},
            {"hoc-ho-ngheo", "vay-lai-thap"},
        ),
        (
            {"group": "thanh-nien", "residence": "phuong", "age": "18-59", "work": "chua-viec", "wish": "nuoc-ngoai"},
            {"hoc-thanh-nien", "di-nuoc-ngoai", "vay-di-nuoc-ngoai", "ky-nang-nghe"},
            {"hoc-nong-thon", "viec-lam-cong"},
        ),
        (
            {"group": "khong", "residence": "phuong", "age": "18-59", "work": "chu", "wish": "vay"},
            {"dn-thue", "dn-khuyet-tat", "dn-dao-tao", "vay-co-so"},
            {"vay-viec-lam", "gioi-thieu-viec"},
        ),
        (
            {"group": "man-han-tu", "residence": "noi-khac", "age": "18-59", "work": "chua-viec", "wish": "hoc"},
            {"hoc-man-han-tu", "trung-cap-cao-dang"},
            {"vay-viec-lam", "hoc-nong-thon", "viec-lam-cong"},
        ),
        ({"group": "sau-cai-nghien"}, {"hoc-sau-cai", "viec-lam-cong-sau-cai"}, {"viec-lam-cong", "vay-viec-lam"}),
        ({"group": "khuyet-tat+dat-thu-hoi"}, {"hoc-khuyet-tat", "hoc-dat-thu-hoi"}, {"hoc-ho-ngheo"}),
    ],
)
def test_who_gets_what(setting: Setting, answers: dict[str, str], some: set[str], none: set[str]) -> None:
    found = listed(setting, **answers)
    assert some <= found
    assert not none & found


def test_an_answer_not_given_leaves_a_policy_possible(setting: Setting) -> None:
    poor = next(policy for policy in setting.library.policies if policy.id == "vay-lai-thap")
    assert fit(poor, {"group": "ho-ngheo"}) == ("maybe", ())
    assert fit(poor, {"group": "khong"})[0] == "no"


def test_every_combination_gets_a_readable_answer(setting: Setting) -> None:
    for answers in combinations()[::7]:
        reply = finish(answers, setting)
        assert len(to_plain(reply.text)) <= ZALO, answers
        assert len(reply.choices) == len(re.findall(r"^\d+\. ", reply.text, re.MULTILINE)) <= 20
        assert all(len(choice.label) <= 24 for choice in reply.choices)
        assert all(setting.library.find_entry(choice.action.removeprefix("e:")) for choice in reply.choices)


def test_a_policy_says_why_it_is_listed_and_leads_to_its_entry(fill: Fill) -> None:
    form = fill("eligibility").say("1, 3", "ở xã", "62", "làm ruộng", "vay vốn")
    assert form.last.ended == "done"
    assert (
        "**Vay vốn làm ăn từ vốn của Hà Nội** (vì anh/chị chọn “Một xã của Hà Nội”, “Từ 60 tuổi”, "
        "“Làm tự do, làm ruộng”): người lao động vay tới 300.000.000 đồng" in form.text
    )
    assert "“Hộ nghèo, cận nghèo”, “Người khuyết tật”" in form.text
    assert form.text.index("Vay vốn làm ăn") < form.text.index("Học nghề ngắn hạn")  # the wish comes first
    assert form.last.reply.choices[0].action == "e:vay.muc-vay"
    assert "Phụ lục 2" in form.text


def test_one_sentence_may_answer_all_five(fill: Fill) -> None:
    form = fill("eligibility", "tôi hộ nghèo 45 tuổi ở quê mới mất việc muốn học nghề thì được hưởng chính sách gì")
    assert form.last.ended == "done"
    assert (
        "Tôi hiểu: Hộ nghèo, cận nghèo; Một xã của Hà Nội; Từ 18 đến 59 tuổi; Mới nghỉ, mất việc; Học nghề."
        in form.text
    )


def test_all_questions_may_be_skipped(fill: Fill) -> None:
    form = fill("eligibility").say("không nói", "không nói", "không nói", "bỏ qua", "không nói")
    assert form.last.ended == "done"
    assert "tùy điều anh/chị chưa nói" in form.text


@pytest.mark.parametrize(
    ("typed", "group"),
    [
        ("hộ cận nghèo", "ho-ngheo"),
        ("toi la nguoi khuyet tat", "khuyet-tat"),
        ("bộ đội xuất ngũ năm ngoái", "thanh-nien"),
        ("không thuộc hộ nghèo", "khong"),
        ("không", "khong"),
        ("2 và 3", "dan-toc+khuyet-tat"),
        ("không thuộc nhóm nào cả", "khong"),
    ],
)
def test_a_group_is_typed_in_many_ways(fill: Fill, typed: str, group: str) -> None:
    assert fill("eligibility").say(typed).answers == {"group": group}


@pytest.mark.parametrize(
    ("typed", "band"),
    [("62", "tu-60"), ("tôi 17 tuổi", "duoi-18"), ("sinh năm 1966", "tu-60"), ("1990", "18-59"), ("2", "18-59")],
)
def test_an_age_is_typed_in_many_ways(fill: Fill, typed: str, band: str) -> None:
    assert fill("eligibility").say("không", "phường", typed).answers["age"] == band


def test_reasons_hold_no_figure_in_digits(setting: Setting) -> None:
    for policy in setting.library.policies:
        words = "".join(segment for segment in policy.why if isinstance(segment, str))
        assert not re.search(r"\d", words), policy.id
        assert all(
            segment.figure in setting.library.figures for segment in policy.why if isinstance(segment, FigureUse)
        )
