"""Deadlines as rows: kept, changed, done and stopped, with all that is said before them, on both databases."""

from __future__ import annotations

import datetime
from pathlib import Path

import pytest

from bot.clock import HANOI, iso
from bot.composing import Say, Skip
from bot.conversation import respond
from bot.forms.consenting import WORDINGS
from bot.forms.deadlines import PURPOSE, plan_filing
from bot.forms.form import Setting
from bot.known import load_known
from bot.messages import (
    CloseDeadline,
    Effect,
    GiveConsent,
    Inbound,
    KeepDeadline,
    Moment,
    State,
    Turn,
    WithdrawConsent,
)
from bot.outreach.deadline_reminders import compose
from bot.performing import perform
from bot.reminding import remind_due
from bot.voice import Voice, load_voice
from content.load import load_library
from storage import deadlines, outbox, people, reminders
from storage.database import Database
from storage.people import Person

ROOT = Path(__file__).parents[2]
NOW = datetime.datetime(2026, 11, 22, 10, 0, tzinfo=HANOI)
LIBRARY = load_library(ROOT / "content", on=NOW.date())
AGREED = GiveConsent(PURPOSE, WORDINGS[PURPOSE].version, WORDINGS[PURPOSE].text)


def keep_filing(day: str) -> KeepDeadline:
    plan = plan_filing(day, Setting(LIBRARY, NOW.date()))
    assert plan
    return KeepDeadline("nop-bhtn", day, str(plan.windows[0].due), remind=plan.moments)


def keep_loan(*days: str) -> KeepDeadline:
    remind = tuple(Moment(f"1:{day}", f"{day}T01:00:00.000Z", f"{day}T10:00:00.000Z") for day in days)
    return KeepDeadline("tra-no", days[0], days[0], len(days), ",".join(days), remind)


def person_of(database: Database, name: str = "lan") -> Person:
    with database.transaction() as c:
        return people.get_or_create_person(c, "web", name, "", iso(NOW))


def do(database: Database, person: Person, *effects: Effect) -> None:
    with database.transaction() as c:
        for effect in effects:
            perform(c, person, effect, iso(NOW))


def kept(database: Database, person: Person) -> list[tuple[int, str, str]]:
    with database.reading() as c:
        return [(one.id, one.base_on, one.status) for one in deadlines.list_of_person(c, person.id)]


def planned(database: Database, person: Person) -> list[str]:
    with database.reading() as c:
        return [one.step for one in reminders.list_of_person(c, person.id) if one.status == "planned"]


def test_a_deadline_is_kept_with_what_will_be_said(database: Database) -> None:
    person = person_of(database)
    do(database, person, AGREED, keep_filing("2026-09-10"))
    assert planned(database, person) == ["75:2026-12-10", "85:2026-12-10", "cuoi:2026-12-10"]
    do(database, person, keep_filing("2026-09-10"))
    assert [base for _, base, _ in kept(database, person)] == ["2026-09-10"]
    assert len(planned(database, person)) == 3


def test_another_day_takes_the_place_of_the_old_one_and_the_way_back_works(database: Database) -> None:
    person = person_of(database)
    do(database, person, keep_filing("2026-09-10"), keep_loan("2026-12-05"), keep_filing("2026-10-01"))
    assert [status for _, _, status in kept(database, person)] == ["stopped", "open", "open"]
    assert "cuoi:2026-12-10" not in planned(database, person)
    do(database, person, keep_filing("2026-09-10"))
    assert planned(database, person).count("cuoi:2026-12-10") == 1
    assert "1:2026-12-05" in planned(database, person)


def test_done_and_stopped_call_off_what_was_planned(database: Database) -> None:
    person = person_of(database)
    do(database, person, keep_filing("2026-09-10"))
    [(id_, _, _)] = kept(database, person)
    do(database, person, CloseDeadline(id_, "done"))
    assert kept(database, person) == [(id_, "2026-09-10", "done")]
    assert planned(database, person) == []


def test_one_instalment_done_leaves_the_others(database: Database) -> None:
    person = person_of(database)
    do(database, person, keep_loan("2026-12-05", "2027-06-05"))
    [(id_, _, _)] = kept(database, person)
    do(database, person, CloseDeadline(id_, "done", "2026-12-05"))
    assert planned(database, person) == ["1:2027-06-05"]
    assert kept(database, person)[0][2] == "open"


@pytest.mark.parametrize(
    "effect", [CloseDeadline(1, "done"), CloseDeadline(1, "done", "2026-12-05"), WithdrawConsent(PURPOSE)]
)
def test_what_waits_in_the_outbox_about_something_over_does_not_leave(database: Database, effect: Effect) -> None:
    person = person_of(database)
    do(database, person, AGREED, keep_loan("2026-12-05"))
    assert remind_due(database, LIBRARY, datetime.datetime(2026, 12, 5, 8, 1, tzinfo=HANOI)).queued == 1
    do(database, person, keep_loan("2026-12-05"))  # the same once more changes nothing
    [(id_, _, _)] = kept(database, person)

    def statuses() -> list[str]:
        with database.reading() as c:
            return [one.status for one in outbox.list_for_person(c, person.id, 0, 10)]

    assert (id_, statuses()) == (1, ["queued"])
    do(database, person, effect)
    assert statuses() == ["cancelled"]


@pytest.mark.parametrize("due_on", ["", "2026-12-05"])
def test_nobody_ends_somebody_elses_deadline(database: Database, due_on: str) -> None:
    owner, other = person_of(database), person_of(database, "người lạ")
    do(database, owner, keep_loan("2026-12-05"))
    [(id_, _, _)] = kept(database, owner)
    do(database, other, CloseDeadline(id_, "stopped", due_on))
    assert planned(database, owner) == ["1:2026-12-05"]
    assert kept(database, owner)[0][2] == "open"


def test_taking_back_the_agreement_ends_every_deadline(database: Database) -> None:
    person, other = person_of(database), person_of(database, "người khác")
    do(database, person, AGREED, keep_filing("2026-09-10"), keep_loan("2026-12-05"))
    do(database, other, AGREED, keep_loan("2026-12-05"))
    do(database, person, WithdrawConsent(PURPOSE))
    assert planned(database, person) == []
    assert {status for _, _, status in kept(database, person)} == {"stopped"}
    assert planned(database, other) == ["1:2026-12-05"]


def composed(database: Database, person: Person, now: datetime.datetime, which: int = 0) -> Say | Skip:
    with database.transaction() as c:
        reminder = reminders.list_of_person(c, person.id)[which]
        return compose(c, LIBRARY, reminder, person, now)


def test_what_is_said_is_true_at_that_moment(sqlite_database: Database) -> None:
    person = person_of(sqlite_database)
    do(sqlite_database, person, AGREED, keep_filing("2026-09-10"))
    said = composed(sqlite_database, person, NOW.replace(day=25))  # a day late
    assert isinstance(said, Say)
    assert "thứ Năm, 10/12/2026" in said.text
    assert "còn **15 ngày**" in said.text
    assert "215 Trung Kính" in said.text
    assert [choice.label for choice in said.choices] == [
        "Cần giấy tờ gì?",
        "Nộp ở đâu?",
        "Đã làm xong",
        "Thôi nhắc việc này",
    ]
    last = composed(sqlite_database, person, datetime.datetime(2026, 12, 10, 8, tzinfo=HANOI), which=2)
    assert isinstance(last, Say)
    assert "Hôm nay là **ngày cuối**" in last.text
    over = composed(sqlite_database, person, datetime.datetime(2026, 12, 11, 8, tzinfo=HANOI), which=2)
    assert over == Skip("quá muộn")


def test_nothing_is_said_without_agreement_or_about_what_is_over(sqlite_database: Database) -> None:
    person = person_of(sqlite_database)
    do(sqlite_database, person, keep_filing("2026-09-10"))
    assert composed(sqlite_database, person, NOW) == Skip("đã rút đồng ý")
    [(id_, _, _)] = kept(sqlite_database, person)
    do(sqlite_database, person, AGREED, CloseDeadline(id_, "done"))
    assert composed(sqlite_database, person, NOW) == Skip("việc này không còn nhắc")


@pytest.fixture(scope="module")
def voice(learned: Path) -> Voice:
    return load_voice(ROOT / "content", learned)


def tap(database: Database, voice: Voice, person: Person, action: str, now: datetime.datetime = NOW) -> Turn:
    with database.reading() as c:
        known = load_known(c, person, iso(now))
    inbound = Inbound("web", person.address, "1", "choice", choice=action)
    return respond(State(), inbound, voice.library, voice.companion, now, known)


@pytest.mark.parametrize("rest", ["xong:99", "thoi:99", "doi:99", "doi:", "xong:x", "gì đó:1", "nop:hôm qua"])
def test_an_old_or_foreign_button_shows_the_list(sqlite_database: Database, voice: Voice, rest: str) -> None:
    person = person_of(sqlite_database)
    do(sqlite_database, person_of(sqlite_database, "người khác"), keep_loan("2026-12-05"))
    turn = tap(sqlite_database, voice, person, "hn:" + rest)
    assert turn.effects == ()
    assert "chưa nhắc anh/chị việc nào" in turn.replies[0].text


def test_what_is_over_is_not_listed_any_more(sqlite_database: Database, voice: Voice) -> None:
    person = person_of(sqlite_database)
    do(sqlite_database, person, keep_filing("2026-09-10"), keep_loan("2026-12-05", "2027-06-05"))
    text = tap(sqlite_database, voice, person, "hn:", NOW.replace(month=12, day=20)).replies[0].text
    assert "thứ Bảy, 5/6/2027" in text
    assert "Nộp hồ sơ" not in text


def test_the_benefit_sums_button_keeps_the_day_with_one_tap(sqlite_database: Database, voice: Voice) -> None:
    person = person_of(sqlite_database)
    turn = tap(sqlite_database, voice, person, "hn:nop:2026-09-10")
    assert "thứ Năm, 10/12/2026" in turn.replies[0].text
    assert turn.replies[0].choices[0].label == "Đồng ý, nhắc tôi"
    assert dict(turn.state.form.answers) == {"day": "2026-09-10"}
    assert tap(sqlite_database, voice, person, "hn:nop:2026-01-10").state.form.name == "", "too late to keep"
