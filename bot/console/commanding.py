"""`main.py official`: the accounts without the console, for the first admin and for emergencies.

Writes to the database as `appointing` does, under the name "main.py"; asks for a password on the terminal only.
"""

from __future__ import annotations

import argparse
import difflib
import getpass
import unicodedata
from pathlib import Path

from bot.console import appointing
from bot.console.access import ROLE_NAMES, parse_role
from bot.console.appointing import NotAppointed
from bot.console.telling import moment
from content.load import load_library
from storage import officials
from storage.database import Database

BY = "main.py"


def run_official(database: Database, content_dir: Path, options: argparse.Namespace) -> str:
    """Do one act; return what to print. Raises NotAppointed (a ValueError) and LookupError with their sentence."""
    if options.act == "list":
        return _list(database)
    if options.act == "add":
        return _add(database, content_dir, options)
    row = _find(database, options.login)
    if options.act == "reset":
        password = appointing.reset_password(database, row.id, by=BY, password=_ask() if options.ask else "")
        return _tell_password("Đã đặt lại mật khẩu", row.login, password, asked=options.ask)
    if options.act == "disable":
        appointing.disable(database, row.id, by=BY)
        return f"Đã khóa {row.login}."
    if options.act == "enable":
        appointing.enable(database, row.id, by=BY)
        return f"Đã mở lại {row.login}."
    role = parse_role(options.role if options.act == "role" else row.role)
    communes = parse_scope(options.scope, content_dir) if options.act == "scope" else row.communes
    appointing.change_appointment(database, row.id, by=BY, role=role, communes=communes)
    return f"{row.login}: {ROLE_NAMES[role]}, {_tell_scope(communes)}."


def parse_scope(text: str, content_dir: Path) -> frozenset[str] | None:
    """ "city" is None; else slugs of communes. An unknown one raises NotAppointed and names the nearest."""
    if text == "city":
        return None
    known = {place.slug for place in load_library(content_dir).places}
    wanted = frozenset(part.strip() for part in text.split(",") if part.strip())
    for slug in sorted(wanted - known):
        near = difflib.get_close_matches(slug, known, 3)
        hint = f" Có phải: {', '.join(near)}?" if near else " Tên các xã, phường ở content/places.yaml."
        raise NotAppointed(f"Không có xã, phường “{slug}”.{hint}")
    return wanted


def _add(database: Database, content_dir: Path, options: argparse.Namespace) -> str:
    password = appointing.appoint(
        database,
        by=BY,
        login=options.login.lower(),
        name=options.name.strip(),
        role=parse_role(options.role),
        communes=parse_scope(options.scope, content_dir),
        password=_ask() if options.ask else "",
    )
    return _tell_password("Đã thêm cán bộ", options.login.lower(), password, asked=options.ask)


def _list(database: Database) -> str:
    with database.reading() as c:
        rows = officials.list_officials(c)
    lines = [
        f"{row.login:<20} {ROLE_NAMES[parse_role(row.role)]:<10} {_tell_scope(row.communes):<24} "
        f"{'đã khóa' if row.disabled_at else 'đang dùng':<10} {moment(row.last_sign_in_at)}  {row.name}"
        for row in rows
    ]
    return (
        "\n".join(lines)
        or "Chưa có cán bộ nào. Thêm: main.py official add TÊN --name 'Họ tên' --role admin --scope city"
    )


def _find(database: Database, login: str) -> officials.OfficialRow:
    with database.reading() as c:
        row = officials.find_official(c, login.lower())
    if row is None:
        raise LookupError(f"Không có cán bộ “{login}”. Xem: main.py official list")
    return row


def _ask() -> str:
    first = unicodedata.normalize("NFC", getpass.getpass("Mật khẩu: "))
    if first != unicodedata.normalize("NFC", getpass.getpass("Nhập lại: ")):
        raise NotAppointed("Hai lần nhập không giống nhau.")
    return first


def _tell_password(done: str, login: str, password: str, *, asked: bool) -> str:
    shown = "" if asked else f"\nMật khẩu tạm (chỉ hiện một lần): {password}"
    return f"{done}: {login}{shown}\nKhi đăng nhập ở /console, cán bộ phải đặt mật khẩu mới."


def _tell_scope(communes: frozenset[str] | None) -> str:
    return "toàn thành phố" if communes is None else ", ".join(sorted(communes))
