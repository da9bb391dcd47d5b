"""A broadcast's life on both databases: written by one, approved by another, expanded, stopped, killed, finished."""

from __future__ import annotations

import asyncio
import contextlib
import datetime
import itertools
from collections.abc import Iterator
from pathlib import Path

import pytest

from bot import approving, broadcasting
from bot.approving import Alike, NotDone
from bot.broadcasting import drive
from bot.clock import iso, utc_now
from bot.console.access import Official, Role, official_of
from content.load import load_library
from content.model import Library
from storage import audit, broadcasts, consents, officials, outbox, people, recipients
from storage.audiences import Audience
from storage.broadcasts import Broadcast, NewBroadcast
from storage.database import Database
from storage.scope import WHOLE_CITY
from tests.bot.test_sending import Postman, sending, until

NOON = datetime.datetime(2026, 11, 23, 5, 0, tzinfo=datetime.UTC)
NIGHT = datetime.datetime(2026, 11, 23, 15, 0, tzinfo=datetime.UTC)  # 22:00 in Hanoi
HOA_XA = frozenset({"hoa-xa"})
_keys = itertools.count()


@pytest.fixture(scope="module")
def library() -> Library:
    return load_library(Path("content"))


def appoint(database: Database, role: Role, communes: frozenset[str] | None = None) -> Official:
    with database.transaction() as c:
        login = f"{role}-{len(officials.list_officials(c))}"
        number = officials.add_official(c, login, f"Cán bộ {login}", role, communes, "x", iso(NOON))
        return official_of(officials.get_official(c, number))


def crowd(database: Database, count: int, commune: str = "hoa-xa", channel: str = "telegram") -> None:
    """People who agreed to get news."""
    with database.transaction() as c:
        for n in range(count):
            person = people.get_or_create_person(c, channel, f"{commune}-{n}", "", iso(NOON))
            people.set_profile(c, person.id, "commune", commune)
            consents.give_consent(c, person.id, "nhan-tin", "1", "(lời)", iso(NOON))


def write(database: Database, author: Official, **changes: object) -> int:
    new = NewBroadcast(**{"title": "Phiên lưu động", "text": "Mời anh/chị.", "communes": author.communes, **changes})  # type: ignore[arg-type]
    with database.transaction() as c:
        return approving.save(c, author, new, NOON, form_key=f"key-{next(_keys)}")


def submit(database: Database, author: Official, number: int, library: Library, *, again: bool = False) -> None:
    with database.transaction() as c:
        approving.submit(c, author, number, library, NOON, again=again)


def approve(database: Database, approver: Official, number: int) -> None:
    with database.transaction() as c:
        mark = broadcasts.get_broadcast(c, number, approver.scope).fingerprint
        approving.approve(c, approver, number, mark, NOON)


def approved(database: Database, library: Library, **changes: object) -> int:
    author = appoint(database, "admin")
    number = write(database, author, **changes)
    submit(database, author, number, library)
    approve(database, appoint(database, "admin"), number)
    return number


def read(database: Database, number: int) -> Broadcast:
    with database.reading() as c:
        return broadcasts.get_broadcast(c, number, WHOLE_CITY)


def statuses(database: Database, number: int) -> dict[str, int]:
    with database.reading() as c:
        return recipients.count_statuses(c, number)


def stop(database: Database, number: int, act: str, official: Official | None = None) -> None:
    with database.transaction() as c:
        approving.stop(c, official or official_of(officials.list_officials(c)[0]), number, act, NOON)


def claim(database: Database, now: datetime.datetime = NOON, limit: int = 1000) -> list[outbox.Delivery]:
    """What the sender would take now, as `sending` does."""
    with database.transaction() as c:
        claimed = outbox.claim(c, "telegram", "me", limit, iso(now + datetime.timedelta(minutes=1)), iso(now))
        return recipients.put_back_stopped(c, claimed, iso(now))


def settle(database: Database, deliveries: list[outbox.Delivery]) -> None:
    with database.transaction() as c:
        outbox.settle_sent(c, [(one.id, f"m{one.id}") for one in deliveries], iso(NOON))


def test_from_draft_to_done(database: Database, library: Library) -> None:
    crowd(database, 5)
    crowd(database, 3, "ung-hoa")
    author = appoint(database, "author", HOA_XA)
    approver = appoint(database, "approver", HOA_XA | {"ung-hoa"})
    number = write(database, author, entry_id="gdvl.lich")
    with database.reading() as c:
        assert approving.count(c, author, broadcasts.get_broadcast(c, number, author.scope), NOON).total == 5
    assert drive(database, NOON).queued == 0
    submit(database, author, number, library)
    assert drive(database, NOON).queued == 0
    approve(database, approver, number)
    done = drive(database, NOON, page=2)
    assert (done.queued, done.channels) == (5, {"telegram"})
    assert read(database, number).status == "sending"
    claimed = claim(database)
    assert {one.text for one in claimed} == {read(database, number).body}
    assert claimed[0].text.startswith("**Phiên lưu động**\n\nMời anh/chị.")
    assert '"action": "e:gdvl.lich"' in claimed[0].choices_json
    assert drive(database, NOON).finished == 0
    settle(database, claimed)
    assert drive(database, NOON).finished == 1
    found = read(database, number)
    assert (found.status, found.counts, found.queued) == ("done", {"sent": 5}, 5)
    with database.reading() as c:
        logged = [row.action for row in reversed(audit.list_audit(c, 10))]
    assert logged == ["broadcast.write", "broadcast.submit", "broadcast.approve"]


def test_nothing_is_stored_twice_in_a_row(database: Database, library: Library) -> None:
    crowd(database, 3)
    number = approved(database, library)
    drive(database, NOON)
    with database.reading() as c:
        assert {row["text"] for row in c.rows("SELECT text FROM outbox WHERE kind = 'broadcast'")} == {""}
    assert drive(database, NOON).queued == 0
    assert statuses(database, number) == {"queued": 3}


class Killed(Exception):
    """The process died here."""


@contextlib.contextmanager
def dying_at(monkeypatch: pytest.MonkeyPatch, function: str, times: int) -> Iterator[None]:
    real, left = getattr(broadcasts, function), itertools.count()

    def die(*arguments: object) -> object:
        if next(left) == times:
            raise Killed
        return real(*arguments)

    with monkeypatch.context() as patch:
        patch.setattr(broadcasts, function, die)
        yield


@pytest.mark.parametrize("pages", [0, 1, 2])
def test_killed_in_the_middle_of_a_page_it_goes_on_where_it_was(
    database: Database, library: Library, monkeypatch: pytest.MonkeyPatch, pages: int
) -> None:
    crowd(database, 7)
    number = approved(database, library)
    # The rows of the page are in, its cursor is not: the transaction dies with both.
    with dying_at(monkeypatch, "move", pages), pytest.raises(Killed):
        drive(database, NOON, page=2)
    assert statuses(database, number).get("queued", 0) == read(database, number).queued == pages * 2
    assert drive(database, NOON, page=2).queued == 7 - pages * 2
    assert statuses(database, number) == {"queued": 7}


def test_two_replicas_make_each_delivery_once(database: Database, library: Library) -> None:
    crowd(database, 40)
    number = approved(database, library)

    async def both() -> None:
        await asyncio.gather(*(asyncio.to_thread(drive, database, NOON, 3) for _ in range(2)))

    asyncio.run(both())
    drive(database, NOON)
    assert statuses(database, number) == {"queued": 40}
    assert read(database, number).queued == 40


def test_pausing_between_two_pages_stops_and_resuming_goes_on(
    database: Database, library: Library, monkeypatch: pytest.MonkeyPatch
) -> None:
    crowd(database, 6)
    number = approved(database, library)
    with dying_at(monkeypatch, "move", 1), pytest.raises(Killed):
        drive(database, NOON, page=2)
    stop(database, number, "pause")
    assert drive(database, NOON, page=2).queued == 0
    assert claim(database) == []
    stop(database, number, "resume")
    assert drive(database, NOON, page=2).queued == 4
    assert len(claim(database)) == 6


def test_a_pause_holds_from_the_next_claim_on_before_any_row_is_marked(database: Database, library: Library) -> None:
    crowd(database, 4)
    number = approved(database, library)
    drive(database, NOON)
    stop(database, number, "pause")
    assert claim(database) == []
    assert statuses(database, number) == {"queued": 4}
    stop(database, number, "resume")
    drive(database, NOON)
    assert len(claim(database)) == 4


def test_what_is_paused_holds_up_nothing_else_to_the_same_person(database: Database, library: Library) -> None:
    crowd(database, 1)
    first, second = approved(database, library), approved(database, library, title="Tin khác")
    drive(database, NOON)
    stop(database, first, "pause")
    claim(database)
    drive(database, NOON)
    assert [one.broadcast_id for one in claim(database)] == [second]


def test_a_paused_broadcast_does_not_grow_too_old(database: Database, library: Library) -> None:
    crowd(database, 2)
    number = approved(database, library)
    drive(database, NOON)
    stop(database, number, "pause")
    drive(database, NOON)
    later = NOON + broadcasting.KEPT * 2
    with database.transaction() as c:
        assert outbox.expire_old(c, iso(later)) == 0
    stop(database, number, "resume")
    drive(database, later)
    assert len(claim(database, later)) == 2


def test_cancelling_gives_up_what_has_not_left(database: Database, library: Library) -> None:
    crowd(database, 5)
    number = approved(database, library)
    drive(database, NOON)
    left = claim(database, limit=2)
    stop(database, number, "cancel")
    assert claim(database, limit=1) == []
    assert drive(database, NOON, page=2).finished == 0
    settle(database, left)
    assert drive(database, NOON).finished == 1
    found = read(database, number)
    assert (found.status, found.counts) == ("cancelled", {"sent": 2, "cancelled": 3})
    stop(database, number, "resume")
    assert read(database, number).status == "cancelled"


async def test_a_pause_stops_the_real_sender(database: Database, library: Library) -> None:
    crowd(database, 400)
    postman = Postman(per_second=400, in_flight=4)
    number = await asyncio.to_thread(approved, database, library, urgent=True)
    await asyncio.to_thread(drive, database, utc_now())
    async with sending(database, postman):
        await until(lambda: len(postman.arrived) >= 20)
        await asyncio.to_thread(stop, database, number, "pause")
        in_hand = len(postman.arrived) + 200
        await asyncio.sleep(0.5)
        stopped_at = len(postman.arrived)
        await asyncio.sleep(0.4)
        assert len(postman.arrived) == stopped_at < in_hand
        await asyncio.to_thread(stop, database, number, "resume")
        await asyncio.to_thread(drive, database, utc_now())
        await until(lambda: len(postman.arrived) == 400)
    assert len({address for _, address, _ in postman.arrived}) == 400


def test_the_quiet_hours_move_it_to_the_morning_unless_it_is_urgent(database: Database, library: Library) -> None:
    crowd(database, 1)
    calm, urgent = approved(database, library), approved(database, library, title="Khẩn", urgent=True)
    drive(database, NIGHT)
    with database.reading() as c:
        due = {row["broadcast_id"]: row["due_at"] for row in c.rows("SELECT broadcast_id, due_at FROM outbox")}
    assert due == {calm: "2026-11-24T00:00:00.000Z", urgent: iso(NIGHT)}


def test_it_waits_for_its_time(database: Database, library: Library) -> None:
    crowd(database, 1)
    number = approved(database, library, send_at=iso(NOON + datetime.timedelta(hours=2)))
    assert drive(database, NOON + datetime.timedelta(hours=1)).queued == 0
    assert read(database, number).status == "approved"
    assert drive(database, NOON + datetime.timedelta(hours=2)).queued == 1


def test_a_weekly_broadcast_fires_once_a_week_and_missed_weeks_are_one(database: Database, library: Library) -> None:
    crowd(database, 2)
    at = iso(datetime.datetime(2026, 11, 24, 1, 0, tzinfo=datetime.UTC))
    number = approved(database, library, send_at=at, repeat="0 8 * * tue")
    after_three_weeks = datetime.datetime(2026, 12, 9, 3, 0, tzinfo=datetime.UTC)
    for _ in range(3):
        drive(database, after_three_weeks)
    with database.reading() as c:
        children = c.rows("SELECT id, status, send_at FROM broadcasts WHERE parent_id = :id", {"id": number})
    assert [(row["status"], row["send_at"]) for row in children] == [("sending", at)]
    assert statuses(database, children[0]["id"]) == {"queued": 2}
    assert read(database, number).send_at == "2026-12-15T01:00:00.000Z"
    stop(database, number, "cancel")
    assert drive(database, after_three_weeks + datetime.timedelta(days=30)).queued == 0


def test_who_says_stop_or_takes_back_the_agreement_after_the_expansion_gets_nothing(
    database: Database, library: Library
) -> None:
    crowd(database, 3)
    approved(database, library)
    drive(database, NOON)
    with database.transaction() as c:
        recipients.cancel_for_person(c, 1, "người nhận rút đồng ý", iso(NOON))
        outbox.cancel_pushes(c, 2, "người nhận đã dừng", iso(NOON))
    assert [one.person_id for one in claim(database)] == [3]


# Who may do what.


@pytest.mark.parametrize("role", ["author", "approver", "admin"])
def test_nobody_approves_their_own(database: Database, library: Library, role: Role) -> None:
    author = appoint(database, role)
    number = write(database, author)
    submit(database, author, number, library)
    with database.transaction() as c:
        officials.set_role(c, author.id, "admin")
        promoted = official_of(officials.get_official(c, author.id))
        with pytest.raises(NotDone, match="người khác duyệt"):
            approving.approve(c, promoted, number, broadcasts.get_broadcast(c, number, WHOLE_CITY).fingerprint, NOON)
        mark = broadcasts.get_broadcast(c, number, WHOLE_CITY).fingerprint
        assert not broadcasts.approve(c, number, author.id, mark, iso(NOON))
    assert read(database, number).status == "submitted"


def test_an_approver_must_cover_all_its_communes(database: Database, library: Library) -> None:
    author = appoint(database, "author", HOA_XA | {"ung-hoa"})
    number = write(database, author)
    submit(database, author, number, library)
    near = appoint(database, "approver", HOA_XA)
    with database.transaction() as c, pytest.raises(LookupError):
        approving.approve(c, near, number, read(database, number).fingerprint, NOON)
    with database.transaction() as c, pytest.raises(NotDone, match="Vai trò hoặc phạm vi"):
        approving.approve(c, appoint_in(c, "author"), number, "x", NOON)


def appoint_in(c: object, role: Role) -> Official:
    return Official(999, "x", "x", role, None)


def test_what_was_changed_after_it_was_read_is_not_approved(database: Database, library: Library) -> None:
    author, approver = appoint(database, "author"), appoint(database, "approver")
    number = write(database, author)
    submit(database, author, number, library)
    mark = read(database, number).fingerprint
    changed = NewBroadcast("Tiêu đề", "Nội dung khác hẳn", None)
    with database.transaction() as c:
        approving.save(c, author, changed, NOON, form_key="", broadcast_id=number)
    assert read(database, number).status == "draft"
    submit(database, author, number, library)
    with database.transaction() as c, pytest.raises(NotDone, match="vừa được sửa"):
        approving.approve(c, approver, number, mark, NOON)


def test_what_is_approved_never_changes(database: Database, library: Library) -> None:
    number = approved(database, library)
    author = appoint(database, "admin")
    found = read(database, number)
    with database.transaction() as c:
        with pytest.raises(NotDone, match="Chỉ người soạn"):
            approving.save(c, author, NewBroadcast("a", "b", None), NOON, form_key="", broadcast_id=number)
        owner = official_of(officials.get_official(c, found.author_id))
        with pytest.raises(NotDone, match="không sửa được nữa"):
            approving.save(c, owner, NewBroadcast("a", "b", None), NOON, form_key="", broadcast_id=number)
    assert read(database, number) == found


def test_an_official_of_a_commune_reaches_no_other(database: Database, library: Library) -> None:
    author = appoint(database, "author", HOA_XA)
    for communes in (None, frozenset({"lang"}), HOA_XA | {"lang"}, frozenset()):
        with pytest.raises(NotDone):
            write(database, author, communes=communes)


def test_urgent_is_for_admins(database: Database, library: Library) -> None:
    with pytest.raises(NotDone, match="Chỉ quản trị"):
        write(database, appoint(database, "approver"), urgent=True)
    author = appoint(database, "admin")
    number = write(database, author, urgent=True)
    submit(database, author, number, library)
    with pytest.raises(NotDone, match="Tin khẩn"):
        approve(database, appoint(database, "approver"), number)


def test_the_same_form_twice_is_one_draft_and_the_same_words_twice_are_asked_about(
    database: Database, library: Library
) -> None:
    author = appoint(database, "author")
    new = NewBroadcast("Tin", "Lời", None)
    with database.transaction() as c:
        twice = [approving.save(c, author, new, NOON, form_key="same") for _ in range(2)]
    assert twice[0] == twice[1]
    submit(database, author, twice[0], library)
    submit(database, author, twice[0], library)  # pressed twice: nothing more happens
    second = write(database, author, title="Tin", text="Lời")
    with pytest.raises(Alike, match="cùng nội dung"):
        submit(database, author, second, library)
    submit(database, author, second, library, again=True)
    other = write(database, author, title="Tin", text="Lời", audience=Audience(groups=("ho-ngheo",)))
    submit(database, author, other, library)
    assert {read(database, number).status for number in (*twice, second, other)} == {"submitted"}


def test_rejected_it_goes_back_with_a_reason(database: Database, library: Library) -> None:
    author, approver = appoint(database, "author"), appoint(database, "approver")
    number = write(database, author)
    submit(database, author, number, library)
    with database.transaction() as c:
        with pytest.raises(NotDone, match="lý do"):
            approving.reject(c, approver, number, "", NOON)
        approving.reject(c, approver, number, "Sai ngày", NOON)
    assert (read(database, number).status, read(database, number).rejected_reason) == ("rejected", "Sai ngày")


def test_a_trial_and_the_question_to_approvers_go_to_linked_phones(database: Database, library: Library) -> None:
    author, approver = appoint(database, "author"), appoint(database, "approver")
    number = write(database, author)
    with database.transaction() as c, pytest.raises(NotDone, match="chưa liên kết"):
        approving.try_on_me(c, author, number, library, NOON)
    with database.transaction() as c:
        for official, address in ((author, "7"), (approver, "8")):
            people.get_or_create_person(c, "telegram", address, "", iso(NOON))
            c.execute(
                """
                INSERT INTO official_addresses (channel, address, official_id, linked_at)
                VALUES ('telegram', :address, :id, '')
                """,
                {"address": address, "id": official.id},
            )
        assert approving.try_on_me(c, author, number, library, NOON) == {"telegram"}
        assert approving.submit(c, author, number, library, NOON, again=False) == {"telegram"}
    told = claim(database)
    assert [(one.address, one.priority) for one in told] == [("7", 0), ("8", 0)]
    assert f"tb:duyet:{number}" in told[1].choices_json
