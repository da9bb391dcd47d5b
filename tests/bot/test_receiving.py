"""One message in: stored once, answered once, whatever is repeated, fails or breaks in between. On both databases."""

from __future__ import annotations

import concurrent.futures
import dataclasses
import datetime
import json

import pytest

from bot import receiving
from bot.messages import Inbound, parse_choices, parse_state
from bot.receiving import receive
from bot.voice import Voice
from storage import dialogues, outbox, people, questions, turns
from storage.database import Database
from tests.bot.conftest import NOW

HELLO = Inbound("telegram", "7", "100", "text", text="nộp hồ sơ thất nghiệp ở đâu", name="Lan")


def deliveries(database: Database, address: str = "7") -> list[outbox.Delivery]:
    with database.reading() as c:
        person = people.find_person(c, "telegram", address)
        return outbox.list_for_person(c, person.id, 0, 100) if person else []


def test_a_message_is_remembered_and_its_reply_queued(database: Database, voice: Voice) -> None:
    receipt = receive(database, voice, HELLO, NOW)
    assert not receipt.repeated
    [delivery] = deliveries(database)
    assert "215 Trung Kính" in delivery.text
    assert delivery.priority == outbox.PRIORITY_REPLY
    assert any(choice.label == "Gặp cán bộ" for choice in parse_choices(delivery.choices_json))
    with database.transaction() as c:
        person = people.get_person(c, receipt.person_id)
        assert (person.name, person.channel, person.address) == ("Lan", "telegram", "7")
        assert parse_state(dialogues.load_dialogue(c, person.id)).topic == "bhtn.noi-nop"
        [turn] = turns.list_turns(c, person.id, 0, 10)
        assert (turn.outcome, turn.entry_id, turn.text) == ("answer", "bhtn.noi-nop", HELLO.text)
        assert json.loads(turn.because_json)["candidates"][0][0] == "bhtn.noi-nop"


def test_the_same_update_three_times_gives_one_answer(database: Database, voice: Voice) -> None:
    receipts = [receive(database, voice, HELLO, NOW) for _ in range(3)]
    assert [receipt.repeated for receipt in receipts] == [False, True, True]
    assert len(deliveries(database)) == 1


def test_the_same_update_from_eight_threads_gives_one_answer(database: Database, voice: Voice) -> None:
    with concurrent.futures.ThreadPoolExecutor(8) as pool:
        receipts = list(pool.map(lambda _: receive(database, voice, HELLO, NOW), range(8)))
    assert sum(not receipt.repeated for receipt in receipts) == 1
    assert len(deliveries(database)) == 1


def test_messages_of_one_person_at_once_all_count(database: Database, voice: Voice) -> None:
    messages = [dataclasses.replace(HELLO, message_id=str(number)) for number in range(12)]
    with concurrent.futures.ThreadPoolExecutor(6) as pool:
        list(pool.map(lambda message: receive(database, voice, message, NOW), messages))
    with database.transaction() as c:
        person = people.find_person(c, "telegram", "7")
        assert person
        assert parse_state(dialogues.load_dialogue(c, person.id)).turns == 12
    assert len(deliveries(database)) == 12


def test_when_the_commit_fails_nothing_is_left_and_the_repeat_succeeds(
    database: Database, voice: Voice, monkeypatch: pytest.MonkeyPatch
) -> None:
    def no_power(*_: object) -> None:
        raise OSError("mất điện")

    with monkeypatch.context() as patch:
        patch.setattr(outbox, "enqueue", no_power)
        with pytest.raises(OSError, match="mất điện"):
            receive(database, voice, HELLO, NOW)
    assert deliveries(database) == []
    assert not receive(database, voice, HELLO, NOW).repeated


def test_a_fault_of_ours_is_told_to_the_person_and_kept(
    database: Database, voice: Voice, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: object) -> None:
        raise ZeroDivisionError("chia cho không")

    monkeypatch.setattr(receiving, "respond", broken)
    receipt = receive(database, voice, HELLO, NOW)
    [delivery] = deliveries(database)
    assert "trục trặc" in delivery.text
    with database.reading() as c:
        [turn] = turns.list_turns(c, receipt.person_id, 0, 10)
    assert "ZeroDivisionError" in turn.because_json


def test_gap_can_bo_stores_the_question_with_what_was_said_before(database: Database, voice: Voice) -> None:
    asked = "ông chủ bỏ trốn cầm hết sổ của chúng tôi rồi bác ơi"
    for number, text in enumerate(["nộp hồ sơ thất nghiệp ở đâu", "gặp cán bộ", asked]):
        receive(database, voice, dataclasses.replace(HELLO, message_id=str(number), text=text), NOW)
    with database.reading() as c:
        [question] = questions.list_questions(c, "open", 10)
    assert (question.text, question.reason) == (asked, "handover")
    assert "nộp hồ sơ thất nghiệp ở đâu" in question.context_json


def test_dung_stops_what_is_queued_but_not_the_reply(database: Database, voice: Voice) -> None:
    receipt = receive(database, voice, HELLO, NOW)
    push = outbox.NewDelivery(
        person_id=receipt.person_id,
        channel="telegram",
        address="7",
        text="Phiên việc làm",
        choices_json="[]",
        priority=outbox.PRIORITY_BULK,
        due_at="2026-12-01T00:00:00.000Z",
        kind="broadcast",
    )
    with database.transaction() as c:
        outbox.enqueue(c, [push], "2026-11-22T03:00:00.000Z")
    receive(database, voice, dataclasses.replace(HELLO, message_id="101", text="dừng"), NOW)
    states = {delivery.kind: delivery.status for delivery in deliveries(database)}
    assert states == {"reply": "queued", "broadcast": "cancelled"}
    with database.reading() as c:
        assert not people.get_person(c, receipt.person_id).pushes_allowed


def test_who_blocks_the_bot_is_gone_until_they_write_again(database: Database, voice: Voice) -> None:
    receipt = receive(database, voice, HELLO, NOW)
    receive(database, voice, dataclasses.replace(HELLO, message_id="101", kind="blocked", text=""), NOW)
    with database.reading() as c:
        assert people.get_person(c, receipt.person_id).gone_at
    receive(database, voice, dataclasses.replace(HELLO, message_id="102"), NOW + datetime.timedelta(days=1))
    with database.reading() as c:
        assert not people.get_person(c, receipt.person_id).gone_at


def test_only_the_first_bubble_answers_the_tap(database: Database, voice: Voice) -> None:
    tap = dataclasses.replace(HELLO, kind="choice", choice="e:bhtn.muc-huong", text="", callback_id="55")
    receive(database, voice, tap, NOW)
    assert [delivery.callback_id for delivery in deliveries(database)] == ["55"]
