"""Log lines: one event code, then its fields, on one line each. What people typed is never logged."""

from __future__ import annotations

import logging
import re
import sys

_OWN = set(vars(logging.makeLogRecord({}))) | {"message", "asctime", "taskName", "color_message"}
_SECRET = re.compile(r"(bot)\d+:[A-Za-z0-9_-]{20,}")


class _Lines(logging.Formatter):
    """`2026-11-22T20:01:33+0700 WARNING delivery.failed channel=telegram reason="…"`; bot tokens are masked."""

    def format(self, record: logging.LogRecord) -> str:
        fields = " ".join(f"{name}={_plain(value)}" for name, value in vars(record).items() if name not in _OWN)
        line = f"{self.formatTime(record, '%Y-%m-%dT%H:%M:%S%z')} {record.levelname} {record.getMessage()} {fields}"
        if record.exc_info:
            line += "\n" + self.formatException(record.exc_info)
        return _SECRET.sub(r"\1…", line.rstrip())


def _plain(value: object) -> str:
    text = str(value).replace("\n", " ")
    return f'"{text}"' if " " in text else text


def set_up_logging(level: str) -> None:
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(_Lines())
    logging.basicConfig(level=level, handlers=[handler], force=True)
    for noisy in ("httpx", "telegram", "uvicorn.access"):
        logging.getLogger(noisy).setLevel(logging.WARNING)
    # Each try of a pool and each tick that a slow one made wait would be a line; `bot.watching` tells the cause, once.
    logging.getLogger("apscheduler").setLevel(logging.ERROR)
    logging.getLogger("psycopg.pool").setLevel(logging.CRITICAL)
