"""Stories: the clause that asks is found, whatever is told around it, with and without stops and diacritics."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from intents.match import Matcher
from intents.stories import LONG, split_story

TOLD = "em làm may ở khu công nghiệp được sáu năm, chồng đi phụ hồ, nhà có hai cháu nhỏ và mẹ già yếu"
STOPLESS = "em lam may o khu cong nghiep duoc sau nam chong di phu ho nha co hai chau nho va me gia yeu"


@pytest.mark.parametrize(
    ("text", "question"),
    [
        (f"{TOLD}, trợ cấp thất nghiệp được mấy tháng vậy. Em cảm ơn", "trợ cấp thất nghiệp được mấy tháng vậy"),
        (f"Tôi muốn vay vốn, không biết có được không? {TOLD}", "Tôi muốn vay vốn, không biết có được không"),
        (f"{TOLD}. tiền ấy thì nộp ở đâu", "nhà có hai cháu nhỏ và mẹ già yếu, tiền ấy thì nộp ở đâu"),
        (f"{STOPLESS} cho em hoi muon vay von thi gap ai", "cho em hoi muon vay von thi gap ai"),
        (
            f"{STOPLESS} gio muon hoc nghe nau an thi co duoc tien an ko ạ",
            "gio muon hoc nghe nau an thi co duoc tien an ko ạ",
        ),
        (f"{TOLD}, nhà còn ba sào ruộng, vậy có vay được không hay phải có sổ", "vậy có vay được không hay phải có sổ"),
    ],
)
def test_the_last_clause_that_asks_is_the_question(text: str, question: str) -> None:
    assert split_story(text)[0] == question


def test_what_is_told_is_everything_else_in_order() -> None:
    assert split_story(f"{TOLD}, trợ cấp thất nghiệp được mấy tháng vậy. Em cảm ơn")[1] == f"{TOLD}, Em cảm ơn"


@pytest.mark.parametrize(
    "text",
    [
        "tôi 63 tuổi làm ruộng muốn học nghề, xã có cho tiền ăn không",
        f"{TOLD}, chỗ em nói thế",
        "ờ " * (LONG + 1),
        "",
    ],
)
def test_a_short_message_and_one_that_never_asks_stay_whole(text: str) -> None:
    assert split_story(text) == (text, "")


def test_a_sound_alike_with_diacritics_asks_nothing() -> None:
    assert split_story(f"{TOLD}, ruộng còn ba sào, làm may ở nhà")[1] == ""


def test_a_letter_that_is_longer_in_lower_case_leaves_its_clause_whole() -> None:
    odd = f"İ{STOPLESS} gio muon ve que voi me thi sao"
    assert split_story(odd) == (odd, "")


def test_the_story_names_the_topic_and_the_question_what_of_it(matcher: Matcher) -> None:
    told = "em muốn vay vốn giải quyết việc làm để nuôi gà, nhà em ba sào ruộng, chồng em đi phụ hồ, hai cháu đi học"
    assert matcher.rank(f"{told}, vậy thì cần những giấy tờ gì ạ")[0].id == "vay.ho-so"
    told = "trước em có vay vốn ngân hàng mua máy may, trả xong rồi, nay em mất việc nên hưởng bảo hiểm thất nghiệp"
    assert matcher.rank(f"{told}, thất nghiệp thì cần những giấy tờ gì ạ")[0].id == "bhtn.ho-so"


@given(st.text(max_size=300), st.text("kohibn ,.?\n", max_size=300))
def test_no_text_raises_and_no_word_of_a_story_is_lost(text: str, keys: str) -> None:
    for story in (text, f"{keys} {TOLD} {keys}"):
        question, told = split_story(story)
        assert (question == story and not told) or question
