"""The log tells what happened by a code that is documented, and never who it happened to."""

from __future__ import annotations

import ast
import io
import json
import logging
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from bot.channels import telegram_updates, zalo_updates
from bot.channels.webhooks import RejectedError, read_call
from bot.clock import utc_now
from bot.logs import CODE, JsonLines, Lines
from bot.messages import Inbound
from bot.receiving import receive
from bot.voice import Voice, load_voice
from storage.database import Database
from tests.bot.conftest import ROOT

NAME, PHONE, WORDS = "Nguyễn Thị Bí Mật", "0912 345 678", "tôi bị nợ lương ba tháng"
OPERATIONS = (ROOT / "docs" / "van-hanh.md").read_text(encoding="utf-8")
LEVELS = {"debug", "info", "warning", "error", "exception", "critical"}


@pytest.fixture
def voice(learned: Path) -> Voice:
    return load_voice(ROOT / "content", learned)


@pytest.fixture(params=[Lines, JsonLines])
def log(request: pytest.FixtureRequest) -> Iterator[io.StringIO]:
    """All that is logged, down to DEBUG, as it is written."""
    written = io.StringIO()
    handler = logging.StreamHandler(written)
    handler.setFormatter(request.param())
    root = logging.getLogger()
    before = root.level
    root.addHandler(handler)
    root.setLevel(logging.DEBUG)
    yield written
    root.removeHandler(handler)
    root.setLevel(before)


def used_codes() -> dict[str, set[str]]:
    """Every log call of the program: level → the codes it may say."""
    found: dict[str, set[str]] = {}
    for package in ("bot", "content", "intents", "storage"):
        for path in sorted((ROOT / package).rglob("*.py")):
            for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
                if not (isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute)):
                    continue
                owner = node.func.value
                if node.func.attr in LEVELS and isinstance(owner, ast.Name) and owner.id == "log":
                    found.setdefault(node.func.attr, set()).update(_codes(node.args[0], f"{path}:{node.lineno}"))
    found.setdefault("warning", set()).update({"part.down", "part.misconfigured"})  # bot.condition: by its state
    return found


def _codes(argument: ast.expr, where: str) -> set[str]:
    assert isinstance(argument, ast.Constant), f"{where}: a code is a plain text"
    assert CODE.fullmatch(str(argument.value)), f"{where}: {argument.value!r} is no code"
    return {str(argument.value)}


def test_every_code_is_documented_and_every_documented_code_is_used() -> None:
    used = used_codes()
    loud = set().union(*(codes for level, codes in used.items() if level != "debug"))
    chapter = OPERATIONS.split("## Mã trong nhật ký", 1)[1].split("\n## ", 1)[0]
    documented = set(re.findall(r"^\| `([a-z_.]+)`", chapter, re.MULTILINE))
    assert loud - documented == set()
    assert documented - loud - {"library.said"} == set()


HOSTILE = [
    {"update_id": 7, "message": {"text": [WORDS], "chat": {"id": NAME, "phone": PHONE}}},
    {"update_id": 8, "message": {"text": WORDS, "from": {"first_name": [NAME]}, "chat": {"id": 7}, "contact": PHONE}},
    {"update_id": 9, "callback_query": {"id": 1, "data": WORDS * 9, "from": {"first_name": NAME}}},
    {"event_name": f"{'x' * 9}", "message": {"text": WORDS, "from": {"display_name": NAME, "id": PHONE}}},
    {"ok": True, "result": {"event_name": "message.text.received", "message": {"text": {WORDS: NAME}, "from": PHONE}}},
    [WORDS, NAME, PHONE],
]


@pytest.mark.parametrize("update", HOSTILE)
def test_what_cannot_be_read_is_told_without_what_it_says(log: io.StringIO, update: object) -> None:
    telegram_updates.parse_update(update)
    zalo_updates.parse_update(update)
    with pytest.raises(RejectedError):
        read_call("zalo", {"h": "s"}, f"{{{WORDS} {NAME} {PHONE}".encode(), "h", "s")
    assert_nobody_is_in(log)
    assert "webhook.not_json" in log.getvalue()


@pytest.mark.parametrize("text", [WORDS, f"gọi tôi {PHONE}", f"tôi là {NAME}", "\0\ud800" + WORDS, WORDS * 400])
def test_a_conversation_leaves_no_word_in_the_log(
    log: io.StringIO, sqlite_database: Database, voice: Voice, text: str
) -> None:
    receive(sqlite_database, voice, Inbound("telegram", "1", f"m:{text[:9]}", "text", text=text, name=NAME), utc_now())
    assert_nobody_is_in(log)


def test_an_exception_tells_its_kind_and_place_and_not_its_words(log: io.StringIO) -> None:
    try:
        try:
            {}[f"{NAME} {PHONE}"]
        except KeyError as error:
            raise ValueError(WORDS) from error
    except ValueError:
        logging.getLogger("bot.receiving").exception("turn.failed", extra={"channel": "telegram"})
    assert_nobody_is_in(log)
    assert "KeyError" in log.getvalue()
    assert "ValueError" in log.getvalue()
    assert "test_logs.py" in log.getvalue()


def test_a_databases_words_and_addresses_are_cut(log: io.StringIO) -> None:
    said = f"null value DETAIL:  Failing row contains (7, {NAME}, {PHONE}, {WORDS})."
    extra = {"reason": said, "url": "postgresql://gocua:mat-khau@db/gocua", "token": "bot123456:" + "A" * 30}
    logging.getLogger("bot.watching").warning("part.down", extra=extra)
    logging.getLogger("uvicorn.error").warning("GET /?q=%s", PHONE)
    assert_nobody_is_in(log)
    assert "mat-khau" not in log.getvalue()
    assert "A" * 30 not in log.getvalue()


def assert_nobody_is_in(log: io.StringIO) -> None:
    written = log.getvalue()
    for secret in (NAME, "Bí Mật", PHONE, PHONE.replace(" ", ""), WORDS, "nợ lương"):
        assert secret not in written
        assert json.dumps(secret)[1:-1] not in written


def test_json_lines_are_objects_with_the_code_and_its_fields() -> None:
    record = logging.LogRecord("bot.sending", logging.WARNING, "x.py", 1, "delivery.failed", (), None)
    record.channel, record.delivery, record.reason = "telegram", 12, "bot was blocked\nby the user"
    told = json.loads(JsonLines().format(record))
    assert told.pop("at").endswith("Z")
    assert told == {
        "level": "WARNING",
        "event": "delivery.failed",
        "channel": "telegram",
        "delivery": 12,
        "reason": "bot was blocked by the user",
    }
    assert (
        Lines()
        .format(record)
        .endswith('WARNING delivery.failed channel=telegram delivery=12 reason="bot was blocked by the user"')
    )
