"""The deliveries of one broadcast: made page by page, stopped, let go again, counted and listed.

Every writing function is one page of at most `size` rows, to be its own transaction, so that a million rows hold nobody
up. Rows carry no text: it stands once, beside the broadcast.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from typing import Literal

from storage.audiences import reached_text
from storage.broadcasts import Broadcast
from storage.database import Connection
from storage.outbox import PRIORITY_BULK, Delivery
from storage.scope import Scope
from storage.sql import Params

STATUSES = ("queued", "sending", "sent", "refused", "gone", "expired", "cancelled")
CALLED_OFF = "tin đã bị hủy"
_HELD = "9999-12-31T23:59:59.999Z"  # the time a paused broadcast's deliveries are due at

Failed = Literal["refused", "gone", "expired"]


@dataclasses.dataclass(frozen=True, slots=True)
class Recipient:
    """What became of one person's delivery. `name` is what they told us, else what the platform calls them."""

    id: int
    person_id: int
    name: str
    channel: str
    commune: str
    status: str
    reason: str
    attempts: int
    may_repeat: bool
    due_at: str
    settled_at: str


@dataclasses.dataclass(frozen=True, slots=True)
class Page:
    """The times a page of deliveries is queued with."""

    due_at: str
    expires_at: str
    seen_since: str


def expand(c: Connection, broadcast: Broadcast, until: int, page: Page, now: str) -> int:
    """Queue a delivery for everybody reached after `broadcast.cursor` up to person `until`; return how many.

    Whoever has this broadcast already gets nothing: a page that is done twice is done once.
    """
    reached, params = reached_text(broadcast.audience, broadcast.scope, page.seen_since)
    return c.execute(
        f"""
        INSERT INTO outbox (
            person_id, channel, address, text, choices_json, priority, urgent, kind, broadcast_id, callback_id, status,
            reason, due_at, expires_at, claims, attempts, may_repeat, lease_owner, leased_until, platform_message_id,
            created_at, settled_at
        )
        SELECT p.id, p.channel, p.address, '', :choices, {PRIORITY_BULK}, {int(broadcast.urgent)}, 'broadcast',
            :broadcast_id, '', 'queued', '', :due_at, :expires_at, 0, 0, 0, '', '', '', :now, ''
        {reached}
        {{hold_people}}
        ON CONFLICT DO NOTHING
        """,
        {
            **params,
            "after": broadcast.cursor,
            "until": until,
            "choices": broadcast.choices_json,
            "broadcast_id": broadcast.id,
            "due_at": page.due_at,
            "expires_at": page.expires_at,
            "now": now,
        },
    )


def hold_page(c: Connection, broadcast_id: int, size: int) -> int:
    """Keep a page of a paused broadcast's deliveries from leaving; return how many, 0 when all are kept."""
    return _settle_page(
        c,
        f"due_at = '{_HELD}', expires_at = '', claims = 0",
        "due_at < :held",
        {"id": broadcast_id, "size": size, "held": _HELD},
    )


def free_page(c: Connection, broadcast_id: int, due_at: str, expires_at: str, size: int) -> int:
    """Let a page of what was kept leave from `due_at` on; return how many, 0 when nothing is kept any more."""
    return _settle_page(
        c,
        "due_at = :due_at, expires_at = :expires_at",
        "due_at = :held",
        {"id": broadcast_id, "size": size, "held": _HELD, "due_at": due_at, "expires_at": expires_at},
    )


def cancel_page(c: Connection, broadcast_id: int, now: str, size: int) -> int:
    """Give up a page of what has not left; return how many."""
    return _settle_page(
        c,
        "status = 'cancelled', reason = :reason, settled_at = :now",
        "due_at <= :held",
        {"id": broadcast_id, "size": size, "held": _HELD, "reason": CALLED_OFF, "now": now},
    )


def _settle_page(c: Connection, changes: str, only: str, params: Params) -> int:
    return c.execute(
        f"""
        UPDATE outbox SET {changes} WHERE id IN (
            SELECT id FROM outbox WHERE broadcast_id = :id AND status = 'queued' AND {only}
            ORDER BY due_at, id LIMIT :size {{skip_locked}}
        )
        """,  # noqa: S608 — ours
        params,
    )


def put_back_stopped(c: Connection, claimed: Sequence[Delivery], now: str) -> list[Delivery]:
    """Of what was just claimed, what may leave; the rest belongs to broadcasts that were stopped, and is put back.

    So a pause or a cancellation holds from the next claim on, however many rows still have to be marked.
    """
    wanted = {delivery.broadcast_id for delivery in claimed if delivery.broadcast_id is not None}
    names = {f"b_{n}": id_ for n, id_ in enumerate(sorted(wanted))}
    if not names:
        return list(claimed)
    rows = c.rows(
        f"""
        SELECT id, status FROM broadcasts
        WHERE id IN ({", ".join(f":{name}" for name in names)}) AND status IN ('paused', 'cancelled')
        """,  # noqa: S608
        names,
    )
    stopped = {int(row["id"]): str(row["status"]) for row in rows}
    if not stopped:
        return list(claimed)
    back = [delivery for delivery in claimed if delivery.broadcast_id in stopped]
    c.execute_many(
        f"""
        UPDATE outbox SET lease_owner = '', leased_until = '',
            status = CASE WHEN :cancelled = 1 THEN 'cancelled' ELSE 'queued' END,
            reason = CASE WHEN :cancelled = 1 THEN '{CALLED_OFF}' ELSE reason END,
            settled_at = CASE WHEN :cancelled = 1 THEN :now ELSE '' END,
            due_at = CASE WHEN :cancelled = 1 THEN due_at ELSE '{_HELD}' END,
            expires_at = CASE WHEN :cancelled = 1 THEN expires_at ELSE '' END,
            claims = 0
        WHERE id = :id AND status = 'sending'
        """,  # noqa: S608 — ours
        [{"id": one.id, "now": now, "cancelled": int(stopped[one.broadcast_id or 0] == "cancelled")} for one in back],
    )
    return [delivery for delivery in claimed if delivery.broadcast_id not in stopped]


def cancel_for_person(c: Connection, person_id: int, reason: str, now: str) -> int:
    """Give up every news still on its way to a person (who took back their agreement); return how many."""
    return c.execute(
        """
        UPDATE outbox SET status = 'cancelled', reason = :reason, settled_at = :now
        WHERE person_id = :id AND status = 'queued' AND kind IN ('broadcast', 'campaign')
        """,
        {"id": person_id, "reason": reason, "now": now},
    )


def anything_left(c: Connection, broadcast_id: int) -> bool:
    """Whether any of it is still on its way."""
    row = c.row(
        """
        SELECT 1 AS one FROM outbox WHERE broadcast_id = :id AND status IN ('queued', 'sending') LIMIT 1
        """,
        {"id": broadcast_id},
    )
    return row is not None


def list_channels(c: Connection, broadcast_id: int) -> list[str]:
    """The channels with something of it to send now."""
    rows = c.rows(
        """
        SELECT DISTINCT channel FROM (
            SELECT channel FROM outbox WHERE broadcast_id = :id AND status = 'queued' ORDER BY due_at, id LIMIT 500
        ) AS latest
        """,
        {"id": broadcast_id},
    )
    return [str(row["channel"]) for row in rows]


def count_statuses(c: Connection, broadcast_id: int) -> dict[str, int]:
    """Status → how many deliveries; an index alone answers. Statuses with none are absent."""
    rows = c.rows(
        "SELECT status, COUNT(*) AS n FROM outbox WHERE broadcast_id = :id GROUP BY status", {"id": broadcast_id}
    )
    return {str(row["status"]): int(row["n"]) for row in rows}


def count_reasons(c: Connection, broadcast_id: int, limit: int) -> list[tuple[str, str, int]]:
    """Why deliveries were given up: (status, reason, how many), the most frequent first."""
    rows = c.rows(
        """
        SELECT status, reason, COUNT(*) AS n FROM outbox
        WHERE broadcast_id = :id AND status IN ('refused', 'gone', 'expired')
        GROUP BY status, reason ORDER BY n DESC, reason LIMIT :limit
        """,
        {"id": broadcast_id, "limit": limit},
    )
    return [(str(row["status"]), str(row["reason"]), int(row["n"])) for row in rows]


def list_latest_sent(c: Connection, broadcast_id: int, limit: int) -> list[str]:
    """When the last few were sent, in no order: what the present rate is told from."""
    rows = c.rows(
        """
        SELECT settled_at FROM outbox WHERE broadcast_id = :id AND status = 'sent'
        ORDER BY due_at DESC, id DESC LIMIT :limit
        """,
        {"id": broadcast_id, "limit": limit},
    )
    return [str(row["settled_at"]) for row in rows]


def list_recipients(
    c: Connection, broadcast_id: int, scope: Scope, status: str, after: tuple[str, int], limit: int
) -> list[Recipient]:
    """Deliveries of one status to people in scope, after (due_at, id), in that order."""
    rows = c.rows(
        f"""
        SELECT o.id, o.person_id, CASE WHEN p.full_name <> '' THEN p.full_name ELSE p.name END AS name, o.channel,
            p.commune, o.status, o.reason, o.attempts, o.may_repeat, o.due_at, o.settled_at
        FROM outbox AS o JOIN people AS p ON p.id = o.person_id
        WHERE o.broadcast_id = :broadcast_id AND o.status = :status AND {scope.where("p.commune")}
            AND (o.due_at > :due_at OR (o.due_at = :due_at AND o.id > :after_id)) AND o.due_at >= :due_at
        ORDER BY o.due_at, o.id LIMIT :limit
        """,  # noqa: S608
        {
            **scope.params,
            "broadcast_id": broadcast_id,
            "status": status,
            "due_at": after[0],
            "after_id": after[1],
            "limit": limit,
        },
    )
    return [Recipient(**{**row, "may_repeat": bool(row["may_repeat"])}) for row in rows]
