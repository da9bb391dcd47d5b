"""What belongs to the data desk and is not seen in a conversation: masks, and when news may be offered."""

from __future__ import annotations

import dataclasses
import datetime

import pytest

from bot.conversation import respond
from bot.forms.walking import FORM
from bot.known import Known
from bot.messages import FormState, Inbound, KeepNeed, State, Turn
from bot.outreach.profile import mask
from bot.voice import Voice
from storage.consents import Consent
from storage.people import Person
from tests.bot.conftest import NOW

AT = "2026-11-22T03:00:00.000Z"
LAN = Person(1, "telegram", "7", "Lan", "vi", "", True, "", AT, AT)
AGREED = Consent("nhu-cau", "2026-11-22", "…", AT, "")
LAST_QUESTION = FormState("needs_survey", (("wish", "vay-von"), ("commune", "-")))


def finish_survey(voice: Voice, known: Known, *, offered_on: str = "") -> Turn:
    state = State(form=LAST_QUESTION, news_offered_on=offered_on)
    turn = respond(
        state, Inbound("telegram", "7", "1", "text", "không nói"), voice.library, voice.companion, NOW, known
    )
    assert any(isinstance(effect, KeepNeed) for effect in turn.effects)
    return turn


def offers_news(turn: Turn) -> bool:
    return any(choice.action == f"{FORM}news" for choice in turn.replies[-1].choices)


def test_news_is_offered_after_a_survey_once_a_month(voice: Voice) -> None:
    known = Known(AT, LAN, consents=(AGREED,))
    turn = finish_survey(voice, known)
    assert offers_news(turn)
    assert turn.state.offered == turn.replies[-1].choices
    today = datetime.date(2026, 11, 22)
    assert turn.state.news_offered_on == today.isoformat()
    lately, long_ago = today - datetime.timedelta(days=29), today - datetime.timedelta(days=30)
    assert not offers_news(finish_survey(voice, known, offered_on=lately.isoformat()))
    assert offers_news(finish_survey(voice, known, offered_on=long_ago.isoformat()))


def test_news_is_not_offered_to_who_has_it_or_stopped_everything(voice: Voice) -> None:
    news = dataclasses.replace(AGREED, purpose="nhan-tin")
    assert not offers_news(finish_survey(voice, Known(AT, LAN, consents=(AGREED, news))))
    silent = dataclasses.replace(LAN, pushes_allowed=False)
    assert not offers_news(finish_survey(voice, Known(AT, silent, consents=(AGREED,))))


def test_a_changed_wording_is_asked_for_again(voice: Voice) -> None:
    def begin(consent: Consent) -> str:
        inbound = Inbound("telegram", "7", "1", "text", "đăng ký nhu cầu")
        known = Known(AT, LAN, consents=(consent,))
        return respond(State(), inbound, voice.library, voice.companion, NOW, known).replies[-1].text

    assert "xin phép" not in begin(AGREED)
    assert "xin phép" in begin(dataclasses.replace(AGREED, version="2025-01-01"))
    assert "xin phép" in begin(dataclasses.replace(AGREED, withdrawn_at=AT))


@pytest.mark.parametrize(("phone", "shown"), [("0912345678", "0912 ••• 678"), ("113", "•••"), ("", "•••")])
def test_a_phone_is_shown_by_its_ends(phone: str, shown: str) -> None:
    assert mask(phone) == shown
