"""Every setting, read once at the start: command line over environment over `config.toml` over the default here.

A value that cannot be read stops the start with a sentence that names the setting; nothing is guessed. Each setting is
documented in `config.example.toml`, and a test holds the two together.
"""

from __future__ import annotations

import dataclasses
import os
import re
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Literal


class SettingsError(Exception):
    """A setting is missing or wrong; the sentence names it and says what it should be, in Vietnamese."""


@dataclasses.dataclass(frozen=True, slots=True)
class Telegram:
    token: str = ""
    api_url: str = "https://api.telegram.org"
    mode: str = "polling"
    webhook_secret: str = ""
    per_second: float = 30.0
    chat_interval: float = 1.0


@dataclasses.dataclass(frozen=True, slots=True)
class Zalo:
    token: str = ""
    api_url: str = "https://bot-api.zaloplatforms.com"
    mode: str = "polling"
    webhook_secret: str = ""
    per_second: float = 10.0
    chat_interval: float = 1.0


@dataclasses.dataclass(frozen=True, slots=True)
class Settings:
    """What a process needs to know. `db_url` empty means a SQLite file in `data_dir`."""

    db_url: str = ""
    data_dir: Path = Path("data")
    content_dir: Path = Path("content")
    host: str = "127.0.0.1"
    port: int = 8080
    public_url: str = ""
    log_level: str = "INFO"
    log_format: Literal["text", "json"] = "text"
    question_notice_days: int = 3
    roles: str = "web,send,tick"
    backup_keep: int = 14
    keep_turns_days: int = 400
    keep_sent_days: int = 400
    keep_audit_days: int = 1825
    telegram: Telegram = Telegram()
    zalo: Zalo = Zalo()

    def plays(self, role: str) -> bool:
        """Whether this process has one of `ROLES`."""
        return role in self.roles.split(",")

    @property
    def backup_dir(self) -> Path:
        return self.data_dir / "backup"

    @property
    def cache_dir(self) -> Path:
        """What can be made again at any time; safe to delete."""
        return self.data_dir / "cache"

    @property
    def database_url(self) -> str:
        return self.db_url or f"sqlite:///{self.data_dir / 'gocua.sqlite3'}"


# (setting, environment name, key in config.toml). A secret may also come from a file named by `<NAME>_FILE`.
NAMES = (
    ("db_url", "GOCUA_DB_URL", "db_url"),
    ("data_dir", "GOCUA_DATA_DIR", "data_dir"),
    ("content_dir", "GOCUA_CONTENT_DIR", "content_dir"),
    ("host", "GOCUA_HOST", "host"),
    ("port", "GOCUA_PORT", "port"),
    ("public_url", "GOCUA_PUBLIC_URL", "public_url"),
    ("log_level", "GOCUA_LOG_LEVEL", "log_level"),
    ("log_format", "GOCUA_LOG_FORMAT", "log_format"),
    ("question_notice_days", "GOCUA_QUESTION_NOTICE_DAYS", "question_notice_days"),
    ("roles", "GOCUA_ROLES", "roles"),
    ("backup_keep", "GOCUA_BACKUP_KEEP", "backup_keep"),
    ("keep_turns_days", "GOCUA_KEEP_TURNS_DAYS", "keep_turns_days"),
    ("keep_sent_days", "GOCUA_KEEP_SENT_DAYS", "keep_sent_days"),
    ("keep_audit_days", "GOCUA_KEEP_AUDIT_DAYS", "keep_audit_days"),
    ("telegram.token", "TELEGRAM_BOT_TOKEN", "telegram.token"),
    ("telegram.api_url", "TELEGRAM_API_URL", "telegram.api_url"),
    ("telegram.mode", "TELEGRAM_MODE", "telegram.mode"),
    ("telegram.webhook_secret", "TELEGRAM_WEBHOOK_SECRET", "telegram.webhook_secret"),
    ("telegram.per_second", "TELEGRAM_PER_SECOND", "telegram.per_second"),
    ("telegram.chat_interval", "TELEGRAM_CHAT_INTERVAL", "telegram.chat_interval"),
    ("zalo.token", "ZALO_BOT_TOKEN", "zalo.token"),
    ("zalo.api_url", "ZALO_API_URL", "zalo.api_url"),
    ("zalo.mode", "ZALO_MODE", "zalo.mode"),
    ("zalo.webhook_secret", "ZALO_WEBHOOK_SECRET", "zalo.webhook_secret"),
    ("zalo.per_second", "ZALO_PER_SECOND", "zalo.per_second"),
    ("zalo.chat_interval", "ZALO_CHAT_INTERVAL", "zalo.chat_interval"),
)
# web: pages, web chat, webhooks · send: hands out what is on its way (one process at a time, the next stands by) ·
# tick: reminders, broadcasts, series. /health and /metrics are everywhere.
ROLES = ("web", "send", "tick")
# What is promised may lie weeks ahead; who did what stays for the inspection.
SHORTEST_KEPT = {"keep_turns_days": 30, "keep_sent_days": 30, "keep_audit_days": 365}
SECRETS = ("db_url", "telegram.token", "telegram.webhook_secret", "zalo.token", "zalo.webhook_secret")


def load_settings(
    environment: Mapping[str, str] | None = None, config: Path | None = None, **overrides: object
) -> Settings:
    """Read the settings. `overrides` are the command line's (None means not given). Raises SettingsError."""
    environment = os.environ if environment is None else environment
    path = config or Path(environment.get("GOCUA_CONFIG", "config.toml"))
    if config and not config.exists():
        raise SettingsError(f"Không thấy tệp cấu hình {config}.")
    values = _read_toml(path) if path.exists() else {}
    for setting, name, _ in NAMES:
        text = _from_environment(environment, setting, name)
        if text is not None:
            values[setting] = text
    values.update({name: value for name, value in overrides.items() if value is not None})
    settings = _build(values)
    _validate(settings)
    return settings


def _read_toml(path: Path) -> dict[str, Any]:
    try:
        tables = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise SettingsError(f"Không đọc được {path}: {error}. Xem mẫu trong config.example.toml.") from error
    flat: dict[str, Any] = {}
    for key, value in tables.items():
        flat.update(
            {f"{key}.{name}": inner for name, inner in value.items()} if isinstance(value, dict) else {key: value}
        )
    known = {key: setting for setting, _, key in NAMES}
    unknown = sorted(set(flat) - set(known))
    if unknown:
        raise SettingsError(f"{path}: không có thiết lập tên {', '.join(unknown)}. Xem config.example.toml.")
    return {known[key]: value for key, value in flat.items()}


def _from_environment(environment: Mapping[str, str], setting: str, name: str) -> str | None:
    if name in environment:
        return environment[name]
    file = environment.get(f"{name}_FILE") if setting in SECRETS else None
    if file is None:
        return None
    try:
        return Path(file).read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError) as error:
        raise SettingsError(f"{name}_FILE: không đọc được {file}: {error}.") from error


def _build(values: Mapping[str, Any]) -> Settings:
    def table(name: str) -> dict[str, Any]:
        return {key.removeprefix(f"{name}."): value for key, value in values.items() if key.startswith(f"{name}.")}

    plain = {name: value for name, value in values.items() if "." not in name}
    return Settings(
        **_typed(Settings, plain),
        telegram=Telegram(**_typed(Telegram, table("telegram"), "telegram.")),
        zalo=Zalo(**_typed(Zalo, table("zalo"), "zalo.")),
    )


def _typed(shape: type, values: Mapping[str, Any], prefix: str = "") -> dict[str, Any]:
    kinds = {field.name: str(field.type) for field in dataclasses.fields(shape)}
    typed: dict[str, Any] = {}
    for name, value in values.items():
        kind = kinds[name]
        try:
            typed[name] = {"int": int, "float": float, "Path": Path}.get(kind, str)(value)
        except (TypeError, ValueError) as error:
            raise SettingsError(f"{prefix}{name}: “{value}” không phải là số.") from error
    return typed


def _validate(settings: Settings) -> None:
    _require(1 <= settings.port <= 65535, "port", settings.port, "một số từ 1 đến 65535")
    _require_url("public_url", settings.public_url)
    _require(
        settings.log_level in {"DEBUG", "INFO", "WARNING", "ERROR"},
        "log_level",
        settings.log_level,
        "DEBUG, INFO, WARNING hoặc ERROR",
    )
    _require(settings.log_format in {"text", "json"}, "log_format", settings.log_format, "text hoặc json")
    _require(
        1 <= settings.question_notice_days <= 30, "question_notice_days", settings.question_notice_days, "1 đến 30"
    )
    _require(1 <= settings.backup_keep <= 1000, "backup_keep", settings.backup_keep, "1 đến 1000")
    for name, least in SHORTEST_KEPT.items():
        days = getattr(settings, name)
        _require(least <= days <= 36500, name, days, f"{least} đến 36500 (ngày)")
    _validate_roles(settings)
    _validate_platform(settings, "telegram", settings.telegram, shortest_secret=1)
    _validate_platform(settings, "zalo", settings.zalo, shortest_secret=8)


def _validate_roles(settings: Settings) -> None:
    """What divides the work between processes needs a database they share and a platform that calls them."""
    roles = settings.roles.split(",")
    holds = set(roles) <= set(ROLES) and len(roles) == len(set(roles))
    _require(holds, "roles", settings.roles, "một hay nhiều trong web, send, tick, cách nhau bằng dấu phẩy")
    if set(roles) == set(ROLES):
        return
    if settings.database_url.startswith("sqlite:"):
        raise SettingsError("roles: chia việc cho nhiều tiến trình cần PostgreSQL, hãy đặt GOCUA_DB_URL.")
    for name, platform in (("telegram", settings.telegram), ("zalo", settings.zalo)):
        if platform.token and platform.mode == "polling":
            raise SettingsError(f"roles: chia việc cho nhiều tiến trình cần {name}.mode = webhook.")


def _validate_platform(settings: Settings, name: str, platform: Telegram | Zalo, shortest_secret: int) -> None:
    """Both platforms are set up alike; only their secrets differ in length."""
    secret = platform.webhook_secret
    _require(platform.mode in {"polling", "webhook"}, f"{name}.mode", platform.mode, "polling hoặc webhook")
    _require(platform.per_second > 0, f"{name}.per_second", platform.per_second, "một số lớn hơn 0")
    _require(platform.chat_interval >= 0, f"{name}.chat_interval", platform.chat_interval, "số không âm")
    _require_url(f"{name}.api_url", platform.api_url)
    _require(
        not secret or re.fullmatch(rf"[A-Za-z0-9_-]{{{shortest_secret},256}}", secret) is not None,
        f"{name}.webhook_secret",
        "…",
        f"{shortest_secret} đến 256 ký tự, chỉ gồm chữ không dấu, số, gạch dưới, gạch ngang",
    )
    if platform.token and platform.mode == "webhook" and not (settings.public_url and secret):
        raise SettingsError(f"{name}.mode = webhook cần cả public_url (https) và {name}.webhook_secret.")


def _require_url(name: str, url: str) -> None:
    holds = not url or re.match(r"https?://[^\s/]+", url) is not None
    _require(holds, name, url, "một địa chỉ http:// hoặc https://")


def _require(holds: bool, name: str, value: object, wanted: str) -> None:  # noqa: FBT001 - reads as a sentence
    if not holds:
        raise SettingsError(f"{name}: “{value}” không hợp lệ, cần {wanted}.")
