"""The signs by which an operator sees trouble coming: room on the disk, the age of the last backup, replies that wait,
content past its review.

Each sign answers with its figures, `state` and, when it is not well, a `reason` in Vietnamese that says what to do. It
must not repair anything.
"""

from __future__ import annotations

import datetime
import shutil
from pathlib import Path
from typing import Any

from bot.clock import in_hanoi, iso, parse_iso
from content.model import Library
from storage import outbox
from storage.database import Connection

DISK_LOW = 500 * 2**20  # bytes
BACKUP_OLD = datetime.timedelta(hours=50)  # two nights without one, and some
REPLY_LATE = 60.0  # seconds a reply may wait for its sender
STALE_SHOWN = 10


def look_at_disk(folder: Path) -> dict[str, Any]:
    """`free_bytes` where the data stand."""
    try:
        free = shutil.disk_usage(folder if folder.exists() else Path()).free
    except OSError as error:
        return {"state": "degraded", "free_bytes": 0, "reason": f"không xem được ổ đĩa: {error}"}
    if free < DISK_LOW:
        reason = f"ổ đĩa chỉ còn {free / 2**20:.0f} MB, hãy giải phóng dung lượng"
        return {"state": "degraded", "free_bytes": free, "reason": reason}
    return {"state": "ok", "free_bytes": free}


def look_at_backups(folder: Path, now: datetime.datetime) -> dict[str, Any]:
    """`last_at` (UTC ISO text) and `age_seconds` of the newest backup here.

    Without any backup here both are absent, and that is well: it may be made on another machine. One that was made
    daily and is not made any more is not.
    """
    try:
        times = [path.stat().st_mtime for path in folder.glob("gocua-*") if not path.name.endswith(".part")]
    except OSError as error:
        return {"state": "degraded", "reason": f"không xem được thư mục sao lưu: {error}"}
    if not times:
        return {"state": "ok"}
    last = datetime.datetime.fromtimestamp(max(times), datetime.UTC)
    told = {"state": "ok", "last_at": iso(last), "age_seconds": max(0, round((now - last).total_seconds()))}
    if now - last > BACKUP_OLD:
        told |= {"state": "degraded", "reason": "hơn hai ngày chưa sao lưu, hãy chạy `main.py backup`"}
    return told


def look_at_replies(connection: Connection, channels: list[str], now: datetime.datetime) -> dict[str, float]:
    """How many seconds the oldest reply that is due has waited, by channel; 0 when none waits."""
    ages = {}
    for name in channels:
        due_at = outbox.oldest_reply_at(connection, name)
        ages[name] = max(0.0, (now - parse_iso(due_at)).total_seconds()) if due_at else 0.0
    return ages


def list_stale(library: Library, now: datetime.datetime) -> list[str]:
    """The ids of entries past their review, the longest overdue first."""
    today = in_hanoi(now).date()
    overdue = sorted((entry.review_by, entry.id) for entry in library.entries.values() if entry.review_by < today)
    return [id_ for _, id_ in overdue]
