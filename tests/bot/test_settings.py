"""Command line over environment over file over default; a wrong value stops the start and names itself."""

from __future__ import annotations

import tomllib
from pathlib import Path

import pytest

from bot.settings import NAMES, Settings, SettingsError, Telegram, Zalo, load_settings

ROOT = Path(__file__).parents[2]


def config(tmp_path: Path, text: str) -> Path:
    path = tmp_path / "config.toml"
    path.write_text(text, encoding="utf-8")
    return path


def test_nothing_given_is_a_bot_on_sqlite_without_channels() -> None:
    settings = load_settings({"GOCUA_CONFIG": "/nonexistent.toml"})
    assert settings == Settings()
    assert settings.database_url == "sqlite:///data/gocua.sqlite3"


def test_the_command_line_wins_over_the_environment_and_that_over_the_file(tmp_path: Path) -> None:
    path = config(tmp_path, 'host = "file"\nport = 1000\ndata_dir = "file"\n')
    settings = load_settings({"GOCUA_PORT": "2000", "GOCUA_DATA_DIR": "env"}, path, data_dir=Path("line"), host=None)
    assert (settings.host, settings.port, settings.data_dir) == ("file", 2000, Path("line"))


def test_a_secret_may_stand_in_a_file(tmp_path: Path) -> None:
    secret = tmp_path / "token"
    secret.write_text("123:abc\n")
    settings = load_settings({"TELEGRAM_BOT_TOKEN_FILE": str(secret), "GOCUA_CONFIG": "/nonexistent.toml"})
    assert settings.telegram.token == "123:abc"


@pytest.mark.parametrize(
    ("environment", "named"),
    [
        ({"GOCUA_PORT": "tám nghìn"}, "port"),
        ({"GOCUA_PORT": "70000"}, "port"),
        ({"TELEGRAM_MODE": "push"}, "telegram.mode"),
        ({"TELEGRAM_PER_SECOND": "0"}, "telegram.per_second"),
        ({"TELEGRAM_CHAT_INTERVAL": "-1"}, "telegram.chat_interval"),
        ({"TELEGRAM_WEBHOOK_SECRET": "có dấu"}, "telegram.webhook_secret"),
        ({"TELEGRAM_API_URL": "api.telegram.org"}, "telegram.api_url"),
        ({"GOCUA_PUBLIC_URL": "bot.example"}, "public_url"),
        ({"GOCUA_LOG_LEVEL": "chatty"}, "log_level"),
        ({"GOCUA_QUESTION_NOTICE_DAYS": "0"}, "question_notice_days"),
        ({"TELEGRAM_BOT_TOKEN": "1:a", "TELEGRAM_MODE": "webhook"}, "public_url"),
        ({"TELEGRAM_BOT_TOKEN_FILE": "/nonexistent"}, "TELEGRAM_BOT_TOKEN_FILE"),
        ({"ZALO_MODE": "push"}, "zalo.mode"),
        ({"ZALO_PER_SECOND": "nhanh"}, "zalo.per_second"),
        ({"ZALO_PER_SECOND": "0"}, "zalo.per_second"),
        ({"ZALO_CHAT_INTERVAL": "-1"}, "zalo.chat_interval"),
        ({"ZALO_WEBHOOK_SECRET": "ngan"}, "zalo.webhook_secret"),
        ({"ZALO_API_URL": "bot-api.zaloplatforms.com"}, "zalo.api_url"),
        ({"ZALO_BOT_TOKEN": "1:a", "ZALO_MODE": "webhook"}, "zalo.mode"),
        ({"ZALO_BOT_TOKEN_FILE": "/nonexistent"}, "ZALO_BOT_TOKEN_FILE"),
    ],
)
def test_a_wrong_value_names_its_setting(environment: dict[str, str], named: str) -> None:
    with pytest.raises(SettingsError, match=named):
        load_settings({"GOCUA_CONFIG": "/nonexistent.toml", **environment})


def test_zalo_is_set_up_like_telegram_and_without_it(tmp_path: Path) -> None:
    secret = tmp_path / "secret"
    secret.write_text("bi-mat_1234\n")
    environment = {"ZALO_BOT_TOKEN": "1:a", "ZALO_MODE": "webhook", "ZALO_WEBHOOK_SECRET_FILE": str(secret)}
    path = config(tmp_path, 'public_url = "https://gocua.vn"\n[zalo]\nper_second = 5\n')
    settings = load_settings(environment, path)
    assert settings.zalo == Zalo(token="1:a", mode="webhook", webhook_secret="bi-mat_1234", per_second=5.0)
    assert settings.telegram == Telegram()


@pytest.mark.parametrize("text", ["host = ", "hots = 'x'", "[telegram]\ntokne = 'x'"])
def test_a_broken_or_misspelt_file_is_refused(tmp_path: Path, text: str) -> None:
    with pytest.raises(SettingsError, match=r"config\.toml"):
        load_settings({}, config(tmp_path, text))


def test_a_named_file_must_exist() -> None:
    with pytest.raises(SettingsError, match="Không thấy"):
        load_settings({}, Path("/nonexistent.toml"))


def test_the_example_documents_every_setting_with_its_environment_name() -> None:
    text = (ROOT / "config.example.toml").read_text(encoding="utf-8")
    for _, environment, _ in NAMES:
        assert environment in text
    switched_on = "\n".join(
        line.removeprefix("# ") if line.startswith("# ") and " = " in line else line for line in text.splitlines()
    )
    tables = tomllib.loads(switched_on)
    flat = {f"{key}.{name}" for key, value in tables.items() if isinstance(value, dict) for name in value}
    flat |= {key for key, value in tables.items() if not isinstance(value, dict)}
    assert flat == {key for _, _, key in NAMES}
