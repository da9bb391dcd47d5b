"""doctor names what is wrong, one part at a time, against a real database and a fake Telegram over HTTP."""

from __future__ import annotations

import asyncio
import dataclasses
from pathlib import Path

import pytest

from bot.clock import iso, later, utc_now
from bot.doctoring import Finding, examine, format_findings
from bot.settings import Settings, Telegram, Zalo
from storage import channels, outbox, people, questions
from storage.database import open_database
from storage.migrations import migrate
from tests.bot.conftest import ROOT
from tests.fakes.telegram_platform import FakeTelegram
from tests.fakes.zalo_platform import FakeZalo


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(data_dir=tmp_path, content_dir=ROOT / "content", port=1)


def found(findings: list[Finding], part: str) -> list[Finding]:
    return [finding for finding in findings if finding.part == part]


def test_a_fresh_installation_has_nothing_broken(settings: Settings) -> None:
    findings = examine(settings)
    assert {finding.state for finding in findings} <= {"tốt", "lưu ý"}
    assert "Không có phần nào hỏng" in format_findings(findings)


def test_open_questions_and_pauses_are_told(settings: Settings) -> None:
    database = open_database(settings.database_url)
    old_at = later(utc_now(), -3 * 24 * 3600)
    migrate(database, old_at)
    with database.transaction() as c:
        person = people.get_or_create_person(c, "web", "1", "", old_at)
        questions.open_question(c, person.id, "hỏi", "handover", "[]", old_at)
        channels.pause_channel(c, "web", later(utc_now(), 60), "429", iso(utc_now()))
        waiting = outbox.NewDelivery(person.id, "web", "1", "x", "[]", outbox.PRIORITY_REPLY, old_at, "reply")
        outbox.enqueue(c, [waiting], old_at)
    database.close()
    findings = examine(settings)
    [asked] = found(findings, "Câu hỏi chờ cán bộ")
    assert (asked.state, "3 ngày" in asked.message) == ("lưu ý", True)
    assert any("tạm dừng" in finding.message and "429" in finding.message for finding in found(findings, "Hàng gửi"))


def test_broken_content_is_broken(settings: Settings, tmp_path: Path) -> None:
    (tmp_path / "content" / "vi").mkdir(parents=True)
    [content] = found(examine(dataclasses.replace(settings, content_dir=tmp_path / "content")), "Nội dung")
    assert content.state == "hỏng"


def test_a_database_that_does_not_answer_is_broken(settings: Settings) -> None:
    broken = dataclasses.replace(settings, db_url="postgresql://nobody@127.0.0.1:9/x?connect_timeout=1")
    [database] = found(examine(broken), "Cơ sở dữ liệu")
    assert (database.state, "GOCUA_DB_URL" in database.message) == ("hỏng", True)


@pytest.mark.parametrize(
    ("token", "state", "said"),
    [("123:right", "tốt", "nối được"), ("123:wrong", "hỏng", "khóa bot sai"), ("", "lưu ý", "TELEGRAM_BOT_TOKEN")],
)
async def test_the_token_is_tried(settings: Settings, token: str, state: str, said: str) -> None:
    async with FakeTelegram(token="123:right") as platform:
        telegram = Telegram(token=token, api_url=platform.url)
        findings = await asyncio.to_thread(examine, dataclasses.replace(settings, telegram=telegram))
    [finding] = found(findings, "Telegram")
    assert finding.state == state
    assert said in finding.message
    if token:
        assert [clock.state for clock in found(findings, "Đồng hồ")] == ["tốt"]


@pytest.mark.parametrize(
    ("token", "state", "said"),
    [
        ("123:right", "tốt", "bot @bot.GoCua"),
        ("123:wrong", "hỏng", "Zalo Bot Manager"),
        ("", "lưu ý", "ZALO_BOT_TOKEN"),
    ],
)
async def test_zalos_token_is_tried(settings: Settings, token: str, state: str, said: str) -> None:
    async with FakeZalo(token="123:right") as platform:
        zalo = Zalo(token=token, api_url=platform.url, mode="webhook")
        findings = await asyncio.to_thread(examine, dataclasses.replace(settings, zalo=zalo))
    [finding] = found(findings, "Zalo")
    assert finding.state == state
    assert said in finding.message


async def test_a_no_of_zalos_in_good_order_is_a_no(settings: Settings) -> None:
    async with FakeZalo(token="123:right") as platform:
        platform.fail_next("getMe", status=401)
        platform.fail_next("getMe", body="chưa")
        asked = dataclasses.replace(settings, zalo=Zalo(token="123:right", api_url=platform.url))
        for said in ("khóa bot sai", "trả lời lạ"):
            findings = await asyncio.to_thread(examine, asked)
            assert said in found(findings, "Zalo")[0].message
            assert "polling" in found(findings, "Zalo")[1].message
    assert len(found(findings, "Đồng hồ")) == 1


def test_a_platform_that_cannot_be_reached_is_broken(settings: Settings) -> None:
    telegram = Telegram(token="1:x", api_url="http://127.0.0.1:9")
    zalo = Zalo(token="1:x", api_url="http://127.0.0.1:9", mode="webhook")
    findings = examine(dataclasses.replace(settings, telegram=telegram, zalo=zalo))
    for part in ("Telegram", "Zalo"):
        [finding] = found(findings, part)
        assert (finding.state, "mạng" in finding.message) == ("hỏng", True)
