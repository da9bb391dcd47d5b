"""The page and its files: small, cached, locked down, and a session for everybody who opens it."""

from __future__ import annotations

import re
from pathlib import Path

import httpx
import pytest

from bot.asking import ask_once
from bot.voice import load_voice
from bot.web.assets import load_assets
from tests.web.live_site import Site

FIRST_LOAD = ["chat.html", "chat.css", "chat.js", "icon.svg", "chat.webmanifest"]


def test_first_load_stays_under_50_kb_before_compression() -> None:
    assets = load_assets()
    assert sorted(assets) == sorted(FIRST_LOAD)
    assert sum(len(asset.body) for asset in assets.values()) < 50_000


def test_the_page_loads_nothing_from_elsewhere_and_runs_nothing_inline() -> None:
    html = load_assets()["chat.html"].body.decode()
    loaded = re.findall(r'(?:src|href)="([^"#]+)"', html)
    assert len(loaded) >= 4
    assert all(re.fullmatch(r"/static/[a-z.]+\?v=[0-9a-f]{16}", address) for address in loaded)
    assert not re.search(r"\son\w+=|<style|style=|<script(?![^>]*src)", html)
    for name in ("chat.css", "chat.js"):
        assert not re.search(r"https?://|url\(|@import", load_assets()[name].body.decode())


@pytest.mark.parametrize(
    "path", ["/", "/static/chat.css", "/favicon.ico", "/static/none", "/chat/events", "/chat/messages"]
)
def test_every_answer_carries_the_security_headers(site: Site, path: str) -> None:
    headers = httpx.get(site.url + path).headers
    assert "default-src 'self'" in headers["Content-Security-Policy"]
    assert "frame-ancestors 'none'" in headers["Content-Security-Policy"]
    assert "unsafe" not in headers["Content-Security-Policy"]
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Referrer-Policy"] == "no-referrer"


def test_opening_the_page_starts_a_session_that_stays(site: Site) -> None:
    with httpx.Client(base_url=site.url) as client:
        cookie = client.get("/").headers["Set-Cookie"]
        assert re.match(r"gocua=[0-9a-f]{32};", cookie)
        assert {"HttpOnly", "Path=/", "SameSite=lax", "Max-Age=31536000"} <= set(cookie.split("; "))
        assert "Secure" not in cookie
        session = client.cookies["gocua"]
        client.get("/")
        assert client.cookies["gocua"] == session


@pytest.mark.parametrize("cookie", ["", "short", "G" * 32, "0" * 31 + '"', "0" * 4000])
def test_a_malformed_session_is_replaced(site: Site, cookie: str) -> None:
    response = httpx.get(site.url, headers={"Cookie": f"gocua={cookie}"})
    session = response.cookies["gocua"]
    assert re.fullmatch("[0-9a-f]{32}", session)
    assert session != cookie


def test_files_named_by_content_are_kept_for_a_year_others_are_asked_for_again(site: Site) -> None:
    with httpx.Client(base_url=site.url) as client:
        named = re.findall(r'"(/static/chat\.js\?v=\w+)"', client.get("/").text)[0]
        assert "immutable" in client.get(named).headers["Cache-Control"]
        assert client.get("/static/chat.js?v=0123").headers["Cache-Control"] == "no-cache"
        again = client.get("/static/chat.js", headers={"If-None-Match": client.get(named).headers["ETag"]})
        assert (again.status_code, again.content) == (304, b"")


@pytest.mark.parametrize("path", ["/", "/static/chat.js"])
def test_files_travel_compressed_to_whoever_reads_it(site: Site, path: str) -> None:
    packed = httpx.get(site.url + path, headers={"Accept-Encoding": "gzip"})
    plain = httpx.get(site.url + path, headers={"Accept-Encoding": "identity"})
    assert packed.headers["Content-Encoding"] == "gzip"
    assert "Content-Encoding" not in plain.headers
    assert packed.content == plain.content
    assert int(packed.headers["Content-Length"]) < int(plain.headers["Content-Length"]) / 2


@pytest.mark.parametrize("name", ["chat.html", "..%2fchat.py", "%2e%2e/chat.py", "none.js", ""])
def test_nothing_else_is_served(site: Site, name: str) -> None:
    assert httpx.get(f"{site.url}/static/{name}").status_code == 404


def test_the_questions_offered_on_the_page_are_answered(learned: Path) -> None:
    html = load_assets()["chat.html"].body.decode()
    questions = re.findall(r'<button type="button" class="choice">([^<]+)</button>', html)
    assert len(questions) == 3
    voice = load_voice(Path("content"), learned)
    kinds = {question: ask_once(voice, question).because.kind for question in questions}
    assert kinds == dict.fromkeys(questions, "answer")
