"""Everything on its way to people: replies, reminders and broadcasts, one row per recipient.

A delivery is queued, then claimed by a sender ("sending", while its lease runs), then settled for good: sent,
refused, gone, expired or cancelled. Nothing here knows a platform, a pace or what a text means.
"""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Iterable, Sequence
from typing import Any, Literal

from storage.database import Connection, StorageBusy, StorageConflict
from storage.sql import Params

PRIORITY_REPLY = 0
PRIORITY_REMINDER = 5
PRIORITY_BULK = 9
PRIORITIES = (PRIORITY_REPLY, PRIORITY_REMINDER, PRIORITY_BULK)

FailedStatus = Literal["refused", "gone", "expired"]

_ROWS_PER_INSERT = 100


@dataclasses.dataclass(frozen=True, slots=True)
class NewDelivery:
    """One message to one person. `kind` says what it is, for reports; `priority` is one of `PRIORITIES`.

    An empty `expires_at` never expires. `dedupe_key` is unique for ever: the same key twice is one delivery.
    `urgent` lets a push out in the quiet hours; replies need no such leave.
    """

    person_id: int
    channel: str
    address: str
    text: str
    choices_json: str
    priority: int
    due_at: str
    kind: str
    turn_id: int | None = None
    broadcast_id: int | None = None
    expires_at: str = ""
    callback_id: str = ""
    dedupe_key: str | None = None
    urgent: bool = False


@dataclasses.dataclass(frozen=True, slots=True)
class Delivery:
    """A stored delivery. `may_repeat`: an earlier try may have arrived, so sending it again may show it
    twice.

    `attempts` counts tries that failed, `claims` how often a sender took it; `settled_at` is empty until
    settled.
    """

    id: int
    person_id: int
    channel: str
    address: str
    text: str
    choices_json: str
    priority: int
    urgent: bool
    kind: str
    turn_id: int | None
    broadcast_id: int | None
    callback_id: str
    status: str
    reason: str
    due_at: str
    expires_at: str
    claims: int
    attempts: int
    may_repeat: bool
    created_at: str
    settled_at: str

    @property
    def may_ring(self) -> bool:
        """True when it may leave in the quiet hours: somebody waits for it, or it cannot wait for the morning."""
        return self.priority == PRIORITY_REPLY or self.urgent


_COLUMNS = ", ".join(field.name for field in dataclasses.fields(Delivery))
_NEW_COLUMNS = tuple(field.name for field in dataclasses.fields(NewDelivery))


def _delivery(row: dict[str, Any]) -> Delivery:
    return Delivery(**{**row, "urgent": bool(row["urgent"]), "may_repeat": bool(row["may_repeat"])})


def enqueue(c: Connection, deliveries: Sequence[NewDelivery], now: str) -> list[int]:
    """Queue deliveries; return the ids of the new ones, rising in the order given.

    A repeated `dedupe_key`, or a person who already has this broadcast, is silently nothing and has no id.
    """
    ids: list[int] = []
    for start in range(0, len(deliveries), _ROWS_PER_INSERT):
        some = deliveries[start : start + _ROWS_PER_INSERT]
        ids += sorted(row["id"] for row in c.rows(_insert(len(some)), _insert_params(some, now)))
    return ids


def _insert(count: int) -> str:
    values = ",\n".join(
        "(" + ", ".join(f":{column}_{n}" for column in _NEW_COLUMNS) + ", 'queued', '', 0, 0, 0, '', '', '', :now, '')"
        for n in range(count)
    )
    return f"""
        INSERT INTO outbox (
            {", ".join(_NEW_COLUMNS)},
            status, reason, claims, attempts, may_repeat, lease_owner, leased_until, platform_message_id,
            created_at, settled_at
        )
        VALUES {values}
        ON CONFLICT DO NOTHING
        RETURNING id
    """  # noqa: S608


def _insert_params(deliveries: Iterable[NewDelivery], now: str) -> dict[str, str | int | None]:
    params: dict[str, str | int | None] = {"now": now}
    for n, delivery in enumerate(deliveries):
        for column in _NEW_COLUMNS:
            params[f"{column}_{n}"] = getattr(delivery, column)
        params[f"urgent_{n}"] = int(delivery.urgent)
    return params


# What may leave now. A person is one address, and of each person only the head of their own queue may leave, while
# nothing else is in flight to them: the most urgent, then the oldest, of what is due or was tried before (a retry
# keeps its place). What is merely planned for later, or past its use-by, holds nobody up.
#
# The form is deliberate. Right after a broadcast is queued PostgreSQL has no statistics about it and takes the queue
# for empty; written as joins (NOT EXISTS) it then walks the whole queue once per delivery, 10 s for a claim of 100 out
# of 100,000. A scalar subquery with this ORDER BY leaves it only the index outbox_queue_of_person.
# MATERIALIZED: without it the selection may run again for every row and claim more than the limit.
#
# `only` and `unheld` leave out what must wait for the morning: as a delivery and as a head. They are part of the text,
# not parameters, so that the index outbox_queue_urgent answers and what is held costs nothing.
def _claim_text(only: str, unheld: str) -> str:
    return f"""
        WITH next AS MATERIALIZED (
            SELECT d.id FROM outbox AS d
            WHERE d.channel = :channel AND d.priority = :priority AND d.status = 'queued' AND d.due_at <= :now
                {only}
                AND d.person_id NOT IN (SELECT person_id FROM outbox WHERE status = 'sending')
                AND d.id = (
                    SELECT head.id FROM outbox AS head
                    WHERE head.person_id = d.person_id AND head.status = 'queued'
                        AND (head.due_at <= :now OR head.claims > 0)
                        AND (head.expires_at = '' OR head.expires_at > :now)
                        {unheld}
                    ORDER BY head.priority, head.id
                    LIMIT 1
                )
            ORDER BY d.due_at, d.id
            LIMIT :limit
            {{skip_locked}}
        )
        UPDATE outbox
        SET status = 'sending', lease_owner = :owner, leased_until = :lease_until, claims = claims + 1
        WHERE id IN (SELECT id FROM next)
        RETURNING {_COLUMNS}
    """  # noqa: S608


_CLAIM = _claim_text("", "")
# Of a person's queue a reply is always the head: for replies the text of the day serves at night too.
_CLAIM_URGENT = _claim_text("AND d.urgent = 1", "AND (head.urgent = 1 OR head.priority = 0)")


def claim(
    c: Connection, channel: str, owner: str, limit: int, lease_until: str, now: str, *, quiet: bool = False
) -> list[Delivery]:
    """Take up to `limit` deliveries to send now, the most urgent first; they are ours until `lease_until`.

    At most one per person is ever in flight. While it is `quiet`, pushes that are not urgent stay queued and hold
    nobody up. What a sender took and did not settle before its lease ended is taken again, marked `may_repeat`. What
    is past its use-by is left to `expire_old`. Raises StorageBusy when two senders reached for the same person at the
    same moment: try again.
    """
    _take_back(c, channel, now)
    claimed: list[Delivery] = []
    # One query per priority: each is a short walk along the index, however much is planned for later.
    for priority in PRIORITIES:
        if len(claimed) == limit:
            break
        params: Params = {
            "channel": channel,
            "priority": priority,
            "owner": owner,
            "limit": limit - len(claimed),
            "lease_until": lease_until,
            "now": now,
        }
        try:
            sql = _CLAIM_URGENT if quiet and priority != PRIORITY_REPLY else _CLAIM
            found = [_delivery(row) for row in c.rows(sql, params)]
        except StorageConflict as error:
            raise StorageBusy(error.detail) from error
        claimed += sorted(found, key=lambda delivery: (delivery.due_at, delivery.id))
    return _with_words(c, claimed)


def _with_words(c: Connection, deliveries: list[Delivery]) -> list[Delivery]:
    """A broadcast's words stand once, beside the broadcast, and not in each of a million rows: fill them in."""
    wanted = sorted({one.broadcast_id for one in deliveries if one.broadcast_id is not None and not one.text})
    if not wanted:
        return deliveries
    names: Params = {f"id_{n}": id_ for n, id_ in enumerate(wanted)}
    rows = c.rows(f"SELECT id, body FROM broadcasts WHERE id IN ({', '.join(f':{name}' for name in names)})", names)  # noqa: S608
    words = {int(row["id"]): str(row["body"]) for row in rows}
    return [
        dataclasses.replace(one, text=one.text or words.get(one.broadcast_id or 0, "")) if one.broadcast_id else one
        for one in deliveries
    ]


def _take_back(c: Connection, channel: str, now: str) -> None:
    c.execute(
        """
        UPDATE outbox SET status = 'queued', lease_owner = '', leased_until = '', may_repeat = 1
        WHERE channel = :channel AND status = 'sending' AND leased_until <= :now
        """,
        {"channel": channel, "now": now},
    )


# One statement for all of them: with one for each row the settling thread would wait for Python's lock a hundred times,
# behind the loop that is busy sending.
_SETTLE_SENT = """
    UPDATE outbox SET status = 'sent', reason = '', platform_message_id = told.value,
        settled_at = :now, lease_owner = '', leased_until = ''
    FROM {pairs} AS told
    WHERE outbox.id = CAST(told.key AS BIGINT) AND status IN ('queued', 'sending')
"""


def settle_sent(c: Connection, sent: Sequence[tuple[int, str]], now: str) -> None:
    """The platform took these: pairs of (id, the platform's message id, "" when it gives none)."""
    if not sent:
        return
    # Written as \\u0000, NUL would get past the connection, which cleans texts, and PostgreSQL refuses it.
    pairs = {id_: platform_id.replace("\0", "") for id_, platform_id in sent}
    c.execute(_SETTLE_SENT, {"pairs": json.dumps(pairs, ensure_ascii=False), "now": now})


def settle_failed(c: Connection, failed: Sequence[tuple[int, FailedStatus, str]], now: str) -> None:
    """These are given up for good: triples of (id, status, reason)."""
    c.execute_many(
        """
        UPDATE outbox SET status = :status, reason = :reason, attempts = attempts + 1,
            settled_at = :now, lease_owner = '', leased_until = ''
        WHERE id = :id AND status IN ('queued', 'sending')
        """,
        [{"id": id_, "status": status, "reason": reason, "now": now} for id_, status, reason in failed],
    )


def reschedule(
    c: Connection, delivery_id: int, due_at: str, attempts_add: int, reason: str, *, may_have_arrived: bool
) -> None:
    """Try this one again at `due_at`; it keeps its place before younger ones to the same person."""
    c.execute(
        """
        UPDATE outbox SET status = 'queued', due_at = :due_at, attempts = attempts + :attempts_add, reason =
        :reason, may_repeat = CASE WHEN :may_have_arrived = 1 THEN 1 ELSE may_repeat END,
            lease_owner = '', leased_until = ''
        WHERE id = :id AND status = 'sending'
        """,
        {
            "id": delivery_id,
            "due_at": due_at,
            "attempts_add": attempts_add,
            "reason": reason,
            "may_have_arrived": int(may_have_arrived),
        },
    )


def release(c: Connection, ids: Sequence[int]) -> None:
    """Give back what was claimed and not tried (a graceful stop): due at once, not counted as a repeat."""
    c.execute_many(
        """
        UPDATE outbox SET status = 'queued', lease_owner = '', leased_until = ''
        WHERE id = :id AND status = 'sending'
        """,
        [{"id": id_} for id_ in ids],
    )


def release_all(c: Connection) -> int:
    """Take back everything in flight at once, marked `may_repeat`; return how many.

    Only for the one process of a SQLite file, at its start: whoever was sending is dead.
    """
    return c.execute(
        """
        UPDATE outbox SET status = 'queued', lease_owner = '', leased_until = '', may_repeat = 1
        WHERE status = 'sending'
        """
    )


def take_over(c: Connection, channel: str, owner: str) -> int:
    """Take back what others had in flight on a channel, marked `may_repeat`; return how many.

    Only for whoever has just become the channel's one sender: the others' time is over.
    """
    return c.execute(
        """
        UPDATE outbox SET status = 'queued', lease_owner = '', leased_until = '', may_repeat = 1
        WHERE channel = :channel AND status = 'sending' AND lease_owner <> :owner
        """,
        {"channel": channel, "owner": owner},
    )


def _next_due_text(only: str) -> str:
    return " UNION ALL ".join(
        [
            "SELECT MIN(leased_until) AS at FROM outbox WHERE channel = :channel AND status = 'sending'",
            *(
                f"SELECT MIN(due_at) AS at FROM outbox "  # noqa: S608
                f"WHERE channel = :channel AND priority = {priority} AND status = 'queued'"
                f"{only if priority != PRIORITY_REPLY else ''}"
                for priority in PRIORITIES
            ),
        ]
    )


_NEXT_DUE = _next_due_text("")
_NEXT_DUE_URGENT = _next_due_text(" AND urgent = 1")


def next_due_at(c: Connection, channel: str, *, quiet: bool = False) -> str | None:
    """The earliest time at which there may be something to claim, perhaps past; None when nothing is on its
    way.

    What waits behind a message in flight counts as due: settling that one is what frees it. What `quiet` holds back
    does not count.
    """
    found = c.rows(_NEXT_DUE_URGENT if quiet else _NEXT_DUE, {"channel": channel})
    return min((row["at"] for row in found if row["at"] is not None), default=None)


def expire_old(c: Connection, now: str) -> int:
    """Give up what is queued past its use-by, with a reason; return how many."""
    return c.execute(
        """
        UPDATE outbox SET status = 'expired', reason = 'quá hạn gửi', settled_at = :now
        WHERE status = 'queued' AND expires_at <> '' AND expires_at <= :now
        """,
        {"now": now},
    )


def cancel_pushes(c: Connection, person_id: int, reason: str, now: str) -> int:
    """Give up everything queued for a person that is not a reply; return how many."""
    return c.execute(
        """
        UPDATE outbox SET status = 'cancelled', reason = :reason, settled_at = :now
        WHERE person_id = :person_id AND status = 'queued' AND priority > :reply
        """,
        {"person_id": person_id, "reason": reason, "now": now, "reply": PRIORITY_REPLY},
    )


def backlog(c: Connection) -> dict[str, dict[str, int]]:
    """What is on its way: channel → status (queued, sending) → how many. Channels with nothing are absent."""
    found: dict[str, dict[str, int]] = {}
    for status in ("queued", "sending"):
        rows = c.rows(
            f"SELECT channel, COUNT(*) AS n FROM outbox WHERE status = '{status}' GROUP BY channel"  # noqa: S608
        )
        for row in rows:
            found.setdefault(row["channel"], {})[status] = int(row["n"])
    return found


def oldest_reply_at(c: Connection, channel: str) -> str | None:
    """When the reply that waits longest was to leave, perhaps in the future; None when none waits."""
    row = c.row(
        "SELECT MIN(due_at) AS at FROM outbox WHERE channel = :channel AND priority = :reply AND status = 'queued'",
        {"channel": channel, "reply": PRIORITY_REPLY},
    )
    return str(row["at"]) if row and row["at"] is not None else None


def list_for_person(c: Connection, person_id: int, after_id: int, limit: int) -> list[Delivery]:
    """All deliveries to one person with an id above `after_id`, oldest first, whatever became of them."""
    rows = c.rows(
        f"""
        SELECT {_COLUMNS} FROM outbox WHERE person_id = :person_id AND id > :after_id ORDER BY id LIMIT :limit
        """,  # noqa: S608
        {"person_id": person_id, "after_id": after_id, "limit": limit},
    )
    return _with_words(c, [_delivery(row) for row in rows])


def list_pushes(c: Connection, person_id: int, limit: int) -> list[Delivery]:
    """What one person was sent without having just written, the newest first, whatever became of it."""
    rows = c.rows(
        f"""
        SELECT {_COLUMNS} FROM outbox WHERE person_id = :person_id AND priority > :reply ORDER BY id DESC LIMIT :limit
        """,  # noqa: S608
        {"person_id": person_id, "reply": PRIORITY_REPLY, "limit": limit},
    )
    return _with_words(c, [_delivery(row) for row in rows])


def find_offered(c: Connection, person_id: int) -> str:
    """The choices of the newest push that reached the person since their last message was dealt with, as JSON, or "".

    Only their latest few deliveries are looked at: this is asked for every message.
    """
    row = c.row(
        """
        SELECT choices_json FROM (
            SELECT id, choices_json, turn_id, status, settled_at FROM outbox
            WHERE person_id = :person_id ORDER BY id DESC LIMIT 10
        ) AS latest
        WHERE turn_id IS NULL AND choices_json <> '[]' AND (
            status = 'sending'
            OR (status = 'sent' AND settled_at > (SELECT updated_at FROM dialogues WHERE person_id = :person_id))
        )
        ORDER BY id DESC LIMIT 1
        """,
        {"person_id": person_id},
    )
    return str(row["choices_json"]) if row else ""
