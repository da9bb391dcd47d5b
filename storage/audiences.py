"""Who a broadcast is for: one description, one SQL text to count, to say why people are left out, and to send.

People of the chosen communes, groups, topics, needs or session are meant; of those, whoever is there, has not said stop
and agreed to get news is reached. The agreement is the law's and nothing goes without it. Decides nothing about
when or what.
"""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Callable, Iterable
from typing import Any

from storage.database import Connection
from storage.scope import Scope
from storage.sql import Value

CONSENT = "nhan-tin"
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
    """Count everybody once. `seen_since` is the moment `audience.seen_days` before now, "" when that is 0.

    Two walks without sorting: over the people meant, and over those of them who agreed (SQLite goes
    from the agreements to the people, in order, and does not look up an agreement for each person).
    """
    meant, params = _meant(audience, scope, _all_at_once)
    fits, more = _fits(audience, seen_since)
    there = c.row(
        f"""
        SELECT COUNT(*) AS meant,
            COALESCE(SUM(CASE WHEN p.gone_at <> '' THEN 1 ELSE 0 END), 0) AS gone,
            COALESCE(SUM(CASE WHEN p.gone_at = '' AND p.pushes_allowed = 0 THEN 1 ELSE 0 END), 0) AS stopped
        FROM people AS p WHERE {meant}
        """,  # noqa: S608
        params,
    )
    names = {f"channel_name_{n}": channel for n, channel in enumerate(_list_channels(c))}
    sums = [
        *(_sum(f"{_fitting(fits)} AND p.channel = :{name}", name) for name in names),
        *(_sum(condition, f"left_{n}") for n, condition in enumerate(_failing(fits))),
    ]
    agreed = c.row(
        f"""
        SELECT COUNT(*) AS agreed{"".join(sums)}
        FROM consents AS agreed JOIN people AS p ON p.id = {{unindexed_number}} agreed.person_id
        WHERE agreed.purpose = '{CONSENT}' AND agreed.withdrawn_at = '' AND {_THERE} AND {meant}
        """,  # noqa: S608
        {**params, **more, **names},
    )
    assert there is not None
    assert agreed is not None
    left_out = {
        "gone": int(there["gone"]),
        "stopped": int(there["stopped"]),
        "no-consent": int(there["meant"]) - int(there["gone"]) - int(there["stopped"]) - int(agreed["agreed"]),
        **{reason: int(agreed[f"left_{n}"]) for n, (reason, _) in enumerate(fits)},
    }
    reached = {channel: int(agreed[name]) for name, channel in names.items()}
    return Count(_without_zeros(reached), _without_zeros(left_out))


def _sum(condition: str, name: str) -> str:
    return f", COALESCE(SUM(CASE WHEN {condition} THEN 1 ELSE 0 END), 0) AS {name}"


def _without_zeros(counts: dict[str, int]) -> dict[str, int]:
    return {name: n for name, n in counts.items() if n}


def _list_channels(c: Connection) -> list[str]:
    """Every channel anybody writes on: one short look into an index for each."""
    found: list[str] = []
    while True:
        row = c.row(
            "SELECT MIN(channel) AS name FROM people WHERE channel > :last", {"last": found[-1] if found else ""}
        )
        if row is None or row["name"] is None:
            return found
        found.append(str(row["name"]))


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
    meant, params = _meant(audience, scope, _one_by_one)
    fits, more = _fits(audience, seen_since)
    sql = f"""
        FROM consents AS agreed JOIN people AS p ON p.id = agreed.person_id
        WHERE agreed.purpose = '{CONSENT}' AND agreed.withdrawn_at = ''
            AND agreed.person_id > :after AND agreed.person_id <= :until AND p.id > :after AND p.id <= :until
            AND {_THERE} AND {_fitting(fits)} AND {meant}
    """
    return sql, {**params, **more}


_THERE = "p.gone_at = '' AND p.pushes_allowed = 1"
# Of somebody who is there and agreed: the reason to be left out, and the condition under which it does not hold.
_Fits = list[tuple[str, str]]


def _fits(audience: Audience, seen_since: str) -> tuple[_Fits, dict[str, Value]]:
    params: dict[str, Value] = {}
    fits = []
    if audience.channels:
        fits.append(("other-channel", f"p.channel IN ({_listed('channels', audience.channels, params)})"))
    if audience.seen_days:
        params["seen_since"] = seen_since
        fits.append(("long-silent", "p.last_seen_at >= :seen_since"))
    return fits, params


def _fitting(fits: _Fits) -> str:
    return " AND ".join(condition for _, condition in fits) or "1 = 1"


def _failing(fits: _Fits) -> list[str]:
    """For each reason the condition that it is the first to hold."""
    return [" AND ".join([*(c for _, c in fits[:n]), f"NOT ({condition})"]) for n, (_, condition) in enumerate(fits)]


def _all_at_once(rows: str) -> str:
    """That a person is among `rows`, for a walk over everybody: the rows are gathered once."""
    return f"p.id IN (SELECT one.person_id FROM {rows})"  # noqa: S608


def _one_by_one(rows: str) -> str:
    """The same for a page of people: looked up for each."""
    return f"EXISTS (SELECT 1 FROM {rows} AND one.person_id = p.id)"  # noqa: S608


def _meant(audience: Audience, scope: Scope, among: Callable[[str], str]) -> tuple[str, dict[str, Value]]:
    params: dict[str, Value] = dict(scope.params)
    # By an index of the not erased SQLite would walk eight times slower than by reading all.
    parts = ["p.erased_at {unindexed_text} = ''", scope.where("p.commune")]
    for name, table, column, also in (
        ("groups", "person_groups", "group_slug", ""),
        ("topics", "interests", "topic", ""),
        ("needs", "needs", "kind", " AND one.status = 'open'"),
    ):
        wanted: tuple[str, ...] = getattr(audience, name)
        if wanted:
            parts.append(among(f"{table} AS one WHERE one.{column} IN ({_listed(name, wanted, params)}){also}"))
    if audience.session_id:
        params["session_id"] = audience.session_id
        parts.append(among("registrations AS one WHERE one.session_id = :session_id AND one.status = 'registered'"))
    return " AND ".join(parts), params


def _listed(name: str, values: Iterable[str], params: dict[str, Value]) -> str:
    """`:name_0, :name_1`, with the values among the parameters."""
    keys = {f"{name}_{number}": value for number, value in enumerate(values)}
    params.update(keys)
    return ", ".join(f":{key}" for key in keys)
