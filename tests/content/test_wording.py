"""Words nobody explained, messages that do not fit, phrasings that are nearly the same."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from content.abbreviations import find_unexplained
from content.check import check_library, examine
from content.wording import count_bubbles
from tests.content.conftest import Tree
from tests.content.sample import ENTRY

TODAY = date(2026, 11, 22)
FILE = "vi/vay/muc-vay.md"
BODY = "Mức cao nhất là {{ vay.tran }}, trong {{ vay.thoi_han }}."


@pytest.mark.parametrize(
    ("text", "unexplained"),
    [
        ("Đóng BHTN đủ 12 tháng.", ["BHTN"]),
        ("Bảo hiểm thất nghiệp (BHTN) là gì? BHTN trả tiền.", []),
        ("BHTN (bảo hiểm thất nghiệp) trả tiền.", []),
        ("BHTN trả tiền. Bảo hiểm thất nghiệp (BHTN) là gì?", ["BHTN"]),
        ("Hỏi NHCSXH, GDVL, NHCSXH.", ["NHCSXH", "GDVL"]),
        ("Người DTTS, NKT được BHYT.", ["DTTS", "NKT", "BHYT"]),
        ("Hỏi UBND xã, đăng nhập VNeID, xem VssID, giữ mã OTP.", []),
        ("TP Hà Nội nhưng TPHCM", ["TPHCM"]),
        ("Theo Nghị định 374/2025/NĐ-CP, Nghị quyết 56/2025/NQ-HĐND, QĐ 12/2024.", ["QĐ"]),
        ("Vùng I, II, III và IV.", []),
        ("Xem [trang](https://a.vn/BHTN) hoặc vieclamhanoi.net.", []),
        ("Thi EPS-TOPIK.", ["EPS"]),
        ("EPS (chương trình đi Hàn Quốc), thi tiếng (EPS-TOPIK).", []),
        ("Anh A, chị B đi Q.", []),
    ],
)
def test_an_abbreviation_is_spelled_out_where_it_stands_first(text: str, unexplained: list[str]) -> None:
    found = list(find_unexplained(text))
    assert [word for _, word in found] == unexplained
    assert all(text.startswith(word, at) for at, word in found)


@pytest.mark.parametrize(
    ("old", "new", "line", "field"),
    [
        (BODY, BODY + "\n\nHỏi NHCSXH.", 32, "body"),
        (BODY, BODY + " Hỏi **NHCSXH**.", 30, "body"),
        ("Mỗi người được vay", "NHCSXH cho vay", 20, "short"),
    ],
)
def test_an_unexplained_abbreviation_is_a_warning_in_its_line(
    tree: Tree, old: str, new: str, line: int, field: str
) -> None:
    (problem,) = check_library(tree({FILE: ENTRY.replace(old, new)}), TODAY)
    assert (problem.line, problem.field, problem.level) == (line, field, "warning")
    assert problem.message == "Chữ viết tắt `NHCSXH` chưa được giải thích"


@pytest.mark.parametrize(
    ("lengths", "bubbles"),
    [([1999], 1), ([1000, 998], 1), ([1000, 1000], 2), ([2000], 1), ([2001], 2), ([1500, 1500, 1500], 3), ([4001], 3)],
)
def test_zalos_messages_are_counted_line_by_line(lengths: list[int], bubbles: int) -> None:
    assert count_bubbles("\n".join("a" * length for length in lengths)) == bubbles


def test_the_choices_count_on_zalo_where_they_are_lines(tree: Tree) -> None:
    """Text that fits two messages to the last letter leaves no room for what `next` leads to."""
    answer = "\n\n".join(["Câu ngắn. " * 190] * 2)
    (problem,) = check_library(tree({FILE: ENTRY.replace(BODY, answer)}), TODAY)
    assert "Cần 3 tin Zalo" in problem.message


@pytest.mark.parametrize(
    ("days", "messages"),
    [(366, []), (367, ["Hẹn rà soát lại quá 12 tháng"])],
)
def test_a_review_is_promised_within_a_year(tree: Tree, days: int, messages: list[str]) -> None:
    text = ENTRY.replace("review_by: 2027-03-31", f"review_by: {TODAY + timedelta(days=days)}")
    problems = check_library(tree({FILE: text}), TODAY)
    assert [(each.line, each.level, each.message) for each in problems] == [
        (26, "warning", message) for message in messages
    ]


@pytest.mark.parametrize(
    ("phrasing", "near"),
    [
        ("câu hỏi bảy về chuyện lãi suất", False),
        ("câu hỏi bảyy về Lãi suất", True),
        ("ve lai suat cau hoi bayy", True),  # the same words in another order
        ("vay tiền trả góp mua xe", False),
    ],
)
def test_phrasings_of_two_entries_that_are_nearly_the_same(tree: Tree, phrasing: str, near: bool) -> None:
    root = tree({FILE: ENTRY.replace("  - số tiền vay\n", f"  - {phrasing}\n")})
    problems = [each for each in check_library(root, TODAY) if "gần giống" in each.message]
    assert bool(problems) is near, problems
    assert {(each.file, each.line, each.level) for each in problems} <= {(f"content/{FILE}", 18, "warning")}
    assert not [each for each in examine(root, "vi", TODAY).problems if "gần giống" in each.message]
