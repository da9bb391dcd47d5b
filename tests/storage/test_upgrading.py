"""A database of the first release, with people and messages in it, becomes one of today and loses nothing."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

import pytest

from storage import outbox
from storage.database import open_database
from storage.migrations import FOLDER, load_steps, migrate
from storage.people import find_person

NOW = "2026-11-22T13:01:33.123Z"
_ROWS = (
    """
    INSERT INTO people (
        channel, address, name, language, commune, pushes_allowed, gone_at, gone_reason, created_at, last_seen_at
    ) VALUES ('zalo', '7', 'Lan', 'vi', 'hoa-xa', 1, '', '', :now, :now)
    """,
    """
    INSERT INTO turns (person_id, channel_message_id, inbound_kind, text, outcome, entry_id, because_json, created_at)
    SELECT id, 'm1', 'text', 'mất việc', 'answer', 'bhtn.muc-huong', '{empty}', :now FROM people
    """,
    """
    INSERT INTO outbox (
        person_id, channel, address, text, choices_json, priority, kind, callback_id, status, reason, due_at,
        expires_at, claims, attempts, may_repeat, lease_owner, leased_until, platform_message_id, created_at, settled_at
    )
    SELECT id, 'zalo', '7', 'chào', '[]', 0, 'reply', '', 'queued', '', :now,
        '', 0, 0, 0, '', '', '', :now, '' FROM people
    """,
)


def test_from_the_first_release_to_today_with_what_was_in_it(bare_database_url: str, tmp_path: Path) -> None:
    first = min(FOLDER.glob("*.sql"))
    shutil.copy(first, tmp_path / first.name)
    database = open_database(bare_database_url)
    assert migrate(database, NOW, tmp_path) == [first.stem]
    with database.transaction() as c:
        for row in _ROWS:
            c.execute(row.replace("{empty}", ""), {"now": NOW})
    assert len(migrate(database, NOW)) == len(load_steps()) - 1
    with database.transaction() as c:
        person = find_person(c, "zalo", "7")
        assert person is not None
        assert (person.name, person.commune) == ("Lan", "hoa-xa")
        (sent,) = outbox.claim(c, "zalo", "me", 10, "2026-11-22T14:00:00.000Z", NOW)
        assert (sent.text, sent.person_id) == ("chào", person.id)
        assert c.rows("SELECT text FROM turns") == [{"text": "mất việc"}]
    database.close()


@pytest.mark.parametrize("step", load_steps()[1:], ids=lambda step: step.name)
def test_a_step_only_adds_so_that_the_old_program_runs_on_while_machines_are_changed(step: object) -> None:
    for statement in step.statements():  # type: ignore[attr-defined]
        words = " ".join(statement.split())
        assert re.match(
            r"(CREATE (UNIQUE )?(TABLE|INDEX) |DROP INDEX |ALTER TABLE \w+ ADD COLUMN |INSERT INTO |UPDATE )", words
        ), words
        if " ADD COLUMN " in words and "NOT NULL" in words:
            assert " DEFAULT " in words, f"the old program does not fill it: {words}"
