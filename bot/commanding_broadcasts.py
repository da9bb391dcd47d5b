"""`main.py broadcast`: see broadcasts and step in when the console cannot be reached.

Approving asks for the name of an official, and the same rules hold for them as in the console. Prints nothing itself.
"""

from __future__ import annotations

import argparse

from bot import approving
from bot.broadcast_command_line import LISTED
from bot.channels.markdown import to_plain
from bot.clock import utc_now
from bot.console.access import Official, official_of
from bot.console.broadcasts_telling import DELIVERY_NAMES, STATUS_NAMES, tell_reason
from bot.console.telling import moment
from storage import broadcasts, officials, recipients
from storage.broadcasts import Broadcast
from storage.database import Connection, Database
from storage.scope import WHOLE_CITY


def run_broadcast(database: Database, options: argparse.Namespace) -> str:
    """Do one act; return what to print. Raises NotDone (a ValueError) and LookupError with their sentence."""
    if options.act == "list":
        return _list(database)
    if options.act != "show":
        with database.transaction() as c:
            _act(c, _official(c, options.by), options.id, options.act)
    with database.reading() as c:
        return _show(c, broadcasts.get_broadcast(c, options.id, WHOLE_CITY))


def _act(c: Connection, official: Official, broadcast_id: int, act: str) -> None:
    if act == "approve":
        mark = broadcasts.get_broadcast(c, broadcast_id, official.scope).fingerprint
        approving.approve(c, official, broadcast_id, mark, utc_now())
    else:
        approving.stop(c, official, broadcast_id, act, utc_now())


def _official(c: Connection, login: str) -> Official:
    row = officials.find_official(c, login.lower())
    if row is None or row.disabled_at:
        raise LookupError(f"Không có cán bộ “{login}” đang dùng. Xem: main.py official list")
    return official_of(row)


def _list(database: Database) -> str:
    with database.reading() as c:
        rows = broadcasts.list_broadcasts(c, WHOLE_CITY, (), LISTED, 0)
    lines = [f"{row.id:>5}  {STATUS_NAMES[row.status]:<20} {moment(row.created_at)}  {row.title}" for row in rows]
    return "\n".join(lines) or "Chưa có tin nào. Soạn ở bảng điều khiển, mục Gửi tin."


def _show(c: Connection, found: Broadcast) -> str:
    counts = found.counts or recipients.count_statuses(c, found.id)
    reach = "toàn thành phố" if found.communes is None else ", ".join(sorted(found.communes))
    lines = [
        f"Tin số {found.id}: {STATUS_NAMES[found.status]}",
        f"Phạm vi: {reach}",
        *(f"{DELIVERY_NAMES[status]}: {n}" for status, n in counts.items()),
        *(f"  {tell_reason(reason)}: {n}" for _, reason, n in recipients.count_reasons(c, found.id, 10)),
        "",
        to_plain(found.body or f"**{found.title}**\n\n{found.text}"),
    ]
    return "\n".join(lines)
