"""Who is in which series of messages, and which of its steps each person had.

A step is claimed by inserting its row: whoever inserts it may queue the message. That is what keeps a step from being
repeated and a second one from reaching a person on the same day. What a series says and when is content's.
"""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from storage.database import Connection
from storage.people import Person
from storage.sql import Params

CONSENT = "nhan-tin"  # the purpose of the consent every series needs

_ROWS_PER_INSERT = 100
_PERSON = ", ".join(f"p.{field.name}" for field in dataclasses.fields(Person))


@dataclasses.dataclass(frozen=True, slots=True)
class Member:
    """A person in a series, still on. `done` maps the steps they had (or missed for good) to the day, "" if missed.

    `may_be_told` is false when they stopped, withdrew their consent, left the channel or asked to be forgotten.
    """

    person: Person
    joined_at: str
    may_be_told: bool
    done: Mapping[str, str]


@dataclasses.dataclass(frozen=True, slots=True)
class Membership:
    campaign: str
    status: str
    joined_at: str


@dataclasses.dataclass(frozen=True, slots=True)
class NewStep:
    """A step's row. `sent_on` is Hanoi's day of the sending for one that is queued, "" for one skipped."""

    person_id: int
    step: str
    sent_on: str = ""
    reason: str = ""


def join(c: Connection, campaign: str, person_id: int, now: str) -> None:
    """Put a person into a series from now on; one who left comes back, and has no step a second time."""
    c.execute(
        """
        INSERT INTO campaign_members (campaign, person_id, joined_at, status, plan, next_at)
        VALUES (:campaign, :person_id, :now, 'on', '', :now)
        ON CONFLICT (campaign, person_id) DO UPDATE SET
            status = 'on', joined_at = excluded.joined_at, plan = '', next_at = excluded.next_at
        WHERE campaign_members.status <> 'on'
        """,
        {"campaign": campaign, "person_id": person_id, "now": now},
    )


def leave(c: Connection, campaign: str, person_id: int) -> bool:
    """End a membership for good; False when there was none."""
    return (
        c.execute(
            """
            UPDATE campaign_members SET status = 'stopped'
            WHERE campaign = :campaign AND person_id = :person_id AND status <> 'stopped'
            """,
            {"campaign": campaign, "person_id": person_id},
        )
        > 0
    )


def list_of_person(c: Connection, person_id: int) -> list[Membership]:
    """All series a person is or was in, by name."""
    rows = c.rows(
        """
        SELECT campaign, status, joined_at FROM campaign_members WHERE person_id = :person_id ORDER BY campaign
        """,
        {"person_id": person_id},
    )
    return [Membership(**row) for row in rows]


def list_consenting(c: Connection, after: int, limit: int) -> list[int]:
    """The next people, by id, whose consent to news is in force: one page of a walk over all of them."""
    rows = c.rows(
        """
        SELECT person_id FROM consents
        WHERE purpose = :purpose AND withdrawn_at = '' AND person_id > :after
        ORDER BY person_id LIMIT :limit
        """,
        {"purpose": CONSENT, "after": after, "limit": limit},
    )
    return [int(row["person_id"]) for row in rows]


def join_fitting(
    c: Connection,
    campaign: str,
    between: tuple[int, int],
    groups: Iterable[str],
    needs: Iterable[str],
    topics: Iterable[str],
    now: str,
) -> int:
    """Put those of a page of people who fit a series into it; return how many are new.

    `between` is the first and the last id of the page. One who is or was in the series is left as they are. In the
    order of ids, so that two replicas at once wait for each other and never in a circle.
    """
    params: dict[str, Any] = {"campaign": campaign, "first": between[0], "last": between[1], "now": now}
    fits = [
        _one_of("person_groups", "group_slug", "group", groups, params),
        _one_of("interests", "topic", "topic", topics, params),
        _one_of("needs", "kind", "need", needs, params, "AND one.status = 'open'"),
    ]
    return c.execute(
        f"""
        INSERT INTO campaign_members (campaign, person_id, joined_at, status, plan, next_at)
        SELECT :campaign, p.id, :now, 'on', '', :now
        FROM consents AS agreed JOIN people AS p ON p.id = agreed.person_id
        WHERE agreed.purpose = '{CONSENT}' AND agreed.withdrawn_at = ''
            AND agreed.person_id BETWEEN :first AND :last
            AND p.pushes_allowed = 1 AND p.gone_at = '' AND p.erased_at = ''
            AND ({" OR ".join(fit for fit in fits if fit) or "1 = 0"})
        ORDER BY p.id
        ON CONFLICT DO NOTHING
        """,  # noqa: S608
        params,
    )


def _one_of(table: str, column: str, name: str, values: Iterable[str], params: dict[str, Any], also: str = "") -> str:
    """The condition that a person has one of the values in a table of theirs; "" when there are none."""
    names = []
    for number, value in enumerate(values):
        params[f"{name}_{number}"] = value
        names.append(f":{name}_{number}")
    if not names:
        return ""
    found = f"one.person_id = p.id AND one.{column} IN ({', '.join(names)}) {also}"
    return f"EXISTS (SELECT 1 FROM {table} AS one WHERE {found})"  # noqa: S608


# Three short walks along two indices, and not one condition with OR, which PostgreSQL answers by reading all members.
DUE = "m.next_at <= :now"
REPLANNED = ("m.plan < :plan", "m.plan > :plan")


def due_text(condition: str) -> str:
    """The SQL that takes a page of a series' members with the people they are, held by this transaction."""
    order = "m.next_at" if condition == DUE else "m.plan"
    return f"""
        SELECT {_PERSON}, m.joined_at AS member_joined_at, (
            SELECT COUNT(*) FROM consents
            WHERE consents.person_id = p.id AND purpose = '{CONSENT}' AND withdrawn_at = ''
        ) AS member_agreed
        FROM campaign_members AS m JOIN people AS p ON p.id = m.person_id
        WHERE m.campaign = :campaign AND m.status = 'on' AND {condition}
        ORDER BY {order}, m.person_id LIMIT :limit {{skip_locked}}
    """  # noqa: S608


def anybody_due(c: Connection, campaign: str, plan: str, now: str) -> bool:
    """Whether `take_due` would find somebody; looked at without keeping anybody from writing."""
    member = "SELECT 1 FROM campaign_members AS m WHERE m.campaign = :campaign AND m.status = 'on' AND"
    found = " UNION ALL ".join(
        f"SELECT 1 AS found WHERE EXISTS ({member} {condition})" for condition in (DUE, *REPLANNED)
    )
    return c.row(f"{found} LIMIT 1", {"campaign": campaign, "plan": plan, "now": now}) is not None


def take_due(c: Connection, campaign: str, plan: str, now: str, limit: int) -> list[Member]:
    """Members whose next step may be due, or was reckoned from another version of the series, by person.

    They are held by this transaction: `reckon` or `end` each before it ends. The person is held too, so that "dừng"
    comes either before the decision or after the delivery it then cancels. Who is held elsewhere is left out.
    """
    params: Params = {"campaign": campaign, "plan": plan, "now": now, "limit": limit}
    for condition in (DUE, *REPLANNED):
        names = ("campaign", "limit", "now" if condition == DUE else "plan")
        rows = c.rows(due_text(condition), {name: params[name] for name in names})
        if rows:
            done = _list_done(c, campaign, [row["id"] for row in rows])
            return sorted((_member(row, done) for row in rows), key=lambda member: member.person.id)
    return []


def _list_done(c: Connection, campaign: str, people: Iterable[int]) -> dict[int, dict[str, str]]:
    """The steps each person had or missed, with the day of sending."""
    done: dict[int, dict[str, str]] = {}
    for row in c.rows(
        """
        SELECT s.person_id, s.step, s.sent_on FROM {pairs} AS wanted
        JOIN campaign_steps AS s ON s.campaign = :campaign AND s.person_id = CAST(wanted.key AS BIGINT)
        """,
        {"campaign": campaign, "pairs": json.dumps({str(id_): "" for id_ in people})},
    ):
        done.setdefault(int(row["person_id"]), {})[str(row["step"])] = str(row["sent_on"])
    return done


def _member(row: dict[str, Any], done: Mapping[int, Mapping[str, str]]) -> Member:
    values = {field.name: row[field.name] for field in dataclasses.fields(Person)}
    person = Person(**{**values, "pushes_allowed": bool(values["pushes_allowed"])})
    there = person.pushes_allowed and not person.gone_at and not person.erased_at
    return Member(person, row["member_joined_at"], bool(row["member_agreed"]) and there, done.get(person.id, {}))


def claim_steps(c: Connection, campaign: str, steps: Sequence[NewStep], now: str) -> set[tuple[int, str]]:
    """Write down steps as sent or skipped; return those (person, step) that were new and, if sent, the day's first.

    Give them by person: two replicas that insert in the same order never wait for each other in a circle.
    """
    won: set[tuple[int, str]] = set()
    for start in range(0, len(steps), _ROWS_PER_INSERT):
        some = steps[start : start + _ROWS_PER_INSERT]
        params: dict[str, Any] = {"campaign": campaign, "now": now}
        values = []
        for n, step in enumerate(some):
            outcome = "queued" if step.sent_on else "skipped"
            params |= {f"p_{n}": step.person_id, f"s_{n}": step.step, f"r_{n}": step.reason, f"d_{n}": step.sent_on}
            values.append(f"(:campaign, :p_{n}, :s_{n}, '{outcome}', :r_{n}, :d_{n}, :now)")
        rows = c.rows(
            f"""
            INSERT INTO campaign_steps (campaign, person_id, step, outcome, reason, sent_on, done_at)
            VALUES {", ".join(values)}
            ON CONFLICT DO NOTHING
            RETURNING person_id, step
            """,  # noqa: S608
            params,
        )
        won |= {(int(row["person_id"]), str(row["step"])) for row in rows}
    return won


def reckon(c: Connection, campaign: str, plan: str, next_at: Mapping[int, str]) -> None:
    """When each member's next step may be due, by person id, reckoned from this version of the series."""
    c.execute_many(
        """
        UPDATE campaign_members SET plan = :plan, next_at = :next_at
        WHERE campaign = :campaign AND person_id = :person_id AND status = 'on'
        """,
        [{"campaign": campaign, "plan": plan, "person_id": id_, "next_at": at} for id_, at in next_at.items()],
    )


def end(c: Connection, campaign: str, ended: Mapping[int, str]) -> None:
    """End memberships: person id to "done" (had every step) or "stopped" (may not be told any more)."""
    c.execute_many(
        """
        UPDATE campaign_members SET status = :status
        WHERE campaign = :campaign AND person_id = :person_id AND status = 'on'
        """,
        [{"campaign": campaign, "person_id": id_, "status": status} for id_, status in ended.items()],
    )


def count_members(c: Connection) -> dict[str, dict[str, int]]:
    """How many people are in each series, by status: {"nghi-viec": {"on": 3, "done": 1}}."""
    counts: dict[str, dict[str, int]] = {}
    for row in c.rows("SELECT campaign, status, COUNT(*) AS n FROM campaign_members GROUP BY campaign, status"):
        counts.setdefault(str(row["campaign"]), {})[str(row["status"])] = int(row["n"])
    return counts
