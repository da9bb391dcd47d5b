"""The yearly survey as the communes read it, and the trades people write."""

from __future__ import annotations

import datetime

import pytest

from bot.forms.form import SKIPPED
from bot.forms.needs_survey import describe, kept_needs, read_trade
from bot.messages import KeepNeed
from storage import needs
from storage.database import Connection, Database
from storage.needs import NeedCount, close_need, count_by_commune, count_by_group, forget_needs, keep_need
from storage.people import get_or_create_person
from storage.scope import WHOLE_CITY, Scope

AT, LATER = "2026-11-22T03:00:00.000Z", "2026-12-22T03:00:00.000Z"
TODAY = datetime.date(2026, 11, 22)


def tell(c: Connection, who: str, kind: str, *, trade: str = "", commune: str = "", group: str = "") -> int:
    person = get_or_create_person(c, "web", who, who, AT)
    return keep_need(c, person.id, kind, "", trade, commune, group, 2026, AT)


def test_a_wish_told_again_is_changed_and_not_doubled(database: Database) -> None:
    with database.transaction() as c:
        first = tell(c, "lan", "hoc-nghe", trade="May mặc")
        assert tell(c, "lan", "hoc-nghe", trade="Nấu ăn") == first
        lan = get_or_create_person(c, "web", "lan", "", AT)
        [need] = needs.list_of_person(c, lan.id)
        assert (need.trade, need.status) == ("Nấu ăn", "open")


def test_a_wish_that_ended_may_be_told_anew(database: Database) -> None:
    with database.transaction() as c:
        first = tell(c, "lan", "vay-von")
        lan = get_or_create_person(c, "web", "lan", "", AT)
        assert close_need(c, lan.id, "vay-von", "met", LATER)
        assert not close_need(c, lan.id, "vay-von", "withdrawn", LATER)
        assert tell(c, "lan", "vay-von") != first
        forget_needs(c, lan.id)
        assert needs.list_of_person(c, lan.id) == []


def test_wishes_are_counted_by_commune_and_group_inside_a_scope(database: Database) -> None:
    with database.transaction() as c:
        tell(c, "lan", "hoc-nghe", trade="Nấu ăn", commune="hoa-xa", group="ho-ngheo+nong-thon")
        tell(c, "lan", "vay-von", commune="hoa-xa", group="ho-ngheo+nong-thon")
        tell(c, "hoa", "hoc-nghe", trade="Nấu ăn", commune="hoa-xa", group="nong-thon")
        tell(c, "mai", "tim-viec", commune="lang")
        tell(c, "gone", "tim-viec", commune="lang")
        gone = get_or_create_person(c, "web", "gone", "", AT)
        close_need(c, gone.id, "tim-viec", "withdrawn", LATER)
        cooks = NeedCount("hoa-xa", "hoc-nghe", "", "Nấu ăn", 2)
        borrower = NeedCount("hoa-xa", "vay-von", "", "", 1)
        assert count_by_commune(c, WHOLE_CITY, 2026) == [cooks, borrower, NeedCount("lang", "tim-viec", "", "", 1)]
        assert count_by_commune(c, Scope(frozenset({"hoa-xa"})), 2026) == [cooks, borrower]
        assert count_by_commune(c, WHOLE_CITY, 2025) == []
        assert count_by_group(c, WHOLE_CITY, 2026) == {"ho-ngheo": 1, "nong-thon": 2}
        assert count_by_group(c, Scope(frozenset({"lang"})), 2026) == {}


@pytest.mark.parametrize(
    ("typed", "trade"),
    [
        ("sửa xe máy", "sửa xe máy"),
        ("nghề mộc", "mộc"),
        ("tôi muốn đan lát mây tre", "đan lát mây tre"),
        ("học phí bao nhiêu", ""),
        ("nghề gì dễ xin việc?", ""),
        ("hỗ trợ thế nào", ""),
        ("12345", ""),
        ("x" * 61, ""),
    ],
)
def test_a_trade_is_taken_in_the_persons_words_and_a_question_is_not(typed: str, trade: str) -> None:
    assert read_trade(typed, TODAY) == trade


def test_level_and_trade_are_kept_with_the_wishes_they_belong_to() -> None:
    answers = {
        "wish": "hoc-nghe+vay-von",
        "level": "so-cap",
        "trade": "nau-an",
        "commune": "?hoa-xa+hoa-phu",
        "commune_which": "hoa-xa",
        "group": "ho-ngheo",
    }
    assert kept_needs(answers) == (
        KeepNeed("hoc-nghe", "so-cap", "Nấu ăn", "hoa-xa", "ho-ngheo"),
        KeepNeed("vay-von", "", "", "hoa-xa", "ho-ngheo"),
    )
    skipped = {"wish": "tim-viec", "trade": SKIPPED, "commune": SKIPPED, "group": SKIPPED}
    assert kept_needs(skipped) == (KeepNeed("tim-viec"),)


def test_what_a_person_wrote_cannot_become_markdown() -> None:
    assert "**" not in describe("hoc-nghe", "", "**may**").replace(r"\*\*", "")
