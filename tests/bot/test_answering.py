"""An official answers a hand-over: the words reach the person once, as typed, by the same road as everything else."""

from __future__ import annotations

import dataclasses

import pytest

from bot.answering import LONGEST_ANSWER, answer, list_open
from bot.channels.markdown import to_plain
from bot.messages import Inbound
from bot.receiving import receive
from bot.voice import Voice
from storage import audit, outbox, people
from storage.database import Database
from tests.bot.conftest import NOW

ASK = Inbound("telegram", "7", "1", "text", text="gặp cán bộ")


@pytest.fixture
def asked(database: Database, voice: Voice) -> Database:
    receive(database, voice, ASK, NOW)
    receive(database, voice, dataclasses.replace(ASK, message_id="2", text="chủ *giữ* sổ của tôi"), NOW)
    return database


def last_delivery(database: Database) -> outbox.Delivery:
    with database.reading() as c:
        person = people.find_person(c, "telegram", "7")
        assert person
        return outbox.list_for_person(c, person.id, 0, 100)[-1]


def test_the_list_shows_the_question_with_what_led_to_it(asked: Database) -> None:
    shown = list_open(asked)
    assert "chủ *giữ* sổ của tôi" in shown
    assert "Người hỏi: gặp cán bộ" in shown


def test_the_answer_goes_out_once_and_is_on_record(asked: Database) -> None:
    assert (
        answer(asked, 1, "Anh đến **Trung tâm** nhé.\n1. Mang sổ", "chị Hà") == "Đã gửi câu trả lời cho câu hỏi số 1."
    )
    delivery = last_delivery(asked)
    assert delivery.kind == "official_answer"
    assert "Anh đến **Trung tâm** nhé.\n\n1. Mang sổ" in to_plain(delivery.text)
    assert "đã được trả lời" in answer(asked, 1, "lần nữa", "anh Ba")
    assert last_delivery(asked).id == delivery.id
    assert "Không có câu hỏi nào" in list_open(asked)
    with asked.reading() as c:
        [record] = audit.list_audit(c, 10)
    assert (record.actor, record.action, record.subject) == ("chị Hà", "question.answered", "question:1")


@pytest.mark.parametrize("text", [None, "", "   ", "dài " * LONGEST_ANSWER])
def test_an_empty_or_endless_answer_is_not_sent(asked: Database, text: str | None) -> None:
    before = last_delivery(asked).id
    assert "Đã gửi" not in answer(asked, 1, text, "chị Hà")
    assert last_delivery(asked).id == before


def test_a_question_that_does_not_exist_is_an_error(asked: Database) -> None:
    with pytest.raises(LookupError):
        answer(asked, 99, "x", "chị Hà")
