"""An official and a worker write to each other under one question, each message once, by the same road as all else."""

from __future__ import annotations

import datetime
import itertools

import pytest

from bot.answering import (
    LONGEST_ANSWER,
    WAITING,
    NotDone,
    carry_out,
    claim,
    close,
    days_before,
    list_open,
    plan_notices,
    release,
    send_answer,
    show_thread,
)
from bot.channels.markdown import to_plain
from bot.clock import HANOI, iso
from bot.messages import Inbound, Turn, parse_choices
from bot.quiet import quiet
from bot.receiving import receive
from bot.reminding import remind_due
from bot.voice import Voice
from storage import audit, outbox, people, questions
from storage.database import Database
from storage.scope import Scope
from tests.bot.conftest import NOW

QUESTION = "chủ *giữ* sổ của tôi"

_numbers = itertools.count(1)


def write(database: Database, voice: Voice, text: str, address: str = "7", now: datetime.datetime = NOW) -> Turn:
    """What the person types, and the turn it leads to."""
    inbound = Inbound("telegram", address, str(next(_numbers)), "text", text=text)
    turn = receive(database, voice, inbound, now).turn
    assert turn
    return turn


def last_push(database: Database) -> outbox.Delivery:
    with database.reading() as c:
        person = people.find_person(c, "telegram", "7")
        assert person
        return [one for one in outbox.list_for_person(c, person.id, 0, 100) if one.turn_id is None][-1]


def arrive(database: Database) -> None:
    """Everything on its way reaches the phone."""
    with database.transaction() as c:
        waiting = c.rows("SELECT id FROM outbox WHERE status = 'queued'")
        for row in waiting:  # one at a time: the newest push is the last to be settled
            c.execute("UPDATE outbox SET status = 'sending' WHERE id = :id", row)
            outbox.settle_sent(c, [(row["id"], "m")], iso(datetime.datetime.now(datetime.UTC)))


def status(database: Database, question_id: int = 1) -> str:
    with database.reading() as c:
        return questions.get_question(c, question_id).status


@pytest.fixture
def asked(database: Database, voice: Voice) -> Database:
    write(database, voice, "gặp cán bộ")
    write(database, voice, QUESTION)
    return database


# The official's side


def test_the_list_shows_the_question_with_what_led_to_it(asked: Database) -> None:
    shown = list_open(asked)
    assert QUESTION in shown
    assert "Người hỏi: gặp cán bộ" in shown


def test_the_answer_goes_out_once_and_is_on_record(asked: Database) -> None:
    told = carry_out(asked, 1, "", "Anh đến **Trung tâm** nhé.\n1. Mang sổ", "chị Hà")
    assert told == "Đã gửi câu trả lời cho câu hỏi số 1."
    delivery = last_push(asked)
    assert (delivery.kind, delivery.priority) == ("official_answer", outbox.PRIORITY_REPLY)
    assert "Anh đến **Trung tâm** nhé.\n\n1. Mang sổ" in to_plain(delivery.text)
    assert [choice.label for choice in parse_choices(delivery.choices_json)] == ["Hỏi thêm", "Đã rõ"]
    with pytest.raises(NotDone, match="đã được trả lời"):
        send_answer(asked, 1, "lần nữa", "anh Ba")
    assert last_push(asked).id == delivery.id
    assert "Không có câu hỏi nào" in list_open(asked)
    with asked.reading() as c:
        [record] = audit.list_audit(c, 10)
    assert (record.actor, record.action, record.subject) == ("chị Hà", "question.answered", "question:1")


@pytest.mark.parametrize("text", ["", "   ", "dài " * LONGEST_ANSWER])
def test_an_empty_or_endless_answer_is_not_sent(asked: Database, text: str) -> None:
    with pytest.raises(NotDone):
        send_answer(asked, 1, text, "chị Hà")
    assert status(asked) == "open"


def test_a_question_that_does_not_exist_is_an_error(asked: Database) -> None:
    with pytest.raises(LookupError):
        send_answer(asked, 99, "x", "chị Hà")
    with pytest.raises(LookupError):
        show_thread(asked, 99)


def test_who_takes_a_question_answers_it_alone_until_they_give_it_back(asked: Database) -> None:
    assert "chị Hà đang trả lời" in carry_out(asked, 1, "claim", "", "chị Hà")
    claim(asked, 1, "chị Hà")
    with pytest.raises(NotDone, match="chị Hà"):
        claim(asked, 1, "anh Ba")
    with pytest.raises(NotDone, match="chị Hà"):
        send_answer(asked, 1, "để tôi", "anh Ba")
    release(asked, 1, "chị Hà")
    with pytest.raises(NotDone, match="chưa có ai"):
        release(asked, 1, "chị Hà")
    send_answer(asked, 1, "để tôi", "anh Ba")
    with pytest.raises(NotDone, match="không còn mở"):
        claim(asked, 1, "chị Hà")


def test_a_closed_question_is_gone_from_the_list_and_the_person_hears_nothing(asked: Database) -> None:
    carry_out(asked, 1, "close", "", "chị Hà")
    assert status(asked) == "closed"
    assert "Không có câu hỏi nào" in list_open(asked)
    with pytest.raises(NotDone, match="đã đóng"):
        close(asked, 1, "chị Hà")


def test_an_official_of_a_commune_reaches_its_people_only(asked: Database) -> None:
    with asked.transaction() as c:
        people.set_profile(c, 1, "commune", "lang")
    elsewhere, here = Scope(frozenset({"ba-vi"})), Scope(frozenset({"lang"}))
    with asked.reading() as c:
        assert questions.list_questions(c, "open", 10, elsewhere) == []
        assert [one.commune for one in questions.list_questions(c, "open", 10, here)] == ["lang"]
    for do in (claim, release, close):
        with pytest.raises(LookupError):
            do(asked, 1, "anh Ba", elsewhere)
    with pytest.raises(LookupError):
        send_answer(asked, 1, "x", "anh Ba", elsewhere)
    send_answer(asked, 1, "x", "chị Hà", here)


# The worker's side


def test_a_number_typed_after_the_answer_means_the_answers_choices(asked: Database, voice: Voice) -> None:
    send_answer(asked, 1, "Anh mang sổ đến nhé", "chị Hà")
    arrive(asked)
    later = datetime.datetime.now(datetime.UTC) + datetime.timedelta(minutes=1)
    assert "viết điều muốn nói thêm" in write(asked, voice, "1", now=later).replies[0].text
    turn = write(asked, voice, "sổ công ty giữ rồi, không trả", now=later)
    assert "ghi dưới câu" in turn.replies[0].text
    assert status(asked) == "open"
    thread = show_thread(asked, 1)
    assert thread.index("Cán bộ chị Hà") < thread.index("sổ công ty giữ rồi")
    assert "hỏi lại từ" in list_open(asked)
    send_answer(asked, 1, "Để tôi gọi công ty", "chị Hà")
    assert "gọi công ty" in last_push(asked).text
    assert len(thread.split("\n")) < len(show_thread(asked, 1).split("\n"))


def test_done_is_done(asked: Database, voice: Voice) -> None:
    send_answer(asked, 1, "Anh mang sổ đến nhé", "chị Hà")
    arrive(asked)
    later = datetime.datetime.now(datetime.UTC) + datetime.timedelta(minutes=1)
    assert "đã rõ" in write(asked, voice, "đã rõ", now=later).replies[0].text
    assert status(asked) == "closed"


@pytest.mark.parametrize("words", ["thôi", "huỷ", "quay lại", "1"])
def test_who_thinks_better_of_it_sends_nothing(asked: Database, voice: Voice, words: str) -> None:
    write(asked, voice, "câu hỏi của tôi")
    write(asked, voice, "1")
    write(asked, voice, words)
    with asked.reading() as c:
        assert questions.list_messages(c, 1) == []


def test_an_order_in_the_middle_is_obeyed_and_not_sent(asked: Database, voice: Voice) -> None:
    write(asked, voice, "câu hỏi của tôi")
    write(asked, voice, "1")
    write(asked, voice, "menu")
    assert write(asked, voice, "lãi suất vay bao nhiêu").because.id == "vay.lai-suat"
    with asked.reading() as c:
        assert questions.list_messages(c, 1) == []


def test_several_questions_are_kept_apart(asked: Database, voice: Voice) -> None:
    write(asked, voice, "gặp cán bộ")
    write(asked, voice, "còn lớp hàn không")
    shown = write(asked, voice, "câu hỏi của tôi").replies[0]
    assert [choice.label for choice in shown.choices[:2]] == ["Viết thêm câu 2", "Viết thêm câu 1"]
    write(asked, voice, "2")
    write(asked, voice, "tôi ở Hòa Xá")
    with asked.reading() as c:
        assert [one.text for one in questions.list_messages(c, 1)] == ["tôi ở Hòa Xá"]
        assert questions.list_messages(c, 2) == []


def test_the_same_words_twice_in_a_day_are_one_question(asked: Database, voice: Voice) -> None:
    for now in (NOW, NOW + datetime.timedelta(hours=20), NOW + datetime.timedelta(hours=30)):
        write(asked, voice, "gặp cán bộ", now=now)
        write(asked, voice, QUESTION, now=now)
    with asked.reading() as c:
        assert questions.count_open(c) == 2


def test_nobody_writes_under_or_closes_anothers_question(asked: Database, voice: Voice) -> None:
    for action in ("hd:hoi:1", "hd:ro:1"):
        inbound = Inbound("telegram", "8", action, "choice", choice=action)
        receive(asked, voice, inbound, NOW)
    write(asked, voice, "tôi là người khác", address="8")
    assert status(asked) == "open"
    with asked.transaction() as c:
        other = people.find_person(c, "telegram", "8")
        assert other
        assert not questions.reply(c, 1, other.id, "…", iso(NOW))
        assert questions.list_messages(c, 1) == []


# Waiting


def day(number: int, hour: int = 10) -> datetime.datetime:
    """So many days after Sunday, 22 November 2026, on which the question is asked."""
    return datetime.datetime(2026, 11, 22, hour, tzinfo=HANOI) + datetime.timedelta(days=number)


def test_weekends_do_not_count() -> None:
    assert days_before(day(5), 3) == day(2)
    assert days_before(day(8), 3) == day(3)


def test_who_waits_too_long_is_told_once_and_honestly(asked: Database, voice: Voice) -> None:
    assert plan_notices(asked, day(2), 3) == 0
    assert plan_notices(asked, day(5), 3) == 1
    assert plan_notices(asked, day(5), 3) == 0
    assert not quiet(day(5))
    assert remind_due(asked, voice.library, day(5)).queued == 1
    told = last_push(asked)
    assert told.kind == WAITING
    assert "vẫn chưa có trả lời" in told.text
    assert "22/11" in told.text
    assert [choice.action for choice in parse_choices(told.choices_json)] == ["e:chung.lien-he", "hd:ro:1"]
    assert plan_notices(asked, day(20), 3) == 0


def test_an_answer_in_the_meantime_calls_the_notice_off(asked: Database, voice: Voice) -> None:
    plan_notices(asked, day(5), 3)
    send_answer(asked, 1, "Đây ạ", "chị Hà")
    assert remind_due(asked, voice.library, day(5)).queued == 0
    assert last_push(asked).kind == "official_answer"


def test_who_asks_again_may_wait_in_vain_again(asked: Database, voice: Voice) -> None:
    plan_notices(asked, day(5), 3)
    write(asked, voice, "câu hỏi của tôi", now=day(6))
    write(asked, voice, "1", now=day(6))
    write(asked, voice, "tôi vẫn chờ", now=day(6))
    assert plan_notices(asked, day(8), 3) == 0
    assert plan_notices(asked, day(12), 3) == 1
