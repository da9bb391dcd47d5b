"""Too many messages of one person: told once, kept, cheap; and people who only write fast are always answered."""

from __future__ import annotations

import dataclasses
import datetime

import pytest

from bot import receiving
from bot.flooding import LIMITS, REASON
from bot.messages import Inbound
from bot.receiving import Receipt, receive
from bot.voice import Voice
from storage import people, turns
from storage.database import Database

NOW = datetime.datetime(2026, 11, 22, 3, 0, tzinfo=datetime.UTC)
HELLO = Inbound("telegram", "7", "", "text", text="cảm ơn em nhé")
BURST, _ = LIMITS[0]


def write(database: Database, voice: Voice, count: int, apart: float, **changes: object) -> list[Receipt]:
    """Messages of one person, `apart` seconds from one to the next, each half a millisecond's thought."""
    base = dataclasses.replace(HELLO, **changes)  # type: ignore[arg-type]
    return [
        receive(
            database,
            voice,
            dataclasses.replace(base, message_id=f"{apart}-{number}"),
            NOW + datetime.timedelta(seconds=number * apart),
        )
        for number in range(count)
    ]


def replies(receipts: list[Receipt]) -> list[int]:
    return [len(receipt.turn.replies) if receipt.turn else 0 for receipt in receipts]


def test_a_message_a_second_for_minutes_is_answered(sqlite_database: Database, voice: Voice) -> None:
    assert all(replies(write(sqlite_database, voice, 240, 1.0)))


def test_two_hundred_in_ten_seconds_get_one_notice_and_are_kept(database: Database, voice: Voice) -> None:
    receipts = write(database, voice, 200, 0.05)
    answered = [receipt for receipt in receipts if receipt.turn and receipt.turn.because.reason != REASON]
    assert len(answered) == BURST
    [notice] = [each.turn.replies[0] for each in receipts[BURST:] if each.turn and each.turn.replies]
    assert "gửi lại câu cần hỏi" in notice.text
    with database.reading() as c:
        person = people.find_person(c, "telegram", "7")
        assert person
        assert len(turns.list_turns(c, person.id, 0, 500)) == 200


def test_what_is_too_much_is_not_even_understood(
    sqlite_database: Database, voice: Voice, monkeypatch: pytest.MonkeyPatch
) -> None:
    understood = []
    ours = receiving.respond

    def counted(*arguments: object) -> object:
        understood.append(arguments)
        return ours(*arguments)  # type: ignore[arg-type]

    monkeypatch.setattr(receiving, "respond", counted)
    write(sqlite_database, voice, 200, 0.05)
    assert len(understood) == BURST


def test_who_pauses_is_answered_again(sqlite_database: Database, voice: Voice) -> None:
    write(sqlite_database, voice, 100, 0.05)
    [later] = [
        receive(
            sqlite_database, voice, dataclasses.replace(HELLO, message_id="sau"), NOW + datetime.timedelta(minutes=1)
        )
    ]
    assert later.turn
    assert later.turn.because.reason != REASON
    assert later.turn.replies


def test_two_programs_do_not_talk_for_ever(sqlite_database: Database, voice: Voice) -> None:
    most, _ = LIMITS[1]
    talked = replies(write(sqlite_database, voice, most + 200, 1.5))
    assert all(talked[:most])
    assert sum(talked[most:]) == 1


def test_stop_is_heard_in_the_middle_of_a_flood(sqlite_database: Database, voice: Voice) -> None:
    write(sqlite_database, voice, 100, 0.05)
    at = NOW + datetime.timedelta(seconds=6)
    stop = dataclasses.replace(HELLO, text="dừng", message_id="dung")
    receive(sqlite_database, voice, stop, at)
    with sqlite_database.reading() as c:
        person = people.find_person(c, "telegram", "7")
    assert person
    assert not person.pushes_allowed
    again = receive(sqlite_database, voice, dataclasses.replace(stop, message_id="dung nua"), at)
    assert again.turn
    assert again.turn.because.reason == REASON


def test_a_busy_group_is_no_flood(sqlite_database: Database, voice: Voice) -> None:
    receipts = write(sqlite_database, voice, 100, 0.05, in_group=True, addressed=False)
    assert not any(replies(receipts))
    asked = dataclasses.replace(HELLO, message_id="hỏi", text="nộp hồ sơ thất nghiệp ở đâu", in_group=True)
    receipt = receive(sqlite_database, voice, asked, NOW + datetime.timedelta(seconds=5))
    assert receipt.turn
    assert receipt.turn.replies


def test_one_person_s_flood_is_nobody_else_s(sqlite_database: Database, voice: Voice) -> None:
    write(sqlite_database, voice, 100, 0.05)
    other = receive(sqlite_database, voice, dataclasses.replace(HELLO, address="8", message_id="khác"), NOW)
    assert other.turn
    assert other.turn.because.reason != REASON
