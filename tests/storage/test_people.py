"""One person per address, found again whatever their name, with their own switches."""

from __future__ import annotations

import pytest

from storage import outbox, questions, ratings, turns
from storage.database import Database
from storage.outbox import PRIORITIES, NewDelivery
from storage.people import (
    NO_TRACES,
    Person,
    Traces,
    add_group,
    count_people,
    count_traces,
    find_person,
    forget_audience,
    forget_contact,
    get_or_create_person,
    get_person,
    list_groups,
    mark_gone,
    note_interest,
    set_language,
    set_profile,
    set_pushes,
)

NOW = "2026-11-22T13:01:33.123Z"
LATER = "2026-11-23T06:00:00.000Z"


def test_a_first_message_makes_a_person_and_the_next_finds_them(database: Database) -> None:
    with database.transaction() as c:
        lan = get_or_create_person(c, "telegram", "42", "Lan", NOW)
        assert lan == Person(lan.id, "telegram", "42", "Lan", "vi", "", True, "", NOW, NOW)
        again = get_or_create_person(c, "telegram", "42", "", LATER)
        assert again == Person(lan.id, "telegram", "42", "Lan", "vi", "", True, "", NOW, LATER)
        assert get_or_create_person(c, "telegram", "42", "Chị Lan", LATER).name == "Chị Lan"
        assert get_or_create_person(c, "zalo", "42", "", NOW).id != lan.id
        assert count_people(c) == 2


def test_find_may_find_nobody_and_get_may_not(database: Database) -> None:
    with database.transaction() as c:
        lan = get_or_create_person(c, "web", "lan", "Lan", NOW)
    with database.reading() as c:
        assert find_person(c, "web", "lan") == get_person(c, lan.id) == lan
        assert find_person(c, "zalo", "lan") is None
        with pytest.raises(LookupError, match="99"):
            get_person(c, 99)


def test_switches_are_the_persons_own(database: Database) -> None:
    with database.transaction() as c:
        lan = get_or_create_person(c, "web", "lan", "", NOW)
        minh = get_or_create_person(c, "web", "minh", "", NOW)
        set_pushes(c, lan.id, allowed=False)
        set_language(c, lan.id, "en")
        # Writing again changes neither.
        lan = get_or_create_person(c, "web", "lan", "Lan", LATER)
        assert (lan.pushes_allowed, lan.language) == (False, "en")
        assert get_person(c, minh.id) == minh
        set_pushes(c, lan.id, allowed=True)
        assert get_person(c, lan.id).pushes_allowed


def test_gone_drops_what_was_queued_except_replies_and_coming_back_ends_it(database: Database) -> None:
    with database.transaction() as c:
        lan = get_or_create_person(c, "telegram", "42", "", NOW)
        minh = get_or_create_person(c, "telegram", "43", "", NOW)
        for person in (lan, minh):
            outbox.enqueue(
                c,
                [
                    NewDelivery(person.id, "telegram", person.address, "", "[]", priority, NOW, "any")
                    for priority in PRIORITIES
                ],
                NOW,
            )
        mark_gone(c, "telegram", "42", "bot was blocked by the user", LATER)

        assert get_person(c, lan.id).gone_at == LATER
        queued = [d.status for d in outbox.list_for_person(c, lan.id, 0, 10)]
        assert queued == ["queued", "gone", "gone"]
        assert {d.reason for d in outbox.list_for_person(c, lan.id, 1, 10)} == {"bot was blocked by the user"}
        assert get_person(c, minh.id).gone_at == ""
        assert [d.status for d in outbox.list_for_person(c, minh.id, 0, 10)] == ["queued"] * 3

        assert get_or_create_person(c, "telegram", "42", "", LATER).gone_at == ""


def test_an_unknown_address_gone_changes_nothing(database: Database) -> None:
    with database.transaction() as c:
        mark_gone(c, "telegram", "nobody", "chat not found", NOW)
        assert count_people(c) == 0


def test_traces_count_what_is_kept_beside_the_profile(database: Database) -> None:
    with database.transaction() as c:
        lan = get_or_create_person(c, "web", "lan", "Lan", NOW)
        minh = get_or_create_person(c, "web", "minh", "Minh", NOW)
        assert count_traces(c, lan.id) == NO_TRACES
        for number, at in enumerate((NOW, LATER)):
            turns.record_turn(c, lan.id, str(number), "text", "hỏi", "answer", "", "{}", at)
        questions.open_question(c, lan.id, "hỏi", "handover", "[]", NOW)
        ratings.add_rating(c, lan.id, "bhtn.ho-so", "hỏi", NOW, helpful=True)
        assert count_traces(c, lan.id) == Traces(2, NOW, 1, 1)
        assert count_traces(c, minh.id) == NO_TRACES


def test_counting_stops_at_a_thousand_messages(database: Database) -> None:
    with database.transaction() as c:
        lan = get_or_create_person(c, "web", "lan", "Lan", NOW)
        for number in range(1_005):
            turns.record_turn(c, lan.id, str(number), "text", "", "answer", "", "{}", NOW)
        assert count_traces(c, lan.id).turns == 1_000


def test_taking_an_agreement_back_takes_what_was_kept_for_it(database: Database) -> None:
    with database.transaction() as c:
        lan = get_or_create_person(c, "web", "lan", "Lan", NOW)
        set_profile(c, lan.id, "full_name", "Nguyễn Thị Lan")
        set_profile(c, lan.id, "phone", "0912345678")
        add_group(c, lan.id, "ho-ngheo", NOW)
        note_interest(c, lan.id, "vay", NOW)
        forget_contact(c, lan.id)
        forget_audience(c, lan.id)
        assert (get_person(c, lan.id).full_name, get_person(c, lan.id).phone) == ("", "")
        assert list_groups(c, lan.id) == []
        assert c.rows("SELECT * FROM interests") == []
