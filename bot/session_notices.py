"""What the bot says by itself about a session: which reminders a place promises, and how each is worded when it is due.

Planning writes rows of `reminders`; wording reads what holds at that moment, so that nobody is told of a session that
is off, or of the time it had before. It decides nothing about places and sends nothing.
"""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Mapping

from bot.check_in_codes import code_of, get_key
from bot.clock import iso, parse_iso
from bot.composing import Composer, Say, Skip
from bot.messages import Choice
from bot.outreach.session_words import OUTCOMES, reminder_times, tell_start, tell_when, tell_where
from bot.quiet import out_of_quiet
from bot.texts import escape, say
from content.model import Library
from storage import registrations, reminders, sessions
from storage.database import Connection
from storage.people import Person
from storage.registrations import Registration
from storage.reminders import NewReminder, Reminder
from storage.sessions import Session

BEFORE, AFTER, MOVED, CANCELLED, SEAT = (
    "session_before",
    "session_after",
    "session_moved",
    "session_cancelled",
    "session_seat",
)
ASK_AFTER = datetime.timedelta(hours=3)  # home again, and the day still fresh
ASK_UNTIL = datetime.timedelta(days=7)
_OFF = ("huy", "hoan")
NEWS_KEPT = datetime.timedelta(days=2)  # news of a session without a day is told at the latest by then


def subject_of(session_id: int) -> str:
    return f"session:{session_id}"


def plan_place(c: Connection, session: Session, person_id: int, minutes: str, now: str) -> None:
    """Promise what belongs to a seat: the reminders before, and the question afterwards; nothing without a day."""
    if session.status in _OFF:
        return
    reminders.plan(c, [*_before(session, person_id, minutes, now), _after(session, person_id)], now)


def replan_before(c: Connection, session: Session, person_id: int, minutes: str, now: str) -> None:
    """Other reminders before the session instead of those still to come."""
    reason = "người nhận đổi giờ nhắc"
    subject = subject_of(session.id)
    reminders.cancel_subject(c, subject, reason, now, person_id=person_id, kind=BEFORE, queued_too=False)
    if session.status not in _OFF:
        reminders.plan(c, _before(session, person_id, minutes, now), now)


def call_off(c: Connection, session_id: int, reason: str, now: str, *, person_id: int = 0) -> None:
    """Nothing more is said about this session, to one person or (0) to anybody: planned or waiting to leave."""
    reminders.cancel_subject(c, subject_of(session_id), reason, now, person_id=person_id)


def plan_news(c: Connection, kind: str, session: Session, person_ids: Iterable[int], now: str) -> None:
    """Tell these people, as soon as phones may ring, that the session moved, is off, or has a seat for them."""
    moment = parse_iso(now)
    due = iso(out_of_quiet(moment))
    expires = max(session.ends_at, iso(moment + NEWS_KEPT)) if session.status in _OFF else session.ends_at
    subject = subject_of(session.id)
    news = [
        NewReminder(person_id, kind, subject, now, f"{subject}:{person_id}:{kind}:{now}", due, expires)
        for person_id in person_ids
    ]
    reminders.plan(c, news, now)


def _before(session: Session, person_id: int, minutes: str, now: str) -> list[NewReminder]:
    subject = subject_of(session.id)
    return [
        NewReminder(
            person_id=person_id,
            kind=BEFORE,
            subject=subject,
            step=str(before),
            dedupe_key=f"{subject}:{person_id}:before:{before}:{session.starts_at}",
            due_at=iso(rings),
            expires_at=session.starts_at,
        )
        for before, rings in reminder_times(session, minutes, now)
    ]


def _after(session: Session, person_id: int) -> NewReminder:
    subject, end = subject_of(session.id), parse_iso(session.ends_at)
    return NewReminder(
        person_id=person_id,
        kind=AFTER,
        subject=subject,
        step="outcome",
        dedupe_key=f"{subject}:{person_id}:after:{session.ends_at}",
        due_at=iso(out_of_quiet(end + ASK_AFTER)),
        expires_at=iso(end + ASK_UNTIL),
    )


def _load(c: Connection, reminder: Reminder) -> tuple[Session, Registration | None]:
    session = sessions.get_session(c, int(reminder.subject.partition(":")[2]))
    held = registrations.find_registration(c, session.id, reminder.person_id)
    return session, held if held and held.status != "cancelled" else None


def compose_before(
    c: Connection, _library: Library, reminder: Reminder, person: Person, now: datetime.datetime
) -> Say | Skip:
    session, place = _load(c, reminder)
    if place is None or place.status != "registered":
        return Skip("không còn giữ chỗ")
    if session.status in _OFF:
        return Skip("phiên đã hủy hoặc hoãn")
    if session.starts_at <= iso(now):
        return Skip("phiên đã bắt đầu")
    language = person.language
    code = code_of(get_key(c), place.id)
    text = say(
        language,
        "session.before",
        when=tell_start(session, iso(now), language),
        title=escape(session.title),
        where=tell_where(session),
    )
    text = f"{text}\n\n{say(language, 'session.code', code=code)}"
    return Say(text, _details_and_cancel(session, language), expires_at=session.starts_at)


def compose_moved(
    c: Connection, _library: Library, reminder: Reminder, person: Person, now: datetime.datetime
) -> Say | Skip:
    session, place = _load(c, reminder)
    if place is None:
        return Skip("không còn giữ chỗ")
    if session.status == "huy":
        return Skip("phiên đã hủy, có tin khác")
    if session.ends_at <= iso(now) and session.status != "hoan":
        return Skip("phiên đã qua")
    language, title = person.language, escape(session.title)
    if session.status == "hoan":
        text = say(language, "session.postponed", title=title)
    else:
        when, where = tell_when(session, language), tell_where(session)
        text = say(language, f"session.moved.{place.status}", title=title, when=when, where=where)
    return Say(text, _details_and_cancel(session, language))


def compose_cancelled(
    c: Connection, _library: Library, reminder: Reminder, person: Person, _now: datetime.datetime
) -> Say | Skip:
    session, place = _load(c, reminder)
    if place is None:
        return Skip("không còn giữ chỗ")
    if session.status != "huy":
        return Skip("phiên đã mở lại")
    language = person.language
    text = say(language, "session.called_off", title=escape(session.title), when=tell_when(session, language))
    return Say(text, (Choice(say(language, "session.choice.others"), "ph:ds"),))


def compose_seat(
    c: Connection, _library: Library, reminder: Reminder, person: Person, now: datetime.datetime
) -> Say | Skip:
    session, place = _load(c, reminder)
    if place is None or place.status != "registered":
        return Skip("không còn giữ chỗ")
    if session.status in _OFF or session.ends_at <= iso(now):
        return Skip("phiên không còn")
    language = person.language
    when, where = tell_when(session, language), tell_where(session)
    text = say(language, "session.moved_up", title=escape(session.title), when=when, where=where)
    return Say(text, _details_and_cancel(session, language), expires_at=session.ends_at)


def compose_after(
    c: Connection, _library: Library, reminder: Reminder, person: Person, now: datetime.datetime
) -> Say | Skip:
    session, place = _load(c, reminder)
    if place is None or place.status != "registered":
        return Skip("không còn giữ chỗ")
    if session.status in _OFF or session.ends_at > iso(now):
        return Skip("phiên không diễn ra lúc ấy")
    if place.outcome:
        return Skip("đã trả lời")
    language = person.language
    choices = tuple(
        Choice(say(language, f"session.outcome.{outcome}"), f"ph:kq:{session.id}:{outcome}") for outcome in OUTCOMES
    )
    return Say(say(language, "session.after", title=escape(session.title)), choices)


def _details_and_cancel(session: Session, language: str) -> tuple[Choice, ...]:
    return (
        Choice(say(language, "session.choice.details"), f"ph:x:{session.id}"),
        Choice(say(language, "session.choice.cancel"), f"ph:h:{session.id}"),
    )


SESSION_COMPOSERS: Mapping[str, Composer] = {
    BEFORE: compose_before,
    AFTER: compose_after,
    MOVED: compose_moved,
    CANCELLED: compose_cancelled,
    SEAT: compose_seat,
}
