"""The stream of answers over real HTTP: history, live, resuming, heartbeat, and its end."""

from __future__ import annotations

import contextlib
import json
import re
import uuid
from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from bot.clock import iso, utc_now
from bot.messages import Inbound
from bot.web import stream as web_stream
from bot.web.chat import address_of
from storage import outbox, people
from tests.web.live_site import Site, wait_until

Event = tuple[str, str, dict[str, Any]]  # name, id, data


def send(client: httpx.Client, text: str) -> None:
    assert client.post("/chat/messages", json={"id": str(uuid.uuid4()), "text": text}).status_code == 202


@contextlib.contextmanager
def listen(client: httpx.Client, after: str = "", path: str = "/chat/events") -> Iterator[Iterator[Event]]:
    headers = {"Last-Event-ID": after} if after else {}
    with client.stream("GET", path, headers=headers) as response:
        assert response.status_code == 200
        assert response.headers["Content-Type"].startswith("text/event-stream")
        assert response.headers["Cache-Control"] == "no-store"
        yield parse_events(response.iter_lines())


def parse_events(lines: Iterator[str]) -> Iterator[Event]:
    fields: dict[str, str] = {}
    for line in lines:
        if line:
            name, _, value = line.partition(":")
            fields[name] = value.strip()
        elif "event" in fields:
            yield fields["event"], fields.get("id", ""), json.loads(fields["data"])
            fields = {}
        else:
            yield "heartbeat", "", {}
            fields = {}


def until_ready(events: Iterator[Event]) -> list[Event]:
    seen = []
    for event in events:
        if event[0] == "ready":
            return seen
        seen.append(event)
    raise AssertionError("the stream ended before it was ready")


def test_a_question_and_its_answer_arrive_live(site: Site) -> None:
    with site.visitor() as client, listen(client) as events:
        assert until_ready(events) == []
        identity = str(uuid.uuid4())
        client.post("/chat/messages", json={"id": identity, "text": "Xin chào"})
        (person, _, said), (bot, _, answer) = next(events), next(events)
        assert (person, said["id"], said["text"]) == ("person", identity, "Xin chào")
        assert (bot, answer["html"]) == ("bot", "<p>Trả lời cho: Xin chào</p>")
        assert answer["choices"][0] == {"label": "Mức hưởng", "action": "entry:bhtn.muc-huong"}
        assert answer["at"] == said["at"]


def test_a_reload_shows_the_conversation_again(site: Site) -> None:
    with site.visitor() as client:
        send(client, "một")
        send(client, "hai")
        with listen(client) as events:
            assert [data.get("text", data.get("html")) for _, _, data in until_ready(events)] == [
                "một",
                "<p>Trả lời cho: một</p>",
                "hai",
                "<p>Trả lời cho: hai</p>",
            ]


def test_every_event_can_be_resumed_from_without_loss_or_repeats(site: Site) -> None:
    with site.visitor() as client:
        for text in ("một", "hai", "ba"):
            send(client, text)
        with listen(client) as events:
            history = until_ready(events)
        assert len({event_id for _, event_id, _ in history}) == 6
        for place, (_, event_id, _) in enumerate(history):
            assert re.fullmatch(r"\d+\.\d+", event_id)
            with listen(client, after=event_id) as events:
                assert until_ready(events) == history[place + 1 :]
        with listen(client, path=f"/chat/events?after={history[2][1]}") as events:
            assert until_ready(events) == history[3:]
        with listen(client, after="garbage") as events:
            assert until_ready(events) == history


def test_what_another_process_wrote_is_found_without_being_woken(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(web_stream, "POLL", 0.05)
    with site.visitor() as client:
        send(client, "một")
        with listen(client) as events:
            until_ready(events)
            now = iso(utc_now())
            address = address_of(client.cookies["gocua"])
            with site.database.transaction() as c:
                person = people.get_or_create_person(c, "web", address, "", now)
                reminder = outbox.NewDelivery(
                    person.id, "web", address, "Mai có phiên", "[]", outbox.PRIORITY_REMINDER, now, "reminder"
                )
                sent = outbox.enqueue(c, [reminder], now)
                outbox.settle_sent(c, [(sent[0], "x")], now)
            assert next(events)[2]["html"] == "<p>Mai có phiên</p>"


def test_a_silent_stream_beats_so_that_proxies_keep_it(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(web_stream, "HEARTBEAT", 0.05)
    with site.visitor() as client, listen(client) as events:
        until_ready(events)
        assert next(events)[0] == next(events)[0] == "heartbeat"


def test_a_stranger_sees_nothing_of_it(site: Site) -> None:
    with site.visitor() as lan, site.visitor() as minh:
        send(lan, "chuyện riêng")
        with listen(minh) as events:
            assert until_ready(events) == []


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({}, 401),
        ({"Cookie": "gocua=x"}, 401),
        ({"Cookie": "gocua=" + "0" * 32, "Origin": "https://evil.example"}, 403),
    ],
)
def test_only_our_page_with_a_session_may_listen(site: Site, headers: dict[str, str], status: int) -> None:
    assert httpx.get(f"{site.url}/chat/events", headers=headers).status_code == status


def test_the_fifth_tab_takes_the_place_of_the_first(site: Site) -> None:
    with site.visitor() as client, contextlib.ExitStack() as tabs:
        opened = []
        for _ in range(5):
            events = tabs.enter_context(listen(client))
            until_ready(events)
            opened.append(events)
        assert list(opened[0]) == [("replaced", "", {})]
        send(client, "một")
        assert [next(events)[0] for events in opened[1:]] == ["person"] * 4


def test_a_tab_that_leaves_is_forgotten(site: Site) -> None:
    with site.visitor() as client:
        with listen(client) as events:
            until_ready(events)
            assert site.mailbox.count_streams() == 1
        wait_until(lambda: site.mailbox.count_streams() == 0)


def test_the_server_stops_although_tabs_are_open(site: Site) -> None:
    with site.visitor() as client, listen(client) as events:
        until_ready(events)
        site.stop()
        assert list(events) == []


def test_too_many_tabs_in_all_are_asked_to_come_later(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("bot.web.chat.STREAMS_LIMIT", 1)
    with site.visitor() as first, site.visitor() as second, listen(first) as events:
        until_ready(events)
        response = second.get("/chat/events")
        assert response.status_code == 503
        assert response.headers["Retry-After"]


def test_nothing_a_person_types_becomes_markup(site: Site) -> None:
    with site.visitor() as client:
        send(client, "<img src=x onerror=alert(1)> [x](javascript:alert(1))")
        with listen(client) as events:
            html = until_ready(events)[1][2]["html"]
    assert "<img" not in html
    assert "<a" not in html


def test_an_answer_is_not_waited_for_by_others(site: Site) -> None:
    with site.visitor() as client, listen(client) as events:
        until_ready(events)

        def another_arrives_first(inbound: Inbound) -> None:
            if inbound.text == "chậm":
                site.bot.before = lambda _: None
                send(client, "nhanh")

        site.bot.before = another_arrives_first
        send(client, "chậm")
        order = [next(events)[2].get("text", "") for _ in range(4)]
        assert [text for text in order if text] == ["nhanh", "chậm"]
