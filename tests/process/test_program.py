"""The program as an operator meets it: starts, stops, says what is wrong, takes up new content, stays small."""

from __future__ import annotations

import asyncio
import json
import re
import shutil
import subprocess
import sys
import time
from pathlib import Path

import aiohttp
import psutil
import pytest

from tests.fakes.telegram_platform import FakeTelegram
from tests.process.conftest import ROOT, Program, until

pytestmark = pytest.mark.process

IDLE_MEMORY = 140 * 2**20  # 122 to 126 MiB measured; docs/decisions.md tells what they are


def run(folder: Path, *arguments: str, given: str = "") -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, str(ROOT / "main.py"), "--data-dir", str(folder), *arguments],
        cwd=ROOT,
        input=given,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


async def test_it_starts_on_nothing_and_stops_when_told(program: Program) -> None:
    program.start()
    await program.ready()
    assert program.end() == 0
    started = time.monotonic()
    program.start()
    health = await program.ready()
    took = time.monotonic() - started
    assert health["status"] == "ok"
    assert took < 6, "a restart takes 1 s on a quiet machine; this bound only catches one that has become slow"
    assert program.end() == 0


async def test_it_is_small_when_idle(telegram_program: Program) -> None:
    telegram_program.start()
    await telegram_program.ready()
    await asyncio.sleep(1)
    assert psutil.Process(telegram_program.pid).memory_info().rss < IDLE_MEMORY


async def test_a_second_process_on_the_same_file_is_refused(program: Program) -> None:
    program.start()
    await program.ready()
    second = run(program.folder, "serve", "--port", "1")
    assert second.returncode == 1
    assert "Đã có một tiến trình khác đang chạy" in second.stderr


async def test_a_telegram_that_does_not_answer_leaves_the_web_chat_alone(tmp_path: Path) -> None:
    program = Program(tmp_path, TELEGRAM_BOT_TOKEN="1:x", TELEGRAM_API_URL="http://127.0.0.1:9")
    program.start()
    try:
        await program.ready()
        async with aiohttp.ClientSession() as session:
            async with session.get(f"{program.url}/") as page:
                assert page.status == 200
            while True:
                async with session.get(f"{program.url}/health") as response:
                    telegram = (await response.json())["channels"]["telegram"]
                if telegram["state"] == "down":
                    break
                await asyncio.sleep(0.1)
        assert telegram["last_error"]
        assert program.end() == 0
    finally:
        program.kill()


async def test_new_content_is_live_within_two_seconds_and_broken_content_never(
    tmp_path: Path, platform: FakeTelegram
) -> None:
    content = tmp_path / "content"
    shutil.copytree(ROOT / "content", content, ignore=shutil.ignore_patterns("*.py", "__pycache__"))
    program = Program(
        tmp_path, GOCUA_CONTENT_DIR=str(content), TELEGRAM_BOT_TOKEN=platform.token, TELEGRAM_API_URL=platform.url
    )
    program.start()
    try:
        digest = (await program.ready())["content"]["digest"]  # type: ignore[index]
        path = content / "vi" / "bhtn" / "muc-huong.md"
        path.write_text(path.read_text() + "\nCâu mới thêm vào.\n")
        changed_at = time.monotonic()
        while (await program.ready())["content"]["digest"] == digest:  # type: ignore[index]
            assert time.monotonic() - changed_at < 4
        path.write_text("---\ntitle: hỏng\n")
        broken_at = time.monotonic()
        while (health := await program.ready())["status"] == "ok":
            assert time.monotonic() - broken_at < 4
            await asyncio.sleep(0.1)
        assert health["status"] == "degraded"
        assert any("bhtn/muc-huong.md" in problem for problem in health["content"]["problems"])  # type: ignore[index]
        platform.say(1, "bhtn dc bn tien 1 thang")
        await until(lambda: bool(platform.sent_to(1)))
        assert "Câu mới thêm vào." in platform.sent_to(1)[0].text
    finally:
        program.kill()


def test_ask_jsonl_answers_line_by_line(tmp_path: Path) -> None:
    given = '{"text": "bhtn dc bn tien 1 thang"}\n\nnot json\n{"text": "giá vàng hôm nay"}\n'
    result = run(tmp_path, "ask", "--jsonl", given=given)
    assert result.returncode == 0, result.stderr
    first, broken, last = (json.loads(line) for line in result.stdout.splitlines())
    assert (first["kind"], first["id"], first["text"]) == ("answer", "bhtn.muc-huong", "bhtn dc bn tien 1 thang")
    assert first["candidates"][0]["id"] == "bhtn.muc-huong"
    for words in ("60%", "26.550.000 đồng", "Luật Việc làm 74/2025/QH15, Điều 39"):
        assert words in first["reply"]
    assert "error" in broken
    assert (last["kind"], last["id"]) == ("fallback", None)


def test_chat_talks_on_the_terminal(tmp_path: Path) -> None:
    result = run(tmp_path, "chat", given="menu\n")
    assert result.returncode == 0, result.stderr
    assert "Gõ Cửa" in result.stdout
    assert re.search(r"^\d+\. Mất việc, thất nghiệp$", result.stdout, re.MULTILINE)


def test_migrate_doctor_and_questions_on_a_fresh_folder(tmp_path: Path) -> None:
    assert "Đã áp dụng" in run(tmp_path, "migrate").stdout
    assert "mới nhất" in run(tmp_path, "migrate").stdout
    doctor = run(tmp_path, "doctor")
    assert doctor.returncode == 0, doctor.stdout
    for part in ("Cơ sở dữ liệu", "Nội dung", "Ổ đĩa", "Telegram"):
        assert part in doctor.stdout
    assert "Không có câu hỏi nào" in run(tmp_path, "questions").stdout
    assert run(tmp_path, "questions", "7", "trả lời").returncode == 1


@pytest.mark.parametrize(
    ("arguments", "named"),
    [
        (("serve", "--port", "99999"), "port"),
        (("--db-url", "mysql://x", "migrate"), "sqlite:///"),
        (("--content-dir", "/nonexistent", "ask", "x"), "nonexistent"),
        (("--db-url", "postgresql://nobody@127.0.0.1:9/x", "migrate"), "GOCUA_DB_URL"),
    ],
)
def test_what_is_wrong_is_said_in_a_sentence_without_a_traceback(
    tmp_path: Path, arguments: tuple[str, ...], named: str
) -> None:
    result = run(tmp_path, *arguments)
    assert result.returncode == 1
    assert named in result.stderr
    assert "Traceback" not in result.stderr
