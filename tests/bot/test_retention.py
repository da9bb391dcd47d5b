"""What is old goes, and nothing that is on its way, promised, or keeps a thing from being said twice."""

from __future__ import annotations

import datetime

import pytest

from bot.clock import iso
from bot.retention import Kept, count_old, purge
from storage import audit, broadcasts, officials, people, turns
from storage.broadcasts import NewBroadcast
from storage.database import Database
from storage.outbox import NewDelivery, enqueue, settle_sent

NOW = datetime.datetime(2028, 1, 1, tzinfo=datetime.UTC)
OLD, YOUNG = iso(NOW - datetime.timedelta(days=500)), iso(NOW - datetime.timedelta(days=10))
KEPT = Kept(turns=400, outbox=400, audit=400)


def fill(database: Database) -> dict[str, int]:
    """Old and young of everything; the ids of the deliveries by name."""
    with database.transaction() as c:
        person = people.get_or_create_person(c, "telegram", "1", "Lan", OLD)
        for at in (OLD, YOUNG):
            turns.record_turn(c, person.id, at, "text", "mất việc", "answer", "", "{}", at)
            audit.record(c, "minh", "official.add", "lan", "{}", at)

        def put(name: str, at: str, **more: object) -> int:
            new = NewDelivery(person.id, "telegram", "1", name, "[]", 9, at, "broadcast", **more)  # type: ignore[arg-type]
            return enqueue(c, [new], at)[0]

        ids = {
            "sent long ago": put("a", OLD),
            "still waiting": put("b", OLD),
            "of a broadcast at work": put("c", OLD, broadcast_id=77),
            "sent just now": put("d", YOUNG),
        }
        settle_sent(c, [(ids["sent long ago"], ""), (ids["of a broadcast at work"], "")], OLD)
        settle_sent(c, [(ids["sent just now"], "")], YOUNG)
    return ids


def left(database: Database, ids: dict[str, int]) -> set[str]:
    with database.reading() as c:
        there = {row["id"] for row in c.rows("SELECT id FROM outbox")}
    return {name for name, id_ in ids.items() if id_ in there}


@pytest.mark.parametrize("page", [1, 500])
def test_only_what_is_old_and_over_goes(database: Database, monkeypatch: pytest.MonkeyPatch, page: int) -> None:
    monkeypatch.setattr("bot.retention.PAGE", page)
    ids = fill(database)
    assert count_old(database, KEPT, NOW) == {"turns": 1, "outbox": 1, "audit": 1}
    assert purge(database, KEPT, NOW) == {"turns": 1, "outbox": 1, "audit": 1}
    assert left(database, ids) == set(ids) - {"sent long ago"}
    assert purge(database, KEPT, NOW) == {"turns": 0, "outbox": 0, "audit": 0}
    with database.reading() as c:
        (person,) = c.rows("SELECT id FROM people")
        assert [turn.created_at for turn in turns.list_turns(c, person["id"], 0, 9)] == [YOUNG]
        assert len(audit.list_audit(c, 9)) == 1


def test_a_broadcast_that_is_over_lets_its_deliveries_go(database: Database) -> None:
    ids = fill(database)
    with database.transaction() as c:
        author = officials.add_official(c, "minh", "Minh", "admin", None, "x", OLD)
        number = broadcasts.add_draft(c, "form", NewBroadcast("Phiên", "Thứ Bảy", None), author, OLD)
        c.execute("UPDATE outbox SET broadcast_id = :id WHERE broadcast_id = 77", {"id": number})
    purge(database, KEPT, NOW)
    assert "of a broadcast at work" in left(database, ids)
    with database.transaction() as c:
        c.execute("UPDATE broadcasts SET finished_at = :at WHERE id = :id", {"at": OLD, "id": number})
    purge(database, KEPT, NOW)
    assert left(database, ids) == {"still waiting", "sent just now"}
