"""Signing in and out: the password, then the second factor where there is one.

It answers for throttling and for telling nobody whether a name exists. What a signed-in official may do is decided
elsewhere.
"""

from __future__ import annotations

import json
import logging
from urllib.parse import quote

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from bot.clock import iso, later, utc_now
from bot.console.access import Official
from bot.console.forms import read_secret, read_text
from bot.console.frame import HEADERS, database_of, form_of, page, visit_of
from bot.console.guarding import (
    ABSOLUTE_SECONDS,
    HALF_SECONDS,
    SECOND_FACTOR,
    SIGN_IN,
    idle_since,
    new_token,
    set_cookie,
    token_hash_of,
    token_of,
)
from bot.console.passwords import digest, hash_code, matches
from bot.console.second_factor import find_step
from storage import officials, sign_ins
from storage.audit import record
from storage.database import Connection

log = logging.getLogger(__name__)

TRY_SECONDS = 15 * 60
TRIES_PER_ACCOUNT = 10
TRIES_PER_ADDRESS = 60  # a whole office behind one address
WRONG = "Tên đăng nhập hoặc mật khẩu không đúng."
WRONG_CODE = "Mã không đúng hoặc đã dùng. Anh/chị chờ mã mới trong ứng dụng rồi nhập lại."
TOO_OFTEN = "Đã thử sai quá nhiều lần. Anh/chị chờ 15 phút rồi thử lại, hoặc nhờ người quản trị đặt lại mật khẩu."


def show_sign_in(request: Request) -> Response:
    """The form; who is signed in already goes on."""
    token = token_of(request)
    with database_of(request).reading() as c:
        known = sign_ins.find_sign_in(c, token_hash_of(token), iso(utc_now()), idle_since()) if token else None
        official = officials.get_official(c, known.official_id) if known and known.proven else None
    if official and not official.disabled_at:
        return RedirectResponse(_next(request), 303, HEADERS)
    said = "Anh/chị đã đăng xuất." if "out" in request.query_params else ""
    return page(request, None, "sign_in.html", login="", next=_next(request), error="", said=said)


def sign_in(request: Request) -> Response:
    """Check name and password; 422 when they do not fit, 429 when it was tried too often."""
    form = form_of(request)
    login = read_text(form, "login", 80).casefold()
    if not take_try(request, login):
        return _again(request, login, TOO_OFTEN, 429)
    database = database_of(request)
    with database.reading() as c:
        row = officials.find_official(c, login)
    right = matches(row.password_hash if row and not row.disabled_at else None, read_secret(form, "password"))
    if row is None or not right:
        return _again(request, login, WRONG, 422)
    token = new_token()
    proven = not row.totp_secret
    with database.transaction() as c:
        now = utc_now()
        # Read again under the lock: it may have been disabled or reset since.
        fresh = officials.get_official(c, row.id)
        if fresh.disabled_at or fresh.password_hash != row.password_hash:
            return _again(request, login, WRONG, 422)
        sign_ins.end_sign_in(c, token_hash_of(token_of(request)))
        sign_ins.forget_old(c, iso(now), idle_since(), later(now, -TRY_SECONDS))
        ends_at = later(now, ABSOLUTE_SECONDS if proven else HALF_SECONDS)
        sign_ins.open_sign_in(c, token_hash_of(token), row.id, proven=proven, now=iso(now), expires_at=ends_at)
        if proven:
            _succeed(c, row.id, login)
    return _go_on(
        request, token, _next(request) if proven else f"{SECOND_FACTOR}?next={quote(_next(request), safe='')}"
    )


def show_code(request: Request) -> Response:
    return page(request, None, "sign_in_code.html", next=_next(request), error="")


def check_code(request: Request) -> Response:
    """Check the second factor: the code of the moment or a recovery code. The half sign-in becomes a new, whole one."""
    half_hash = visit_of(request).token_hash
    with database_of(request).reading() as c:
        half = sign_ins.find_sign_in(c, half_hash, iso(utc_now()), idle_since())
        row = officials.get_official(c, half.official_id) if half else None
    if row is None:
        return RedirectResponse(SIGN_IN, 303, HEADERS)
    if not take_try(request, f"{row.login} code"):
        return page(request, None, "sign_in_code.html", 429, next=_next(request), error=TOO_OFTEN)
    code = read_text(form_of(request), "code", 40)
    token = new_token()
    with database_of(request).transaction() as c:
        now = utc_now()
        if not spend_code(c, row, code):
            return page(request, None, "sign_in_code.html", 422, next=_next(request), error=WRONG_CODE)
        sign_ins.end_sign_in(c, half_hash)
        ends_at = later(now, ABSOLUTE_SECONDS)
        sign_ins.open_sign_in(c, token_hash_of(token), row.id, proven=True, now=iso(now), expires_at=ends_at)
        sign_ins.forget_tries(c, _key(f"{row.login} code"))
        _succeed(c, row.id, row.login)
    return _go_on(request, token, _next(request))


def sign_out(request: Request, official: Official) -> Response:
    """End this browser's sign-in."""
    with database_of(request).transaction() as c:
        sign_ins.end_sign_in(c, visit_of(request).token_hash)
        record(c, official.login, "sign-out", f"official:{official.id}", "{}", iso(utc_now()))
    return _go_on(request, new_token(), f"{SIGN_IN}?out=1")


def take_try(request: Request, name: str) -> bool:
    """Count a try to prove who one is, by name and by address; False when it was tried too often."""
    host = request.client.host if request.client else ""
    limits = [(_key(name), TRIES_PER_ACCOUNT), (_key(f"address {host}"), TRIES_PER_ADDRESS)]
    with database_of(request).transaction() as c:
        now = utc_now()
        taken = sign_ins.take_try(c, limits, iso(now), later(now, -TRY_SECONDS))
    if not taken:
        log.warning("console.too_many_tries", extra={"address": host})
    return taken


def forget_tries(c: Connection, name: str) -> None:
    """It was them after all: the tries counted against this name are void."""
    sign_ins.forget_tries(c, _key(name))


def spend_code(c: Connection, row: officials.OfficialRow, code: str) -> bool:
    """Use up a code of the app or a recovery code; each works once."""
    step = find_step(row.totp_secret, code, utc_now())
    if step is not None:
        return officials.use_totp_step(c, row.id, step)
    return officials.use_recovery_code(c, row.id, hash_code(code))


def _succeed(c: Connection, official_id: int, login: str) -> None:
    now = iso(utc_now())
    sign_ins.forget_tries(c, _key(login))
    officials.record_sign_in(c, official_id, now)
    record(c, login, "sign-in", f"official:{official_id}", json.dumps({}), now)


def _again(request: Request, login: str, error: str, status: int) -> Response:
    return page(request, None, "sign_in.html", status, login=login, next=_next(request), error=error, said="")


def _go_on(request: Request, token: str, path: str) -> Response:
    response = RedirectResponse(path, 303, HEADERS)
    set_cookie(response, request, visit_of(request).console, token)
    return response


def _next(request: Request) -> str:
    """Where they wanted to go: an address of the console, never of another site."""
    wanted = read_text(form_of(request), "next", 500) or request.query_params.get("next", "")
    inside = wanted == "/console" or wanted.startswith(("/console/", "/console?"))
    return wanted if inside and not wanted.startswith(SIGN_IN) and "\\" not in wanted else "/console"


def _key(name: str) -> str:
    return digest("try", name)
