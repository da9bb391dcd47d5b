"""Ranking: the same question in many hands finds the same entry; the order never depends on luck."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from intents.build import build_matcher
from intents.match import OUTSIDE, Candidate, Example, Matcher
from intents.repair import Speller

SAME_QUESTION = [
    "trợ cấp thất nghiệp mỗi tháng được bao nhiêu tiền",
    "tro cap that nghiep moi thang duoc bao nhieu tien",
    "TRỢ CẤP THẤT NGHIỆP MỖI THÁNG ĐƯỢC BAO NHIÊU TIỀN???",
    "tctn moi thang dc bn tien",
    "trowj caaps thaats nghieepj mooix thangs dduwowcj bao nhieeu tieenf",
    "tro7 cap that nghiep dc bao nhieu tien",
    "trợ cáp thất ngiệp mỗi thag được bao nhiu tiền",
    "trocap thatnghiep duoc baonhieu tien",
]


@pytest.mark.parametrize("text", SAME_QUESTION)
def test_one_question_typed_in_many_ways_finds_one_entry(matcher: Matcher, text: str) -> None:
    assert matcher.rank(text)[0].id == "bhtn.muc-huong"


@pytest.mark.parametrize(
    ("text", "topic", "id_"),
    [
        ("còn lãi suất?", "vay.ho-so", "vay.lai-suat"),
        ("thế giấy tờ gì", "vay.lai-suat", "vay.ho-so"),
        ("thế giấy tờ gì", "bhtn.muc-huong", "bhtn.ho-so"),
        ("ở đâu", "vay.ho-so", "vay.noi-vay"),
        ("nộp ở đâu", "bhtn.ho-so", "bhtn.noi-nop"),
    ],
)
def test_a_short_follow_up_leans_on_the_topic(matcher: Matcher, text: str, topic: str, id_: str) -> None:
    assert matcher.rank(text, topic)[0].id == id_


def test_a_full_question_does_not_lean_on_the_topic(matcher: Matcher) -> None:
    text = "nộp hồ sơ trợ cấp thất nghiệp thì đến chỗ nào"
    assert matcher.rank(text, "vay.ho-so") == matcher.rank(text)


def test_an_abbreviation_is_read_as_its_neighbours_need(matcher: Matcher) -> None:
    assert matcher.weigh("dk phien gdvl").reading.startswith("dang ky phien")


def test_diacritics_decide_between_words_that_fold_alike() -> None:
    matcher = build_matcher(
        [Example("chung.dung-tin", "dừng nhé"), Example("chung.dong-y", "đúng nhé"), Example("chung.chao", "xin chào")]
    )
    assert matcher.rank("dừng")[0].id == "chung.dung-tin"
    assert matcher.rank("đúng")[0].id == "chung.dong-y"


def test_scores_are_ordered_and_lie_between_nought_and_one(matcher: Matcher) -> None:
    scores = [candidate.score for candidate in matcher.rank("vay vốn ở đâu lãi suất thế nào")]
    assert scores == sorted(scores, reverse=True)
    assert all(0 <= score <= 1 for score in scores)


def test_out_of_scope_is_a_score_and_never_a_candidate(matcher: Matcher) -> None:
    ranking = matcher.weigh("lương hưu của tôi được bao nhiêu")
    assert ranking.outside > ranking.candidates[0].score
    assert OUTSIDE not in {candidate.id for candidate in ranking.candidates}


def test_the_same_phrasings_build_the_same_matcher(matcher: Matcher) -> None:
    examples = [Example("vay.ho-so", "giấy tờ vay vốn"), Example("vay.lai-suat", "lãi suất bao nhiêu")]
    assert build_matcher(examples).rank("giay to gi") == build_matcher(examples).rank("giay to gi")


def test_no_phrasings_give_no_candidates() -> None:
    assert build_matcher([]).rank("vay vốn") == ()


@given(st.text(max_size=80))
def test_no_text_raises(matcher: Matcher, text: str) -> None:
    candidates = matcher.rank(text, "vay.ho-so")
    assert all(isinstance(candidate, Candidate) for candidate in candidates)
    assert len(candidates) <= 10


@pytest.mark.parametrize(
    ("typed", "read"),
    [
        ("hop dong lao dogn", "hop dong lao dong"),
        ("baohiem that nghiep", "bao hiem that nghiep"),
        ("baohiemthatnghiep", "bao hiem that nghiep"),
        ("co nop day nghe", "co lop day nghe"),
        ("bao hiem ngiep", "bao hiem nghiep"),
        ("so 12345", "so 12345"),
        ("xyzxyz", "xyzxyz"),
    ],
)
def test_slips_become_known_words_and_the_rest_stays(typed: str, read: str) -> None:
    speller = Speller(
        [phrasing.split() for phrasing in ("hop dong lao dong", "bao hiem that nghiep so", "co lop day nghe")]
    )
    assert " ".join(word for words in speller.repair(typed.split()) for word in words) == read
