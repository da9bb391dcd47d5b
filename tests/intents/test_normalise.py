"""Each step of normalising as a table: what was typed, what is compared."""

from __future__ import annotations

import unicodedata
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from intents import lexicon
from intents.lexicon import load_rows, readings
from intents.normalise import expand, fold, normalise, place_tone, shorten_runs, split_tokens, undo_keystrokes, unify_i
from intents.syllable import is_syllable, undo_telex, undo_vni

TYPED = st.text() | st.text("aăâbcdđeêghiklmnoôơpqrstuưvxyáàảãạấờệfjwz 0123456789.,/!?😀")


@pytest.mark.parametrize(
    ("typed", "folded"), [("Được", "Duoc"), ("ĐẶNG", "DANG"), ("thất nghiệp", "that nghiep"), ("e\u0302\u0301", "e")]
)
def test_fold_drops_every_mark_and_the_bar_of_d(typed: str, folded: str) -> None:
    assert fold(typed) == folded


@pytest.mark.parametrize(
    ("typed", "tokens"),
    [
        ("vay 8.000.000đ, 15/12!", ["vay", "8.000.000đ", "15/12"]),
        ("nghỉ việc😀😀rồi :)))", ["nghỉ", "việc", "rồi"]),
        ("8tr,5 năm", ["8tr", "5", "năm"]),
        ("lãi 7,92%/năm", ["lãi", "7,92%", "năm"]),
        ("!!! ...", []),
    ],
)
def test_numbers_and_money_stay_whole_and_signs_go(typed: str, tokens: list[str]) -> None:
    assert split_tokens(typed) == tokens


@pytest.mark.parametrize(("typed", "short"), [("luônnnn", "luôn"), ("khôôông", "không"), ("1000000", "1000000")])
def test_held_keys_are_let_go_but_digits_count(typed: str, short: str) -> None:
    assert shorten_runs(typed) == short


@pytest.mark.parametrize(
    ("typed", "placed"),
    [
        ("hoà", "hòa"),
        ("thuỷ", "thủy"),
        ("quý", "quý"),
        ("khoẻ", "khỏe"),
        ("toàn", "toàn"),
        ("giá", "giá"),
        ("hoa", "hoa"),
    ],
)
def test_the_tone_has_one_place(typed: str, placed: str) -> None:
    assert place_tone(typed) == placed


@pytest.mark.parametrize(
    ("typed", "unified"), [("lí", "lý"), ("kĩ", "kỹ"), ("quí", "quý"), ("tỉ", "tỷ"), ("đi", "đi"), ("thi", "thi")]
)
def test_a_final_i_has_one_spelling(typed: str, unified: str) -> None:
    assert unify_i(typed) == unified


@pytest.mark.parametrize(
    ("keys", "word"),
    [
        ("thaats", "thất"),
        ("nghieepj", "nghiệp"),
        ("nghieejp", "nghiệp"),
        ("dduwowcj", "được"),
        ("ddeer", "để"),
        ("muwa", "mưa"),
        ("nghir", "nghỉ"),
        ("khoong", "không"),
    ],
)
def test_telex_keystrokes_become_the_word_they_write(keys: str, word: str) -> None:
    assert undo_telex(keys) == word


@pytest.mark.parametrize(
    ("keys", "word"), [("tha6t1", "thất"), ("nghie6p5", "nghiệp"), ("d9u7o7c5", "được"), ("vie6c5", "việc")]
)
def test_vni_keystrokes_become_the_word_they_write(keys: str, word: str) -> None:
    assert undo_vni(keys) == word


@pytest.mark.parametrize("token", ["xoong", "bao", "tien", "online", "vssid", "facebook", "8tr", "60%", "mẫu"])
def test_what_is_a_word_already_is_not_taken_for_keystrokes(token: str) -> None:
    assert undo_keystrokes(token) == token


def test_single_slips_of_a_doubled_letter_are_undone() -> None:
    assert undo_keystrokes("luonn") == "luon"


@pytest.mark.parametrize(("token", "reading"), [("ko", "không"), ("đc", "được"), ("bhtn", "bảo hiểm thất nghiệp")])
def test_shortened_words_are_written_out(token: str, reading: str) -> None:
    assert expand(token)[0] == reading


def test_a_word_with_a_vowel_is_not_mistaken_for_a_shortened_one() -> None:
    assert expand("hóng") == ("hóng",)


@pytest.mark.parametrize(
    ("typed", "read"),
    [
        ("BHTN đc bn tiền 1 tháng", "bảo hiểm thất nghiệp được bao nhiêu tiền 1 tháng"),
        ("nghir vieecj 4 thangs còn nộp dc k", "nghỉ việc 4 tháng còn nộp được không"),
        ("d9ie6u2 kie6n5 vay vo6n1", "điều kiện vay vốn"),
        ("EPS Hàn Quốc", "eps hàn quốc"),
        ("lí do: hoà giải!!!", "lý do hòa giải"),
        ("làm đơn ở mô rứa, tui hổng biết", "làm đơn ở đâu thế tôi không biết"),
        ("", ""),
    ],
)
def test_a_whole_message(typed: str, read: str) -> None:
    assert normalise(typed).text == read


def test_a_word_with_two_readings_keeps_both() -> None:
    message = normalise("dk hs vay")
    assert message.text == "điều kiện hồ sơ vay"
    assert "đăng ký hồ sơ vay" in message.alternatives
    assert len(message.alternatives) <= 7


def test_decomposed_and_composed_text_are_the_same_message() -> None:
    text = "trợ cấp thất nghiệp được mấy tháng"
    assert normalise(unicodedata.normalize("NFD", text)) == normalise(text)


def test_every_reading_in_the_lists_is_finished_text() -> None:
    unfinished = [
        (key, reading)
        for key, values in readings().items()
        for reading in values
        if key not in values and reading != "0" and normalise(reading).text != reading
    ]
    assert unfinished == []


def test_a_shortened_word_listed_twice_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "viet-tat.tsv").write_text("dk\tđiều kiện\n", encoding="utf-8")
    (tmp_path / "go-tat.tsv").write_text("# chú thích\ndk\tđăng ký\n", encoding="utf-8")
    monkeypatch.setattr(lexicon, "_WORDS", tmp_path)
    with pytest.raises(ValueError, match="'dk' có hai dòng"):
        readings.__wrapped__()


def test_the_lists_have_their_columns() -> None:
    widths = {
        "viet-tat.tsv": 2,
        "phuong-ngu.tsv": 2,
        "go-tat.tsv": 2,
        "khai-niem.tsv": 2,
        "am-tiet.tsv": 2,
        "ngoai-pham-vi.tsv": 2,
    }
    wrong = [(name, row) for name, width in widths.items() for row in load_rows(name) if len(row) != width]
    assert wrong == []


@given(TYPED)
def test_no_text_raises_and_the_result_is_composed_and_stable(text: str) -> None:
    message = normalise(text)
    assert unicodedata.is_normalized("NFC", message.text)
    assert normalise(message.text).text == message.text
    assert len(message.tokens) == len(message.folded_tokens)


@given(st.text("abcdeghiklmnopqrstuvxy", max_size=8))
def test_keystrokes_only_ever_become_syllables(token: str) -> None:
    for written in (undo_telex(token), undo_vni(token)):
        assert written is None or is_syllable(written)
