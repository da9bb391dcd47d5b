"""News to many people: the row an official writes and another approves, and how far its sending has come.

Every step of a broadcast's life is one conditional UPDATE here, so a form pressed twice or two replicas do it once.
Who may take a step is decided elsewhere.
"""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Iterable
from typing import Any

from storage.audiences import EVERYBODY, Audience, parse_audience
from storage.database import Connection
from storage.scope import Scope
from storage.sql import Params, Value

EDITABLE = ("draft", "submitted", "rejected")
STOPPABLE = ("submitted", "approved", "expanding", "sending", "paused")
RUNNING = ("approved", "expanding", "sending", "paused")


@dataclasses.dataclass(frozen=True, slots=True)
class NewBroadcast:
    """What an official writes. `communes` None is the whole city; `send_at` "" is as soon as it is approved.

    `text` is Markdown as in answers; `repeat` five fields of cron in Hanoi's time, or "".
    """

    title: str
    text: str
    communes: frozenset[str] | None
    entry_id: str = ""
    link_url: str = ""
    audience: Audience = EVERYBODY
    urgent: bool = False
    send_at: str = ""
    repeat: str = ""


@dataclasses.dataclass(frozen=True, slots=True)
class Broadcast:
    """A stored broadcast; the migration says what each column means. `counts` are final: status → how many."""

    id: int
    status: str
    title: str
    text: str
    entry_id: str
    link_url: str
    audience: Audience
    communes: frozenset[str] | None
    urgent: bool
    send_at: str
    repeat: str
    parent_id: int | None
    author_id: int
    approver_id: int | None
    rejected_reason: str
    body: str
    choices_json: str
    fingerprint: str
    cursor: int
    queued: int
    counts: dict[str, int]
    created_at: str
    updated_at: str
    submitted_at: str
    approved_at: str
    started_at: str
    expanded_at: str
    finished_at: str

    @property
    def scope(self) -> Scope:
        """Whose people it may reach."""
        return Scope(self.communes)


_COLUMNS = ", ".join(
    f"b.{field.name}" for field in dataclasses.fields(Broadcast) if field.name not in {"audience", "communes", "counts"}
)
_SELECT = f"SELECT {_COLUMNS}, b.audience_json, b.whole_city, b.counts_json FROM broadcasts AS b"  # noqa: S608


def add_draft(c: Connection, form_key: str, new: NewBroadcast, author_id: int, now: str) -> int:
    """Store a draft; return its id. The same `form_key` again stores nothing and gives the first one's id."""
    row = c.row(
        """
        INSERT INTO broadcasts (
            form_key, status, title, text, entry_id, link_url, audience_json, whole_city, urgent, send_at, repeat,
            parent_id, author_id, approver_id, rejected_reason, body, choices_json, fingerprint, cursor, queued,
            counts_json, created_at, updated_at, submitted_at, approved_at, started_at, expanded_at, finished_at
        )
        VALUES (
            :form_key, 'draft', :title, :text, :entry_id, :link_url, :audience_json, :whole_city, :urgent, :send_at,
            :repeat, NULL, :author_id, NULL, '', '', '[]', '', 0, 0, :no_counts, :now, :now, '', '', '', '', ''
        )
        ON CONFLICT (form_key) DO NOTHING
        RETURNING id
        """,
        {**_written(new), "form_key": form_key, "author_id": author_id, "now": now, "no_counts": "{}"},
    )
    if row is None:
        row = c.row("SELECT id FROM broadcasts WHERE form_key = :form_key", {"form_key": form_key})
        assert row is not None
        return int(row["id"])
    _put_communes(c, int(row["id"]), new.communes)
    return int(row["id"])


def change_draft(c: Connection, broadcast_id: int, new: NewBroadcast, now: str) -> bool:
    """Write it anew; it is a draft again. False once it is approved, sent or cancelled."""
    changed = c.execute(
        """
        UPDATE broadcasts SET status = 'draft', title = :title, text = :text, entry_id = :entry_id,
            link_url = :link_url, audience_json = :audience_json, whole_city = :whole_city, urgent = :urgent,
            send_at = :send_at, repeat = :repeat, rejected_reason = '', body = '', fingerprint = '', submitted_at = '',
            updated_at = :now
        WHERE id = :id AND status IN ('draft', 'submitted', 'rejected')
        """,
        {**_written(new), "id": broadcast_id, "now": now},
    )
    if changed:
        c.execute("DELETE FROM broadcast_communes WHERE broadcast_id = :id", {"id": broadcast_id})
        _put_communes(c, broadcast_id, new.communes)
    return changed == 1


def _written(new: NewBroadcast) -> dict[str, Value]:
    return {
        "title": new.title,
        "text": new.text,
        "entry_id": new.entry_id,
        "link_url": new.link_url,
        "audience_json": new.audience.to_json(),
        "whole_city": int(new.communes is None),
        "urgent": int(new.urgent),
        "send_at": new.send_at,
        "repeat": new.repeat,
    }


def _put_communes(c: Connection, broadcast_id: int, communes: Iterable[str] | None) -> None:
    c.execute_many(
        "INSERT INTO broadcast_communes (broadcast_id, commune) VALUES (:id, :commune)",
        [{"id": broadcast_id, "commune": commune} for commune in sorted(communes or ())],
    )


def get_broadcast(c: Connection, broadcast_id: int, scope: Scope) -> Broadcast:
    """The broadcast, if everybody it may reach is inside `scope`; LookupError otherwise."""
    seen = _seen_by(scope)
    row = c.row(f"{_SELECT} WHERE b.id = :id AND {seen}", {**scope.params, "id": broadcast_id})
    if row is None:
        raise LookupError(f"Không có tin số {broadcast_id}.")
    return _broadcast(c, row)


def hold_broadcast(c: Connection, broadcast_id: int) -> Broadcast | None:
    """The broadcast, held until the transaction ends; None while somebody else holds it."""
    row = c.row(f"{_SELECT} WHERE b.id = :id {{skip_locked}}", {"id": broadcast_id})
    return _broadcast(c, row) if row else None


def list_broadcasts(c: Connection, scope: Scope, statuses: Iterable[str], limit: int, offset: int) -> list[Broadcast]:
    """The newest first, of these statuses; of no status given, all."""
    where, params = _listed(scope, statuses)
    rows = c.rows(
        f"{_SELECT} WHERE {where} ORDER BY b.id DESC LIMIT :limit OFFSET :offset",
        {**params, "limit": limit, "offset": offset},
    )
    return [_broadcast(c, row) for row in rows]


def list_children(c: Connection, parent_id: int, limit: int) -> list[Broadcast]:
    """The firings of a repeating broadcast, the latest first."""
    rows = c.rows(
        f"{_SELECT} WHERE b.parent_id = :parent_id ORDER BY b.send_at DESC LIMIT :limit",
        {"parent_id": parent_id, "limit": limit},
    )
    return [_broadcast(c, row) for row in rows]


def count_broadcasts(c: Connection, scope: Scope, statuses: Iterable[str]) -> int:
    """How many `list_broadcasts` has in all."""
    where, params = _listed(scope, statuses)
    row = c.row(f"SELECT COUNT(*) AS n FROM broadcasts AS b WHERE {where}", params)  # noqa: S608
    return int(row["n"]) if row else 0


def _listed(scope: Scope, statuses: Iterable[str]) -> tuple[str, dict[str, Value]]:
    wanted: dict[str, Value] = {f"status_{n}": status for n, status in enumerate(statuses)}
    chosen = f" AND b.status IN ({', '.join(f':{name}' for name in wanted)})" if wanted else ""
    return _seen_by(scope) + chosen, {**scope.params, **wanted}


def _seen_by(scope: Scope) -> str:
    if scope.communes is None:
        return "1 = 1"
    outside = f"reached.broadcast_id = b.id AND NOT ({scope.where('reached.commune')})"
    return (
        "(b.whole_city = 0 AND NOT EXISTS "  # noqa: S608 — written here
        f"(SELECT 1 FROM broadcast_communes AS reached WHERE {outside}))"
    )


def _broadcast(c: Connection, row: dict[str, Any]) -> Broadcast:
    values = dict(row)
    whole_city = values.pop("whole_city")
    audience = parse_audience(values.pop("audience_json"))
    counts = json.loads(values.pop("counts_json"))
    values["urgent"] = bool(values["urgent"])
    found = c.rows("SELECT commune FROM broadcast_communes WHERE broadcast_id = :id", {"id": row["id"]})
    communes = None if whole_city else frozenset(str(one["commune"]) for one in found)
    return Broadcast(**values, audience=audience, communes=communes, counts=counts)


def submit(c: Connection, broadcast_id: int, body: str, choices_json: str, fingerprint: str, now: str) -> bool:
    """Freeze what workers will read and ask for approval. False when it is no draft."""
    return _step(
        c,
        broadcast_id,
        "status = 'submitted', body = :body, choices_json = :choices, fingerprint = :fingerprint, submitted_at = :now",
        "status = 'draft'",
        {"body": body, "choices": choices_json, "fingerprint": fingerprint, "now": now},
    )


def find_alike(c: Connection, fingerprint: str, but_id: int, since: str) -> int | None:
    """Another broadcast with the same words to the same people submitted since then and not taken back, or None."""
    row = c.row(
        """
        SELECT id FROM broadcasts
        WHERE fingerprint = :fingerprint AND submitted_at >= :since AND id <> :id AND fingerprint <> ''
            AND status NOT IN ('cancelled', 'rejected') AND parent_id IS NULL
        ORDER BY id LIMIT 1
        """,
        {"fingerprint": fingerprint, "since": since, "id": but_id},
    )
    return int(row["id"]) if row else None


def approve(c: Connection, broadcast_id: int, approver_id: int, fingerprint: str, now: str) -> bool:
    """Let it go. False when it does not wait for approval, reads otherwise by now, or is the approver's own."""
    return _step(
        c,
        broadcast_id,
        "status = 'approved', approver_id = :approver, approved_at = :now",
        "status = 'submitted' AND author_id <> :approver AND fingerprint = :fingerprint",
        {"approver": approver_id, "fingerprint": fingerprint, "now": now},
    )


def reject(c: Connection, broadcast_id: int, approver_id: int, reason: str, now: str) -> bool:
    """Give it back to its author with a reason. False when it does not wait for approval or is the approver's own."""
    return _step(
        c,
        broadcast_id,
        "status = 'rejected', rejected_reason = :reason",
        "status = 'submitted' AND author_id <> :approver",
        {"approver": approver_id, "reason": reason, "now": now},
    )


def pause(c: Connection, broadcast_id: int, now: str) -> bool:
    """Nothing more of it leaves. False when it is not on its way."""
    return _step(c, broadcast_id, "status = 'paused'", "status IN ('expanding', 'sending')", {"now": now})


def resume(c: Connection, broadcast_id: int, now: str) -> bool:
    """Go on where it was paused. False when it was not."""
    return _step(
        c,
        broadcast_id,
        "status = CASE WHEN expanded_at = '' THEN 'expanding' ELSE 'sending' END",
        "status = 'paused'",
        {"now": now},
    )


def cancel(c: Connection, broadcast_id: int, now: str) -> bool:
    """End it for good, with what has left. False when it is over or was never submitted."""
    return _step(
        c,
        broadcast_id,
        # What never began has nothing to call off.
        "status = 'cancelled', finished_at = CASE WHEN started_at = '' THEN :now ELSE '' END",
        "status IN ('submitted', 'approved', 'expanding', 'sending', 'paused')",
        {"now": now},
    )


def discard(c: Connection, broadcast_id: int) -> bool:
    """Throw a draft away. False when it was ever submitted and not given back."""
    c.execute(
        """
        DELETE FROM broadcast_communes WHERE broadcast_id IN (
            SELECT id FROM broadcasts WHERE id = :id AND status IN ('draft', 'rejected')
        )
        """,
        {"id": broadcast_id},
    )
    return (
        c.execute("DELETE FROM broadcasts WHERE id = :id AND status IN ('draft', 'rejected')", {"id": broadcast_id})
        == 1
    )


def start(c: Connection, broadcast_id: int, now: str) -> bool:
    """An approved broadcast whose time has come begins. False when somebody else began it."""
    return _step(
        c,
        broadcast_id,
        "status = 'expanding', started_at = :now",
        "status = 'approved' AND repeat = '' AND send_at <= :now",
        {"now": now},
    )


def fire(c: Connection, parent: Broadcast, next_at: str, now: str) -> bool:
    """A repeating broadcast's time has come: its next time is `next_at`, and a child of it begins. Once per firing."""
    moved = _step(
        c,
        parent.id,
        "send_at = :next_at",
        "status = 'approved' AND repeat <> '' AND send_at = :due_at",
        {"next_at": next_at, "due_at": parent.send_at, "now": now},
    )
    if not moved:
        return False
    row = c.row(
        """
        INSERT INTO broadcasts (
            form_key, status, title, text, entry_id, link_url, audience_json, whole_city, urgent, send_at, repeat,
            parent_id, author_id, approver_id, rejected_reason, body, choices_json, fingerprint, cursor, queued,
            counts_json, created_at, updated_at, submitted_at, approved_at, started_at, expanded_at, finished_at
        )
        SELECT form_key || '/' || :due_at, 'expanding', title, text, entry_id, link_url, audience_json, whole_city,
            urgent, :due_at, '', id, author_id, approver_id, '', body, choices_json, fingerprint, 0, 0,
            counts_json, :now, :now, submitted_at, approved_at, :now, '', ''
        FROM broadcasts WHERE id = :id
        RETURNING id
        """,
        {"id": parent.id, "due_at": parent.send_at, "now": now},
    )
    assert row is not None
    _put_communes(c, int(row["id"]), parent.communes)
    return True


def move(c: Connection, broadcast_id: int, cursor: int, queued: int, now: str) -> None:
    """Everybody up to `cursor` has been looked at, and so many more deliveries made."""
    c.execute(
        "UPDATE broadcasts SET cursor = :cursor, queued = queued + :queued, updated_at = :now WHERE id = :id",
        {"id": broadcast_id, "cursor": cursor, "queued": queued, "now": now},
    )


def end_expanding(c: Connection, broadcast_id: int, now: str) -> None:
    """Everybody has been looked at."""
    _step(c, broadcast_id, "status = 'sending', expanded_at = :now", "status = 'expanding'", {"now": now})


def finish(c: Connection, broadcast_id: int, counts: dict[str, int], now: str) -> bool:
    """Nothing of it is on its way any more: write down what became of it. A cancelled one stays cancelled."""
    return _step(
        c,
        broadcast_id,
        "status = CASE WHEN status = 'sending' THEN 'done' ELSE status END, finished_at = :now, counts_json = :counts",
        "status IN ('sending', 'cancelled') AND finished_at = ''",
        {"counts": json.dumps(counts), "now": now},
    )


def list_at_work(c: Connection, now: str) -> list[int]:
    """Broadcasts with something to do at `now`: due, expanding, on their way, paused, or being called off."""
    rows = c.rows(
        """
        SELECT id FROM broadcasts WHERE finished_at = '' AND (
            status IN ('expanding', 'sending', 'paused', 'cancelled') OR (status = 'approved' AND send_at <= :now)
        )
        ORDER BY id
        """,
        {"now": now},
    )
    return [int(row["id"]) for row in rows]


def _step(c: Connection, broadcast_id: int, changes: str, only: str, params: Params) -> bool:
    """Take one step of a broadcast's life if it stands where the step begins."""
    return (
        c.execute(
            f"UPDATE broadcasts SET {changes}, updated_at = :now WHERE id = :id AND {only}",  # noqa: S608 — ours
            {**params, "id": broadcast_id},
        )
        == 1
    )
