"""Which short messages speak of the answer just given, and which do not."""

from __future__ import annotations

import pytest

from bot.outreach.ratings import judge
from storage.database import Database
from storage.people import get_or_create_person
from storage.ratings import EntryRating, add_rating, count_by_entry

AT = "2026-11-22T03:00:00.000Z"


@pytest.mark.parametrize(
    "text",
    [
        "không đúng",
        "sai rồi",
        "chưa đúng ý tôi",
        "k hiểu gì cả",
        "ko hieu",
        "trả lời sai rồi",
        "lạc đề quá",
        "không phải",
    ],
)
def test_it_did_not_help(text: str) -> None:
    assert judge(text) is False


@pytest.mark.parametrize(
    "text", ["cảm ơn bạn", "cam on nhieu nhe", "đúng rồi", "đúng", "hữu ích quá", "tks ad", "ok cảm ơn", "hiểu rồi ạ"]
)
def test_it_helped(text: str) -> None:
    assert judge(text) is True


@pytest.mark.parametrize(
    "text",
    [
        "",
        "dung",  # may as well be “dừng”
        "dừng",
        "dừng cảm ơn",
        "ok",
        "không",
        "sai thì sửa thế nào",
        "đúng không?",
        "có đúng không",
        "tôi bị ghi sai tên trong sổ",
        "cảm ơn, cho hỏi thêm nộp ở đâu",
    ],
)
def test_it_says_something_else(text: str) -> None:
    assert judge(text) is None


def test_the_answers_that_failed_most_stand_first(database: Database) -> None:
    with database.transaction() as c:
        lan = get_or_create_person(c, "web", "lan", "Lan", AT)
        for entry, helpful in (
            ("vay.muc-vay", True),
            ("bhtn.ho-so", False),
            ("bhtn.ho-so", False),
            ("bhtn.ho-so", True),
        ):
            add_rating(c, lan.id, entry, "…", AT, helpful=helpful)
        add_rating(c, lan.id, "nn.ky-quy", "…", "2025-01-01T00:00:00.000Z", helpful=False)
        assert count_by_entry(c, "2026-01-01", 10) == [
            EntryRating("bhtn.ho-so", 1, 2),
            EntryRating("vay.muc-vay", 1, 0),
        ]
