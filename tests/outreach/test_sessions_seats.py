"""Seats, waiting list and promised reminders stay true to each other, whatever is done in what order."""

from __future__ import annotations

import concurrent.futures
import dataclasses
import datetime
import random
import threading
from collections.abc import Callable

import pytest

from bot.clock import iso
from bot.messages import GiveUpPlace, Register, SetReminding
from bot.rescheduling import as_new, cancel, change
from bot.seating import give_up_place, register, set_reminding
from storage import people, registrations, reminders, sessions
from storage.database import Connection, Database
from storage.registrations import SeatGone
from storage.sessions import NewSession

NOW = datetime.datetime(2026, 11, 22, 3, 0, tzinfo=datetime.UTC)
SOON = NewSession(
    slug="phien-1",
    kind="hang-ngay",
    title="Phiên thử",
    starts_at="2026-11-28T01:00:00.000Z",
    ends_at="2026-11-28T04:30:00.000Z",
    place="144 Trần Phú",
    capacity=3,
)


@dataclasses.dataclass
class Hall:
    """A session and twelve people; every step is one transaction a minute after the last."""

    database: Database
    session_id: int
    people: list[people.Person]
    minute: int = 0

    def step(self, act: Callable[[Connection, str], object]) -> object:
        self.minute += 1
        with self.database.transaction() as c:
            return act(c, iso(NOW + datetime.timedelta(minutes=self.minute)))

    def take(self, person: people.Person, seat: registrations.Seat = "registered", minutes: str = "1440,120") -> bool:
        wish = Register(self.session_id, seat, "", "", minutes)
        try:
            self.step(lambda c, now: register(c, person, wish, now))
        except SeatGone:
            return False
        return True

    def leave(self, person: people.Person) -> None:
        self.step(lambda c, now: give_up_place(c, person, GiveUpPlace(self.session_id), now))

    def remind(self, person: people.Person, minutes: str) -> None:
        self.step(lambda c, now: set_reminding(c, person, SetReminding(self.session_id, minutes), now))

    def change(self, **changes: str | int) -> None:
        def act(c: Connection, now: str) -> None:
            new = as_new(sessions.get_session(c, self.session_id), **changes)
            change(c, self.session_id, new, "console", "", now)

        self.step(act)

    def cancel(self) -> None:
        self.step(lambda c, now: cancel(c, self.session_id, now))

    def session(self) -> sessions.Session:
        with self.database.reading() as c:
            return sessions.get_session(c, self.session_id)

    def places(self, status: str) -> list[registrations.Registration]:
        with self.database.reading() as c:
            return registrations.list_of_session(c, self.session_id, status, 0, 1000)

    def planned(self, person: people.Person) -> list[reminders.Reminder]:
        with self.database.reading() as c:
            return [one for one in reminders.list_of_person(c, person.id) if one.status == "planned"]


@pytest.fixture
def hall(database: Database) -> Hall:
    with database.transaction() as c:
        session_id = sessions.add_session(c, SOON, "console", "", iso(NOW))
        crowd = [people.get_or_create_person(c, "zalo", f"nguoi-{n}", "", iso(NOW)) for n in range(12)]
    return Hall(database, session_id, crowd)


def check(hall: Hall) -> None:
    session, seated, waiting = hall.session(), hall.places("registered"), hall.places("waiting")
    assert session.taken == len(seated)
    assert not session.capacity or session.taken <= session.capacity
    if session.status == "mo":
        assert not waiting, "nobody waits while a seat is free"
    if session.status == "day":
        assert session.taken == session.capacity
    for person in hall.people:
        kinds = {one.kind for one in hall.planned(person)}
        place = next((one for one in (*seated, *waiting) if one.person_id == person.id), None)
        if place is None:
            assert kinds == set()
        elif place.status == "waiting" or session.status in {"huy", "hoan"}:
            assert not kinds & {"session_before", "session_after"}
        else:
            assert "session_after" in kinds


@pytest.mark.parametrize("seed", range(4))
def test_whatever_happens_seats_lists_and_reminders_agree(hall: Hall, seed: int) -> None:
    chance = random.Random(seed)
    for _ in range(60):
        person = chance.choice(hall.people)
        order = [one.person_id for one in sorted(hall.places("waiting"), key=lambda one: (one.since_at, one.id))]
        act = chance.choices(("take", "leave", "remind", "capacity", "move", "status"), (10, 5, 2, 2, 1, 1))[0]
        if act == "take":
            hall.take(person) or hall.take(person, "waiting")
        elif act == "leave":
            hall.leave(person)
        elif act == "remind":
            hall.remind(person, chance.choice(("", "120", "4320,60")))
        elif act == "capacity":
            hall.change(capacity=chance.randint(1, 8))
        elif act == "move":
            hall.change(starts_at=f"2026-11-{chance.randint(25, 28)}T01:00:00.000Z")
        else:
            hall.change(status=chance.choice(("mo", "hoan", "mo", "huy")))
        left = {one.person_id for one in hall.places("waiting")}
        kept = [id_ for id_ in order if id_ in left]
        moved_up = [id_ for id_ in order if id_ not in left and id_ != person.id]
        assert [*moved_up, *kept] == [id_ for id_ in order if id_ in {*moved_up, *kept}], "the longest waiting go first"
        check(hall)


def test_two_race_for_the_last_seat_and_one_gets_it(hall: Hall) -> None:
    for person in hall.people[:2]:
        assert hall.take(person)
    start = threading.Barrier(2)

    def run(person: people.Person) -> bool:
        start.wait()
        return hall.take(person)

    with concurrent.futures.ThreadPoolExecutor(2) as pool:
        assert sorted(pool.map(run, hall.people[2:4])) == [False, True]
    check(hall)


def test_who_gives_up_makes_room_for_who_waits_longest(hall: Hall) -> None:
    first, second, third, fourth, fifth = hall.people[:5]
    for person in (first, second, third):
        assert hall.take(person)
    assert not hall.take(fourth)
    assert hall.take(fourth, "waiting")
    assert hall.take(fifth, "waiting")
    hall.leave(second)
    assert {place.person_id for place in hall.places("registered")} == {first.id, third.id, fourth.id}
    assert [place.person_id for place in hall.places("waiting")] == [fifth.id]
    assert {"session_seat", "session_before", "session_after"} == {one.kind for one in hall.planned(fourth)}
    assert hall.planned(second) == []


def test_a_seat_given_up_after_the_end_is_nobodys(hall: Hall) -> None:
    """Else somebody who was never there would be asked how it went."""
    for person in hall.people[:3]:
        hall.take(person)
    hall.take(hall.people[3], "waiting")
    hall.minute = 7 * 24 * 60
    hall.leave(hall.people[0])
    with hall.database.reading() as c:
        held = registrations.find_registration(c, hall.session_id, hall.people[3].id)
    assert held
    assert held.status == "waiting"


def test_who_waited_and_left_queues_behind_when_coming_back(hall: Hall) -> None:
    for person in hall.people[:3]:
        hall.take(person)
    early, late = hall.people[3:5]
    hall.take(early, "waiting")
    hall.take(late, "waiting")
    hall.leave(early)
    hall.take(early, "waiting")
    hall.leave(hall.people[0])
    assert [place.person_id for place in hall.places("waiting")] == [early.id]


def test_a_place_that_is_not_what_was_shown_is_refused(hall: Hall) -> None:
    assert not hall.take(hall.people[0], "waiting"), "a seat is free: nobody is to wait"
    hall.cancel()
    assert not hall.take(hall.people[0])


def test_a_moved_session_is_told_and_reminded_of_anew(hall: Hall) -> None:
    person = hall.people[0]
    hall.take(person)
    hall.change(starts_at="2026-11-27T01:00:00.000Z", ends_at="2026-11-27T04:30:00.000Z")
    by_kind = {(one.kind, one.step): one for one in hall.planned(person)}
    assert by_kind["session_before", "1440"].due_at == "2026-11-26T01:00:00.000Z"
    assert [one.kind for one in hall.planned(person)].count("session_moved") == 1
    hall.change(title="Tên mới")
    assert [one.kind for one in hall.planned(person)].count("session_moved") == 1


def test_nobody_loses_a_seat_to_a_smaller_capacity(hall: Hall) -> None:
    for person in hall.people[:3]:
        hall.take(person)
    hall.change(capacity=1)
    assert hall.session().capacity == 3
    check(hall)


def test_a_larger_capacity_seats_those_who_wait(hall: Hall) -> None:
    for person in hall.people[:3]:
        hall.take(person)
    hall.take(hall.people[3], "waiting")
    hall.change(capacity=10)
    assert hall.places("waiting") == []
    assert hall.session().status == "mo"
    check(hall)


def test_the_over_are_finished_once(hall: Hall) -> None:
    hall.take(hall.people[0])
    with hall.database.transaction() as c:
        assert sessions.finish_over(c, "2026-11-28T04:29:00.000Z") == 0
        assert sessions.finish_over(c, "2026-11-28T04:30:00.000Z") == 1
        assert sessions.finish_over(c, "2026-11-28T05:30:00.000Z") == 0


def test_attendance_is_counted_once_and_only_of_those_with_a_place(hall: Hall) -> None:
    hall.take(hall.people[0])
    with hall.database.transaction() as c:
        assert registrations.check_in(c, hall.session_id, hall.people[0].id, iso(NOW))
        assert registrations.check_in(c, hall.session_id, hall.people[0].id, iso(NOW + datetime.timedelta(hours=1)))
        assert not registrations.check_in(c, hall.session_id, hall.people[1].id, iso(NOW))
        assert registrations.count_places(c, [hall.session_id, 99]) == {
            hall.session_id: registrations.Places(1, 0, 1),
            99: registrations.Places(),
        }
