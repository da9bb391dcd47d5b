"""Carries out what a turn decided: one function per effect, all in the transaction the message is handled in.

What an effect means stands at its class in `messages`. Nothing here decides or sends.
"""

from __future__ import annotations

import datetime
import json
from collections.abc import Callable, Mapping
from typing import Any

from bot import answering_officials, seating
from bot.clock import in_hanoi, iso, parse_iso
from bot.erasing import erase_person
from bot.messages import (
    Announce,
    AskOfficial,
    CloseDeadline,
    CloseNeed,
    CloseQuestion,
    DecideAnnouncement,
    Effect,
    EraseMe,
    GiveConsent,
    GiveUpPlace,
    KeepDeadline,
    KeepNeed,
    LinkOfficial,
    NoteInterest,
    Rate,
    Register,
    ReplyToOfficial,
    SetCampaign,
    SetGroup,
    SetLanguage,
    SetProfile,
    SetPushes,
    SetReminding,
    TellOutcome,
    WithdrawConsent,
)
from bot.outreach import deadline_reminders
from storage import (
    audiences,
    campaigns,
    consents,
    needs,
    outbox,
    people,
    questions,
    ratings,
    recipients,
    registrations,
    sessions,
)
from storage.database import Connection
from storage.people import Person

Perform = Callable[[Connection, Person, Any, str], None]

ASKED_AGAIN = datetime.timedelta(days=1)


def perform(c: Connection, person: Person, effect: Effect, now: str) -> None:
    """Carry out one effect at `now` (UTC ISO text). KeyError for one that nobody performs: a fault of ours."""
    PERFORMERS[type(effect)](c, person, effect, now)


def _ask_official(c: Connection, person: Person, effect: AskOfficial, now: str) -> None:
    if questions.is_asked(c, person.id, effect.text, iso(parse_iso(now) - ASKED_AGAIN)):
        return  # the same words tapped or typed twice are one question
    context = json.dumps(effect.recent, ensure_ascii=False)
    questions.open_question(c, person.id, effect.text, effect.reason, context, now, effect.entry_id)


def _reply_to_official(c: Connection, person: Person, effect: ReplyToOfficial, now: str) -> None:
    questions.reply(c, effect.question_id, person.id, effect.text, now)


def _close_question(c: Connection, person: Person, effect: CloseQuestion, now: str) -> None:
    if questions.get_question(c, effect.question_id).person_id == person.id:
        questions.close_question(c, effect.question_id, "", now)


def _set_campaign(c: Connection, person: Person, effect: SetCampaign, now: str) -> None:
    if effect.joined:
        campaigns.join(c, effect.campaign, person.id, now)
    else:
        campaigns.leave(c, effect.campaign, person.id)


def _set_pushes(c: Connection, person: Person, effect: SetPushes, now: str) -> None:
    people.set_pushes(c, person.id, allowed=effect.allowed)
    if not effect.allowed:
        outbox.cancel_pushes(c, person.id, "người nhận đã dừng", now)


def _set_language(c: Connection, person: Person, effect: SetLanguage, _now: str) -> None:
    people.set_language(c, person.id, effect.language)


def _give_consent(c: Connection, person: Person, effect: GiveConsent, now: str) -> None:
    consents.give_consent(c, person.id, effect.purpose, effect.version, effect.text, now)


def _withdraw_consent(c: Connection, person: Person, effect: WithdrawConsent, now: str) -> None:
    consents.withdraw_consent(c, person.id, effect.purpose, now)
    if effect.purpose == deadline_reminders.PURPOSE:
        deadline_reminders.stop_all(c, person, now)
    if effect.purpose == audiences.CONSENT:
        recipients.cancel_for_person(c, person.id, "người nhận rút đồng ý", now)
    if effect.purpose in _FORGOTTEN:
        _FORGOTTEN[effect.purpose](c, person.id)


def _set_profile(c: Connection, person: Person, effect: SetProfile, _now: str) -> None:
    people.set_profile(c, person.id, effect.field, effect.value)


def _set_group(c: Connection, person: Person, effect: SetGroup, now: str) -> None:
    if effect.member:
        people.add_group(c, person.id, effect.group, now)
    else:
        people.remove_group(c, person.id, effect.group)


def _note_interest(c: Connection, person: Person, effect: NoteInterest, now: str) -> None:
    people.note_interest(c, person.id, effect.topic, now)


def _keep_need(c: Connection, person: Person, effect: KeepNeed, now: str) -> None:
    needs.keep_need(
        c, person.id, effect.kind, effect.level, effect.trade, effect.commune, effect.group, in_hanoi(now).year, now
    )


def _close_need(c: Connection, person: Person, effect: CloseNeed, now: str) -> None:
    needs.close_need(c, person.id, effect.kind, effect.status, now)


def _rate(c: Connection, person: Person, effect: Rate, now: str) -> None:
    ratings.add_rating(c, person.id, effect.entry_id, effect.text, now, helpful=effect.helpful)


def _erase_me(c: Connection, person: Person, _effect: EraseMe, now: str) -> None:
    for held in registrations.list_of_person(c, person.id):
        coming = held.status != "cancelled" and sessions.get_session(c, held.session_id).ends_at > now
        if coming:  # the seat goes to whoever waits; attendance of what is over stays counted
            perform(c, person, GiveUpPlace(held.session_id), now)
    erase_person(c, person, now)


# What goes with an agreement that is taken back.
_FORGOTTEN: Mapping[str, Callable[[Connection, int], None]] = {
    "nhu-cau": needs.forget_needs,
    "nhan-tin": people.forget_audience,
    "dang-ky": people.forget_contact,
}

PERFORMERS: Mapping[type, Perform] = {
    AskOfficial: _ask_official,
    ReplyToOfficial: _reply_to_official,
    CloseQuestion: _close_question,
    SetPushes: _set_pushes,
    SetLanguage: _set_language,
    GiveConsent: _give_consent,
    WithdrawConsent: _withdraw_consent,
    SetProfile: _set_profile,
    SetGroup: _set_group,
    NoteInterest: _note_interest,
    KeepDeadline: deadline_reminders.keep_deadline,
    CloseDeadline: deadline_reminders.close_deadline,
    KeepNeed: _keep_need,
    CloseNeed: _close_need,
    Rate: _rate,
    SetCampaign: _set_campaign,
    EraseMe: _erase_me,
    LinkOfficial: answering_officials.link_official,
    Announce: answering_officials.announce,
    DecideAnnouncement: answering_officials.decide,
    Register: seating.register,
    GiveUpPlace: seating.give_up_place,
    SetReminding: seating.set_reminding,
    TellOutcome: seating.tell_outcome,
}
