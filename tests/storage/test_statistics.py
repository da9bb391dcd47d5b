"""The numbers of a period beside the same counted by hand, on both databases, for the city and for communes."""

from __future__ import annotations

import collections
from collections.abc import Callable
from typing import Any

import pytest

from bot.reporting.periods import Period
from storage import statistics
from storage.database import Connection, Database
from storage.scope import WHOLE_CITY, Scope
from storage.statistics import Span
from tests.reporting.history import History, Rows, make_history, write_history

SPAN = Period("month", 2026, 11).span
SCOPES = (WHOLE_CITY, Scope(frozenset({"hoa-xa"})), Scope(frozenset({"ung-hoa", "hoan-kiem"})), Scope(frozenset()))
HISTORY = make_history(7)


@pytest.fixture
def filled(database: Database) -> Database:
    write_history(database, HISTORY)
    return database


def inside(at: str, span: Span = SPAN) -> bool:
    return span.from_at <= at < span.until_at


def counted(rows: Rows, *names: str) -> dict[Any, int]:
    return dict(collections.Counter(tuple(row[name] for name in names) for row in rows))


class ByHand:
    """Whose rows count in a scope, found without SQL."""

    def __init__(self, history: History, scope: Scope) -> None:
        self.scope = scope
        self.people = {row["id"]: row for row in history.people if scope.covers(row["commune"])}

    def mine(self, rows: Rows, time: str = "created_at") -> Rows:
        return [row for row in rows if row["person_id"] in self.people and inside(row[time])]

    def placed(self, ids: set[int]) -> dict[Any, int]:
        return counted([self.people[one] for one in ids], "commune", "channel")


@pytest.mark.parametrize("scope", SCOPES, ids=repr)
def test_messages_and_people_are_those_of_the_period_and_the_scope(filled: Database, scope: Scope) -> None:
    hand = ByHand(HISTORY, scope)
    turns = hand.mine(HISTORY.turns)
    askers = {row["person_id"] for row in turns}
    with filled.reading() as c:
        found = {(one.outcome, one.entry_id): one.turns for one in statistics.count_turns(c, scope, SPAN)}
        assert found == counted(turns, "outcome", "entry_id")
        wrote = {(one.commune, one.channel): one.people for one in statistics.count_askers(c, scope, SPAN)}
        assert wrote == hand.placed(askers)
        groups = [row for row in HISTORY.groups if row["person_id"] in askers]
        by_group = statistics.count_askers_by_group(c, scope, SPAN)
        assert {(name,): count for name, count in by_group.items()} == counted(groups, "group_slug")
        new = {(one.commune, one.channel): one.people for one in statistics.count_people(c, scope, SPAN)}
        assert new == hand.placed({one for one, row in hand.people.items() if inside(row["created_at"])})
        everybody = {(name,): count for name, count in statistics.count_groups(c, scope).items()}
        assert everybody == counted([row for row in HISTORY.groups if row["person_id"] in hand.people], "group_slug")
        tops = statistics.count_answers(c, scope, SPAN, 2)
        answers = collections.Counter(row["entry_id"] for row in turns if row["outcome"] == "answer")
        expected = sorted(answers.items(), key=lambda item: (-item[1], item[0]))[:2]
        assert [(one.entry_id, one.turns) for one in tops] == expected
        unheard = collections.Counter(row["text"] for row in turns if row["outcome"] == "fallback")
        assert {one.text: one.times for one in statistics.list_unanswered(c, scope, SPAN, 100)} == unheard


@pytest.mark.parametrize("scope", SCOPES, ids=repr)
def test_every_span_has_its_own_questions(filled: Database, scope: Scope) -> None:
    spans = [Period("month", 2026, month).span for month in (9, 10, 11)]
    mine = [row for row in HISTORY.turns if row["person_id"] in ByHand(HISTORY, scope).people]
    expected = [
        tuple(
            sum(row["outcome"] == outcome and inside(row["created_at"], span) for row in mine)
            for outcome in ("answer", "clarify", "fallback")
        )
        for span in spans
    ]
    with filled.reading() as c:
        found = statistics.count_asked(c, scope, spans)
    assert [(one.answered, one.asked_back, one.unanswered) for one in found] == expected
    assert [one.from_at for one in found] == [span.from_at for span in spans]


@pytest.mark.parametrize("scope", SCOPES, ids=repr)
def test_places_wishes_and_what_was_sent(filled: Database, scope: Scope) -> None:
    hand = ByHand(HISTORY, scope)
    with filled.reading() as c:
        sessions = {one.id: one for one in statistics.count_sessions(c, scope, SPAN)}
        places = [row for row in HISTORY.registrations if row["person_id"] in hand.people]
        for row in HISTORY.sessions:
            here = [place for place in places if place["session_id"] == row["id"]]
            if not inside(row["starts_at"]) or not (here or scope.covers(row["commune"])):
                assert row["id"] not in sessions
                continue
            one = sessions[row["id"]]
            ends = collections.Counter(place["outcome"] for place in here)
            seats = collections.Counter(place["status"] for place in here)
            assert (one.registered, one.waiting, one.cancelled) == tuple(
                seats[status] for status in ("registered", "waiting", "cancelled")
            )
            assert one.attended == sum(place["checked_in_at"] != "" for place in here)
            assert (one.hired, one.promised, one.not_hired, one.absent) == tuple(
                ends[end] for end in ("hired", "promised", "not-hired", "absent")
            )
        needs = statistics.count_needs(c, scope, SPAN)
        wanted = [
            {**row, "commune": hand.people[row["person_id"]]["commune"]}
            for row in hand.mine(HISTORY.needs)
            if row["status"] != "withdrawn"
        ]
        found = {(one.commune, one.kind, one.level, one.trade): one.people for one in needs}
        assert found == counted(wanted, "commune", "kind", "level", "trade")
        reminders = {(one.kind, one.status): one.reminders for one in statistics.count_reminders(c, scope, SPAN)}
        assert reminders == counted(hand.mine(HISTORY.reminders, "due_at"), "kind", "status")
        ratings = hand.mine(HISTORY.ratings)
        helped = sum(row["helpful"] for row in ratings)
        assert statistics.count_ratings(c, scope, SPAN) == statistics.RatingCount(helped, len(ratings) - helped)
        sent = collections.Counter(
            (row["broadcast_id"], row["status"]) for row in HISTORY.deliveries if row["person_id"] in hand.people
        )
        begun = {row["id"] for row in HISTORY.broadcasts if inside(row["started_at"])}
        broadcasts = statistics.count_broadcasts(c, scope, SPAN, 100)
        assert {one.id: (one.sent, one.failed, one.underway) for one in broadcasts} == {
            one: (sent[one, "sent"], sent[one, "gone"], sent[one, "queued"])
            for one in begun
            if any(number == one for number, _ in sent)
        }


@pytest.mark.parametrize("scope", SCOPES, ids=repr)
def test_a_question_is_answered_by_the_first_answer(filled: Database, scope: Scope) -> None:
    first = {row["question_id"]: row["created_at"] for row in HISTORY.messages}
    mine = sorted(ByHand(HISTORY, scope).mine(HISTORY.questions), key=lambda row: (row["created_at"], row["id"]))
    with filled.reading() as c:
        found = statistics.list_question_times(c, scope, SPAN)
    assert [(one.status, one.created_at, one.answered_at) for one in found] == [
        (
            row["status"],
            row["created_at"],
            first.get(row["id"], row["settled_at"] if row["status"] == "answered" else ""),
        )
        for row in mine
    ]


def test_nothing_is_counted_in_an_empty_database(database: Database) -> None:
    with database.reading() as c:
        assert statistics.first_turn_at(c) == ""
        for count in (statistics.count_turns, statistics.count_people, statistics.count_sessions):
            assert count(c, WHOLE_CITY, SPAN) == []
        assert statistics.count_ratings(c, WHOLE_CITY, SPAN) == statistics.RatingCount(0, 0)
        assert [one.asked for one in statistics.count_asked(c, WHOLE_CITY, [SPAN])] == [0]


@pytest.mark.parametrize(
    ("count", "index"),
    [
        (lambda c, scope: statistics.count_turns(c, scope, SPAN), "turns_statistics"),
        (lambda c, scope: statistics.count_answers(c, scope, SPAN, 5), "turns_statistics"),
        (lambda c, scope: statistics.count_asked(c, scope, [SPAN]), "turns_statistics"),
        (lambda c, scope: statistics.list_unanswered(c, scope, SPAN, 5), "turns_statistics"),
        (lambda c, scope: statistics.count_people(c, scope, SPAN), "people_statistics"),
        (lambda c, _: statistics.count_reminders(c, WHOLE_CITY, SPAN), "reminders_by_time"),
        (lambda c, _: statistics.list_question_times(c, WHOLE_CITY, SPAN), "questions_by_time"),
        (lambda c, _: statistics.count_needs(c, WHOLE_CITY, SPAN), "needs_by_time"),
    ],
    ids=["turns", "answers", "asked", "unanswered", "people", "reminders", "questions", "needs"],
)
@pytest.mark.parametrize("scope", SCOPES[:3], ids=repr)
def test_a_count_reads_an_index_and_no_table_from_end_to_end(
    sqlite_database: Database, scope: Scope, count: Callable[[Connection, Scope], object], index: str
) -> None:
    with sqlite_database.reading() as c:
        seen: list[str] = []

        class Explained:
            """The connection, showing each query's plan before it runs."""

            dialect = c.dialect

            def rows(self, sql: str, params: Any = None) -> Rows:
                seen.extend(row["detail"] for row in c.rows(f"EXPLAIN QUERY PLAN {sql}", params))
                return c.rows(sql, params)

        count(Explained(), scope)  # type: ignore[arg-type]
    assert any(index in step for step in seen), seen
    assert [step for step in seen if step.startswith("SCAN") and "INDEX" not in step and "spans" not in step] == []
