"""Log lines: one event code, then its fields, on one line each, for eyes or as JSON. The codes are in docs/van-hanh.md.

What people typed, are called or can be rung at is never logged. Callers give ids and reasons; what slips in by an
exception's words is cut here: of an exception only its kind and its place in the code are told, and of a database's
words not the row they quote.
"""

from __future__ import annotations

import datetime
import json
import logging
import re
import sys
import traceback
from typing import Any, Literal

from bot.clock import iso

Form = Literal["text", "json"]

CODE = re.compile(r"[a-z]+(\.[a-z_]+)+")
REASON_LENGTH = 500
_OWN = set(vars(logging.makeLogRecord({}))) | {"message", "asctime", "taskName", "color_message"}
_MASKED = (
    (re.compile(r"(bot)\d+:[A-Za-z0-9_-]{20,}"), r"\1…"),  # a bot's token, in the address of a request
    (re.compile(r"(://[^:/@\s]+):[^@/\s]+@"), r"\1:…@"),  # a password in a database's address
    (re.compile(r"(Failing row contains |Key \([^)]*\)=)\(.*?\)(?=[.\s]|$)"), r"\1(…)"),
    (re.compile(r"(?<![\w.:-])(?:\+?84|0)(?:[ .-]?\d){9}(?!\d)"), "…"),  # a Vietnamese telephone number
)


class Lines(logging.Formatter):
    """`2026-11-22T20:01:33+0700 WARNING delivery.failed channel=telegram reason="…"`, and below it where it broke."""

    def format(self, record: logging.LogRecord) -> str:
        fields = " ".join(f"{name}={_quoted(value)}" for name, value in _fields(record).items())
        line = f"{self.formatTime(record, '%Y-%m-%dT%H:%M:%S%z')} {record.levelname} {_message(record)} {fields}"
        return line.rstrip() + "".join(f"\n{place}" for place in _places(record))


class JsonLines(logging.Formatter):
    """One object a line: at (UTC), level, event, the fields; `message` for the words of a library, `trace`."""

    def format(self, record: logging.LogRecord) -> str:
        message = _message(record)
        told: dict[str, Any] = {
            "at": iso(datetime.datetime.fromtimestamp(record.created, datetime.UTC)),
            "level": record.levelname,
            "event": message if CODE.fullmatch(message) else "library.said",
        }
        if told["event"] == "library.said":
            told |= {"logger": record.name, "message": message}
        told |= {name: value for name, value in _fields(record).items() if name not in told}
        if places := _places(record):
            told["trace"] = places
        return json.dumps(told, ensure_ascii=False)


def set_up_logging(level: str, form: Form = "text") -> None:
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(JsonLines() if form == "json" else Lines())
    logging.basicConfig(level=level, handlers=[handler], force=True)
    for noisy in ("httpx", "telegram", "uvicorn.access"):
        logging.getLogger(noisy).setLevel(logging.WARNING)
    # Each try of a pool and each tick that a slow one made wait would be a line; `bot.watching` tells the cause, once.
    logging.getLogger("apscheduler").setLevel(logging.ERROR)
    logging.getLogger("psycopg.pool").setLevel(logging.CRITICAL)


def mask(text: str) -> str:
    """The text on one line without secrets and without what tells who somebody is."""
    text = " ".join(text.split("\n"))
    for pattern, instead in _MASKED:
        text = pattern.sub(instead, text)
    return text


def _message(record: logging.LogRecord) -> str:
    return mask(record.getMessage())


def _fields(record: logging.LogRecord) -> dict[str, Any]:
    return {name: _plain(value) for name, value in vars(record).items() if name not in _OWN}


def _plain(value: object) -> str | int | float | bool | None:
    if value is None or isinstance(value, bool | int | float):
        return value
    text = mask(str(value))
    return text if len(text) <= REASON_LENGTH else text[:REASON_LENGTH] + "…"


def _quoted(value: object) -> str:
    text = str(value)
    return json.dumps(text, ensure_ascii=False) if re.search(r'[\s"=]', text) else text


def _places(record: logging.LogRecord) -> list[str]:
    """The kinds of the exceptions and the lines they came by, the first cause first."""
    error = record.exc_info[1] if record.exc_info else None
    chain: list[BaseException] = []
    while error is not None and error not in chain:
        chain.insert(0, error)
        error = error.__cause__ or (None if error.__suppress_context__ else error.__context__)
    places = []
    for each in chain:
        places += [
            f"  {frame.filename}:{frame.lineno} {frame.name}" for frame in traceback.extract_tb(each.__traceback__)
        ]
        places.append(f"  {type(each).__module__}.{type(each).__qualname__}")
    return places
