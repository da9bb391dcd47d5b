"""What the transcripts do not show: rare corners of a turn, and laws that hold for every message."""

from __future__ import annotations

import dataclasses
import json
import typing

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot.conversation import respond
from bot.messages import Because, Choice, Inbound, InboundKind, State, Turn, parse_choices, parse_state, write_choices
from bot.replying import LONGEST_QUESTION, PAGE
from bot.voice import Voice
from tests.bot.conftest import NOW

KINDS = tuple(typing.get_args(InboundKind))
WORDS = (
    *("dừng", "menu", "1", "2", "0", "99", "thôi", "không", "đúng", "gặp", "cán", "bộ"),
    *("vay", "bhtn", "nộp", "ở", "đâu", "/start", "/menu@bot", "english"),
)
ACTIONS = ("", "m", "h", "hs", "x", "n", "s", "r", "l:en", "g:vay", "g:bhtn:3", "e:vay.muc-vay", "e:x")
TEXT = Inbound("terminal", "1", "1", "text")


def tell(voice: Voice, state: State = State(), **inbound: object) -> Turn:  # noqa: B008 - frozen
    return respond(state, dataclasses.replace(TEXT, **inbound), voice.library, voice.companion, NOW)  # type: ignore[arg-type]


def test_a_deep_link_opens_its_entry(voice: Voice) -> None:
    turn = tell(voice, kind="start", text="bhtn_muc-huong")
    assert turn.because == Because("answer", "bhtn.muc-huong", (("bhtn.muc-huong", 1.0),), "đường dẫn tới mục")


@pytest.mark.parametrize("action", ["e:bhtn.da-xoa", "g:khong-co", "l:fr", "???", "", "m"])
def test_an_old_button_never_fails(voice: Voice, action: str) -> None:
    turn = tell(voice, kind="choice", choice=action)
    assert any(choice.action.startswith("g:") for choice in turn.replies[0].choices)


@pytest.mark.parametrize("page", ["1", "2", "99", "0", "x", "²", "-1"])
def test_any_page_of_a_group_shows_entries(voice: Voice, page: str) -> None:
    turn = tell(voice, kind="choice", choice=f"g:bhtn:{page}")
    shown = [choice for choice in turn.replies[0].choices if choice.action.startswith("e:bhtn.")]
    assert 1 <= len(shown) <= PAGE


def test_the_pages_of_every_group_show_every_entry_once(voice: Voice) -> None:
    for group in voice.library.groups:
        seen: list[str] = []
        action = f"g:{group.slug}"
        while action:
            choices = tell(voice, kind="choice", choice=action).replies[0].choices
            seen += [choice.action for choice in choices if choice.action.startswith("e:")]
            action = next((choice.action for choice in choices if choice.label == "Xem thêm"), "")
        assert sorted(seen) == sorted(f"e:{entry.id}" for entry in voice.library.list_entries(group.slug))


def test_a_story_that_is_too_long_is_read_from_its_start_and_said_so(voice: Voice) -> None:
    turn = tell(voice, text="nộp hồ sơ bảo hiểm thất nghiệp ở đâu " + "tôi kể thêm " * 1000)
    assert f"{LONGEST_QUESTION} ký tự" in turn.replies[0].text
    assert len(turn.state.unanswered) <= LONGEST_QUESTION


def test_yes_after_a_single_guess_takes_it(voice: Voice) -> None:
    offered = (Choice("Nộp ở đâu?", "e:bhtn.noi-nop"), Choice("Không phải các ý này", "n"))
    assert tell(voice, State(offered=offered), text="đúng rồi").because.id == "bhtn.noi-nop"
    assert tell(voice, State(offered=offered), text="dung").because.id == "bhtn.noi-nop"
    assert tell(voice, State(offered=offered), text="dừng").because.id == "chung.dung-tin"


def test_dung_alone_stops_but_yes_does_not(voice: Voice) -> None:
    assert tell(voice, text="dung").because.id == "chung.dung-tin"
    assert tell(voice, text="đúng").because.id != "chung.dung-tin"


@pytest.mark.parametrize("typed", ["2", "số 2", "chọn 2", "câu 2.", "2)", "(2)"])
def test_a_number_is_typed_in_many_ways(voice: Voice, typed: str) -> None:
    offered = (Choice("A", "e:bhtn.muc-huong"), Choice("B", "e:vay.muc-vay"))
    assert tell(voice, State(offered=offered), text=typed).because.id == "vay.muc-vay"


def test_a_label_is_as_good_as_its_number(voice: Voice) -> None:
    offered = (Choice("Nộp ở đâu?", "e:vay.noi-vay"),)
    assert tell(voice, State(offered=offered), text="nop o dau").because.id == "vay.noi-vay"


def test_a_question_sent_twice_goes_once(voice: Voice) -> None:
    waiting = State(awaiting="handover", unanswered="chủ giữ sổ", offered=(Choice("Gửi câu này", "hs"),))
    first = tell(voice, waiting, text="gửi")
    assert len(first.effects) == 1
    again = tell(voice, first.state, kind="choice", choice="hs")
    assert again.effects == ()
    assert "đã chuyển rồi" in again.replies[0].text


def test_dung_is_obeyed_in_the_middle_of_a_handover(voice: Voice) -> None:
    assert tell(voice, State(awaiting="handover"), text="dừng").because.id == "chung.dung-tin"


def test_what_was_typed_cannot_become_a_link(voice: Voice) -> None:
    asked = tell(voice, State(awaiting="handover"), text="[bấm](https://xau.example) **gấp**")
    assert r"\[bấm\]" in asked.replies[0].text


def test_after_an_answer_that_does_not_help_the_question_is_at_hand(voice: Voice) -> None:
    answered = tell(voice, text="nộp hồ sơ bảo hiểm thất nghiệp ở đâu")
    assert "nộp hồ sơ bảo hiểm thất nghiệp" in tell(voice, answered.state, text="gặp cán bộ").replies[0].text


def test_small_talk_does_not_change_the_topic(voice: Voice) -> None:
    answered = tell(voice, text="nộp hồ sơ bảo hiểm thất nghiệp ở đâu")
    assert tell(voice, answered.state, text="cảm ơn").state.topic == "bhtn.noi-nop"


def test_a_stored_state_of_another_version_is_read() -> None:
    stored = json.loads(State(topic="vay.muc-vay", offered=(Choice("A", "m"),)).to_json())
    del stored["recent"]
    stored["from_the_future"] = {"x": 1}
    assert parse_state(json.dumps(stored)) == State(topic="vay.muc-vay", offered=(Choice("A", "m"),))
    assert parse_state("") == State()


def test_choices_survive_the_outbox() -> None:
    choices = (Choice("Được “bao nhiêu”?", "e:bhtn.muc-huong"), Choice("B", "m"))
    assert parse_choices(write_choices(choices)) == choices
    assert parse_choices("") == ()


@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    text=st.one_of(
        st.text(max_size=80),
        st.lists(st.sampled_from(WORDS), max_size=6).map(" ".join),
    ),
    kind=st.sampled_from(KINDS),
    choice=st.sampled_from(
        ["", "m", "h", "hs", "x", "n", "s", "r", "l:en", "g:vay", "g:bhtn:3", "e:vay.muc-vay", "e:x"]
    ),
    flags=st.tuples(st.booleans(), st.booleans(), st.booleans()),
)
def test_every_message_in_every_state_has_a_fitting_reply(
    voice: Voice, text: str, kind: str, choice: str, flags: tuple[bool, bool, bool]
) -> None:
    """Two turns of anything: never an error, never a bubble a platform refuses, and the state survives its JSON."""
    in_group, addressed, forwarded = flags
    state = State()
    for said in ({"text": "vay"}, {"text": "gặp cán bộ"}, {"text": text, "kind": kind, "choice": choice}):
        turn = tell(voice, state, **{"in_group": in_group, "addressed": addressed, "forwarded": forwarded, **said})
        for reply in turn.replies:
            assert reply.text.strip()
            assert len(reply.text) <= 4096
            for offered in reply.choices:
                assert 0 < len(offered.label) <= 24
                assert 0 < len(offered.action.encode()) <= 64
        assert parse_state(turn.state.to_json()) == turn.state
        silent = kind in {"blocked", "unblocked"} or (in_group and not addressed)
        assert turn.replies or silent
        state = turn.state
