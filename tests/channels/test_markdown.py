"""Our Markdown on each surface: what it looks like, and that no text whatever can break it."""

from html.parser import HTMLParser

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.channels import markdown
from bot.channels.markdown import (
    Listing,
    Paragraph,
    Span,
    split_text,
    to_html,
    to_plain,
    utf16_length,
)
from bot.channels.telegram_format import to_telegram_html
from bot.texts import quote
from tests.fakes.telegram_html import parse_html

ANSWER = """Mỗi tháng anh/chị nhận **60%** lương bình quân.

**Cần mang gì:**
- Sổ bảo hiểm
- Đơn theo [Mẫu số 10](https://dichvucong.gov.vn/mau?a=1&b=2)

1. Nộp trong 3 tháng
2. Chờ 20 ngày

Gọi [1900 9068](tel:19009068) < 24 giờ."""

# Marks, tags and line starts far more often than chance would: what people paste, and what would hurt.
MARKS = [
    "**",
    "__",
    "- ",
    "1. ",
    "9) ",
    "\n\n",
    "    ",
    "](",
    "[a](https://a.vn)",
    "https://a.vn/",
    "tel:1900",
]
HOSTILE = ["javascript:", "<b>", "</a>", "<a href='x'>", "&amp;", "&#60;", "\x00", "\ud83d", "\u202e"]
LETTERS = ["😀", "ệ", "e\u0323\u0302", "chữ", *"*_[]()<>&`#\\|!~\"'\n\r\t "]
fragments = st.sampled_from(MARKS + HOSTILE + LETTERS)
any_text = st.one_of(st.text(), st.lists(fragments, max_size=40).map("".join))


def test_reads_into_blocks():
    assert markdown.parse("Một **hai**\n\n3. ba") == (
        Paragraph((Span("Một "), Span("hai", bold=True))),
        Listing(((Paragraph((Span("ba"),)),),), first=3),
    )


def test_plain_text_for_terminal_and_zalo():
    assert to_plain(ANSWER) == (
        "Mỗi tháng anh/chị nhận 60% lương bình quân.\n\n"
        "Cần mang gì:\n"
        "• Sổ bảo hiểm\n"
        "• Đơn theo Mẫu số 10 (https://dichvucong.gov.vn/mau?a=1&b=2)\n\n"
        "1. Nộp trong 3 tháng\n"
        "2. Chờ 20 ngày\n\n"
        "Gọi 1900 9068 < 24 giờ."
    )


def test_telegram_html():
    assert to_telegram_html(ANSWER) == (
        "Mỗi tháng anh/chị nhận <b>60%</b> lương bình quân.\n\n"
        "<b>Cần mang gì:</b>\n"
        "• Sổ bảo hiểm\n"
        '• Đơn theo <a href="https://dichvucong.gov.vn/mau?a=1&amp;b=2">Mẫu số 10</a>\n\n'
        "1. Nộp trong 3 tháng\n"
        "2. Chờ 20 ngày\n\n"
        "Gọi 1900 9068 &lt; 24 giờ."
    )


def test_web_html():
    assert to_html(ANSWER) == (
        "<p>Mỗi tháng anh/chị nhận <strong>60%</strong> lương bình quân.</p>"
        "<p><strong>Cần mang gì:</strong></p>"
        '<ul><li>Sổ bảo hiểm</li><li>Đơn theo <a href="https://dichvucong.gov.vn/mau?a=1&amp;b=2"'
        ' rel="noopener noreferrer" target="_blank">Mẫu số 10</a></li></ul>'
        "<ol><li>Nộp trong 3 tháng</li><li>Chờ 20 ngày</li></ol>"
        '<p>Gọi <a href="tel:19009068" rel="noopener noreferrer" target="_blank">1900 9068</a>'
        " &lt; 24 giờ.</p>"
    )


@pytest.mark.parametrize(
    ("typed", "shown"),
    [
        ("2*3*4 và a_b_c, *nghiêng*", "2*3*4 và a_b_c, *nghiêng*"),
        ("__không đậm__", "__không đậm__"),
        ("# không phải tiêu đề", "# không phải tiêu đề"),
        ("    thụt đầu dòng", "thụt đầu dòng"),
        ("[bấm](javascript:alert(1))", "[bấm](javascript:alert(1))"),
        ("[bấm](/console)", "[bấm](/console)"),
        ("![ảnh](https://a.vn/x.png)", "!ảnh (https://a.vn/x.png)"),
        ("[dichvucong.gov.vn](https://dichvucong.gov.vn)", "https://dichvucong.gov.vn"),
        ("[tổng đài](tel:+8424.123)", "tổng đài (+8424.123)"),
        ("7. bảy\n8. tám", "7. bảy\n8. tám"),
        ("- ngoài\n  - trong", "• ngoài\n• trong"),
        ("dòng một\ndòng hai", "dòng một\ndòng hai"),
        ("5 < 6 & <b>", "5 < 6 & <b>"),
        ("-", "•"),
        ("", ""),
    ],
)
def test_what_people_type_stays_as_typed(typed, shown):
    assert to_plain(typed) == shown


@given(any_text)
def test_quoted_words_are_shown_exactly(words):
    exact = markdown.clean(" ".join(words.split()))
    assert to_plain(f"Anh/chị hỏi: “{quote(words, 10_000)}”.") == f"Anh/chị hỏi: “{exact}”."


class Balance(HTMLParser):
    """Fails on a tag, attribute or nesting that `to_html` may not write."""

    ALLOWED = frozenset({"p", "br", "strong", "ul", "ol", "li", "a"})

    def __init__(self):
        super().__init__(convert_charrefs=True)
        self.open = []

    def handle_starttag(self, tag, attrs):
        assert tag in self.ALLOWED
        values = dict(attrs)
        if tag == "a":
            assert values["href"].lower().startswith(("http://", "https://", "tel:"))
            assert set(values) == {"href", "rel", "target"}
        else:
            assert set(values) <= {"start"}
        if tag != "br":
            self.open.append(tag)

    def handle_endtag(self, tag):
        assert self.open.pop() == tag

    def handle_comment(self, data):
        raise AssertionError(data)

    handle_decl = handle_pi = unknown_decl = handle_comment


@given(any_text)
def test_web_html_is_always_balanced_and_escaped(text):
    balance = Balance()
    balance.feed(to_html(text))
    balance.close()
    assert balance.open == []


@given(any_text)
def test_telegram_always_accepts_what_we_write(text):
    shown = parse_html(to_telegram_html(text))
    assert utf16_length(shown) <= utf16_length(to_plain(text))
    shown.encode("utf-8")


def test_short_text_is_one_piece():
    assert split_text(ANSWER, 4096) == [ANSWER]


def test_cuts_at_paragraph_then_line_then_sentence_then_word():
    paragraphs = "Đoạn một dài hơn.\n\nĐoạn hai. Câu ba ở đây. Câu bốn rất rất dài không hết."
    assert split_text(paragraphs, 30) == [
        "Đoạn một dài hơn.",
        "Đoạn hai. Câu ba ở đây.",
        "Câu bốn rất rất dài không hết.",
    ]
    assert split_text("- một hai ba bốn\n- năm sáu bảy tám", 25) == ["- một hai ba bốn", "- năm sáu bảy tám"]
    assert split_text("một hai ba bốn năm sáu bảy", 20) == ["một hai ba bốn năm", "sáu bảy"]


def test_does_not_cut_inside_bold_or_link():
    assert split_text("Anh/chị nhớ mang **sổ bảo hiểm** theo", 25) == [
        "Anh/chị nhớ mang",
        "**sổ bảo hiểm** theo",
    ]
    pieces = split_text("Xem thêm ở [trang của thành phố](https://a.vn/x) nhé", 40)
    assert pieces == ["Xem thêm ở", "[trang của thành phố](https://a.vn/x)", "nhé"]


def test_counts_an_address_as_it_is_written_out():
    pieces = split_text("một hai ba bốn năm [x](https://a.vn/ệệệ) sáu", 60)
    assert pieces == ["một hai ba bốn năm", "[x](https://a.vn/ệệệ) sáu"]


def test_counts_as_telegram_counts():
    pieces = split_text("😀" * 30, 20)
    assert max(utf16_length(piece) for piece in pieces) <= 20
    assert "".join(pieces) == "😀" * 30


@given(any_text, st.integers(min_value=20, max_value=60))
def test_pieces_fit_and_lose_nothing(text, limit):
    pieces = split_text(text, limit)
    assert all(piece.strip() for piece in pieces)
    assert all(utf16_length(piece) <= limit and utf16_length(to_plain(piece)) <= limit for piece in pieces)
    assert "".join("".join(pieces).split()) == "".join(markdown.clean(text).split())


def test_a_limit_too_small_is_a_mistake():
    with pytest.raises(ValueError, match="at least 20"):
        split_text("chữ", 19)
