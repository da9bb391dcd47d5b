"""The weekly news of sessions: to whom, what it says, once, and what becomes of a firing missed or cut short."""

from __future__ import annotations

import contextlib
import dataclasses
import datetime
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager

import pytest

from bot.clock import HANOI, iso
from bot.digesting import SEE_ALL, TOLD, Digested, digest_due
from bot.messages import parse_choices
from content.model import Library, Schedule
from storage import consents, outbox, people, runs, sessions
from storage.database import Connection, Database
from storage.sessions import NewSession

SUNDAY = datetime.datetime(2026, 12, 6, 18, tzinfo=HANOI)
WEEKLY = Schedule(
    "ban-tin", "Bản tin", "phien", "0 18 * * sun", 26, (), (), datetime.date(2026, 11, 30), None, paused=False
)


def library_of(*schedules: Schedule) -> Library:
    return Library("vi", {}, (), {}, {}, "", schedules=schedules)


LIBRARY = library_of(WEEKLY)


def add_person(c: Connection, address: str, commune: str = "lang", *, agreed: bool = True) -> int:
    person = people.get_or_create_person(c, "telegram", address, "", iso(SUNDAY))
    people.set_profile(c, person.id, "commune", commune)
    if agreed:
        consents.give_consent(c, person.id, "nhan-tin", "1", "…", iso(SUNDAY))
    return person.id


def add_session(c: Connection, slug: str, commune: str = "", days: int = 3, status: str = "mo") -> None:
    starts = SUNDAY.replace(hour=8) + datetime.timedelta(days=days)
    ends = starts + datetime.timedelta(hours=3)
    new = NewSession(slug, "luu-dong", f"Phiên {slug}", iso(starts), iso(ends), "Nhà văn hóa", commune=commune)
    sessions.add_session(c, dataclasses.replace(new, status=status), "file", "", iso(SUNDAY))


def texts(database: Database) -> dict[int, str]:
    with database.reading() as c:
        return {row["person_id"]: str(row["text"]) for row in c.rows("SELECT person_id, text FROM outbox")}


def status(database: Database, fire: datetime.datetime = SUNDAY) -> str:
    with database.reading() as c:
        return runs.find_status(c, "ban-tin", iso(fire))


def minutes(count: int) -> datetime.timedelta:
    return datetime.timedelta(minutes=count)


def test_each_gets_the_sessions_of_their_commune_or_those_of_the_city(database: Database) -> None:
    with database.transaction() as c:
        lan, ba, silent, nowhere = (
            add_person(c, "lan"),
            add_person(c, "ba", "ba-vi"),
            add_person(c, "silent", agreed=False),
            add_person(c, "nowhere", ""),
        )
        add_session(c, "gần", "lang")
        add_session(c, "thành phố")
        add_session(c, "đã hủy", "lang", status="huy")
        add_session(c, "còn xa", "lang", days=40)
    assert digest_due(database, LIBRARY, SUNDAY + minutes(1)).queued == 2
    told = texts(database)
    assert set(told) == {lan, ba}
    assert not {silent, nowhere} & set(told)
    assert "Phiên gần" in told[lan]
    assert "Thứ Tư 9/12/2026, 8:00–11:00" in told[lan]
    assert "Nhà văn hóa" in told[lan]
    assert "Phiên thành phố" not in told[lan]
    assert "Phiên thành phố" in told[ba]
    assert "đã hủy" not in told[lan] + told[ba]
    assert "còn xa" not in told[lan] + told[ba]


def test_with_nothing_to_tell_nobody_is_disturbed(database: Database) -> None:
    with database.transaction() as c:
        add_person(c, "lan")
        add_session(c, "nơi khác", "ba-vi")
    assert digest_due(database, LIBRARY, SUNDAY + minutes(1)) == Digested()
    assert status(database) == "done"


def test_a_long_week_is_cut_and_leads_to_the_list(database: Database) -> None:
    with database.transaction() as c:
        lan = add_person(c, "lan")
        for number in range(TOLD + 2):
            add_session(c, f"số-{number}", days=1 + number)
    digest_due(database, LIBRARY, SUNDAY + minutes(1))
    with database.reading() as c:
        [delivery] = outbox.list_for_person(c, lan, 0, 10)
    assert delivery.text.count("Phiên số") == TOLD
    assert "Còn 2 phiên nữa" in delivery.text
    assert [choice.action for choice in parse_choices(delivery.choices_json)] == [SEE_ALL]
    assert (delivery.kind, delivery.priority) == ("digest", outbox.PRIORITY_BULK)


def test_run_twice_it_does_nothing_more(database: Database) -> None:
    with database.transaction() as c:
        add_person(c, "lan")
        add_session(c, "a")
    assert digest_due(database, LIBRARY, SUNDAY - minutes(1)).queued == 0
    assert digest_due(database, LIBRARY, SUNDAY + minutes(1)).queued == 1
    assert digest_due(database, LIBRARY, SUNDAY + minutes(2)) == Digested()
    assert len(texts(database)) == 1


class Dying:
    """The database of a process that is killed inside its so-manieth transaction."""

    def __init__(self, database: Database, at_transaction: int) -> None:
        self._database = database
        self._left = at_transaction
        self.dialect = database.dialect

    @contextlib.contextmanager
    def transaction(self) -> Iterator[Connection]:
        self._left -= 1
        with self._database.transaction() as c:
            yield c
            if self._left == 0:
                raise KeyboardInterrupt

    def reading(self) -> AbstractContextManager[Connection]:
        return self._database.reading()

    def close(self) -> None:
        self._database.close()


def test_killed_half_way_it_goes_on_where_it_was(database: Database) -> None:
    with database.transaction() as c:
        ids = [add_person(c, f"p{number}") for number in range(10)]
        add_session(c, "a")
    with pytest.raises(KeyboardInterrupt):
        digest_due(Dying(database, 3), LIBRARY, SUNDAY + minutes(1), page=3)
    assert len(texts(database)) == 6
    assert status(database) == "open"
    assert digest_due(database, LIBRARY, SUNDAY + minutes(5), page=3).queued == 4
    assert sorted(texts(database)) == ids


@pytest.mark.parametrize(("hours", "told"), [(13, True), (25.5, True), (26.5, False)])
def test_missed_while_down_it_is_caught_up_while_it_is_of_use(database: Database, hours: float, told: bool) -> None:
    with database.transaction() as c:
        add_person(c, "lan")
        add_session(c, "a")
    done = digest_due(database, LIBRARY, SUNDAY + datetime.timedelta(hours=hours))
    assert (done.queued, done.missed) == ((1, 0) if told else (0, 1))
    assert status(database) == ("done" if told else "skipped")


def test_after_two_weeks_down_only_the_latest_is_told(database: Database) -> None:
    with database.transaction() as c:
        add_person(c, "lan")
        add_session(c, "a", days=10)
    week = datetime.timedelta(days=7)
    assert digest_due(database, LIBRARY, SUNDAY + week + minutes(1)) == Digested(1, 1, frozenset({"telegram"}))
    assert (status(database), status(database, SUNDAY + week)) == ("skipped", "done")


@pytest.mark.parametrize(
    "changed",
    [
        {"paused": True},
        {"start": datetime.date(2026, 12, 7)},
        {"end": datetime.date(2026, 12, 5)},
        {"communes": ("x",)},
    ],
)
def test_paused_or_not_for_them_nothing_is_told(database: Database, changed: dict[str, object]) -> None:
    with database.transaction() as c:
        add_person(c, "lan")
        add_session(c, "a")
    schedule = dataclasses.replace(WEEKLY, **changed)  # type: ignore[arg-type]
    assert digest_due(database, library_of(schedule), SUNDAY + minutes(1)).queued == 0


def test_two_replicas_tell_everybody_once(database: Database) -> None:
    with database.transaction() as c:
        ids = [add_person(c, f"p{number}") for number in range(40)]
        add_session(c, "a")

    def replica(_number: int) -> None:
        digest_due(database, LIBRARY, SUNDAY + minutes(1), page=3)

    with ThreadPoolExecutor(3) as threads:
        list(threads.map(replica, range(3)))
    digest_due(database, LIBRARY, SUNDAY + minutes(2), page=3)
    with database.reading() as c:
        rows = c.rows("SELECT person_id FROM outbox")
    assert Counter(row["person_id"] for row in rows) == dict.fromkeys(ids, 1)


def test_who_stopped_or_left_is_not_told(database: Database) -> None:
    with database.transaction() as c:
        stopped, gone = add_person(c, "stopped"), add_person(c, "gone")
        people.set_pushes(c, stopped, allowed=False)
        people.mark_gone(c, "telegram", "gone", "chặn", iso(SUNDAY))
        add_session(c, "a")
    assert digest_due(database, LIBRARY, SUNDAY + minutes(1)).queued == 0
    assert gone
