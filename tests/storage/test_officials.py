"""Officials, sign-ins and scopes on both databases."""

from __future__ import annotations

import pytest

from storage import audit, officials, overview, people, questions, sign_ins
from storage.database import Database, StorageConflict
from storage.scope import WHOLE_CITY, Scope
from tests.conftest import NOW

LATER = "2026-11-22T14:00:00.000Z"


def test_an_official_is_kept_whole(database: Database) -> None:
    with database.transaction() as c:
        city = officials.add_official(c, "lan", "Lan", "admin", None, "hash", NOW)
        commune = officials.add_official(c, "minh", "Minh", "author", frozenset({"hoa-xa", "ung-hoa"}), "hash", NOW)
    with database.reading() as c:
        assert [row.login for row in officials.list_officials(c)] == ["lan", "minh"]
        assert officials.list_officials(c) == [officials.get_official(c, city), officials.get_official(c, commune)]
        assert officials.get_official(c, city).communes is None
        assert officials.get_official(c, commune).communes == {"hoa-xa", "ung-hoa"}
        assert officials.find_official(c, "khong-co") is None
        assert officials.count_admins(c) == 1
        with pytest.raises(LookupError, match="số 99"):
            officials.get_official(c, 99)


def test_a_login_is_given_once(database: Database) -> None:
    with database.transaction() as c:
        officials.add_official(c, "lan", "Lan", "admin", None, "hash", NOW)
    with pytest.raises(StorageConflict), database.transaction() as c:
        officials.add_official(c, "lan", "Lan khác", "viewer", None, "hash", NOW)


def test_a_changed_scope_replaces_the_old_one(database: Database) -> None:
    with database.transaction() as c:
        number = officials.add_official(c, "lan", "Lan", "author", None, "hash", NOW)
        for communes in (frozenset({"hoa-xa"}), frozenset({"ung-hoa"}), None):
            officials.set_scope(c, number, communes)
            assert officials.get_official(c, number).communes == communes


def test_a_step_a_recovery_code_and_a_link_code_are_spent_once(database: Database) -> None:
    with database.transaction() as c:
        number = officials.add_official(c, "lan", "Lan", "author", None, "hash", NOW)
        officials.set_totp(c, number, "secret", ["one", "two"])
        assert [officials.use_totp_step(c, number, step) for step in (5, 5, 4, 6)] == [True, False, False, True]
        assert [officials.use_recovery_code(c, number, code) for code in ("one", "one", "no")] == [True, False, False]
        assert officials.count_recovery_codes(c, number) == 1
        officials.put_link_code(c, number, "old", LATER)
        officials.put_link_code(c, number, "new", LATER)
        links = [officials.link_address(c, code, "zalo", "z1", NOW) for code in ("old", "new", "new")]
        assert [link is not None for link in links] == [False, True, False]
        assert officials.list_addresses(c, number) == [officials.OfficialAddress("zalo", "z1", NOW)]
        found = officials.find_by_address(c, "zalo", "z1")
        assert found is not None
        assert found.id == number
        assert officials.unlink_address(c, number, "zalo", "z1")
        assert not officials.unlink_address(c, number, "zalo", "z1")


def test_a_sign_in_is_found_until_it_ends(database: Database) -> None:
    with database.transaction() as c:
        number = officials.add_official(c, "lan", "Lan", "author", None, "hash", NOW)
        for token in ("a", "b"):
            sign_ins.open_sign_in(c, token, number, proven=True, now=NOW, expires_at=LATER)
        assert sign_ins.find_sign_in(c, "a", NOW, "") is not None
        assert sign_ins.find_sign_in(c, "a", LATER, "") is None
        assert sign_ins.find_sign_in(c, "a", NOW, NOW) is None
        assert sign_ins.count_sign_ins(c, number, NOW, "") == 2
        assert sign_ins.end_all(c, number, but="a") == 1
        sign_ins.forget_old(c, LATER, "", "")
        assert sign_ins.count_sign_ins(c, number, NOW, "") == 0


def test_tries_are_held_to_every_limit(database: Database) -> None:
    with database.transaction() as c:
        taken = [sign_ins.take_try(c, [("name", 2), ("address", 9)], NOW, "") for _ in range(3)]
        assert taken == [True, True, False]
        assert sign_ins.take_try(c, [("other", 2), ("address", 9)], NOW, "")
        assert sign_ins.take_try(c, [("name", 2)], NOW, NOW)
        sign_ins.forget_tries(c, "name")
        assert sign_ins.take_try(c, [("name", 2)], NOW, "")


@pytest.mark.parametrize(
    ("scope", "count"),
    [
        (WHOLE_CITY, 3),
        (Scope(frozenset({"hoa-xa"})), 1),
        (Scope(frozenset({"hoa-xa", "ung-hoa"})), 2),
        (Scope(frozenset()), 0),
        (WHOLE_CITY.narrowed(frozenset({"ung-hoa"})), 1),
        (Scope(frozenset({"hoa-xa"})).narrowed(frozenset({"ung-hoa"})), 0),
    ],
)
def test_a_scope_sees_its_own_people_only(database: Database, scope: Scope, count: int) -> None:
    with database.transaction() as c:
        for commune in ("hoa-xa", "ung-hoa", ""):
            person = people.get_or_create_person(c, "zalo", f"z-{commune}", "", NOW)
            c.execute("UPDATE people SET commune = :commune WHERE id = :id", {"commune": commune, "id": person.id})
            questions.open_question(c, person.id, "Hỏi", "", "{}", NOW)
    with database.reading() as c:
        assert overview.count_overview(c, scope) == overview.Overview(count, count, count, 0)
        assert overview.oldest_open_question_at(c, scope) == (NOW if count else "")


def test_the_log_is_read_backwards_and_filtered(database: Database) -> None:
    with database.transaction() as c:
        for actor, action in (("lan", "official.add"), ("minh", "export"), ("lan", "export")):
            audit.record(c, actor, action, "x", "{}", NOW)
    with database.reading() as c:
        rows = audit.list_audit_before(c, None, "", "", 10)
        assert [row.actor for row in rows] == ["lan", "minh", "lan"]
        assert audit.list_audit_before(c, rows[0].id, "", "", 1) == [rows[1]]
        assert audit.list_audit_before(c, None, "lan", "official", 10) == [rows[2]]
        assert audit.list_actors(c) == ["lan", "minh"]
