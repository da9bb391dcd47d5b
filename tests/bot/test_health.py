"""/health and /metrics over the real application, with parts taken away one by one."""

from __future__ import annotations

import asyncio
import shutil
import time
from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest

from bot.channels.web import Mailbox
from bot.clock import iso, later, utc_now
from bot.serving import build_app
from bot.settings import Settings
from bot.voice import Understanding
from content.live import LiveLibrary
from intents.match import Matcher
from storage import channels, people, questions
from storage.database import Database
from tests.bot.conftest import ROOT


@pytest.fixture
def content(tmp_path: Path) -> Path:
    folder = tmp_path / "content"
    shutil.copytree(ROOT / "content", folder, ignore=shutil.ignore_patterns("*.py", "__pycache__"))
    return folder


@pytest.fixture
async def site(sqlite_database: Database, content: Path, learned: Path) -> AsyncIterator[httpx.AsyncClient]:
    understanding = Understanding(learned)
    live: LiveLibrary[Matcher] = LiveLibrary(content, on_change=understanding.follow)
    app = build_app(Settings(), sqlite_database, live, understanding, Mailbox(sqlite_database))
    transport = httpx.ASGITransport(app)
    with live:
        async with (
            app.router.lifespan_context(app),
            httpx.AsyncClient(transport=transport, base_url="http://x") as client,
        ):
            yield client


def ruin(folder: Path) -> None:
    for path in folder.glob("gocua.db*"):
        path.write_bytes(b"not a database at all" * 500)


async def test_a_healthy_bot_says_so(site: httpx.AsyncClient) -> None:
    answer = await site.get("/health")
    report = answer.json()
    assert (answer.status_code, report["status"]) == (200, "ok")
    assert report["channels"] == {"web": {"state": "ok"}}
    assert report["content"]["entries"] >= 140
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert "Content-Security-Policy" in answer.headers


async def test_a_broken_content_file_is_told_and_does_not_stop_the_bot(site: httpx.AsyncClient, content: Path) -> None:
    (content / "vi" / "vay" / "muc-vay.md").write_text("---\ntitle: x\n")
    end = time.monotonic() + 5
    while (await site.get("/health")).json()["status"] == "ok":
        assert time.monotonic() < end
        await asyncio.sleep(0.05)
    answer = await site.get("/health")
    assert answer.status_code == 200
    assert any("vay/muc-vay.md" in problem for problem in answer.json()["content"]["problems"])


async def test_a_paused_channel_says_why_and_until_when(site: httpx.AsyncClient, sqlite_database: Database) -> None:
    now = utc_now()
    with sqlite_database.transaction() as c:
        channels.pause_channel(c, "web", later(now, 60), "thử tạm dừng", iso(now))
    web = (await site.get("/health")).json()["channels"]["web"]
    assert (web["state"], web["reason"]) == ("paused", "thử tạm dừng")


async def test_without_a_database_the_bot_is_down(
    site: httpx.AsyncClient, sqlite_database: Database, tmp_path: Path
) -> None:
    sqlite_database.close()
    ruin(tmp_path)
    answer = await site.get("/health")
    assert (answer.status_code, answer.json()["status"]) == (503, "down")


async def test_a_database_that_is_not_ours_is_down_too(site: httpx.AsyncClient, sqlite_database: Database) -> None:
    with sqlite_database.transaction() as c:
        c.execute("DROP TABLE pauses")
    answer = await site.get("/health")
    assert (answer.status_code, answer.json()["status"]) == (503, "down")


async def test_metrics_are_prometheus_text(site: httpx.AsyncClient) -> None:
    text = (await site.get("/metrics")).text
    assert 'gocua_up{part="database"} 1.0' in text
    assert 'gocua_up{part="web"} 1.0' in text
    assert "gocua_open_questions 0.0" in text


@pytest.mark.parametrize("path", ["/telegram/webhook", "/zalo/webhook"])
async def test_the_webhook_is_not_there_without_its_channel(site: httpx.AsyncClient, path: str) -> None:
    assert (await site.post(path, json={})).status_code == 404


async def test_the_longest_waiting_question_is_told_with_its_age(
    site: httpx.AsyncClient, sqlite_database: Database
) -> None:
    now = utc_now()
    assert (await site.get("/health")).json()["database"]["oldest_open_question_seconds"] == 0
    with sqlite_database.transaction() as c:
        person = people.get_or_create_person(c, "web", "1", "", iso(now))
        questions.open_question(c, person.id, "mới hỏi", "handover", "[]", iso(now))
        questions.open_question(c, person.id, "hỏi đã lâu", "handover", "[]", later(now, -7200))
    told = (await site.get("/health")).json()["database"]
    assert told["oldest_open_question_at"] == later(now, -7200)
    assert 7200 <= told["oldest_open_question_seconds"] < 7300
    text = (await site.get("/metrics")).text
    assert float(text.split("\ngocua_oldest_open_question_seconds ")[1].split("\n")[0]) >= 7200
