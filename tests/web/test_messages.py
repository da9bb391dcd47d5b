"""Sending a message over HTTP: what is taken, what is not, and what the person is told."""

from __future__ import annotations

import json
import re
import uuid
from typing import Any

import httpx
import pytest

from bot.channels.web import NAME
from bot.messages import Inbound
from bot.web.chat import ADDRESS_ALLOWANCE, SESSION_ALLOWANCE, address_of
from storage import people, turns
from storage.database import StorageFull
from tests.web.live_site import Site

JSON = {"Content-Type": "application/json"}


def new_id() -> str:
    return str(uuid.uuid4())


def send(client: httpx.Client, **message: Any) -> httpx.Response:
    return client.post("/chat/messages", json={"id": new_id(), **message})


def stored(site: Site, client: httpx.Client) -> list[turns.StoredTurn]:
    with site.database.reading() as c:
        person = people.find_person(c, NAME, address_of(client.cookies["gocua"]))
        return turns.list_turns(c, person.id, 0, 100) if person else []


def test_a_question_is_stored_before_it_is_acknowledged(site: Site) -> None:
    with site.visitor() as client:
        assert send(client, text="  Nghỉ việc được bao nhiêu? ").status_code == 202
        assert [(turn.inbound_kind, turn.text) for turn in stored(site, client)] == [
            ("text", "Nghỉ việc được bao nhiêu?")
        ]


def test_a_tap_and_the_opening_are_messages_too(site: Site) -> None:
    heard: list[Inbound] = []
    site.bot.before = heard.append
    with site.visitor() as client:
        send(client, choice="entry:bhtn.muc-huong", label="Mức hưởng")
        send(client, start=True)
    assert [(inbound.kind, inbound.choice, inbound.text) for inbound in heard] == [
        ("choice", "entry:bhtn.muc-huong", "Mức hưởng"),
        ("start", "", ""),
    ]


def test_the_same_message_sent_three_times_counts_once(site: Site) -> None:
    with site.visitor() as client:
        message = {"id": new_id(), "text": "Xin chào"}
        assert [client.post("/chat/messages", json=message).status_code for _ in range(3)] == [202] * 3
        assert len(stored(site, client)) == 1


def test_two_people_may_use_the_same_message_id(site: Site) -> None:
    message = {"id": new_id(), "text": "Xin chào"}
    with site.visitor() as hoa, site.visitor() as binh:
        hoa.post("/chat/messages", json=message)
        binh.post("/chat/messages", json=message)
        assert len(stored(site, hoa)) == len(stored(site, binh)) == 1


def test_what_no_database_can_hold_is_left_out(site: Site) -> None:
    body = f'{{"id": "{new_id()}", "text": "a\\u0000b\\ud800c\\nho\\u0300a"}}'
    with site.visitor() as client:
        assert client.post("/chat/messages", content=body, headers=JSON).status_code == 202
        assert stored(site, client)[0].text == "abc\nhòa"


@pytest.mark.parametrize(
    ("message", "told"),
    [
        ({"text": ""}, "trống"),
        ({"text": " \n "}, "trống"),
        ({}, "trống"),
        ({"text": "a" * 2001}, "2.000"),
        ({"text": 5}, "Không đọc được"),
        ({"text": None}, "Không đọc được"),
        ({"id": "1", "text": "a"}, "Không đọc được"),
        ({"id": ["x"], "text": "a"}, "Không đọc được"),
        ({"choice": "x" * 65, "label": "x"}, "Không đọc được"),
        ({"choice": "ẩ" * 30, "label": "x"}, "Không đọc được"),
        ({"choice": "menu"}, "Không đọc được"),
        ({"choice": "", "label": "x"}, "Không đọc được"),
        ({"choice": "menu", "label": "x" * 65}, "Không đọc được"),
    ],
)
def test_a_message_that_says_nothing_usable_is_explained(site: Site, message: dict[str, Any], told: str) -> None:
    with site.visitor() as client:
        response = send(client, **message)
        assert response.status_code == 400
        assert told in response.json()["error"]
        assert stored(site, client) == []


@pytest.mark.parametrize(
    "body",
    [b"", b"{", b"[]", b'"a"', b"null", b"\xff\xfe", b"[" * 9000, b"9" * 9000],
    ids=lambda body: repr(body[:9]),
)
def test_a_body_that_is_no_message_is_refused(site: Site, body: bytes) -> None:
    with site.visitor() as client:
        response = client.post("/chat/messages", content=body, headers=JSON)
        assert response.status_code == 400
        assert response.json()["error"]


def test_the_longest_text_passes(site: Site) -> None:
    with site.visitor() as client:
        assert send(client, text="ế" * 2000).status_code == 202


def test_a_body_over_16_kb_is_refused(site: Site) -> None:
    with site.visitor() as client:
        assert send(client, text="a" * 17_000).status_code == 413

        def in_pieces() -> Any:
            yield from [b" " * 4000] * 5

        assert client.post("/chat/messages", content=in_pieces(), headers=JSON).status_code == 413


@pytest.mark.parametrize("content_type", ["text/plain", "application/x-www-form-urlencoded", "", "application/jsonp"])
def test_only_json_is_taken(site: Site, content_type: str) -> None:
    body = json.dumps({"id": new_id(), "text": "a"}).encode()
    with site.visitor() as client:
        headers = {"Content-Type": content_type}
        assert client.post("/chat/messages", content=body, headers=headers).status_code == 415


@pytest.mark.parametrize("origin", ["https://evil.example", "null", "http://127.0.0.1:1", "http://[", ""])
def test_another_site_cannot_write_in_a_persons_name(site: Site, origin: str) -> None:
    with site.visitor() as client:
        message = {"id": new_id(), "text": "a"}
        assert client.post("/chat/messages", json=message, headers={"Origin": origin}).status_code == 403
        assert client.post("/chat/messages", json=message, headers={"Origin": site.url}).status_code == 202


@pytest.mark.parametrize("cookie", [None, "", "abc", "g" * 32, "0" * 33, "../" * 10])
def test_without_a_session_the_page_has_to_be_opened_first(site: Site, cookie: str | None) -> None:
    headers = {} if cookie is None else {"Cookie": f"gocua={cookie}"}
    response = httpx.post(f"{site.url}/chat/messages", json={"id": new_id(), "text": "a"}, headers=headers)
    assert response.status_code == 401
    assert "tải lại trang" in response.json()["error"]


def test_only_post_is_taken(site: Site) -> None:
    with site.visitor() as client:
        assert client.get("/chat/messages").status_code == 405


def test_a_flood_from_one_person_is_asked_to_wait_and_others_are_not(site: Site) -> None:
    with site.visitor() as prankster, site.visitor() as neighbour:
        statuses = []
        for _ in range(int(SESSION_ALLOWANCE.burst) + 20):
            response = send(prankster, text="a")
            statuses.append(response.status_code)
        assert statuses[: int(SESSION_ALLOWANCE.burst)] == [202] * int(SESSION_ALLOWANCE.burst)
        assert response.status_code == 429
        assert int(response.headers["Retry-After"]) >= 1
        assert "chờ" in response.json()["error"]
        assert send(neighbour, text="a").status_code == 202


def test_an_eager_person_is_never_asked_to_wait() -> None:
    assert SESSION_ALLOWANCE.burst >= 20
    assert SESSION_ALLOWANCE.per_second >= 1
    assert ADDRESS_ALLOWANCE.per_second >= 10 * SESSION_ALLOWANCE.per_second


def test_a_full_disk_is_not_acknowledged(site: Site) -> None:
    def fail(inbound: Inbound) -> None:
        raise StorageFull("disk full")

    site.bot.before = fail
    message = {"id": new_id(), "text": "Tôi muốn học nghề"}
    with site.visitor() as client:
        response = client.post("/chat/messages", json=message)
        assert response.status_code == 503
        assert response.headers["Retry-After"]
        assert "chưa được nhận" in response.json()["error"]
        site.bot.before = lambda _: None
        assert client.post("/chat/messages", json=message).status_code == 202
        assert len(stored(site, client)) == 1


def test_the_stored_address_does_not_open_the_conversation(site: Site) -> None:
    with site.visitor() as client:
        send(client, text="Xin chào")
        session = client.cookies["gocua"]
        address = stored(site, client)[0].channel_message_id.partition(":")[0]
    assert re.fullmatch("[0-9a-f]{32}", address)
    assert address != session
    assert address_of(address) != address
