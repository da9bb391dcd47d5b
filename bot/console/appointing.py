"""Making and changing officials' accounts, for the console and for `main.py official`: the rules, the hash, the log.

It must not know pages or the command line. Whoever calls has already been let in.
"""

from __future__ import annotations

import json
import re

from bot.clock import iso, utc_now
from bot.console.access import Role
from bot.console.passwords import hash_password, make_password, problem_with
from storage import officials, sign_ins
from storage.audit import record
from storage.database import Connection, Database, StorageConflict

LOGIN_FORM = re.compile(r"[a-z0-9][a-z0-9._-]{2,39}")


class NotAppointed(ValueError):
    """What was asked cannot be done; the sentence says why, in Vietnamese."""


def appoint(
    database: Database,
    *,
    by: str,
    login: str,
    name: str,
    role: Role,
    communes: frozenset[str] | None,
    password: str = "",
) -> str:
    """Open an account; return its first password (made here when none is given). Raises NotAppointed.

    The official has to change it when they first sign in.
    """
    if not LOGIN_FORM.fullmatch(login):
        raise NotAppointed("Tên đăng nhập gồm 3 đến 40 chữ thường không dấu, số, dấu chấm, gạch ngang, gạch dưới.")
    if not name:
        raise NotAppointed("Cần ghi họ tên cán bộ.")
    _check_scope(role, communes)
    if password and (problem := problem_with(password, login)):
        raise NotAppointed(problem)
    first = password or make_password()
    hashed = hash_password(first)
    try:
        with database.transaction() as c:
            now = iso(utc_now())
            official_id = officials.add_official(c, login, name, role, communes, hashed, now)
            _log(c, by, "official.add", official_id, login=login, role=role, scope=_scope_text(communes))
    except StorageConflict as taken:
        raise NotAppointed(f"Tên đăng nhập “{login}” đã có người dùng.") from taken
    return first


def change_appointment(
    database: Database, official_id: int, *, by: str, role: Role, communes: frozenset[str] | None
) -> None:
    """Give another role or scope, in force from the official's next request. Raises NotAppointed, LookupError."""
    _check_scope(role, communes)
    with database.transaction() as c:
        before = officials.get_official(c, official_id)
        officials.set_role(c, official_id, role)
        officials.set_scope(c, official_id, communes)
        _keep_an_admin(c)
        _log(
            c,
            by,
            "official.change",
            official_id,
            login=before.login,
            role=[before.role, role],
            scope=[_scope_text(before.communes), _scope_text(communes)],
        )


def reset_password(database: Database, official_id: int, *, by: str, password: str = "") -> str:
    """A new first password, returned; no browser stays signed in, and a second factor is taken off.

    Raises NotAppointed for a bad password, LookupError for nobody.
    """
    with database.reading() as c:
        login = officials.get_official(c, official_id).login
    if password and (problem := problem_with(password, login)):
        raise NotAppointed(problem)
    fresh = password or make_password()
    hashed = hash_password(fresh)
    with database.transaction() as c:
        officials.set_password(c, official_id, hashed, must_change=True)
        officials.set_totp(c, official_id, "", [])
        sign_ins.end_all(c, official_id)
        _log(c, by, "official.reset", official_id, login=login)
    return fresh


def disable(database: Database, official_id: int, *, by: str) -> None:
    """Let nobody in with this account any more, at once. Raises NotAppointed for the last admin, LookupError."""
    with database.transaction() as c:
        login = officials.get_official(c, official_id).login
        officials.disable(c, official_id, iso(utc_now()))
        sign_ins.end_all(c, official_id)
        _keep_an_admin(c)
        _log(c, by, "official.disable", official_id, login=login)


def enable(database: Database, official_id: int, *, by: str) -> None:
    """Let a disabled account in again. Raises LookupError."""
    with database.transaction() as c:
        login = officials.get_official(c, official_id).login
        officials.enable(c, official_id)
        _log(c, by, "official.enable", official_id, login=login)


def _check_scope(role: Role, communes: frozenset[str] | None) -> None:
    if communes is not None and not communes:
        raise NotAppointed("Cần chọn ít nhất một xã, phường, hoặc chọn toàn thành phố.")
    if role == "admin" and communes is not None:
        raise NotAppointed("Quản trị phải phụ trách toàn thành phố. Hãy chọn vai trò khác cho cán bộ của xã, phường.")


def _keep_an_admin(c: Connection) -> None:
    # Raised inside the transaction, so what was just done is undone.
    if not officials.count_admins(c):
        raise NotAppointed("Phải còn ít nhất một người quản trị. Hãy thêm người quản trị khác trước.")


def _log(c: Connection, by: str, action: str, official_id: int, **detail: object) -> None:
    record(c, by, action, f"official:{official_id}", json.dumps(detail, ensure_ascii=False), iso(utc_now()))


def _scope_text(communes: frozenset[str] | None) -> str:
    return "city" if communes is None else " ".join(sorted(communes))
