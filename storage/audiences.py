"""Who a broadcast is for: one description, one SQL text to count, to say why people are left out, and to send.

People of the chosen communes, groups, topics, needs or session are meant; of those, whoever is there, has not said stop
and agreed to get news is reached. The agreement is the law's and nothing goes without it. Decides nothing about
when or what.
"""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Iterable
from typing import Any

from storage.database import Connection
from storage.scope import Scope
from storage.sql import Value

CONSENT = "nhan-tin"
REACHED = "reached"
# Why somebody who is meant is not reached; the first that holds is the one counted.
REASONS = ("gone", "stopped", "no-consent", "other-channel", "long-silent")


@dataclasses.dataclass(frozen=True, slots=True)
class Audience:
    """What narrows a scope: of each list a person must have one, of an empty list nothing is asked.

    `session_id` 0 is any; `seen_days` 0 is however long ago they last wrote.
    """

    groups: tuple[str, ...] = ()
    topics: tuple[str, ...] = ()
    needs: tuple[str, ...] = ()
    session_id: int = 0
    channels: tuple[str, ...] = ()
    seen_days: int = 0

    def to_json(self) -> str:
        return json.dumps(dataclasses.asdict(self), ensure_ascii=False, separators=(",", ":"))


EVERYBODY = Audience()


def parse_audience(text: str) -> Audience:
    """Read `to_json`; fields another version knew are dropped."""
    stored: dict[str, Any] = json.loads(text)
    names = {field.name for field in dataclasses.fields(Audience)}
    known: dict[str, Any] = {name: value for name, value in stored.items() if name in names}
    known |= {name: tuple(value) for name, value in known.items() if isinstance(value, list)}
    return Audience(**known)


@dataclasses.dataclass(frozen=True, slots=True)
class Count:
    """How many are `reached` on each channel, and how many are meant and left out, by reason (see REASONS)."""

    reached: dict[str, int]
    left_out: dict[str, int]

    @property
    def total(self) -> int:
        return sum(self.reached.values())

    @property
    def meant(self) -> int:
        return self.total + sum(self.left_out.values())


def count_audience(c: Connection, audience: Audience, scope: Scope, seen_since: str) -> Count:
    """Count everybody once. `seen_since` is the moment `audience.seen_days` before now, "" when that is 0."""
    meant, params = _meant(audience, scope)
    reason, more = _reason(audience, seen_since)
    rows = c.rows(
        f"""
        SELECT reason, channel, COUNT(*) AS n
        FROM (SELECT {reason} AS reason, p.channel AS channel FROM people AS p WHERE {meant}) AS judged
        GROUP BY reason, channel
        """,  # noqa: S608
        {**params, **more},
    )
    reached: dict[str, int] = {}
    left_out: dict[str, int] = {}
    for row in rows:
        if row["reason"] == REACHED:
            reached[row["channel"]] = int(row["n"])
        else:
            left_out[row["reason"]] = left_out.get(row["reason"], 0) + int(row["n"])
    return Count(reached, left_out)


def find_page_end(c: Connection, after: int, size: int) -> int | None:
    """The last person of the next page of those who agreed to get news; None when there is nobody more."""
    row = c.row(
        f"""
        SELECT MAX(person_id) AS last FROM (
            SELECT person_id FROM consents
            WHERE purpose = '{CONSENT}' AND withdrawn_at = '' AND person_id > :after
            ORDER BY person_id LIMIT :size
        ) AS page
        """,  # noqa: S608
        {"after": after, "size": size},
    )
    return int(row["last"]) if row and row["last"] is not None else None


def reached_text(audience: Audience, scope: Scope, seen_since: str) -> tuple[str, dict[str, Value]]:
    """`FROM … WHERE …` of everybody reached with an id in (:after, :until], as `p`, and its parameters but those two.

    The people are held by this transaction: "dừng" comes either before, or after the delivery it then cancels.
    """
    meant, params = _meant(audience, scope)
    reason, more = _reason(audience, seen_since)
    sql = f"""
        FROM consents AS agreed JOIN people AS p ON p.id = agreed.person_id
        WHERE agreed.purpose = '{CONSENT}' AND agreed.withdrawn_at = ''
            AND agreed.person_id > :after AND agreed.person_id <= :until
            AND {meant} AND {reason.replace(_NO_CONSENT, "1 = 0")} = '{REACHED}'
    """
    return sql, {**params, **more}


_NO_CONSENT = f"""NOT EXISTS (
    SELECT 1 FROM consents AS one WHERE one.person_id = p.id AND one.purpose = '{CONSENT}' AND one.withdrawn_at = ''
)"""  # noqa: S608


def _meant(audience: Audience, scope: Scope) -> tuple[str, dict[str, Value]]:
    params: dict[str, Value] = dict(scope.params)
    parts = ["p.erased_at = ''", scope.where("p.commune")]
    for name, table, column, also in (
        ("groups", "person_groups", "group_slug", ""),
        ("topics", "interests", "topic", ""),
        ("needs", "needs", "kind", " AND one.status = 'open'"),
    ):
        wanted: tuple[str, ...] = getattr(audience, name)
        if wanted:
            having = f"one.person_id = p.id AND one.{column} IN ({_listed(name, wanted, params)}){also}"
            parts.append(f"EXISTS (SELECT 1 FROM {table} AS one WHERE {having})")  # noqa: S608
    if audience.session_id:
        params["session_id"] = audience.session_id
        parts.append(
            "EXISTS (SELECT 1 FROM registrations AS one WHERE one.session_id = :session_id"
            " AND one.person_id = p.id AND one.status = 'registered')"
        )
    return " AND ".join(parts), params


def _reason(audience: Audience, seen_since: str) -> tuple[str, dict[str, Value]]:
    params: dict[str, Value] = {}
    cases = [("p.gone_at <> ''", "gone"), ("p.pushes_allowed = 0", "stopped"), (_NO_CONSENT, "no-consent")]
    if audience.channels:
        cases.append((f"p.channel NOT IN ({_listed('channels', audience.channels, params)})", "other-channel"))
    if audience.seen_days:
        params["seen_since"] = seen_since
        cases.append(("p.last_seen_at < :seen_since", "long-silent"))
    whens = " ".join(f"WHEN {condition} THEN '{reason}'" for condition, reason in cases)
    return f"(CASE {whens} ELSE '{REACHED}' END)", params


def _listed(name: str, values: Iterable[str], params: dict[str, Value]) -> str:
    """`:name_0, :name_1`, with the values among the parameters."""
    keys = {f"{name}_{number}": value for number, value in enumerate(values)}
    params.update(keys)
    return ", ".join(f":{key}" for key in keys)
