"""What is on its way: in the right order, once, and still there after whatever went wrong."""

from __future__ import annotations

import dataclasses
import threading

import pytest

from storage import outbox
from storage.database import Connection, Database, StorageBusy, StorageConflict
from storage.outbox import (
    PRIORITY_BULK,
    PRIORITY_REMINDER,
    PRIORITY_REPLY,
    Delivery,
    NewDelivery,
    claim,
    enqueue,
)
from storage.people import get_or_create_person

PAST = "2026-11-22T12:00:00.000Z"
NOW = "2026-11-22T13:00:00.000Z"
SOON = "2026-11-22T13:00:30.000Z"
LEASE = "2026-11-22T13:01:00.000Z"
NEXT_LEASE = "2026-11-22T13:02:00.000Z"
TOMORROW = "2026-11-23T00:00:00.000Z"


def message(c: Connection, address: str = "lan", text: str = "chào", **changes: object) -> NewDelivery:
    """A reply that is due now, unless told otherwise."""
    channel = str(changes.get("channel", "telegram"))
    person = get_or_create_person(c, channel, address, "", NOW)
    plain = NewDelivery(person.id, channel, address, text, "[]", PRIORITY_REPLY, NOW, "reply")
    return dataclasses.replace(plain, **changes)  # type: ignore[arg-type]


def queue(c: Connection, address: str = "lan", text: str = "chào", **changes: object) -> int:
    (id_,) = enqueue(c, [message(c, address, text, **changes)], NOW)
    return id_


def take(c: Connection, now: str = NOW, limit: int = 10, lease_until: str = LEASE) -> list[Delivery]:
    return claim(c, "telegram", "sender", limit, lease_until, now)


def texts(deliveries: list[Delivery]) -> list[str]:
    return [delivery.text for delivery in deliveries]


def status(c: Connection, id_: int) -> dict[str, object]:
    row = c.row("SELECT status, reason, attempts, platform_message_id FROM outbox WHERE id = :id", {"id": id_})
    assert row is not None
    return row


# Queueing


def test_ids_rise_in_the_order_given_however_many(database: Database) -> None:
    with database.transaction() as c:
        new = [message(c, f"{n}", f"{n}") for n in range(250)]
        ids = enqueue(c, new, NOW)
        assert len(set(ids)) == 250
        stored = c.rows("SELECT id, text FROM outbox ORDER BY id")
        assert [(row["id"], row["text"]) for row in stored] == [(ids[n], f"{n}") for n in range(250)]
        assert enqueue(c, [], NOW) == []


def test_the_same_key_or_the_same_broadcast_for_a_person_is_queued_once(database: Database) -> None:
    with database.transaction() as c:
        assert queue(c, dedupe_key="reminder 5 for lan")
        assert enqueue(c, [message(c, dedupe_key="reminder 5 for lan")], NOW) == []
        assert queue(c, "minh", broadcast_id=1)
        assert enqueue(c, [message(c, "minh", broadcast_id=1)], NOW) == []
        assert queue(c, "minh", broadcast_id=2)
        # Without a key the same text may go out as often as wanted; in one call the rest is still queued.
        assert len(enqueue(c, [message(c), message(c), message(c, "minh", broadcast_id=1)], NOW)) == 2


def test_an_unknown_priority_is_refused(database: Database) -> None:
    with pytest.raises(StorageConflict), database.transaction() as c:
        queue(c, priority=3)


def test_everything_about_a_delivery_comes_back(database: Database) -> None:
    with database.transaction() as c:
        new = message(
            c,
            text="**Chào** chị",
            choices_json='[{"label":"1"}]',
            priority=PRIORITY_BULK,
            kind="broadcast",
            turn_id=3,
            broadcast_id=4,
            expires_at=TOMORROW,
            callback_id="tap",
            urgent=True,
        )
        (id_,) = enqueue(c, [new], NOW)
        expected = Delivery(
            id=id_,
            person_id=new.person_id,
            channel="telegram",
            address="lan",
            text="**Chào** chị",
            choices_json='[{"label":"1"}]',
            priority=PRIORITY_BULK,
            urgent=True,
            kind="broadcast",
            turn_id=3,
            broadcast_id=4,
            callback_id="tap",
            status="queued",
            reason="",
            due_at=NOW,
            expires_at=TOMORROW,
            claims=0,
            attempts=0,
            may_repeat=False,
            created_at=NOW,
            settled_at="",
        )
        assert outbox.list_for_person(c, new.person_id, 0, 10) == [expected]
        assert take(c) == [dataclasses.replace(expected, status="sending", claims=1)]


def test_the_history_of_one_person_in_order(database: Database) -> None:
    with database.transaction() as c:
        first, second = queue(c, text="một"), queue(c, text="hai")
        queue(c, "minh", text="của Minh")
        outbox.settle_sent(c, [(first, "m1")], NOW)
        lan = get_or_create_person(c, "telegram", "lan", "", NOW).id
        assert texts(outbox.list_for_person(c, lan, 0, 10)) == ["một", "hai"]
        assert [d.id for d in outbox.list_for_person(c, lan, first, 10)] == [second]
        assert [d.id for d in outbox.list_for_person(c, lan, 0, 1)] == [first]


# Claiming


def test_replies_overtake_reminders_and_reminders_overtake_bulk(database: Database) -> None:
    with database.transaction() as c:
        queue(c, "a", "bulk", priority=PRIORITY_BULK, due_at=PAST)
        queue(c, "b", "reminder", priority=PRIORITY_REMINDER, due_at=PAST)
        queue(c, "c", "reply", priority=PRIORITY_REPLY)
        queue(c, "d", "earlier reminder", priority=PRIORITY_REMINDER, due_at="2026-11-22T11:00:00.000Z")
        assert texts(take(c, limit=3)) == ["reply", "earlier reminder", "reminder"]
        assert texts(take(c)) == ["bulk"]


def test_what_is_not_due_past_its_use_by_or_of_another_channel_is_not_claimed(database: Database) -> None:
    with database.transaction() as c:
        queue(c, "a", due_at=SOON)
        queue(c, "b", expires_at=NOW)
        queue(c, "c", channel="zalo")
        assert take(c) == []
        assert texts(take(c, now=SOON)) == ["chào"]


def test_one_address_gets_its_messages_one_at_a_time_and_in_order(database: Database) -> None:
    with database.transaction() as c:
        for text in ("một", "hai", "ba"):
            queue(c, "lan", text)
        queue(c, "minh", "của Minh")
        first = take(c)
        assert texts(first) == ["một", "của Minh"]
        assert take(c) == []  # both are in flight
        outbox.settle_sent(c, [(delivery.id, "") for delivery in first], NOW)
        (second,) = take(c)
        assert second.text == "hai"
        outbox.settle_failed(c, [(second.id, "refused", "quá dài")], NOW)
        assert texts(take(c)) == ["ba"]


def test_a_reply_waits_for_the_bulk_message_in_flight_but_goes_before_one_that_is_queued(
    database: Database,
) -> None:
    with database.transaction() as c:
        queue(c, "lan", "bulk in flight", priority=PRIORITY_BULK)
        (flying,) = take(c)
        queue(c, "lan", "bulk queued", priority=PRIORITY_BULK, due_at=PAST)
        queue(c, "lan", "reply")
        assert take(c) == []
        outbox.settle_sent(c, [(flying.id, "")], NOW)
        assert texts(take(c)) == ["reply"]


def test_a_retried_reply_keeps_its_place(database: Database) -> None:
    with database.transaction() as c:
        queue(c, "lan", "một")
        queue(c, "lan", "hai")
        (first,) = take(c)
        # 0 attempts: the platform asked for patience (429), which is nobody's failure.
        outbox.reschedule(c, first.id, SOON, 0, "429", may_have_arrived=False)
        assert take(c) == []
        (again,) = take(c, now=SOON)
        assert (again.text, again.attempts, again.may_repeat) == ("một", 0, False)


def test_what_is_planned_for_later_holds_nobody_up(database: Database) -> None:
    with database.transaction() as c:
        queue(c, "lan", "official's answer in the morning", due_at=TOMORROW)
        queue(c, "lan", "reminder next week", priority=PRIORITY_REMINDER, due_at=TOMORROW)
        queue(c, "lan", "bulk", priority=PRIORITY_BULK)
        queue(c, "lan", "reply")
        (reply,) = take(c)
        assert reply.text == "reply"
        outbox.settle_sent(c, [(reply.id, "")], NOW)
        assert texts(take(c)) == ["bulk"]


def test_four_claimers_at_once_share_nothing_and_never_two_of_one_address(database: Database) -> None:
    with database.transaction() as c:
        enqueue(c, [message(c, f"{n % 40}", f"{n}") for n in range(120)], NOW)
    claimed: list[list[Delivery]] = []
    start = threading.Barrier(4)

    def send(owner: str) -> None:
        start.wait()
        for _ in range(4):
            try:
                with database.transaction() as c:
                    claimed.append(claim(c, "telegram", owner, 7, LEASE, NOW))
            except StorageBusy:
                continue

    threads = [threading.Thread(target=send, args=(str(n),)) for n in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    everything = [delivery for some in claimed for delivery in some]
    assert 0 < len(everything) <= 40
    assert len({delivery.id for delivery in everything}) == len(everything)
    assert len({delivery.address for delivery in everything}) == len(everything)
    # Nobody's second message left before the first.
    assert {int(delivery.text) for delivery in everything} <= set(range(40))


@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
def test_a_second_sender_skips_what_the_first_is_just_taking(database: Database) -> None:
    with database.transaction() as c:
        enqueue(c, [message(c, f"{n}", f"{n}") for n in range(6)], NOW)
    taken: list[str] = []

    def second_sender() -> None:
        with database.transaction() as c:
            taken.extend(texts(claim(c, "telegram", "second", 3, LEASE, NOW)))

    with database.transaction() as c:
        assert texts(claim(c, "telegram", "first", 3, LEASE, NOW)) == ["0", "1", "2"]
        thread = threading.Thread(target=second_sender)
        thread.start()
        thread.join(timeout=10)
        assert taken == ["3", "4", "5"]  # without waiting for the first to end


@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
def test_two_senders_reaching_for_one_address_and_the_second_is_told_to_try_again(database: Database) -> None:
    with database.transaction() as c:
        queue(c, "lan", "bulk", priority=PRIORITY_BULK)
    outcomes: list[str] = []

    def second_sender() -> None:
        try:
            with database.transaction() as c:
                claim(c, "telegram", "second", 3, LEASE, NOW)
            outcomes.append("claimed")
        except StorageBusy:
            outcomes.append("busy")

    with database.transaction() as c:
        assert texts(claim(c, "telegram", "first", 3, LEASE, NOW)) == ["bulk"]
        thread = threading.Thread(target=_reply_then, args=(database, second_sender))
        thread.start()
        thread.join(timeout=0.3)  # it waits for the first
    thread.join()
    assert outcomes == ["busy"]


def _reply_then(database: Database, then: object) -> None:
    with database.transaction() as c:
        person = c.row("SELECT id FROM people WHERE address = 'lan'")
        assert person is not None
        enqueue(c, [NewDelivery(person["id"], "telegram", "lan", "reply", "[]", 0, NOW, "reply")], NOW)
    assert callable(then)
    then()


# Quiet hours


def take_at_night(c: Connection, limit: int = 10) -> list[Delivery]:
    return claim(c, "telegram", "sender", limit, LEASE, NOW, quiet=True)


def test_at_night_only_replies_and_what_is_urgent_leave(database: Database) -> None:
    with database.transaction() as c:
        queue(c, "a", "bulk", priority=PRIORITY_BULK)
        queue(c, "b", "reminder", priority=PRIORITY_REMINDER)
        queue(c, "c", "storm warning", priority=PRIORITY_BULK, urgent=True)
        queue(c, "d", "session moved", priority=PRIORITY_REMINDER, urgent=True)
        queue(c, "e", "reply")
        assert texts(take_at_night(c)) == ["reply", "session moved", "storm warning"]
        assert texts(take(c)) == ["reminder", "bulk"]


def test_what_waits_for_the_morning_holds_nobody_up_even_when_it_was_tried_before(database: Database) -> None:
    with database.transaction() as c:
        held = queue(c, "lan", "bulk tried in the evening", priority=PRIORITY_REMINDER)
        take(c)
        outbox.reschedule(c, held, NOW, 1, "502", may_have_arrived=False)
        queue(c, "lan", "urgent", priority=PRIORITY_BULK, urgent=True)
        queue(c, "lan", "reply")
        for text in ("reply", "urgent"):
            (found,) = take_at_night(c)
            assert found.text == text
            outbox.settle_sent(c, [(found.id, "")], NOW)
        assert take_at_night(c) == []
        assert texts(take(c)) == ["bulk tried in the evening"]


def test_an_urgent_push_still_lets_a_reply_go_first(database: Database) -> None:
    with database.transaction() as c:
        queue(c, "lan", "urgent", priority=PRIORITY_BULK, urgent=True)
        queue(c, "lan", "reply")
        assert texts(take_at_night(c)) == ["reply"]
        assert take_at_night(c) == []


def test_what_is_held_back_is_nothing_to_wake_up_for(database: Database) -> None:
    with database.transaction() as c:
        queue(c, "a", due_at=PAST, priority=PRIORITY_BULK)
        assert outbox.next_due_at(c, "telegram", quiet=True) is None
        assert outbox.next_due_at(c, "telegram") == PAST
        queue(c, "b", due_at=TOMORROW, priority=PRIORITY_BULK, urgent=True)
        assert outbox.next_due_at(c, "telegram", quiet=True) == TOMORROW
        queue(c, "c", due_at=SOON)
        assert outbox.next_due_at(c, "telegram", quiet=True) == SOON


# After a failure


def test_a_lapsed_lease_is_taken_again_and_says_that_it_may_repeat(database: Database) -> None:
    with database.transaction() as c:
        queue(c)
        (first,) = take(c)
        assert not first.may_repeat
        assert take(c, now=SOON) == []
        (again,) = take(c, now=LEASE, lease_until=NEXT_LEASE)
        assert (again.id, again.may_repeat, again.claims) == (first.id, True, 2)


def test_a_new_sender_takes_over_what_others_had_in_flight_and_nothing_else(database: Database) -> None:
    with database.transaction() as c:
        queue(c)
        queue(c, "minh", channel="web")
        (first,) = take(c)
        (other,) = outbox.claim(c, "web", "me", 10, LEASE, NOW)
        assert outbox.take_over(c, "telegram", "sender") == 0
        assert outbox.take_over(c, "telegram", "next") == 1
        (again,) = outbox.claim(c, "telegram", "next", 10, LEASE, NOW)
        assert (again.id, again.may_repeat) == (first.id, True)
        assert status(c, other.id)["status"] == "sending"


def test_a_released_one_is_due_at_once_and_no_repeat(database: Database) -> None:
    with database.transaction() as c:
        queue(c)
        (first,) = take(c)
        outbox.release(c, [first.id])
        (again,) = take(c)
        assert (again.id, again.may_repeat, again.attempts) == (first.id, False, 0)


def test_a_retry_counts_its_attempt_and_remembers_that_it_may_have_arrived(database: Database) -> None:
    with database.transaction() as c:
        id_ = queue(c)
        take(c)
        outbox.reschedule(c, id_, SOON, 1, "hết giờ chờ", may_have_arrived=True)
        (again,) = take(c, now=SOON)
        assert (again.attempts, again.may_repeat, again.reason) == (1, True, "hết giờ chờ")
        outbox.reschedule(c, id_, SOON, 1, "502", may_have_arrived=False)
        (again,) = take(c, now=SOON)
        assert (again.attempts, again.may_repeat) == (2, True)


def test_what_is_settled_stays_settled(database: Database) -> None:
    with database.transaction() as c:
        sent, refused = queue(c, "a"), queue(c, "b")
        take(c)
        outbox.settle_sent(c, [(sent, "m7")], NOW)
        outbox.settle_failed(c, [(refused, "refused", "quá dài")], NOW)
        before = status(c, sent), status(c, refused)
        assert before == (
            {"status": "sent", "reason": "", "attempts": 0, "platform_message_id": "m7"},
            {"status": "refused", "reason": "quá dài", "attempts": 1, "platform_message_id": ""},
        )
        # A sender that was away for longer than its lease comes back with old news.
        outbox.settle_failed(c, [(sent, "gone", "blocked")], SOON)
        outbox.settle_sent(c, [(refused, "m8")], SOON)
        outbox.reschedule(c, sent, SOON, 1, "502", may_have_arrived=True)
        outbox.release(c, [sent, refused])
        assert (status(c, sent), status(c, refused)) == before
        assert take(c, now=TOMORROW) == []


def test_sent_late_is_still_sent(database: Database) -> None:
    """The lease lapsed and the row went back to the queue, then the answer came: it need not go out again."""
    with database.transaction() as c:
        id_ = queue(c)
        take(c)
        take(c, now=LEASE, limit=0)  # a claim takes back what lapsed
        outbox.settle_sent(c, [(id_, "m7")], LEASE)
        assert status(c, id_)["status"] == "sent"


def test_what_is_past_its_use_by_is_given_up_with_a_reason(database: Database) -> None:
    with database.transaction() as c:
        old = queue(c, "a", expires_at=NOW)
        young, timeless = queue(c, "b", expires_at=SOON), queue(c, "c")
        assert outbox.expire_old(c, NOW) == 1
        assert status(c, old)["status"] == "expired"
        assert status(c, old)["reason"]
        assert {status(c, young)["status"], status(c, timeless)["status"]} == {"queued"}


# Knowing what is waiting


def test_the_next_time_to_look(database: Database) -> None:
    with database.transaction() as c:
        assert outbox.next_due_at(c, "telegram") is None
        queue(c, "a", due_at=TOMORROW)
        queue(c, "b", due_at=SOON, priority=PRIORITY_BULK)
        queue(c, "c", due_at=PAST, channel="zalo")
        assert outbox.next_due_at(c, "telegram") == SOON
        take(c, now=SOON, lease_until=LEASE)
        assert outbox.next_due_at(c, "telegram") == LEASE  # when the lease lapses


def test_the_backlog_by_channel_and_status(database: Database) -> None:
    with database.transaction() as c:
        assert outbox.backlog(c) == {}
        first = queue(c, "a")
        queue(c, "b")
        queue(c, "c", channel="zalo")
        take(c, limit=1)
        assert outbox.backlog(c) == {"telegram": {"queued": 1, "sending": 1}, "zalo": {"queued": 1}}
        outbox.settle_sent(c, [(first, "")], NOW)
        assert outbox.backlog(c) == {"telegram": {"queued": 1}, "zalo": {"queued": 1}}


def test_claiming_walks_the_index_of_the_queue_and_sorts_nothing(sqlite_database: Database) -> None:
    """However long the queue: a plan that scanned or sorted it would take seconds with 100,000 rows."""
    params = {
        "channel": "telegram",
        "priority": 9,
        "now": NOW,
        "limit": 10,
        "owner": "s",
        "lease_until": LEASE,
    }
    with sqlite_database.reading() as c:
        plan = [row["detail"] for row in c.rows(f"EXPLAIN QUERY PLAN {outbox._CLAIM}", params)]
        next_due = [row["detail"] for row in c.rows(f"EXPLAIN QUERY PLAN {outbox._NEXT_DUE}", {"channel": "telegram"})]
    walks = [step for step in plan if step.startswith(("SEARCH", "SCAN"))]
    assert any("SEARCH d USING INDEX outbox_queue (" in step for step in walks)
    assert any("SEARCH head USING" in step and "outbox_queue_of_person" in step for step in walks)
    # What is in flight is few, and read once.
    scans = [step for step in walks if step.startswith("SCAN outbox")]
    assert scans == ["SCAN outbox USING INDEX outbox_one_in_flight"]
    assert not any("TEMP B-TREE FOR ORDER BY" in step for step in plan)
    assert all("outbox_queue" in s or "outbox_one_in_flight" in s for s in next_due if "outbox" in s)


def test_at_night_the_claim_walks_past_nothing_that_is_held(sqlite_database: Database) -> None:
    """100,000 rows may wait for the morning; the claim and the look for what is next read only the urgent ones."""
    params = {"channel": "telegram", "priority": 9, "now": NOW, "limit": 10, "owner": "s", "lease_until": LEASE}
    with sqlite_database.reading() as c:
        plan = [row["detail"] for row in c.rows(f"EXPLAIN QUERY PLAN {outbox._CLAIM_URGENT}", params)]
        look = [
            row["detail"] for row in c.rows(f"EXPLAIN QUERY PLAN {outbox._NEXT_DUE_URGENT}", {"channel": "telegram"})
        ]
    assert any("SEARCH d USING INDEX outbox_queue_urgent (" in step for step in plan)
    assert any("SEARCH head USING" in step and "outbox_queue_of_person" in step for step in plan)
    assert not any("TEMP B-TREE FOR ORDER BY" in step for step in plan)
    assert sum("outbox_queue_urgent" in step for step in look) == 2  # reminders and bulk


def test_settling_finds_each_delivery_by_its_id(sqlite_database: Database) -> None:
    with sqlite_database.reading() as c:
        plan = [
            row["detail"]
            for row in c.rows(f"EXPLAIN QUERY PLAN {outbox._SETTLE_SENT}", {"pairs": '{"1": "m"}', "now": NOW})
        ]
    assert any("SEARCH outbox USING INTEGER PRIMARY KEY" in step for step in plan)


def test_a_platform_id_with_what_a_database_refuses_still_settles(database: Database) -> None:
    with database.transaction() as c:
        id_ = queue(c)
        take(c)
        outbox.settle_sent(c, [(id_, 'm\0"\\7\ud800')], NOW)
        assert status(c, id_)["status"] == "sent"


@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
@pytest.mark.parametrize("analysed", [False, True], ids=["no statistics", "statistics of an empty queue"])
@pytest.mark.parametrize(("sql", "index"), [("_CLAIM", "outbox_queue"), ("_CLAIM_URGENT", "outbox_queue_urgent")])
def test_claiming_stays_quick_when_nothing_is_known_about_a_queue_that_just_filled(
    database: Database,
    analysed: bool,
    sql: str,
    index: str,
) -> None:
    """PostgreSQL plans blindly then: with joins it took 10 s to claim 100 out of 100,000."""
    with database.transaction() as c:
        sent = [queue(c, f"{n}") for n in range(20)]
        outbox.settle_sent(c, [(id_, "") for id_ in sent], NOW)
        if analysed:
            c.execute("ANALYZE")
        people = c.rows(
            """
            INSERT INTO people (
                channel, address, name, language, commune, pushes_allowed,
                gone_at, gone_reason, created_at, last_seen_at
            )
            SELECT 'telegram', 'x' || n, '', 'vi', '', 1, '', '', :now, :now FROM generate_series(1, 3000) AS n
            RETURNING id
            """,
            {"now": NOW},
        )
        bulk = message(c, priority=PRIORITY_BULK)
        enqueue(c, [dataclasses.replace(bulk, person_id=row["id"]) for row in people], NOW)
        params = {"channel": "telegram", "priority": 9, "now": NOW, "limit": 100, "owner": "s", "lease_until": LEASE}
        plan = [row["QUERY PLAN"].strip() for row in c.rows(f"EXPLAIN {getattr(outbox, sql)}", params)]
    head = next(n for n, step in enumerate(plan) if "outbox_queue_of_person on outbox head" in step)
    assert "Index Cond: (person_id = d.person_id)" in plan[head + 1]
    assert any(f"Index Scan using {index} on outbox d" in step for step in plan)
    assert not any("Join Filter" in step or "Seq Scan" in step for step in plan)
