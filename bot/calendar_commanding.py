"""What `main.py sessions` does: shows the calendar, reads an official's list into it, writes it to files."""

from __future__ import annotations

import argparse
import datetime
from pathlib import Path

from bot.calendar_files import write_calendar
from bot.clock import iso, utc_now
from bot.outreach.session_words import tell_when
from bot.session_lists import header, read_list, row_of, store_list
from content.load import load_library
from content.sessions import STATUSES
from storage import registrations, sessions
from storage.database import Database
from storage.sessions import Session

MOST = 5_000
EVER = "9999"


def run(database: Database, content_dir: Path, options: argparse.Namespace) -> tuple[str, bool]:
    """Do what the command says; what to print, and whether it went well."""
    now = utc_now()
    if options.act == "import":
        return _import(database, content_dir, options.file, now, dry_run=options.dry_run)
    if options.act == "export":
        return _export(database, options.file), True
    with database.reading() as c:
        coming = sessions.list_coming(c, iso(now), MOST)
        places = registrations.count_places(c, [one.id for one in coming])
    if options.act == "ics":
        options.file.write_bytes(write_calendar(coming, now))
        return f"Đã ghi {len(coming)} phiên vào {options.file}.", True
    lines = [_line(one, places[one.id]) for one in coming]
    return "\n".join(
        lines
    ) or "Chưa có phiên nào sắp tới. Nhập bằng tệp content/sessions/*.yaml hoặc sessions import.", True


def _import(
    database: Database, content_dir: Path, file: Path, now: datetime.datetime, *, dry_run: bool
) -> tuple[str, bool]:
    read = read_list(file.read_bytes(), file.name, load_library(content_dir).places)
    if read.problems:
        return "\n".join((*read.problems, f"{len(read.problems)} lỗi; chưa nhập phiên nào.")), False
    if dry_run:
        return f"Danh sách đúng: {len(read.sessions)} phiên. Chưa ghi gì (--dry-run).", True
    with database.transaction() as c:
        added, changed = store_list(c, read.sessions, iso(now))
    return f"Đã thêm {added} phiên, cập nhật {changed} phiên. Người đã đăng ký phiên đổi lịch sẽ được báo.", True


def _export(database: Database, file: Path) -> str:
    from bot.console.exports import write_xlsx  # noqa: PLC0415 — the console's frame, which `list` does not need

    with database.reading() as c:
        every = sessions.list_sessions(c, "", EVER, MOST)
    file.write_bytes(write_xlsx("Lịch phiên", header(), [row_of(one) for one in every]))
    return f"Đã ghi {len(every)} phiên vào {file}."


def _line(session: Session, places: registrations.Places) -> str:
    seats = f"{places.registered}/{session.capacity}" if session.capacity else str(places.registered)
    waiting = f", chờ {places.waiting}" if places.waiting else ""
    state = STATUSES[session.status][0]
    return (
        f"{session.id:>4}  {tell_when(session)}  {session.title}  [{state}; đăng ký {seats}{waiting}]  {session.slug}"
    )
