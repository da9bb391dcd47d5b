"""Names of places as people type them, and everyday words that only look like them."""

from __future__ import annotations

import itertools
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from intents.places import BARE, EXACT, SLIP, TYPO, Gazetteer, Name, build_gazetteer, find_places

NAMES = [
    Name("hoa-xa", "Hòa Xá", "xã"),
    Name("hoa-phu", "Hòa Phú", "xã"),
    Name("hoa-phu-cu", "Hòa Phú", "xã"),
    Name("thuy-phuong", "Thụy Phương", "phường"),
    Name("lang", "Láng", "phường"),
    Name("lang-ha", "Láng Hạ", "phường"),
    Name("chuc-son", "Chúc Sơn", "thị trấn"),
    Name("my-dinh-1", "Mỹ Đình 1", "phường"),
    Name("my-dinh-2", "Mỹ Đình 2", "phường"),
    Name("van-mieu", "Văn Miếu - Quốc Tử Giám", "phường"),
    Name("phuong-mai", "Phương Mai", "phường"),
    Name("mai-dong", "Mai Động", "phường"),
    Name("phuc-loi", "Phúc Lợi", "phường"),
    Name("hoa-binh", "Hòa Bình", "xã"),
    Name("yen-lang", "Yên Lãng", "xã"),
    Name("ung-hoa", "Ứng Hòa", "xã"),
    Name("ung-hoa-cu", "Ứng Hòa", "huyện"),
    Name("dong-da", "Đống Đa", "quận"),
]


@pytest.fixture(scope="module")
def gazetteer() -> Gazetteer:
    return build_gazetteer(NAMES)


@pytest.mark.parametrize(
    ("text", "keys", "kind", "likeness"),
    [
        ("xã Hòa Xá", ("hoa-xa",), "xã", EXACT),
        ("xã Hoà Xá", ("hoa-xa",), "xã", EXACT),
        ("XÃ HÒA XÁ", ("hoa-xa",), "xã", EXACT),
        (unicodedata.normalize("NFD", "xã Hòa Xá"), ("hoa-xa",), "xã", EXACT),
        ("xax Hoaf Xas", ("hoa-xa",), "xã", EXACT),
        ("x. hoa xa", ("hoa-xa",), "xã", BARE),
        ("xa hoaxa", ("hoa-xa",), "xã", BARE),
        ("xahoaxa", ("hoa-xa",), "xã", BARE),
        ("xã hòa xa", ("hoa-xa",), "xã", BARE),
        ("xã Hòa Xã", ("hoa-xa",), "xã", SLIP),
        ("xã Hòa Sá", ("hoa-xa",), "xã", SLIP),
        ("xã Hòa Phú", ("hoa-phu", "hoa-phu-cu"), "xã", EXACT),
        ("phường Náng Hạ", ("lang-ha",), "phường", SLIP),
        ("thị trấn Trúc Sơn", ("chuc-son",), "thị trấn", SLIP),
        ("tt chuc son", ("chuc-son",), "thị trấn", BARE),
        ("p.Láng Hạ", ("lang-ha",), "phường", EXACT),
        ("phường Thụyy Phươngg", ("thuy-phuong",), "phường", EXACT),
        ("phường Thu yphuong", ("thuy-phuong",), "phường", TYPO),
        ("phuong thuy phuog", ("thuy-phuong",), "phường", TYPO),
        ("huyen ung hao", ("ung-hoa-cu",), "huyện", TYPO),
        ("huyện cũ Ứng Hòa", ("ung-hoa-cu",), "huyện", EXACT),
        ("xã Ứng Hòa", ("ung-hoa",), "xã", EXACT),
        ("ở Ứng Hòa", ("ung-hoa", "ung-hoa-cu"), "", EXACT),
        ("phường văn miếu", ("van-mieu",), "phường", EXACT),
        ("văn miếu – quốc tử giám", ("van-mieu",), "", EXACT),
        ("mỹ đình", ("my-dinh-1", "my-dinh-2"), "", EXACT),
        ("mydinh 2", ("my-dinh-2",), "", BARE),
        ("o phuong mai dong", ("mai-dong",), "phường", BARE),
        ("o phuong mai", ("phuong-mai",), "", BARE),
        ("phường Phúc Lợi", ("phuc-loi",), "phường", EXACT),
        ("nhà ở Phúc Lợi", ("phuc-loi",), "", EXACT),
        ("xã hòa bình", ("hoa-binh",), "xã", EXACT),
        ("ở Láng", ("lang",), "", EXACT),
    ],
)
def test_a_name_is_found_as_it_is_typed(
    gazetteer: Gazetteer, text: str, keys: tuple[str, ...], kind: str, likeness: int
) -> None:
    [mention] = find_places(gazetteer, text).mentions
    assert (mention.keys, mention.kind, mention.likeness) == (keys, kind, likeness)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "!!!",
        "quỹ phúc lợi của công ty",
        "thuộc phúc lợi xã hội",
        "quê tôi ở Hòa Bình",
        "xã Yên Lãng, tỉnh Phú Thọ",
        "xa nhà, hòa xá gì đâu",
        "công ty ở đường Láng Hạ",
        "số 5 Láng Hạ",
        "nhà ở làng trên",
        "o lang tren",
        "xã mình sáp nhập rồi",
        "phương mãi không hiểu",
        "cơ quan hòa giải",
    ],
)
def test_an_everyday_word_is_no_place(gazetteer: Gazetteer, text: str) -> None:
    assert find_places(gazetteer, text).mentions == ()


def test_where_places_are_expected_a_name_needs_nothing_before_it(gazetteer: Gazetteer) -> None:
    text = "hòa xá giờ đi đâu làm giấy tờ"
    assert find_places(gazetteer, text).mentions == ()
    assert [mention.keys for mention in find_places(gazetteer, text, expected=True).mentions] == [("hoa-xa",)]
    assert find_places(gazetteer, "thế phúc lợi thì sao", expected=True).mentions == ()


def test_the_span_holds_the_kind_and_a_district_beside_it_is_joined(gazetteer: Gazetteer) -> None:
    text = "tôi ở xã Hòa Phú, huyện Ứng Hòa ạ"
    commune, district = find_places(gazetteer, text).mentions
    assert text[commune.start : commune.end] == "xã Hòa Phú"
    assert text[district.start : district.end] == "huyện Ứng Hòa"
    assert (commune.joined, district.joined) == (False, True)


def test_two_places_apart_are_not_joined(gazetteer: Gazetteer) -> None:
    found = find_places(gazetteer, "nhà ở Ứng Hòa nhưng đi làm ở Láng Hạ")
    assert [mention.joined for mention in found.mentions] == [False, False]
    assert not found.alone


@pytest.mark.parametrize(
    "text", ["Hòa Xá", "dạ em ở hòa xá ạ", "nhà tôi ở xã Hòa Phú huyện Ứng Hòa", "hoà phú ứng hoà"]
)
def test_a_message_that_is_only_a_place(gazetteer: Gazetteer, text: str) -> None:
    assert find_places(gazetteer, text).alone


@pytest.mark.parametrize(
    "text",
    [
        "xalang",  # a kind and a name of one syllable in one token: also a word
        "xã thu y phuon",  # nearly its letters, in other syllables
        "huyện Hòa Sá",  # nearly a commune's name, after a district's kind
        "lang",  # one syllable without diacritics, alone
    ],
)
def test_what_only_has_the_letters_of_a_name_is_none(gazetteer: Gazetteer, text: str) -> None:
    assert find_places(gazetteer, text).mentions == ()


@given(st.text(max_size=120))
def test_no_text_breaks_it_and_spans_stay_inside(text: str) -> None:
    found = find_places(GAZETTEER, text)
    length = len(unicodedata.normalize("NFC", text))
    assert all(0 <= mention.start < mention.end <= length for mention in found.mentions)


GAZETTEER = build_gazetteer(NAMES)


WORDS = [
    "xã",
    "phường",
    "ở",
    "hòa",
    "phú",
    "xá",
    "láng",
    "hạ",
    "ứng",
    "quận",
    "cũ",
    ",",
    "1",
    "văn",
    "miếu",
    "đình",
    "hn",
]


@given(st.lists(st.sampled_from(WORDS), max_size=14))
def test_any_heap_of_names_and_kinds_is_read_in_order(words: list[str]) -> None:
    mentions = find_places(GAZETTEER, " ".join(words), expected=True).mentions
    assert all(one.end <= other.start for one, other in itertools.pairwise(mentions))
