"""Gives and takes places in sessions: what Register, GiveUpPlace, SetReminding and TellOutcome mean in the database.

All in the caller's transaction, so that seats, waiting list and promised reminders change together or not at all. It
words nothing.
"""

from __future__ import annotations

from bot.messages import GiveUpPlace, Register, SetReminding, TellOutcome
from bot.session_notices import SEAT, call_off, plan_news, plan_place, replan_before
from storage import registrations, sessions
from storage.database import Connection
from storage.people import Person


def register(c: Connection, person: Person, effect: Register, now: str) -> None:
    """Take the place and promise its reminders. Raises SeatGone when there is no such place any more."""
    registrations.register(
        c,
        effect.session_id,
        person.id,
        effect.seat,
        effect.full_name,
        effect.phone,
        effect.remind_minutes,
        now,
    )
    place = registrations.find_registration(c, effect.session_id, person.id)
    if place and place.status == "registered":
        plan_place(c, sessions.get_session(c, effect.session_id), person.id, place.remind_minutes, now)


def give_up_place(c: Connection, person: Person, effect: GiveUpPlace, now: str) -> None:
    leave(c, effect.session_id, person.id, now)


def leave(c: Connection, session_id: int, person_id: int, now: str) -> bool:
    """Give a place up, call off its reminders, and seat whoever waits longest; False when there was no place."""
    if not registrations.cancel(c, session_id, person_id, now):
        return False
    call_off(c, session_id, "đã hủy đăng ký", now, person_id=person_id)
    seat_waiting(c, session_id, now)
    return True


def seat_waiting(c: Connection, session_id: int, now: str) -> set[int]:
    """Give free seats to those who wait, the longest first, and plan to tell them; return who moved up.

    A seat given up after the end is nobody's. The caller holds the session's row.
    """
    moved: set[int] = set()
    if sessions.get_session(c, session_id).ends_at <= now:
        return moved
    while place := registrations.move_up(c, session_id, now):
        moved.add(place.person_id)
        session = sessions.get_session(c, session_id)
        plan_news(c, SEAT, session, [place.person_id], now)
        plan_place(c, session, place.person_id, place.remind_minutes, now)
    return moved


def set_reminding(c: Connection, person: Person, effect: SetReminding, now: str) -> None:
    """Other reminders from now on; nothing for somebody without a place."""
    place = registrations.find_registration(c, effect.session_id, person.id)
    if place is None or place.status == "cancelled":
        return
    registrations.set_remind_minutes(c, place.id, effect.remind_minutes, now)
    if place.status == "registered":
        session = sessions.get_session(c, effect.session_id)
        replan_before(c, session, person.id, effect.remind_minutes, now)


def tell_outcome(c: Connection, person: Person, effect: TellOutcome, now: str) -> None:
    registrations.set_outcome(c, effect.session_id, person.id, effect.outcome, now)
