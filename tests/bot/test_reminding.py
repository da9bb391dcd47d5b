"""Reminders that are due become deliveries: once, to whom they are still of use, on both databases and two replicas."""

from __future__ import annotations

import dataclasses
import datetime
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from bot.clock import HANOI, iso
from bot.composing import Composer, Say, Skip
from bot.messages import NO_FORM, Choice, FormState, State, parse_state
from bot.reminding import Reminded, overdue_before, remind_due
from content.load import load_library
from content.model import Library
from storage import dialogues, outbox, people, reminders
from storage.database import Connection, Database
from storage.people import Person
from storage.reminders import NewReminder, Reminder

ROOT = Path(__file__).parents[2]
NOW = datetime.datetime(2026, 11, 23, 8, 0, tzinfo=HANOI)
HOUR = datetime.timedelta(hours=1)


@pytest.fixture(scope="module")
def library() -> Library:
    return load_library(ROOT / "content", on=NOW.date())


def say_hello(
    _c: Connection, _library: Library, reminder: Reminder, person: Person, _now: datetime.datetime
) -> Say | Skip:
    return Say(f"Chào {person.name}: {reminder.subject}", (Choice("Xong", f"hn:xong:{reminder.id}"),))


def break_down(*_: object) -> Say | Skip:
    raise ValueError("lỗi của người soạn")


def ask_badly(c: Connection, *_: object) -> Say | Skip:
    c.rows("SELECT nothing FROM nowhere")
    return Skip("không tới đây")


HELLO: dict[str, Composer] = {"hello": say_hello, "broken": break_down, "bad-sql": ask_badly}


def plan(
    database: Database,
    name: str = "lan",
    kind: str = "hello",
    due: datetime.datetime = NOW,
    useful: datetime.timedelta = 6 * HOUR,
    key: str = "",
) -> int:
    """One person and one reminder; the person's id."""
    with database.transaction() as c:
        person = people.get_or_create_person(c, "web", name, name, iso(NOW - 24 * HOUR))
        new = NewReminder(person.id, kind, f"thing:{key}", "", f"{name}:{kind}:{key}", iso(due), iso(due + useful))
        reminders.plan(c, [new], iso(NOW))
    return person.id


def remind(database: Database, library: Library, now: datetime.datetime = NOW, page: int = 200) -> Reminded:
    return remind_due(database, library, now, page, HELLO)


def sent(database: Database, person_id: int) -> list[outbox.Delivery]:
    with database.reading() as c:
        return outbox.list_for_person(c, person_id, 0, 100)


def status_of(database: Database, person_id: int) -> list[tuple[str, str]]:
    with database.reading() as c:
        return [(one.status, one.reason) for one in reminders.list_of_person(c, person_id)]


def test_what_is_due_is_queued_once(database: Database, library: Library) -> None:
    person = plan(database)
    assert remind(database, library) == Reminded(queued=1, channels=frozenset({"web"}))
    assert remind(database, library) == Reminded()
    [delivery] = sent(database, person)
    assert (delivery.text, delivery.priority, delivery.kind) == ("Chào lan: thing:", outbox.PRIORITY_REMINDER, "hello")
    assert (delivery.due_at, delivery.expires_at) == (iso(NOW), iso(NOW + 6 * HOUR))
    assert status_of(database, person) == [("queued", "")]


def test_what_is_not_due_yet_waits(database: Database, library: Library) -> None:
    person = plan(database, due=NOW + HOUR)
    assert remind(database, library) == Reminded()
    assert status_of(database, person) == [("planned", "")]


def test_pages_come_to_an_end(database: Database, library: Library) -> None:
    for number in range(7):
        plan(database, f"người {number}")
    assert remind(database, library, page=3).queued == 7


def test_three_hours_late_still_goes_and_too_late_does_not(database: Database, library: Library) -> None:
    late, lost = plan(database, "muộn"), plan(database, "lỡ", useful=2 * HOUR)
    assert remind(database, library, NOW + 3 * HOUR) == Reminded(1, 1, 0, frozenset({"web"}))
    assert len(sent(database, late)) == 1
    assert status_of(database, lost) == [("skipped", "quá muộn")]


def test_whoever_stopped_left_or_was_forgotten_gets_nothing(database: Database, library: Library) -> None:
    stopped, gone, erased = plan(database, "dừng"), plan(database, "đi"), plan(database, "xóa")
    with database.transaction() as c:
        people.set_pushes(c, stopped, allowed=False)
        people.mark_gone(c, "web", "đi", "chặn", iso(NOW))
        c.execute("UPDATE people SET erased_at = :now WHERE id = :id", {"now": iso(NOW), "id": erased})
    assert remind(database, library) == Reminded(skipped=3)
    assert [status_of(database, each) for each in (stopped, gone, erased)] == [
        [("skipped", "người nhận đã dừng")],
        [("skipped", "không còn liên lạc được")],
        [("skipped", "người nhận đã xóa dữ liệu")],
    ]


def test_at_night_nothing_is_composed(database: Database, library: Library) -> None:
    evening = NOW.replace(hour=20, minute=58)
    person = plan(database, due=evening, useful=24 * HOUR)
    for clock in (evening, NOW.replace(hour=23), NOW.replace(hour=6, minute=59) + 24 * HOUR):
        assert remind(database, library, clock) == Reminded()
    assert remind(database, library, NOW.replace(hour=7) + 24 * HOUR).queued == 1
    assert sent(database, person)[0].due_at == iso(NOW.replace(hour=7) + 24 * HOUR)


@pytest.mark.parametrize("kind", ["broken", "bad-sql", "unknown"])
def test_a_composer_that_fails_is_tried_again_and_holds_up_nobody(
    database: Database, library: Library, kind: str
) -> None:
    failing, well = (
        plan(database, "hỏng", kind, useful=48 * HOUR),
        plan(database, "lành", due=NOW + datetime.timedelta(0)),
    )
    assert remind(database, library) == Reminded(1, 0, 1, frozenset({"web"}))
    assert len(sent(database, well)) == 1
    assert status_of(database, failing)[0][0] == "planned"
    for _ in range(4):
        assert remind(database, library) == Reminded()  # not before its next try is due
        with database.transaction() as c:
            c.execute("UPDATE reminders SET due_at = :now WHERE status = 'planned'", {"now": iso(NOW)})
        remind(database, library)
    [(status, reason)] = status_of(database, failing)
    assert status == "skipped"
    assert reason.startswith("lỗi: ")


def test_a_clock_that_jumps_back_repeats_nothing(database: Database, library: Library) -> None:
    person = plan(database)
    remind(database, library, NOW + HOUR)
    for jump in (-3 * HOUR, -HOUR, HOUR, 5 * HOUR):
        assert remind(database, library, NOW + jump) == Reminded()
    assert len(sent(database, person)) == 1


def test_two_replicas_queue_each_once(database: Database, library: Library) -> None:
    persons = [plan(database, f"người {number}", key=str(number)) for number in range(120)]
    together = threading.Barrier(2)

    def replica() -> int:
        together.wait()
        return sum(remind(database, library, page=7).queued for _ in range(20))

    with ThreadPoolExecutor(2) as pool:
        done = [each.result() for each in [pool.submit(replica), pool.submit(replica)]]
    assert sum(done) == 120
    assert {len(sent(database, person)) for person in persons} == {1}


def test_a_person_who_is_writing_right_now_is_left_for_the_next_time(database: Database, library: Library) -> None:
    """Otherwise a reminder could overtake the "dừng" that is being handled."""
    if database.dialect == "sqlite":
        pytest.skip("one writer at a time: nobody can be in between")
    busy, other = plan(database, "bận"), plan(database, "rảnh")
    with database.transaction() as c:
        people.set_pushes(c, busy, allowed=False)
        with ThreadPoolExecutor(1) as pool:
            assert pool.submit(remind, database, library).result(10).queued == 1
    assert len(sent(database, other)) == 1
    assert remind(database, library) == Reminded(skipped=1)
    assert sent(database, busy) == []


def open_form(database: Database, person_id: int, seen: datetime.datetime) -> None:
    with database.transaction() as c:
        state = State(offered=(Choice("Cũ", "m"),), form=FormState("benefit_calculator", (("wage", "8000000"),)))
        dialogues.save_dialogue(c, person_id, state.to_json(), iso(seen))
        c.execute("UPDATE people SET last_seen_at = :at WHERE id = :id", {"at": iso(seen), "id": person_id})


def state_of(database: Database, person_id: int) -> State:
    with database.transaction() as c:
        return parse_state(dialogues.load_dialogue(c, person_id))


def test_numbers_typed_after_a_reminder_mean_its_choices(database: Database, library: Library) -> None:
    person = plan(database)
    remind(database, library)
    assert [choice.label for choice in state_of(database, person).offered] == ["Xong"]


def test_a_form_being_filled_in_goes_on_and_one_left_open_is_closed(database: Database, library: Library) -> None:
    talking, away = plan(database, "đang gõ"), plan(database, "bỏ đó")
    open_form(database, talking, NOW - datetime.timedelta(minutes=5))
    open_form(database, away, NOW - 2 * HOUR)
    remind(database, library)
    assert state_of(database, talking).form.name == "benefit_calculator"
    assert state_of(database, talking).offered[0].label == "Cũ"
    assert state_of(database, away).form == NO_FORM
    assert state_of(database, away).offered[0].label == "Xong"


@pytest.mark.parametrize(
    ("clock", "before"),
    [
        ("12:00", "11:50"),
        ("20:57", "20:47"),
        ("21:05", "20:45"),
        ("23:30", "20:45"),
        ("07:05", "20:45"),  # of the evening before: the night's reminders have ten minutes from seven o'clock
        ("07:12", "07:02"),
    ],
)
def test_only_what_could_have_been_sent_counts_as_overdue(clock: str, before: str) -> None:
    hour, minute = map(int, clock.split(":"))
    found = datetime.datetime.fromisoformat(overdue_before(NOW.replace(hour=hour, minute=minute))).astimezone(HANOI)
    assert f"{found:%H:%M}" == before


def test_overdue_reminders_are_counted(sqlite_database: Database) -> None:
    plan(sqlite_database, "a")
    plan(sqlite_database, "b", due=NOW + HOUR)
    with sqlite_database.reading() as c:
        assert reminders.count_overdue(c, iso(NOW)) == 1
        assert reminders.count_overdue(c, iso(NOW - HOUR)) == 0


def test_a_cancelled_reminder_is_planned_again_with_the_same_key(database: Database, library: Library) -> None:
    person = plan(database, due=NOW + HOUR)
    with database.transaction() as c:
        assert reminders.cancel_subject(c, "thing:", "đổi hạn", iso(NOW), person_id=person) == 1
    assert remind(database, library, NOW + 2 * HOUR) == Reminded()
    plan(database, due=NOW + 2 * HOUR)
    assert remind(database, library, NOW + 2 * HOUR).queued == 1
    plan(database, due=NOW + 3 * HOUR)
    assert remind(database, library, NOW + 3 * HOUR).queued == 0, "what was said is not said again"


def test_the_words_may_be_of_use_for_less_long(database: Database, library: Library) -> None:
    person = plan(database)

    def short_lived(*_: object) -> Say | Skip:
        return dataclasses.replace(Say("mau lên"), expires_at=iso(NOW + HOUR))

    remind_due(database, library, NOW, composers={"hello": short_lived})
    assert sent(database, person)[0].expires_at == iso(NOW + HOUR)
