"""What one conversation leaves behind: its state, its turns, its questions, and who did what about them."""

from __future__ import annotations

import threading

import pytest

from storage import audit, questions
from storage.database import Database, StorageConflict
from storage.dialogues import load_dialogue, save_dialogue
from storage.people import get_or_create_person
from storage.turns import count_outcomes, list_turns, record_turn

NOW = "2026-11-22T13:01:33.123Z"
LATER = "2026-11-23T06:00:00.000Z"


@pytest.fixture
def lan(database: Database) -> int:
    with database.transaction() as c:
        return get_or_create_person(c, "web", "lan", "Lan", NOW).id


def test_a_state_is_empty_then_what_was_saved_last(database: Database, lan: int) -> None:
    with database.transaction() as c:
        assert load_dialogue(c, lan) == ""
        save_dialogue(c, lan, '{"topic":"bhtn.muc-huong"}', NOW)
    with database.transaction() as c:
        assert load_dialogue(c, lan) == '{"topic":"bhtn.muc-huong"}'
        save_dialogue(c, lan, "{}", LATER)
        assert load_dialogue(c, lan) == "{}"


def test_two_messages_of_one_person_at_once_are_handled_one_after_the_other(database: Database, lan: int) -> None:
    """Each adds one to what it read; a turn that read too early would lose the other's."""

    def handle() -> None:
        for _ in range(10):
            with database.transaction() as c:
                get_or_create_person(c, "web", "lan", "", NOW)
                save_dialogue(c, lan, str(int(load_dialogue(c, lan) or 0) + 1), NOW)

    threads = [threading.Thread(target=handle) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    with database.transaction() as c:
        assert load_dialogue(c, lan) == "40"


def test_turns_are_listed_in_order_after_an_id_and_counted_by_outcome(database: Database, lan: int) -> None:
    with database.transaction() as c:
        minh = get_or_create_person(c, "web", "minh", "", NOW).id
        first = record_turn(c, lan, "m1", "text", "bhtn là gì", "answer", "bhtn.la-gi", '{"id":1}', NOW)
        record_turn(c, minh, "m2", "text", "alo", "fallback", "", "{}", NOW)
        last = record_turn(c, lan, "m3", "sticker", "", "silence", "", "{}", LATER)
    with database.reading() as c:
        turns = list_turns(c, lan, 0, 10)
        assert [turn.id for turn in turns] == [first, last]
        assert turns[0].text == "bhtn là gì"
        assert (turns[0].entry_id, turns[0].because_json, turns[0].created_at) == (
            "bhtn.la-gi",
            '{"id":1}',
            NOW,
        )
        assert [turn.id for turn in list_turns(c, lan, first, 10)] == [last]
        assert [turn.id for turn in list_turns(c, lan, 0, 1)] == [first]
        assert count_outcomes(c, NOW) == {"answer": 1, "fallback": 1, "silence": 1}
        assert count_outcomes(c, LATER) == {"silence": 1}


def test_an_outcome_nobody_knows_is_refused(database: Database, lan: int) -> None:
    with pytest.raises(StorageConflict), database.transaction() as c:
        record_turn(c, lan, "m1", "text", "alo", "shrug", "", "{}", NOW)


def test_a_question_waits_and_is_answered_once(database: Database, lan: int) -> None:
    with database.transaction() as c:
        assert (questions.count_open(c), questions.oldest_open_at(c)) == (0, None)
        first = questions.open_question(c, lan, "Bao giờ có tiền?", "handover", '["alo"]', NOW)
        second = questions.open_question(c, lan, "Còn lớp hàn không?", "unanswered", "[]", LATER)
        assert (questions.count_open(c), questions.oldest_open_at(c)) == (2, NOW)
        assert [question.id for question in questions.list_questions(c, "open", 10)] == [first, second]

        assert questions.answer_question(c, first, "Ngày 25 ạ.", "Cô Hạnh", LATER)
        assert not questions.answer_question(c, first, "Ngày 26 ạ.", "Chú Nam", LATER)
        answered = questions.get_question(c, first)
        assert (answered.status, answered.answer, answered.official, answered.settled_at) == (
            "answered",
            "Ngày 25 ạ.",
            "Cô Hạnh",
            LATER,
        )
        assert (answered.text, answered.context_json) == ("Bao giờ có tiền?", '["alo"]')

        assert questions.close_question(c, second, "Cô Hạnh", LATER)
        assert questions.count_open(c) == 0
        assert not questions.answer_question(c, 99, "", "Cô Hạnh", LATER)
        with pytest.raises(LookupError, match="99"):
            questions.get_question(c, 99)


def test_two_officials_answer_at_once_and_exactly_one_succeeds(database: Database, lan: int) -> None:
    with database.transaction() as c:
        question = questions.open_question(c, lan, "Bao giờ có tiền?", "handover", "[]", NOW)
    outcomes: list[bool] = []

    def answer() -> None:
        with database.transaction() as c:
            outcomes.append(questions.answer_question(c, question, "…", "x", NOW) is not None)

    threads = [threading.Thread(target=answer) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(outcomes) == [False, False, False, True]


def test_the_audit_lists_the_newest_first(database: Database) -> None:
    with database.transaction() as c:
        audit.record(c, "Cô Hạnh", "question.answer", "question 1", "{}", NOW)
        audit.record(c, "system", "purge", "seen", '{"rows":3}', LATER)
        newest, oldest = audit.list_audit(c, 10)
        assert (newest.actor, newest.detail_json, newest.created_at) == ("system", '{"rows":3}', LATER)
        assert (oldest.actor, oldest.action, oldest.subject) == ("Cô Hạnh", "question.answer", "question 1")
        assert audit.list_audit(c, 1) == [newest]
