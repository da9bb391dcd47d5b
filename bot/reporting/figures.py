"""The numbers of one period, read once, and what may be said of them.

A number that nobody recorded is None and never 0: no attendance was taken, nobody told how it ended, the bot was not
there yet. A 0 is a fact among recorded things.
"""

from __future__ import annotations

import dataclasses
import statistics as averages
from collections.abc import Iterable

from bot.clock import parse_iso
from bot.reporting.periods import Period
from storage import statistics
from storage.database import Connection
from storage.scope import Scope
from storage.statistics import (
    BroadcastCount,
    NeedCount,
    PeopleCount,
    QuestionTime,
    RatingCount,
    ReminderCount,
    SessionCount,
    Span,
    TurnCount,
)

MOST_BROADCASTS = 1000
_QUESTIONS = ("answer", "clarify", "fallback")


@dataclasses.dataclass(frozen=True, slots=True)
class Figures:
    """What was counted in `period`. `recorded_from_at` is the very first message's time, "" for none yet."""

    period: Period
    recorded_from_at: str
    turns: tuple[TurnCount, ...]
    askers: tuple[PeopleCount, ...]
    askers_by_group: dict[str, int]
    new_people: tuple[PeopleCount, ...]
    all_people: tuple[PeopleCount, ...]
    sessions: tuple[SessionCount, ...]
    needs: tuple[NeedCount, ...]
    questions: tuple[QuestionTime, ...]
    reminders: tuple[ReminderCount, ...]
    broadcasts: tuple[BroadcastCount, ...]
    ratings: RatingCount

    @property
    def recorded(self) -> bool:
        """Whether the bot was there in the period at all."""
        return bool(self.recorded_from_at) and self.recorded_from_at < self.period.span.until_at

    def asked(self, outcome: str = "") -> int | None:
        """Questions with this outcome, or all of them."""
        wanted = (outcome,) if outcome else _QUESTIONS
        return sum(turn.turns for turn in self.turns if turn.outcome in wanted) if self.recorded else None

    def wrote(self) -> int | None:
        return sum(count.people for count in self.askers) if self.recorded else None

    def came_new(self) -> int | None:
        return sum(count.people for count in self.new_people) if self.recorded else None

    def known(self) -> int | None:
        return sum(count.people for count in self.all_people) if self.recorded else None

    def session_count(self) -> int | None:
        """Sessions that were not called off or put off."""
        return sum(one.status not in {"huy", "hoan"} for one in self.sessions) if self.sessions else None

    def registered(self) -> int | None:
        return sum(one.registered for one in self.sessions) if self.sessions else None

    def attended(self) -> int | None:
        return total(one.attended for one in self.sessions)

    def hired(self) -> int | None:
        return sum(one.hired for one in self.sessions) if any(one.answers for one in self.sessions) else None

    def wished(self) -> int | None:
        return total(need.people for need in self.needs)

    def questions_asked(self) -> int | None:
        return len(self.questions) if self.recorded else None

    def questions_answered(self) -> int | None:
        return sum(question.answered_at != "" for question in self.questions) if self.questions else None

    def answered_within_a_day(self) -> int | None:
        hours = self._hours()
        return sum(one <= 24 for one in hours) if hours else None

    def hours_to_answer(self) -> float | None:
        """The median of the hours from a question to its first answer."""
        hours = self._hours()
        return round(averages.median(hours), 1) if hours else None

    def broadcasts_begun(self) -> int | None:
        return len(self.broadcasts) or None

    def news_sent(self) -> int | None:
        return sum(one.sent for one in self.broadcasts) if self.broadcasts else None

    def reminded(self) -> int | None:
        if not self.reminders:
            return None
        return sum(count.reminders for count in self.reminders if count.status == "queued")

    def _hours(self) -> list[float]:
        return [
            (parse_iso(one.answered_at) - parse_iso(one.created_at)).total_seconds() / 3600
            for one in self.questions
            if one.answered_at
        ]


def total(numbers: Iterable[int]) -> int | None:
    """The sum, or None when there is nothing to add up: then nobody recorded anything."""
    return sum(numbers) or None


def gather(c: Connection, scope: Scope, period: Period) -> Figures:
    """Count everything of a period for the people in scope."""
    span = period.span
    return Figures(
        period=period,
        recorded_from_at=statistics.first_turn_at(c),
        turns=tuple(statistics.count_turns(c, scope, span)),
        askers=tuple(statistics.count_askers(c, scope, span)),
        askers_by_group=statistics.count_askers_by_group(c, scope, span),
        new_people=tuple(statistics.count_people(c, scope, span)),
        all_people=tuple(statistics.count_people(c, scope, Span("", span.until_at))),
        sessions=tuple(statistics.count_sessions(c, scope, span)),
        needs=tuple(statistics.count_needs(c, scope, span)),
        questions=tuple(statistics.list_question_times(c, scope, span)),
        reminders=tuple(statistics.count_reminders(c, scope, span)),
        broadcasts=tuple(statistics.count_broadcasts(c, scope, span, MOST_BROADCASTS)),
        ratings=statistics.count_ratings(c, scope, span),
    )
