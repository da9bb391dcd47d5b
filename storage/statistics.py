"""Numbers of a period, for the dashboard and the reports: who wrote, what came of it, who came, what was sent.

Every count takes a Scope and looks at no person outside it. It adds up and names nothing: titles, labels and what an
empty count means are the reader's. A period is half open, `from_at` <= time < `until_at`.
"""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Sequence

from storage.database import Connection
from storage.scope import Scope
from storage.sql import Value


@dataclasses.dataclass(frozen=True, slots=True)
class Span:
    """A time from `from_at` up to and without `until_at`, both UTC text."""

    from_at: str
    until_at: str

    @property
    def params(self) -> dict[str, Value]:
        return {"from_at": self.from_at, "until_at": self.until_at}


@dataclasses.dataclass(frozen=True, slots=True)
class TurnCount:
    """How many messages ended so; `entry_id` may be empty."""

    outcome: str
    entry_id: str
    turns: int


@dataclasses.dataclass(frozen=True, slots=True)
class AskedCount:
    """The questions of one span, by what the bot did with them."""

    from_at: str
    answered: int
    asked_back: int
    unanswered: int

    @property
    def asked(self) -> int:
        return self.answered + self.asked_back + self.unanswered


@dataclasses.dataclass(frozen=True, slots=True)
class PeopleCount:
    """People of one commune ("" for not told) on one channel."""

    commune: str
    channel: str
    people: int


@dataclasses.dataclass(frozen=True, slots=True)
class Unanswered:
    """Words the bot had no answer to, as they were written, and how often."""

    text: str
    times: int


@dataclasses.dataclass(frozen=True, slots=True)
class SessionCount:
    """One session and what came of it among the people in scope. `answers` are those who told the outcome."""

    id: int
    title: str
    kind: str
    status: str
    starts_at: str
    commune: str
    registered: int
    waiting: int
    cancelled: int
    attended: int
    hired: int
    promised: int
    not_hired: int
    absent: int

    @property
    def answers(self) -> int:
        return self.hired + self.promised + self.not_hired + self.absent


@dataclasses.dataclass(frozen=True, slots=True)
class NeedCount:
    """People of one commune with one wish told in the period and not withdrawn."""

    commune: str
    kind: str
    level: str
    trade: str
    people: int


@dataclasses.dataclass(frozen=True, slots=True)
class QuestionTime:
    """A question to the officials; `answered_at` is the first answer's time, "" when nobody has answered."""

    status: str
    created_at: str
    answered_at: str


@dataclasses.dataclass(frozen=True, slots=True)
class ReminderCount:
    kind: str
    status: str
    reminders: int


@dataclasses.dataclass(frozen=True, slots=True)
class BroadcastCount:
    """A broadcast whose sending began in the period, and its deliveries to people in scope by what became of them."""

    id: int
    title: str
    started_at: str
    sent: int
    failed: int
    underway: int


@dataclasses.dataclass(frozen=True, slots=True)
class RatingCount:
    helped: int
    failed: int


_IN_SPAN = "created_at >= :from_at AND created_at < :until_at"
# Every outcome is named because the index of the statistics begins with it.
_TURNS = (
    "FROM turns WHERE outcome IN ('answer', 'clarify', 'fallback', 'action', 'silence')"
    " AND created_at >= :from_at AND created_at < :until_at"
)


def _whose_turns(scope: Scope) -> str:
    # The plus keeps both planners from going person by person through all their years.
    return scope.whose("+person_id")


def first_turn_at(c: Connection) -> str:
    """Since when anything is remembered at all; "" for never. Says nothing about anybody, hence without scope."""
    row = c.row("SELECT created_at FROM turns ORDER BY created_at LIMIT 1")
    return str(row["created_at"]) if row else ""


def count_turns(c: Connection, scope: Scope, span: Span) -> list[TurnCount]:
    """The messages of a period by outcome and entry."""
    rows = c.rows(
        f"""
        SELECT outcome, entry_id, COUNT(*) AS turns {_TURNS} AND {_whose_turns(scope)} GROUP BY outcome, entry_id
        """,
        {**span.params, **scope.params},
    )
    return [TurnCount(row["outcome"], row["entry_id"], int(row["turns"])) for row in rows]


def count_asked(c: Connection, scope: Scope, spans: Sequence[Span]) -> list[AskedCount]:
    """What was asked in each of the spans, in their order: messages that were answered, asked back or not answered."""
    rows = c.rows(
        f"""
        SELECT spans.key AS from_at, {_asked("answer", "answered", scope)}, {_asked("clarify", "asked_back", scope)},
            {_asked("fallback", "unanswered", scope)}
        FROM {{pairs}} AS spans ORDER BY spans.key
        """,  # noqa: S608
        {"pairs": json.dumps({span.from_at: span.until_at for span in spans}), **scope.params},
    )
    return [AskedCount(**row) for row in rows]


def _asked(outcome: str, name: str, scope: Scope) -> str:
    return f"""(SELECT COUNT(*) FROM turns WHERE outcome = '{outcome}'
                AND created_at >= spans.key AND created_at < spans.value AND {_whose_turns(scope)}) AS {name}"""  # noqa: S608


def count_answers(c: Connection, scope: Scope, span: Span, limit: int) -> list[TurnCount]:
    """The entries that answered most in a period, most first."""
    rows = c.rows(
        f"""
        SELECT 'answer' AS outcome, entry_id, COUNT(*) AS turns FROM turns
        WHERE outcome = 'answer' AND {_IN_SPAN} AND {_whose_turns(scope)}
        GROUP BY entry_id ORDER BY turns DESC, entry_id LIMIT :limit
        """,  # noqa: S608
        {**span.params, **scope.params, "limit": limit},
    )
    return [TurnCount(row["outcome"], row["entry_id"], int(row["turns"])) for row in rows]


def list_unanswered(c: Connection, scope: Scope, span: Span, limit: int) -> list[Unanswered]:
    """What was asked most often without an answer, letter case aside."""
    rows = c.rows(
        f"""
        SELECT MIN(text) AS text, COUNT(*) AS times FROM turns
        WHERE outcome = 'fallback' AND {_IN_SPAN} AND text <> '' AND {_whose_turns(scope)}
        GROUP BY LOWER(text) ORDER BY times DESC, LOWER(MIN(text)) LIMIT :limit
        """,  # noqa: S608
        {**span.params, **scope.params, "limit": limit},
    )
    return [Unanswered(row["text"], int(row["times"])) for row in rows]


def count_askers(c: Connection, scope: Scope, span: Span) -> list[PeopleCount]:
    """The people who wrote in a period, each once, by commune and channel."""
    rows = c.rows(
        f"""
        SELECT people.commune, people.channel, COUNT(*) AS people
        FROM (SELECT DISTINCT person_id {_TURNS} AND {_whose_turns(scope)}) AS asked
        JOIN people ON people.id = asked.person_id
        GROUP BY people.commune, people.channel
        """,  # noqa: S608
        {**span.params, **scope.params},
    )
    return _people_counts(rows)


def count_askers_by_group(c: Connection, scope: Scope, span: Span) -> dict[str, int]:
    """The people who wrote in a period, by the priority groups they said they belong to."""
    rows = c.rows(
        f"""
        SELECT person_groups.group_slug, COUNT(*) AS people
        FROM (SELECT DISTINCT person_id {_TURNS} AND {_whose_turns(scope)}) AS asked
        JOIN person_groups ON person_groups.person_id = asked.person_id
        GROUP BY person_groups.group_slug
        """,  # noqa: S608
        {**span.params, **scope.params},
    )
    return {row["group_slug"]: int(row["people"]) for row in rows}


def count_people(c: Connection, scope: Scope, span: Span) -> list[PeopleCount]:
    """The people whose first message came in the period, by commune and channel; since ever with `from_at` "".

    Whoever was forgotten at their wish counts nowhere any more.
    """
    rows = c.rows(
        f"""
        SELECT commune, channel, COUNT(*) AS people FROM people
        WHERE erased_at = '' AND {_IN_SPAN} AND {scope.where("commune")} GROUP BY commune, channel
        """,  # noqa: S608
        {**span.params, **scope.params},
    )
    return _people_counts(rows)


def count_groups(c: Connection, scope: Scope) -> dict[str, int]:
    """Everybody by the priority groups they said they belong to; in two groups counts in both."""
    rows = c.rows(
        f"SELECT group_slug, COUNT(*) AS people FROM person_groups WHERE {scope.whose()} GROUP BY group_slug",  # noqa: S608
        scope.params,
    )
    return {row["group_slug"]: int(row["people"]) for row in rows}


def count_sessions(c: Connection, scope: Scope, span: Span) -> list[SessionCount]:
    """The sessions that begin in a period, in order of time, with the places of people in scope.

    In a scope of communes: those held there, and those elsewhere in which their people have or had a place.
    """
    rows = c.rows(
        f"""
        SELECT s.id, s.title, s.kind, s.status, s.starts_at, s.commune,
            {_places("registered", "r.status = 'registered'")},
            {_places("waiting", "r.status = 'waiting'")},
            {_places("cancelled", "r.status = 'cancelled'")},
            {_places("attended", "r.checked_in_at <> ''")},
            {_places("hired", "r.outcome = 'hired'")},
            {_places("promised", "r.outcome = 'promised'")},
            {_places("not_hired", "r.outcome = 'not-hired'")},
            {_places("absent", "r.outcome = 'absent'")}
        FROM sessions AS s
        LEFT JOIN registrations AS r ON r.session_id = s.id AND {scope.whose("r.person_id")}
        WHERE s.starts_at >= :from_at AND s.starts_at < :until_at
            AND (r.id IS NOT NULL OR {scope.where("s.commune")})
        GROUP BY s.id, s.title, s.kind, s.status, s.starts_at, s.commune ORDER BY s.starts_at, s.id
        """,  # noqa: S608
        {**span.params, **scope.params},
    )
    return [SessionCount(**row) for row in rows]


def _places(name: str, condition: str) -> str:
    # CAST: PostgreSQL's SUM is of another type than what it sums.
    return f"CAST(SUM(CASE WHEN {condition} THEN 1 ELSE 0 END) AS INTEGER) AS {name}"


def count_needs(c: Connection, scope: Scope, span: Span) -> list[NeedCount]:
    """The wishes told in a period and not withdrawn since, by where the person lives, kind, level and trade."""
    rows = c.rows(
        f"""
        SELECT people.commune, needs.kind, needs.level, needs.trade, COUNT(*) AS people
        FROM needs JOIN people ON people.id = needs.person_id
        WHERE needs.created_at >= :from_at AND needs.created_at < :until_at AND needs.status <> 'withdrawn'
            AND {scope.where("people.commune")}
        GROUP BY people.commune, needs.kind, needs.level, needs.trade
        """,  # noqa: S608
        {**span.params, **scope.params},
    )
    return [NeedCount(**{**row, "people": int(row["people"])}) for row in rows]


def list_question_times(c: Connection, scope: Scope, span: Span) -> list[QuestionTime]:
    """Every question put to the officials in a period, oldest first."""
    rows = c.rows(
        f"""
        SELECT q.status, q.created_at, COALESCE(
            (SELECT MIN(m.created_at) FROM question_messages AS m
                WHERE m.question_id = q.id AND m.author = 'official'),
            CASE WHEN q.status = 'answered' THEN q.settled_at ELSE '' END) AS answered_at
        FROM questions AS q
        WHERE q.created_at >= :from_at AND q.created_at < :until_at AND {scope.whose("q.person_id")}
        ORDER BY q.created_at, q.id
        """,  # noqa: S608
        {**span.params, **scope.params},
    )
    return [QuestionTime(**row) for row in rows]


def count_reminders(c: Connection, scope: Scope, span: Span) -> list[ReminderCount]:
    """What the bot was to say by itself in a period, by kind and what became of it."""
    rows = c.rows(
        f"""
        SELECT kind, status, COUNT(*) AS reminders FROM reminders
        WHERE due_at >= :from_at AND due_at < :until_at AND {scope.whose()} GROUP BY kind, status
        """,  # noqa: S608
        {**span.params, **scope.params},
    )
    return [ReminderCount(row["kind"], row["status"], int(row["reminders"])) for row in rows]


def count_broadcasts(c: Connection, scope: Scope, span: Span, limit: int) -> list[BroadcastCount]:
    """The latest broadcasts whose sending began in a period, newest first, with at least one delivery in scope."""
    begun = c.rows(
        """
        SELECT id, title, started_at FROM broadcasts WHERE started_at >= :from_at AND started_at < :until_at
        ORDER BY started_at DESC, id DESC
        """,
        span.params,
    )
    found: list[BroadcastCount] = []
    for broadcast in begun:
        counts = c.rows(
            f"""
            SELECT status, COUNT(*) AS n FROM outbox WHERE broadcast_id = :id AND {scope.whose()} GROUP BY status
            """,  # noqa: S608
            {"id": broadcast["id"], **scope.params},
        )
        by_status = {row["status"]: int(row["n"]) for row in counts}
        if by_status:
            sent = by_status.get("sent", 0)
            underway = by_status.get("queued", 0) + by_status.get("sending", 0)
            failed = sum(by_status.values()) - sent - underway
            found.append(BroadcastCount(**broadcast, sent=sent, failed=failed, underway=underway))
        if len(found) == limit:
            break
    return found


def count_ratings(c: Connection, scope: Scope, span: Span) -> RatingCount:
    """How many answers were said to have helped, and not."""
    row = c.row(
        f"""
        SELECT COALESCE(SUM(helpful), 0) AS helped, COALESCE(SUM(1 - helpful), 0) AS failed FROM ratings
        WHERE {_IN_SPAN} AND {scope.whose()}
        """,  # noqa: S608
        {**span.params, **scope.params},
    )
    assert row is not None
    return RatingCount(int(row["helped"]), int(row["failed"]))


def _people_counts(rows: list[dict[str, Value]]) -> list[PeopleCount]:
    return [PeopleCount(str(row["commune"]), str(row["channel"]), int(row["people"] or 0)) for row in rows]
