"""People looked up by officials, on both databases: whom a search finds, in which order, and what it costs."""

from __future__ import annotations

import pytest

from bot.listing_names import list_names, words_of
from storage import directory, needs, people, registrations, rosters, secrets, sessions
from storage.database import Database
from storage.directory import Wanted
from storage.scope import WHOLE_CITY, Scope
from tests.conftest import NOW

HOA_XA = Scope(frozenset({"hoa-xa"}))


def add(
    database: Database, address: str, name: str, full_name: str = "", commune: str = "hoa-xa", phone: str = ""
) -> int:
    with database.transaction() as c:
        person = people.get_or_create_person(c, "zalo", address, name, NOW)
        for field, value in (("full_name", full_name), ("commune", commune), ("phone", phone)):
            if value:
                people.set_profile(c, person.id, field, value)
    return person.id


def found(database: Database, words: str, scope: Scope = WHOLE_CITY, **more: str | int) -> list[int]:
    with database.reading() as c:
        wanted = Wanted(words=tuple(words_of(words)), **more)  # type: ignore[arg-type]
        return [person.id for person in directory.find_people(c, scope, wanted, 50)]


def test_a_name_is_found_by_any_of_its_words_whatever_case_and_accents(database: Database) -> None:
    lan = add(database, "1", "Lan Nguyễn 🌸", "NGUYỄN THỊ LAN")
    hoa = add(database, "2", "", "Đỗ Thị Hoà", commune="ung-hoa")
    assert found(database, "lan") == []
    assert list_names(database) == 2
    assert list_names(database) == 0
    assert found(database, "thi") == [hoa, lan]
    assert found(database, "lan nguyen") == [lan]
    assert found(database, "do hoa") == [hoa]
    assert found(database, "nguyen hoa") == []
    assert found(database, "thi", HOA_XA) == [lan]
    assert found(database, "thi", Scope(frozenset())) == []


def test_a_changed_name_is_found_by_its_new_words_only(database: Database) -> None:
    one = add(database, "1", "Lan")
    list_names(database)
    add(database, "1", "Hương", "Trần Thị Hương")
    assert list_names(database) == 1
    assert (found(database, "lan"), found(database, "tran huong")) == ([], [one])
    with database.transaction() as c:
        people.forget_contact(c, one)
    list_names(database)
    assert (found(database, "tran"), found(database, "huong")) == ([], [one])


def test_a_message_under_the_same_name_lists_nothing_anew(database: Database) -> None:
    add(database, "1", "Lan")
    list_names(database)
    add(database, "1", "Lan")
    add(database, "1", "")
    assert list_names(database) == 0


def test_a_phone_group_channel_and_page_narrow(database: Database) -> None:
    one, two = add(database, "1", "Lan", phone="0912345678"), add(database, "2", "Lan")
    list_names(database)
    with database.transaction() as c:
        people.add_group(c, two, "ho-ngheo", NOW)
    assert found(database, "", phone="0912345678") == [one]
    assert found(database, "", phone="091234567") == []
    assert found(database, "lan", group="ho-ngheo") == [two]
    assert found(database, "lan", channel="telegram") == []
    assert found(database, "lan", before=two) == [one]


def test_new_people_are_counted_by_month(database: Database) -> None:
    add(database, "1", "Lan")
    add(database, "2", "Hoa", commune="ung-hoa")
    starts = ["2026-10-01T00:00:00.000Z", "2026-11-01T00:00:00.000Z", "2026-12-01T00:00:00.000Z"]
    with database.reading() as c:
        assert directory.count_by_month(c, WHOLE_CITY, starts) == [0, 2, 0]
        assert directory.count_by_month(c, HOA_XA, starts) == [0, 1, 0]
        assert directory.count_by_month(c, WHOLE_CITY, starts[2:]) == [0]


def test_a_session_is_searched_by_kind_commune_and_month(database: Database) -> None:
    with database.transaction() as c:
        for n, (commune, month) in enumerate((("hoa-xa", 10), ("hoa-xa", 12), ("", 12))):
            at = f"2026-{month}-05T0{{}}:00:00.000Z"
            new = sessions.NewSession(f"s{n}", "luu-dong", "Phiên", at.format(1), at.format(4), commune=commune)
            sessions.add_session(c, new, "console", "", NOW)

        def slugs(**asked: str | bool) -> tuple[list[str], int]:
            rows, total = sessions.search_sessions(c, sessions.Searched(NOW, **asked), 9, 0)  # type: ignore[arg-type]
            return [row.slug for row in rows], total

        assert slugs() == (["s1", "s2"], 2)
        assert slugs(past=True) == (["s0"], 1)
        assert slugs(commune="hoa-xa") == (["s1"], 1)
        assert slugs(kind="online") == ([], 0)
        assert slugs(since="2026-12-06T00:00:00.000Z") == ([], 0)
        assert slugs(until="2026-12-06T00:00:00.000Z") == (["s1", "s2"], 2)


def test_a_roster_shows_whom_the_scope_covers(database: Database) -> None:
    one, two = add(database, "1", "Lan"), add(database, "2", "Hùng", commune="ung-hoa")
    with database.transaction() as c:
        new = sessions.NewSession("s", "luu-dong", "Phiên", "2026-12-05T01:00:00.000Z", "2026-12-05T04:00:00.000Z")
        number = sessions.add_session(c, new, "console", "", NOW)
        for person in (one, two):
            registrations.register(c, number, person, "registered", "", "", "", NOW)
        registrations.check_in(c, number, two, NOW)
        assert [place.called for place in rosters.list_places(c, number, WHOLE_CITY, "registered", 9)] == [
            "Lan",
            "Hùng",
        ]
        assert [place.called for place in rosters.list_places(c, number, HOA_XA, "registered", 9)] == ["Lan"]
        assert rosters.count_by_status(c, number, WHOLE_CITY)["came"] == 1
        assert rosters.count_by_status(c, number, HOA_XA) == {"registered": 1, "waiting": 0, "cancelled": 0, "came": 0}
        assert registrations.undo_check_in(c, number, two)
        assert not registrations.undo_check_in(c, number, two)
        assert rosters.find_place(c, 99) is None


@pytest.mark.parametrize("asked", [{"kind": "hoc-nghe"}, {"level": "so-cap"}, {"trade": "May"}, {"group": "bhtn"}])
def test_wishes_are_searched(database: Database, asked: dict[str, str]) -> None:
    one, two = add(database, "1", "Lan"), add(database, "2", "Hùng", commune="ung-hoa")
    with database.transaction() as c:
        needs.keep_need(c, one, "hoc-nghe", "so-cap", "May", "hoa-xa", "bhtn+ho-ngheo", 2026, NOW)
        needs.keep_need(c, two, "hoc-nghe", "so-cap", "May", "hoa-xa", "bhtn", 2026, NOW)  # moved to Ứng Hòa since
        needs.keep_need(c, one, "vay-von", "", "", "hoa-xa", "", 2026, NOW)
        everywhere = needs.search_needs(c, WHOLE_CITY, needs.Searched(2026, **asked), 9)  # type: ignore[arg-type]
        assert [wisher.called for wisher in everywhere] == ["Hùng", "Lan"]
        assert [one.called for one in needs.search_needs(c, HOA_XA, needs.Searched(2026, **asked), 9)] == ["Lan"]  # type: ignore[arg-type]
        assert needs.search_needs(c, WHOLE_CITY, needs.Searched(2025, **asked), 9) == []  # type: ignore[arg-type]


def test_a_secret_is_made_once(database: Database) -> None:
    with database.transaction() as c:
        assert secrets.find_secret(c, "x") == ""
        assert secrets.keep_secret(c, "x", "một") == "một"
        assert secrets.keep_secret(c, "x", "hai") == "một"


@pytest.mark.parametrize(
    ("wanted", "index"),
    [
        (Wanted(words=("nguyen", "thi", "lan")), "sqlite_autoindex_person_words_1 (word=? AND person_id<?)"),
        (Wanted(group="ho-ngheo"), "person_groups_by_group (group_slug=? AND person_id<?)"),
        (Wanted(phone="0912345678"), "people_by_phone (phone=?"),
        (Wanted(), "INTEGER PRIMARY KEY (rowid<?)"),
    ],
)
def test_a_search_walks_an_index_and_sorts_nothing(sqlite_database: Database, wanted: Wanted, index: str) -> None:
    sql, params = directory._found_text(WHOLE_CITY, wanted, 51)
    with sqlite_database.reading() as c:
        plan = [str(row["detail"]) for row in c.rows(f"EXPLAIN QUERY PLAN {sql}", params)]
    assert any(index in step for step in plan), plan
    assert not any(step.startswith("SCAN") for step in plan), plan
    if not wanted.phone:
        assert not any("TEMP B-TREE" in step for step in plan), plan
