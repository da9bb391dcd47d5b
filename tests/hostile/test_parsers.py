"""Every reader of what comes from outside, given anything: it reads, or says no in its own words, and no more."""

from __future__ import annotations

import contextlib
import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.channels import telegram_updates, zalo_updates
from bot.channels.markdown import parse, split_text, to_plain, utf16_length
from bot.channels.web import parse_cursor
from bot.channels.webhooks import RejectedError, read_call
from bot.listing_names import words_of
from bot.session_lists import read_list
from bot.web.chat import RequestError, parse_message
from content.templates import TemplateProblem, parse_template
from content.yaml_lines import YamlProblem, parse_yaml
from tests.hostile.words import CODE, HONEST, STRANGE

words = st.one_of(st.sampled_from((*HONEST, *CODE, *STRANGE)), st.text(max_size=200))
values = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(), st.floats(), words),
    lambda inner: st.one_of(st.lists(inner, max_size=4), st.dictionaries(words, inner, max_size=4)),
    max_leaves=20,
)
FIELDS = ("id", "text", "choice", "label", "start", "update_id", "message", "chat", "from", "result", "event_name")
objects = st.dictionaries(st.sampled_from(FIELDS), values, max_size=8)
bodies = st.one_of(
    st.binary(max_size=300), values.map(json.dumps).map(str.encode), objects.map(json.dumps).map(str.encode)
)


@given(bodies)
def test_a_web_message_is_read_or_refused(body: bytes) -> None:
    with contextlib.suppress(RequestError):
        inbound = parse_message(body, "a" * 32)
        assert inbound.text or inbound.kind == "start"
        assert len(inbound.text) <= 2_000
        inbound.text.encode()


@given(bodies)
def test_a_webhook_s_body_is_read_or_refused(body: bytes) -> None:
    with contextlib.suppress(RejectedError):
        update = read_call("telegram", {"x": "bí mật"}, body, "x", "bí mật")
        for read in (telegram_updates.parse_update, zalo_updates.parse_update):
            inbound = read(update)
            assert inbound is None or inbound.text.encode() is not None


@given(words, words)
def test_a_secret_that_is_nearly_right_is_wrong(given_one: str, secret: str) -> None:
    if given_one.encode(errors="replace") != secret.encode(errors="replace"):
        with pytest.raises(RejectedError) as refused:
            read_call("zalo", {"x": given_one}, b"{}", "x", secret.encode(errors="replace").decode())
        assert refused.value.status == 403


@given(words)
def test_words_and_places_in_a_stream_are_read_without_an_error(text: str) -> None:
    parse_cursor(text)
    assert all(len(word) <= 40 for word in words_of(text))


@settings(deadline=None)
@given(words.filter(str.strip), st.integers(20, 300))
def test_whatever_is_said_fits_the_platform(text: str, limit: int) -> None:
    parse(text)
    for piece in split_text(text, limit):
        assert utf16_length(to_plain(piece)) <= limit


@settings(deadline=None, max_examples=60)
@given(
    st.one_of(st.binary(max_size=300), words.map(lambda text: text.encode(errors="replace"))),
    st.sampled_from(("a.csv", "a.xlsx")),
)
def test_a_list_of_sessions_is_read_or_explained(data: bytes, name: str) -> None:
    found = read_list(data, name, ())
    assert bool(found.sessions) != bool(found.problems)


@given(words)
def test_content_makes_no_objects_and_runs_nothing(text: str) -> None:
    with contextlib.suppress(YamlProblem):
        parse_yaml(text)
    with contextlib.suppress(TemplateProblem):
        parse_template(text)


@pytest.mark.parametrize(
    "text",
    [
        "a: &a [x, x]\nb: [*a, *a]",
        "!!python/object/apply:os.system ['id']",
        "a: !!python/name:os.system",
        "[" * 10_000,
        "a: " * 5_000,
    ],
    ids=["neo", "đối tượng", "tên", "ngoặc", "lồng"],
)
def test_yaml_that_grows_or_makes_objects_is_refused(text: str) -> None:
    with pytest.raises(YamlProblem):
        parse_yaml(text)


@pytest.mark.parametrize(
    "text",
    [
        "{{ ''.__class__.__mro__ }}",
        "{{ vay.tran.__class__ }}",
        "{{ vay['tran'] }}",
        "{{ cycler.__init__.__globals__ }}",
        "{% include '/etc/passwd' %}",
        "{{ vay.tran|attr('__class__') }}",
        "{{ 10**10**10 }}",
        "{{ vay.tran() }}",
        "{{" * 2_000 + "}}" * 2_000,
    ],
)
def test_a_template_that_reaches_for_more_than_a_figure_is_refused(text: str) -> None:
    with pytest.raises(TemplateProblem):
        parse_template(text)
