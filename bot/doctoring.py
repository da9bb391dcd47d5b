"""`main.py doctor`: what is wrong with this installation and what to do about it, in Vietnamese, one line a finding."""

from __future__ import annotations

import asyncio
import dataclasses
import email.utils
import json
import shutil
import socket
import tempfile
import time
from pathlib import Path
from typing import Any, Literal

import aiohttp

from bot.clock import HANOI, iso, parse_iso, utc_now
from bot.reminding import overdue_before
from bot.settings import Settings, Telegram, Zalo
from content.check import check_library
from content.load import load_library
from content.model import ContentErrors
from storage import channels, outbox, questions, reminders, sessions
from storage.database import StorageError, open_database
from storage.migrations import pending
from storage.sessions import Session

State = Literal["tốt", "lưu ý", "hỏng"]

DISK_LOW = 500 * 2**20
CLOCK_OFF_SECONDS = 60.0
QUESTION_OLD_DAYS = 2
NETWORK_SECONDS = 10.0
CLOCK = "Đồng hồ"

_TELEGRAM_BLOCKED = (
    "kiểm tra mạng của máy chủ; Telegram từng bị một số nhà mạng chặn, có thể cần TELEGRAM_API_URL khác."
)
_ZALO_AWAY = "kiểm tra mạng của máy chủ và ZALO_API_URL."


@dataclasses.dataclass(frozen=True, slots=True)
class Finding:
    part: str
    state: State
    message: str


def examine(settings: Settings) -> list[Finding]:
    """Look at every part; a part that cannot be looked at is itself a finding, never an exception."""
    return [
        *_database(settings),
        *_content(settings),
        *_disk(settings),
        *_port(settings),
        *asyncio.run(_platforms(settings)),
    ]


def format_findings(findings: list[Finding]) -> str:
    marks = {"tốt": "✓", "lưu ý": "!", "hỏng": "✗"}
    lines = [f"{marks[finding.state]} {finding.part}: {finding.message}" for finding in findings]
    broken = sum(finding.state == "hỏng" for finding in findings)
    lines.append(f"\n{broken} phần hỏng cần sửa." if broken else "\nKhông có phần nào hỏng.")
    return "\n".join(lines)


def _database(settings: Settings) -> list[Finding]:
    url = settings.database_url
    if url.startswith("sqlite:///") and not Path(url.removeprefix("sqlite:///")).exists():
        return [Finding("Cơ sở dữ liệu", "lưu ý", "chưa có tệp; `make run` hoặc `main.py migrate` sẽ tạo.")]
    try:
        database = open_database(url)
    except (StorageError, ValueError) as error:
        return [Finding("Cơ sở dữ liệu", "hỏng", str(error))]
    try:
        waiting = pending(database)
        if waiting:
            return [Finding("Cơ sở dữ liệu", "lưu ý", f"còn {len(waiting)} bước nâng cấp; chạy `main.py migrate`.")]
        findings = [Finding("Cơ sở dữ liệu", "tốt", f"{database.dialect}, đúng phiên bản.")]
        with database.reading() as connection:
            backlog = outbox.backlog(connection)
            open_count, oldest_at = questions.count_open(connection), questions.oldest_open_at(connection)
            coming = sessions.list_coming(connection, iso(utc_now()), 1000)
            late = reminders.count_overdue(connection, overdue_before(utc_now()))
            pauses = {name: channels.find_pause(connection, name, iso(utc_now())) for name in backlog}
    except StorageError as error:
        return [Finding("Cơ sở dữ liệu", "hỏng", str(error))]
    finally:
        database.close()
    queued = sum(counts.get("queued", 0) for counts in backlog.values())
    findings.append(Finding("Hàng gửi", "tốt", f"{queued} tin đang chờ gửi."))
    findings += [
        Finding("Hàng gửi", "lưu ý", f"kênh {name} tạm dừng đến {pause.until_at}: {pause.reason}")
        for name, pause in pauses.items()
        if pause
    ]
    return [*findings, _reminders(late), _open_questions(open_count, oldest_at), *examine_calendar(settings, coming)]


def examine_calendar(settings: Settings, coming: list[Session]) -> list[Finding]:
    """Coming sessions that stand in no file any more: people may still be registered for them."""
    try:
        written = {session.slug for session in load_library(settings.content_dir).sessions}
    except ContentErrors:
        return []  # the content has a finding of its own
    missing = [one.slug for one in coming if one.source == "file" and one.status != "huy" and one.slug not in written]
    if not missing:
        return [Finding("Lịch phiên", "tốt", f"{len(coming)} phiên sắp tới.")]
    message = f"{', '.join(missing)} không còn trong tệp mà chưa hủy; ghi lại với `status: hủy`, hoặc hủy trên bảng."
    return [Finding("Lịch phiên", "lưu ý", message)]


def _reminders(late: int) -> Finding:
    if not late:
        return Finding("Lời nhắc", "tốt", "không có lời nhắc nào quá giờ.")
    return Finding("Lời nhắc", "lưu ý", f"{late} lời nhắc quá giờ hơn 10 phút; kiểm tra `serve` có đang chạy không.")


def _open_questions(count: int, oldest_at: str | None) -> Finding:
    if not count or not oldest_at:
        return Finding("Câu hỏi chờ cán bộ", "tốt", "không có câu nào chờ.")
    days = (utc_now() - parse_iso(oldest_at)).days
    state: State = "lưu ý" if days >= QUESTION_OLD_DAYS else "tốt"
    return Finding(
        "Câu hỏi chờ cán bộ",
        state,
        f"{count} câu chờ, câu cũ nhất {days} ngày; xem bằng `main.py questions`.",
    )


def _content(settings: Settings) -> list[Finding]:
    problems = check_library(settings.content_dir, utc_now().astimezone(HANOI).date())
    errors = [problem for problem in problems if problem.level == "error"]
    if errors:
        first = f"{errors[0].file}:{errors[0].line}: {errors[0].message}"
        return [Finding("Nội dung", "hỏng", f"{len(errors)} lỗi, đầu tiên: {first}; xem hết bằng `make check`.")]
    return [Finding("Nội dung", "tốt", f"không lỗi, {len(problems)} nhắc nhở.")]


def _disk(settings: Settings) -> list[Finding]:
    folder = settings.data_dir if settings.data_dir.exists() else Path()
    try:
        with tempfile.TemporaryFile(dir=folder) as file:
            file.write(b"x")
        free = shutil.disk_usage(folder).free
    except OSError as error:
        return [Finding("Ổ đĩa", "hỏng", f"không ghi được vào {folder.resolve()}: {error}.")]
    state: State = "tốt" if free > DISK_LOW else "lưu ý"
    return [Finding("Ổ đĩa", state, f"còn trống {free / 2**30:.1f} GB.")]


def _port(settings: Settings) -> list[Finding]:
    try:
        with socket.create_connection((settings.host, settings.port), timeout=1):
            return [Finding("Cổng web", "tốt", f"{settings.host}:{settings.port} đang có chương trình nghe.")]
    except OSError:
        return [Finding("Cổng web", "lưu ý", f"chưa có gì chạy ở {settings.host}:{settings.port}; chạy `make run`.")]


async def _platforms(settings: Settings) -> list[Finding]:
    telegram, zalo = settings.telegram, settings.zalo
    findings = [
        *await _platform("Telegram", telegram, "username", "lấy khóa mới từ BotFather", _TELEGRAM_BLOCKED),
        *await _platform("Zalo", zalo, "account_name", "lấy khóa mới từ Zalo Bot Manager", _ZALO_AWAY),
    ]
    if zalo.token and zalo.mode == "polling":
        findings.append(
            Finding("Zalo", "lưu ý", "đang hỏi tin (polling), chỉ để dùng thử; chạy thật nên dùng webhook.")
        )
    clocks = [finding for finding in findings if finding.part == CLOCK]
    return [*(finding for finding in findings if finding.part != CLOCK), *clocks[:1]]


async def _platform(
    part: str, platform: Telegram | Zalo, name_field: str, renew: str, unreachable: str
) -> list[Finding]:
    """Ask a platform who we are. Both answer `getMe` alike; Zalo tells a wrong token with HTTP 200 too."""
    variable = f"{part.upper()}_BOT_TOKEN"
    if not platform.token:
        return [Finding(part, "lưu ý", f"chưa có {variable} nên kênh này tắt; các kênh khác vẫn chạy.")]
    url = f"{platform.api_url.rstrip('/')}/bot{platform.token}/getMe"
    timeout = aiohttp.ClientTimeout(total=NETWORK_SECONDS)
    try:
        async with aiohttp.ClientSession(timeout=timeout) as session, session.post(url, json={}) as response:
            status, date = response.status, response.headers.get("Date", "")
            answer = _read_json(await response.read())
    except (aiohttp.ClientError, TimeoutError, OSError, ValueError) as error:
        return [Finding(part, "hỏng", f"không nối được ({type(error).__name__}); {unreachable}")]
    code = answer.get("error_code") if answer.get("ok") is False else status
    result = answer.get("result")
    if code in {401, 404}:
        finding = Finding(part, "hỏng", f"khóa bot sai hoặc đã bị thu hồi; {renew}.")
    elif not isinstance(result, dict):
        finding = Finding(part, "hỏng", f"máy chủ trả lời lạ (mã {code}); kiểm tra {part.upper()}_API_URL.")
    else:
        name = result.get(name_field, "?")
        finding = Finding(part, "tốt", f"nối được, bot @{name}, chế độ {platform.mode}.")
    return [finding, *_clock(date)]


def _read_json(payload: bytes) -> dict[str, Any]:
    try:
        answer = json.loads(payload)
    except ValueError:
        return {}
    return answer if isinstance(answer, dict) else {}


def _clock(date: str) -> list[Finding]:
    """Compare our clock with the platform's Date header: reminders and figures follow our clock."""
    try:
        off = abs(email.utils.parsedate_to_datetime(date).timestamp() - time.time())
    except ValueError:
        return []
    if off > CLOCK_OFF_SECONDS:
        return [
            Finding(
                CLOCK,
                "hỏng",
                f"lệch khoảng {off:.0f} giây; bật đồng bộ giờ (NTP), nếu không tin nhắc sẽ sai giờ.",
            )
        ]
    return [Finding(CLOCK, "tốt", "đúng giờ; bot luôn tính theo giờ Hà Nội, dù máy đặt múi giờ nào.")]
