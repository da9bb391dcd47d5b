"""Forgetting a person: proof by walking the schema. Every table that holds people is filled, and nothing may be left.

A new table with a person or an address makes the first test fail until it is filled here (and erased in
`storage.erasure`).
"""

from __future__ import annotations

import datetime
from typing import Any

import pytest

from bot.clock import iso
from bot.erasing import FAREWELL_WAITS, finish_erasing
from bot.messages import Inbound
from bot.receiving import receive
from bot.voice import Voice
from storage import erasure, outbox, people, registrations, sessions
from storage.database import Connection, Database
from tests.bot.conftest import NOW

AT = iso(NOW)
ID = 7654321
ADDRESS, NAME, FULL_NAME, PHONE = "dia-chi-4711", "Mốc Xanh", "Nguyễn Thị Mốc", "0987654321"
WORDS = "chuyện riêng nhà mốc"
SECRETS = (str(ID), ADDRESS, NAME, FULL_NAME, PHONE, WORDS)

# What must be said of each table beside person_id; what is left out is '' or 0. WORDS stand wherever words may.
FILLED: dict[str, dict[str, Any]] = {
    "people": {
        "id": ID,
        "channel": "telegram",
        "address": ADDRESS,
        "name": NAME,
        "language": "vi",
        "commune": "hoa-xa",
        "pushes_allowed": 1,
        "full_name": FULL_NAME,
        "phone": PHONE,
    },
    "dialogues": {"state_json": f'{{"unanswered": "{WORDS}"}}'},
    "turns": {"channel_message_id": f"{ADDRESS}:1", "text": WORDS, "outcome": "answer", "because_json": WORDS},
    "outbox": {"channel": "telegram", "address": ADDRESS, "text": WORDS, "priority": 9, "status": "sending"},
    "questions": {"text": WORDS, "context_json": WORDS, "status": "open"},
    "question_messages": {"question_id": 1, "author": "worker", "text": WORDS},
    "ratings": {"entry_id": "bhtn.muc-huong", "text": WORDS},
    "person_groups": {"group_slug": "sau-cai-nghien"},
    "person_words": {"word": "moc"},
    "interests": {"topic": "vay", "times": 3},
    "consents": {"purpose": "nhu-cau", "version": "1", "text": WORDS, "given_at": AT},
    "registrations": {"session_id": 1, "status": "registered", "full_name": FULL_NAME, "phone": PHONE},
    "deadlines": {"kind": "nop-bhtn", "note": WORDS, "status": "open", "times": 1},
    "reminders": {"kind": "x", "subject": "x:1", "dedupe_key": f"x:{ID}", "status": "planned"},
    "needs": {"kind": "hoc-nghe", "trade": WORDS, "year": 2026, "status": "open"},
    "campaign_members": {"campaign": "c", "status": "on"},
    "campaign_steps": {"campaign": "c", "step": "1", "outcome": "queued"},
}
# They hold an address, but an official's own, which the console unlinks.
NOT_OF_WORKERS = {"official_addresses"}


def columns(c: Connection) -> dict[str, dict[str, str]]:
    """Every table's columns with their types, in small letters."""
    tables = [str(row["name"]) for row in c.rows("{table_names}")]
    if c.dialect == "sqlite":
        return {
            table: {row["name"]: str(row["type"]).lower() for row in c.rows(f"PRAGMA table_info({table})")}
            for table in tables
        }
    found: dict[str, dict[str, str]] = {table: {} for table in tables}
    described = c.rows(
        """
        SELECT table_name, column_name, data_type FROM information_schema.columns
        WHERE table_schema = current_schema()
        """
    )
    for row in described:
        found[row["table_name"]][row["column_name"]] = row["data_type"]
    return found


def fill(c: Connection, table: str, types: dict[str, str], values: dict[str, Any]) -> None:
    """One row about the person; its own id, unless given, is the database's."""
    blank = {name: "" if "text" in kind else 0 for name, kind in types.items() if name != "id"}
    row = {**blank, **({"person_id": ID} if "person_id" in types else {}), **values}
    if table == "outbox":
        row |= {"turn_id": None, "broadcast_id": None, "dedupe_key": None}
    given = ", ".join(f":{name}" for name in row)
    override = "OVERRIDING SYSTEM VALUE" if c.dialect == "postgresql" and "id" in row else ""
    c.execute(f"INSERT INTO {table} ({', '.join(row)}) {override} VALUES ({given})", row)


def find_secrets(database: Database) -> list[str]:
    """Where anything of the person still stands: "table.column: value"."""
    with database.reading() as c:
        return [
            f"{table}.{column}: {value}"
            for table in columns(c)
            for row in c.rows(f"SELECT * FROM {table}")
            for column, value in row.items()
            if any(secret in str(value) for secret in SECRETS)
        ]


@pytest.fixture
def moc(database: Database) -> Database:
    """A database in which one person left something in every table there is, one seat of one session among it."""
    with database.transaction() as c:
        session = sessions.NewSession(
            "phien", "chuyen-de", "Phiên", "2026-12-01T01:00:00.000Z", "2026-12-01T04:00:00.000Z", capacity=1
        )
        fill(c, "sessions", columns(c)["sessions"], {**session_row(session), "id": 1, "taken": 1, "source": "file"})
        types = columns(c)
        for table, values in FILLED.items():
            fill(c, table, types[table], values)
        fill(c, "seen", types["seen"], {"channel": "telegram", "message_id": f"{ADDRESS}:1", "seen_at": AT})
    return database


def session_row(session: sessions.NewSession) -> dict[str, Any]:
    return {name: getattr(session, name) for name in session.__slots__}


def say(database: Database, voice: Voice, text: str, number: int, now: datetime.datetime = NOW) -> None:
    inbound = Inbound("telegram", ADDRESS, f"{ADDRESS}:{number}", "text", text=text, name=NAME)
    receive(database, voice, inbound, now)


def test_every_table_with_people_is_filled_by_this_test_and_erased(database: Database) -> None:
    with database.reading() as c:
        with_people = {table for table, names in columns(c).items() if {"person_id", "address"} & names.keys()}
    assert with_people - NOT_OF_WORKERS == FILLED.keys()
    assert set(erasure.TABLES) | {"people", "turns", "outbox"} == FILLED.keys()


def test_nothing_is_left_of_a_person_who_asks_to_be_forgotten(moc: Database, voice: Voice) -> None:
    assert {place.split(".")[0] for place in find_secrets(moc)} == {*FILLED, "seen"}
    say(moc, voice, "xóa dữ liệu", 2)
    say(moc, voice, "đồng ý", 3)
    left = {place.split(":")[0] for place in find_secrets(moc)}
    assert left == {  # where the farewell goes, and that its message was seen
        "people.id",
        "people.address",
        "outbox.person_id",
        "outbox.address",
        "turns.person_id",
        "turns.channel_message_id",
        "seen.message_id",
    }
    with moc.reading() as c:
        [farewell] = outbox.list_for_person(c, ID, 0, 10)
    assert "đã xóa tất cả" in farewell.text
    assert finish_erasing(moc, NOW) == 0  # the farewell is still on its way
    assert finish_erasing(moc, NOW + FAREWELL_WAITS + datetime.timedelta(seconds=1)) == 1
    assert find_secrets(moc) == []


def test_the_person_is_gone_as_soon_as_the_farewell_is_sent(moc: Database, voice: Voice) -> None:
    say(moc, voice, "xóa dữ liệu", 2)
    say(moc, voice, "1", 3)
    with moc.transaction() as c:
        c.execute("UPDATE outbox SET status = 'sent'")
    assert finish_erasing(moc, NOW) == 1
    assert find_secrets(moc) == []


def test_the_same_message_again_does_not_begin_a_new_conversation(moc: Database, voice: Voice) -> None:
    say(moc, voice, "xóa dữ liệu", 2)
    say(moc, voice, "đồng ý", 3)
    say(moc, voice, "đồng ý", 3)
    with moc.reading() as c:
        assert people.get_person(c, ID).erased_at == AT


def test_who_writes_again_at_once_is_a_stranger_and_stays(moc: Database, voice: Voice) -> None:
    say(moc, voice, "xóa dữ liệu", 2)
    say(moc, voice, "đồng ý", 3)
    later = NOW + datetime.timedelta(seconds=5)
    say(moc, voice, "chào bạn", 4, later)
    assert finish_erasing(moc, NOW + datetime.timedelta(hours=1)) == 0
    with moc.reading() as c:
        person = people.get_person(c, ID)
        assert (person.created_at, person.commune, person.phone, person.pushes_allowed) == (iso(later), "", "", True)


def test_a_seat_given_up_goes_to_whoever_waits(moc: Database, voice: Voice) -> None:
    with moc.transaction() as c:
        lan = people.get_or_create_person(c, "zalo", "lan", "Lan", AT)
        registrations.register(c, 1, lan.id, "waiting", "Lan", "", "", AT)
    say(moc, voice, "xóa dữ liệu", 2)
    say(moc, voice, "đồng ý", 3)
    with moc.reading() as c:
        [place] = registrations.list_of_person(c, lan.id)
        assert place.status == "registered"


def test_saying_no_keeps_everything(moc: Database, voice: Voice) -> None:
    say(moc, voice, "xóa dữ liệu", 2)
    say(moc, voice, "không", 3)
    assert {place.split(".")[0] for place in find_secrets(moc)} == {*FILLED, "seen"}


def test_the_audit_tells_that_somebody_was_forgotten_and_not_who(moc: Database, voice: Voice) -> None:
    say(moc, voice, "xóa dữ liệu", 2)
    say(moc, voice, "đồng ý", 3)
    with moc.reading() as c:
        [row] = c.rows("SELECT actor, action, subject, detail_json FROM audit")
    assert row == {"actor": "system", "action": "person.erased", "subject": "", "detail_json": "{}"}
