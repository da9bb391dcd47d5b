"""What one address may read, in which order, and from where it goes on, on the real database."""

from __future__ import annotations

import asyncio
import dataclasses

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.channels.contract import Outgoing
from bot.channels.web import (
    HISTORY_LETTERS,
    STREAMS_PER_ADDRESS,
    Cursor,
    Letter,
    Mailbox,
    WebChannel,
    parse_cursor,
)
from bot.messages import Choice, write_choices
from storage import outbox, people, turns
from storage.database import Database

LAN = "a" * 32


@dataclasses.dataclass
class Conversation:
    """Writes rows as receiving and broadcasting do, a minute apart."""

    database: Database
    address: str = LAN
    minute: int = 0

    def now(self) -> str:
        self.minute += 1
        return f"2026-11-22T{self.minute // 60:02}:{self.minute % 60:02}:00.000Z"

    def ask(self, text: str, *answers: str) -> None:
        now = self.now()
        with self.database.transaction() as c:
            person = people.get_or_create_person(c, "web", self.address, "", now)
            turn = turns.record_turn(c, person.id, f"{self.address}:{text}", "text", text, "answer", "", "{}", now)
            outbox.enqueue(c, [self.delivery(person.id, answer, now, turn) for answer in answers], now)

    def remind(self, text: str) -> int:
        now = self.now()
        with self.database.transaction() as c:
            person = people.get_or_create_person(c, "web", self.address, "", now)
            return outbox.enqueue(c, [self.delivery(person.id, text, now, None)], now)[0]

    def delivery(self, person_id: int, text: str, now: str, turn_id: int | None) -> outbox.NewDelivery:
        return outbox.NewDelivery(
            person_id=person_id,
            channel="web",
            address=self.address,
            text=text,
            choices_json=write_choices((Choice("Tiếp", "menu"),)) if text == "menu" else "[]",
            priority=outbox.PRIORITY_REMINDER if turn_id is None else outbox.PRIORITY_REPLY,
            due_at=now,
            kind="reply" if turn_id else "reminder",
            turn_id=turn_id,
        )

    def send(self, delivery_id: int) -> None:
        with self.database.transaction() as c:
            outbox.settle_sent(c, [(delivery_id, "x")], self.now())


@pytest.fixture
def lan(web_database: Database) -> Conversation:
    return Conversation(web_database)


@pytest.fixture
def mailbox(web_database: Database) -> Mailbox:
    return Mailbox(web_database)


def texts(letters: list[Letter]) -> list[str]:
    return [letter.text for letter in letters]


def test_somebody_who_never_wrote_has_no_mail(mailbox: Mailbox) -> None:
    assert mailbox.history(LAN, Cursor()) == ([], Cursor())


def test_each_answer_follows_its_question(lan: Conversation, mailbox: Mailbox) -> None:
    lan.ask("một", "trả lời một", "menu")
    lan.ask("hai", "trả lời hai")
    letters, _ = mailbox.history(LAN, Cursor())
    assert texts(letters) == ["một", "trả lời một", "menu", "hai", "trả lời hai"]
    assert [letter.author for letter in letters] == ["person", "bot", "bot", "person", "bot"]
    assert letters[0].id == "một"
    assert letters[2].choices == (Choice("Tiếp", "menu"),)


def test_questions_in_the_same_millisecond_keep_their_answers(lan: Conversation, mailbox: Mailbox) -> None:
    for text in ("một", "hai"):
        lan.minute = 0
        lan.ask(text, "trả lời " + text)
    assert texts(mailbox.history(LAN, Cursor())[0]) == ["một", "trả lời một", "hai", "trả lời hai"]


def test_a_clock_set_back_does_not_reorder(lan: Conversation, mailbox: Mailbox) -> None:
    lan.minute = 100
    lan.ask("một", "trả lời một")
    lan.minute = 0
    lan.ask("hai", "trả lời hai")
    assert texts(mailbox.history(LAN, Cursor())[0]) == ["một", "trả lời một", "hai", "trả lời hai"]


def test_nobody_reads_anothers_mail(lan: Conversation, mailbox: Mailbox) -> None:
    lan.ask("một", "trả lời một")
    minh = dataclasses.replace(lan, address="b" * 32)
    minh.ask("của Minh", "cho Minh")
    assert texts(mailbox.history(minh.address, Cursor())[0]) == ["của Minh", "cho Minh"]
    assert texts(mailbox.history(LAN, Cursor())[0]) == ["một", "trả lời một"]


def test_a_reminder_is_seen_when_it_is_sent_not_when_it_is_stored(lan: Conversation, mailbox: Mailbox) -> None:
    lan.ask("một", "trả lời một")
    reminder = lan.remind("nhắc")
    lan.ask("hai", "trả lời hai")
    letters, cursor = mailbox.history(LAN, Cursor())
    assert texts(letters) == ["một", "trả lời một", "hai", "trả lời hai"]
    lan.send(reminder)
    late, cursor = mailbox.history(LAN, parse_cursor(str(cursor)))
    assert texts(late) == ["nhắc"]
    assert mailbox.history(LAN, cursor)[0] == []
    assert texts(mailbox.history(LAN, Cursor())[0])[-1] == "nhắc"


def test_a_reminder_that_was_dropped_is_never_seen(lan: Conversation, mailbox: Mailbox) -> None:
    reminder = lan.remind("nhắc")
    _, cursor = mailbox.history(LAN, Cursor())
    with lan.database.transaction() as c:
        outbox.settle_failed(c, [(reminder, "expired", "quá hạn")], lan.now())
    assert mailbox.history(LAN, cursor)[0] == []
    assert mailbox.history(LAN, Cursor())[0] == []


def test_after_any_letter_the_rest_follows_without_loss_or_repeats(lan: Conversation, mailbox: Mailbox) -> None:
    lan.ask("một", "trả lời một", "thêm")
    early = lan.remind("nhắc sớm")
    later = lan.remind("nhắc muộn")
    lan.ask("hai", "trả lời hai")
    lan.send(later)
    lan.ask("ba", "trả lời ba")
    lan.send(early)
    letters, _ = mailbox.history(LAN, Cursor())
    assert texts(letters) == [
        "một",
        "trả lời một",
        "thêm",
        "hai",
        "trả lời hai",
        "nhắc muộn",
        "ba",
        "trả lời ba",
        "nhắc sớm",
    ]
    for place, letter in enumerate(letters):
        rest, _ = mailbox.history(LAN, parse_cursor(str(letter.cursor)))
        assert texts(rest) == texts(letters[place + 1 :])


def test_a_long_history_opens_at_its_end(lan: Conversation, mailbox: Mailbox) -> None:
    for number in range(HISTORY_LETTERS):
        lan.ask(f"hỏi {number}", f"đáp {number}")
    letters, cursor = mailbox.history(LAN, Cursor())
    assert len(letters) == HISTORY_LETTERS
    assert letters[-1].text == f"đáp {HISTORY_LETTERS - 1}"
    assert mailbox.history(LAN, cursor)[0] == []


@given(st.text())
def test_any_text_is_a_cursor_or_the_beginning(text: str) -> None:
    cursor = parse_cursor(text)
    assert parse_cursor(str(cursor)) == cursor


@pytest.mark.parametrize("text", ["", "1", "1.", ".", "-1.2", "1.x", "١.٢", "1.²", "1." + "9" * 19, "1.2" + ".3" * 600])
def test_a_malformed_cursor_is_the_beginning(text: str) -> None:
    assert parse_cursor(text) == Cursor()


async def test_sending_wakes_the_open_tabs_of_that_address_only(mailbox: Mailbox) -> None:
    lan, minh = mailbox.open_stream(LAN), mailbox.open_stream("b" * 32)
    assert await WebChannel(mailbox).send(Outgoing(LAN, "trả lời"))
    assert await lan.wait(0.1)
    assert not await lan.wait(0.01)
    assert not await minh.wait(0.01)


async def test_the_oldest_tab_gives_way(mailbox: Mailbox) -> None:
    tabs = [mailbox.open_stream(LAN) for _ in range(STREAMS_PER_ADDRESS + 1)]
    assert [tab.replaced for tab in tabs] == [True] + [False] * STREAMS_PER_ADDRESS
    assert mailbox.count_streams() == STREAMS_PER_ADDRESS
    for tab in tabs:
        mailbox.leave(LAN, tab)
    assert mailbox.count_streams() == 0


async def test_stopping_ends_every_tab_also_one_that_opens_meanwhile(mailbox: Mailbox) -> None:
    tab = mailbox.open_stream(LAN)
    waiting = asyncio.create_task(tab.wait(5))
    await WebChannel(mailbox).stop()
    assert await waiting
    assert tab.closed
    assert mailbox.open_stream(LAN).closed
