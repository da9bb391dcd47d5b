"""How this installation is set up and how it is: channels, pauses, how long things are kept, database, disk, backup.

Looks only, but for ending a pause. A secret is never shown, not even in part: only whether it is there.
"""

from __future__ import annotations

import dataclasses
import datetime
import platform
import re
import shutil
import tomllib
from pathlib import Path

from starlette.requests import Request
from starlette.responses import Response

from bot.clock import iso, utc_now
from bot.console.access import Official
from bot.console.forms import read_choice
from bot.console.frame import audit, console_of, database_of, form_of, page, redirect, wake
from bot.console.telling import moment, number
from bot.settings import NAMES, SECRETS, Settings
from storage import channels, migrations, outbox
from storage.channels import Pause

HOME = "/console/settings"
CHANNEL_NAMES = {"telegram": "Telegram", "zalo": "Zalo", "web": "Trang web"}
STATES = {"ok": "Tốt", "connecting": "Đang kết nối", "down": "Không kết nối được", "misconfigured": "Cấu hình sai"}
DISK_LOW = 500 * 2**20
BACKUP_OLD = datetime.timedelta(days=2)
PROJECT = Path(__file__).parents[2] / "pyproject.toml"

# What each setting is called on the page; one without words of its own stands there with its name.
LABELS = {
    "db_url": "Cơ sở dữ liệu",
    "data_dir": "Thư mục dữ liệu",
    "content_dir": "Thư mục nội dung",
    "host": "Địa chỉ nghe",
    "port": "Cổng",
    "public_url": "Địa chỉ công khai",
    "log_level": "Mức nhật ký máy chủ",
    "log_format": "Dạng nhật ký: chữ thường hay JSON",
    "roles": "Việc của tiến trình này",
    "question_notice_days": "Nhắn xin lỗi khi câu hỏi chờ (ngày làm việc)",
    "backup_keep": "Số bản sao lưu giữ lại",
    "keep_turns_days": "Giữ cuộc trò chuyện (ngày)",
    "keep_sent_days": "Giữ tin đã gửi (ngày)",
    "keep_audit_days": "Giữ nhật ký việc làm (ngày)",
    "telegram.token": "Telegram: khóa bot",
    "telegram.api_url": "Telegram: máy chủ",
    "telegram.mode": "Telegram: cách nhận tin",
    "telegram.webhook_secret": "Telegram: khóa webhook",
    "telegram.per_second": "Telegram: tin mỗi giây",
    "telegram.chat_interval": "Telegram: giây giữa hai tin cho một người",
    "zalo.token": "Zalo: khóa bot",
    "zalo.api_url": "Zalo: máy chủ",
    "zalo.mode": "Zalo: cách nhận tin",
    "zalo.webhook_secret": "Zalo: khóa webhook",
    "zalo.per_second": "Zalo: tin mỗi giây",
    "zalo.chat_interval": "Zalo: giây giữa hai tin cho một người",
}
_VALUES = {
    "mode": {"polling": "tự hỏi máy chủ", "webhook": "máy chủ gọi tới"},
    "log_level": {"DEBUG": "mọi chi tiết", "INFO": "thông thường", "WARNING": "chỉ cảnh báo", "ERROR": "chỉ lỗi"},
    "roles": {"web": "trang web và nhận tin", "send": "gửi tin", "tick": "nhắc việc"},
}


@dataclasses.dataclass(frozen=True, slots=True)
class ChannelRow:
    """One channel as the page tells it; `queued` are messages waiting to leave."""

    name: str
    label: str
    state: str
    reason: str
    per_second: float
    chat_interval: float
    text_length: int
    queued: int
    pause: Pause | None

    @property
    def well(self) -> bool:
        return self.state == "ok" and self.pause is None


def show_settings(request: Request, official: Official) -> Response:
    console = console_of(request)
    settings, live = console.settings, console.live
    now_at = iso(utc_now())
    with database_of(request).reading() as c:
        backlog = outbox.backlog(c)
        pauses = {name: channels.find_pause(c, name, now_at) for name in console.channels}
    rows = []
    for name, channel in console.channels.items():
        status, limits = channel.status(), channel.limits
        rows.append(
            ChannelRow(
                name,
                CHANNEL_NAMES.get(name, name),
                status.get("state", "ok"),
                status.get("reason") or status.get("last_error", ""),
                limits.per_second,
                limits.chat_interval,
                limits.text_length,
                backlog.get(name, {}).get("queued", 0),
                pauses[name],
            )
        )
    return page(
        request,
        official,
        "settings.html",
        channels=rows,
        off=[
            CHANNEL_NAMES[name]
            for name, token in (("telegram", settings.telegram.token), ("zalo", settings.zalo.token))
            if not token
        ],
        states=STATES,
        keeping=[line for line in list_settings(settings) if line[0] in _KEEPING],
        others=[line for line in list_settings(settings) if line[0] not in _KEEPING],
        facts=_facts(settings, database_of(request).dialect),
        digest=live.current.digest[:12],
        entries=len(live.current.entries),
        checked_at=live.checked_at,
    )


def resume(request: Request, official: Official) -> Response:
    """End a channel's pause; what waits leaves at once."""
    name = read_choice(form_of(request), "channel", console_of(request).channels)
    if not name:
        return redirect(request, HOME, "Không có kênh này.", "error")
    with database_of(request).transaction() as c:
        paused = channels.find_pause(c, name, iso(utc_now()))
        if paused:
            channels.resume_channel(c, name)
            audit(c, official, "channel.resume", f"channel:{name}")
    if not paused:
        return redirect(request, HOME, f"{CHANNEL_NAMES.get(name, name)} không còn tạm dừng.", "warning")
    wake(request, name)
    return redirect(request, HOME, f"Đã cho {CHANNEL_NAMES.get(name, name)} gửi tiếp.")


_KEEPING = {"question_notice_days", "backup_keep", "keep_turns_days", "keep_sent_days", "keep_audit_days"}


def list_settings(settings: Settings) -> list[tuple[str, str, str]]:
    """(setting, label, value as it may be shown) of every setting there is."""
    lines = []
    for setting, _, _ in NAMES:
        value: object = settings
        for part in setting.split("."):
            value = getattr(value, part)
        lines.append((setting, LABELS.get(setting, setting), _shown(setting, value)))
    return lines


def _shown(setting: str, value: object) -> str:
    if setting in SECRETS:
        unset = "mặc định: SQLite trong thư mục dữ liệu" if setting == "db_url" else "chưa đặt"
        return "đã đặt" if value else unset
    if isinstance(value, (int, float)):
        return str(value) if setting == "port" else number(value)
    words = _VALUES.get(setting.rpartition(".")[2], {})
    text = ", ".join(words.get(part, part) for part in str(value).split(",")) if words else str(value)
    # An address may carry an account and its password.
    return re.sub(r"(?<=//)[^/@]*@", "", text) or "chưa đặt"


def _facts(settings: Settings, dialect: str) -> list[tuple[str, str, bool]]:
    """(what, how it is, whether that is well)."""
    version = tomllib.loads(PROJECT.read_text(encoding="utf-8"))["project"]["version"] if PROJECT.exists() else "–"
    kind = {"sqlite": "SQLite, một tệp", "postgresql": "PostgreSQL"}[dialect]
    file = Path(settings.database_url.removeprefix("sqlite:///"))
    if dialect == "sqlite" and file.exists():
        kind += f", {_size(file.stat().st_size)}"
    facts = [
        ("Phiên bản Gõ Cửa", f"{version}, Python {platform.python_version()}", True),
        ("Cơ sở dữ liệu", f"{kind}, bước nâng cấp {migrations.load_steps()[-1].number}", True),
    ]
    folder = settings.data_dir if settings.data_dir.exists() else Path()
    free = shutil.disk_usage(folder).free
    facts.append(("Ổ đĩa còn trống", _size(free), free > DISK_LOW))
    return [*facts, _backup_fact(settings.backup_dir)]


def _backup_fact(folder: Path) -> tuple[str, str, bool]:
    """The newest copy in the folder of `main.py backup`; copies made by other means are not known here."""
    times = [file.stat().st_mtime for file in folder.glob("*") if file.is_file()] if folder.is_dir() else []
    if not times:
        return "Bản sao lưu gần nhất", f"chưa có trong {folder}", False
    made = datetime.datetime.fromtimestamp(max(times), datetime.UTC)
    return "Bản sao lưu gần nhất", moment(iso(made)), utc_now() - made < BACKUP_OLD


def _size(count: int) -> str:
    return f"{number(count / 2**30)} GB" if count >= 2**30 else f"{number(count / 2**20)} MB"
