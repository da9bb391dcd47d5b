"""Wordings are put together by likeness, the same way whenever they are the same."""

from __future__ import annotations

import random
import time

import pytest

from bot.likeness import digest_of, fold_wording, group_wordings
from storage.wordings import Kind, Wording


def wording(text: str, number: int = 0, kind: Kind = "fallback", entry_id: str = "") -> Wording:
    return Wording(kind, number, text, entry_id, f"2026-11-{number % 28 + 1:02}T01:00:00.000Z")


def test_marks_case_order_and_a_few_letters_do_not_part_what_belongs_together() -> None:
    texts = ["Đăng ký xe máy ở đâu?", "dang ky xe may o dau", "ở đâu đăng ký xe máy ạ", "nhà mất điện gọi ai"]
    groups = group_wordings([wording(text, n) for n, text in enumerate(texts)], {})
    assert [(group.total, len(group.digests)) for group in groups] == [(3, 2), (1, 1)]
    assert groups[1].examples[0].text == "nhà mất điện gọi ai"


def test_a_group_tells_kinds_and_the_answers_that_did_not_help() -> None:
    groups = group_wordings(
        [
            wording("thai sản có tính không", 1, "rating", "bhtn.muc-huong"),
            wording("thai san co tinh khong", 2, "rating", "bhtn.dieu-kien"),
            wording("thai sản có tính không", 3, "rating", "bhtn.dieu-kien"),
            wording("Thai sản có tính không", 4, "clarify"),
        ],
        {},
    )
    [group] = groups
    assert dict(group.times) == {"rating": 3, "clarify": 1}
    assert group.entries == ("bhtn.dieu-kien", "bhtn.muc-huong")
    assert group.latest_at == "2026-11-05T01:00:00.000Z"


def test_what_was_closed_shows_again_only_when_asked_again() -> None:
    asked = [wording("hỏi gì đó", 3), wording("Hỏi gì đó", 9)]
    digest = digest_of(fold_wording("hoi gi do"))
    assert group_wordings(asked, {digest: "2026-11-20T00:00:00.000Z"}) == []
    [group] = group_wordings(asked, {digest: "2026-11-05T00:00:00.000Z"})
    assert (group.total, group.examples[0].id) == (1, 9)


def test_the_order_they_come_in_changes_nothing() -> None:
    words = ["vay", "vốn", "học", "nghề", "bao nhiêu", "ở đâu", "tiền", "hồ sơ"]
    chance = random.Random(7)
    asked = [wording(" ".join(chance.choices(words, k=4)), n) for n in range(300)]
    shuffled = chance.sample(asked, len(asked))
    assert group_wordings(asked, {}) == group_wordings(shuffled, {})


def test_signs_alone_are_no_wording() -> None:
    assert group_wordings([wording("???"), wording("👍")], {}) == []


@pytest.mark.timeout(60)
def test_ten_thousand_are_put_together_while_somebody_waits_for_the_page() -> None:
    chance = random.Random(3)
    words = ["".join(chance.choices("abcdeghiklmnopqrstuvxy", k=chance.randint(2, 6))) for _ in range(1500)]
    asked = [wording(" ".join(chance.choices(words, k=chance.randint(4, 14))), n) for n in range(10_000)]
    started = time.process_time()
    groups = group_wordings(asked, {})
    assert time.process_time() - started < 6, "about 1 s on an idle core"
    assert sum(group.total for group in groups) == 10_000
