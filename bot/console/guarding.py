"""The door: every request to the console passes here before a handler sees it.

It answers for size, sign-in, second factor, forced password change, role, scope of a page, CSRF and origin, and turns
whatever goes wrong into a page in Vietnamese. It must not know what any page shows.
"""

from __future__ import annotations

import asyncio
import dataclasses
import hashlib
import hmac
import logging
import re
import secrets
from collections.abc import Awaitable, Callable
from urllib.parse import quote, urlsplit

from starlette.datastructures import FormData
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect, Request
from starlette.responses import PlainTextResponse, RedirectResponse, Response
from starlette.routing import Route

from bot.clock import iso, later, parse_iso, utc_now
from bot.console.access import Least, Official, allowed, official_of
from bot.console.frame import HEADERS, Console, Visit, refusal
from bot.console.passwords import digest, same
from storage import officials, sign_ins
from storage.database import StorageError

log = logging.getLogger(__name__)

COOKIE = "gocua_console"
COOKIE_FORM = re.compile(r"[A-Za-z0-9_-]{43}")  # 256 random bits
IDLE_SECONDS = 2 * 3600
ABSOLUTE_SECONDS = 12 * 3600
HALF_SECONDS = 5 * 60  # to type the code of the second factor
TOUCH_SECONDS = 60  # how exactly "last used" is kept: a write per request would be one too many
SMALL_BODY = 256 * 1024
SIGN_IN = "/console/sign-in"
SECOND_FACTOR = "/console/sign-in/code"
CHANGE_PASSWORD = "/console/account/password"  # noqa: S105 - an address
SIGN_OUT = "/console/sign-out"

Handler = Callable[[Request, Official], Response]
PublicHandler = Callable[[Request], Response]


@dataclasses.dataclass(frozen=True, slots=True)
class ConsoleRoute:
    """One address and one method: a route that `writes` is a POST, any other a GET that must change nothing.

    A GET that `logs` shows what may only be looked at on record: it leaves one row in the audit log.

    `least` is the lowest role let in; `whole_city` keeps out officials of communes; `max_body` is bytes of a POST.
    """

    path: str
    handler: Handler
    least: Least = "viewer"
    writes: bool = False
    whole_city: bool = False
    logs: bool = False
    max_body: int = SMALL_BODY

    @property
    def method(self) -> str:
        return "POST" if self.writes else "GET"


@dataclasses.dataclass(frozen=True, slots=True)
class PublicRoute:
    """A page for whoever has no proven sign-in: "anyone", or "half" with the second factor still owed."""

    path: str
    handler: PublicHandler
    least: Least
    writes: bool = False

    @property
    def method(self) -> str:
        return "POST" if self.writes else "GET"


def guarded(route: ConsoleRoute | PublicRoute, console: Console) -> Route:
    """The Starlette route that lets in whom `route` wants."""

    async def endpoint(request: Request) -> Response:
        if not route.writes:
            return await asyncio.to_thread(_answer, route, request, console, FormData(), asyncio.get_running_loop())
        refused = _refuse_body(request, route)
        if refused:
            return refused
        try:
            async with request.form(max_part_size=_max_body(route)) as form:
                return await asyncio.to_thread(_answer, route, request, console, form, asyncio.get_running_loop())
        except ClientDisconnect:
            return Response(status_code=400)
        except HTTPException as unreadable:
            return PlainTextResponse(
                "Không đọc được biểu mẫu. Anh/chị tải lại trang rồi gửi lại.", unreadable.status_code
            )

    return Route(route.path, endpoint, methods=[route.method])


def not_found(console: Console) -> Callable[[Request], Awaitable[Response]]:
    """The page for an address that is none of ours."""

    def show(request: Request) -> Response:
        return _not_found(request, _look(request, console)[1])

    route = PublicRoute("", show, "anyone")

    async def endpoint(request: Request) -> Response:
        return await asyncio.to_thread(_answer, route, request, console, FormData(), asyncio.get_running_loop())

    return endpoint


def new_token() -> str:
    return secrets.token_urlsafe(32)


def token_hash_of(token: str) -> str:
    return digest("sign-in", token)


def csrf_of(token: str) -> str:
    """What a form of this browser carries; known only to whoever has the cookie."""
    return hmac.new(token.encode(), b"gocua form", hashlib.sha256).hexdigest()


def set_cookie(response: Response, request: Request, console: Console, token: str) -> None:
    """Until the browser is closed; the database decides when it ends before that."""
    response.set_cookie(
        COOKIE,
        token,
        path="/console",
        httponly=True,
        samesite="lax",
        secure=request.url.scheme == "https" or console.settings.public_url.startswith("https:"),
    )


def token_of(request: Request) -> str:
    """The browser's token, or "" when it has none of our making."""
    token = request.cookies.get(COOKIE, "")
    return token if COOKIE_FORM.fullmatch(token) else ""


def idle_since() -> str:
    """A sign-in last used before this time has ended."""
    return later(utc_now(), -IDLE_SECONDS)


def _max_body(route: ConsoleRoute | PublicRoute) -> int:
    return route.max_body if isinstance(route, ConsoleRoute) else SMALL_BODY


def _refuse_body(request: Request, route: ConsoleRoute | PublicRoute) -> Response | None:
    # The server holds a body to the length it states; without a stated length nobody would.
    length = request.headers.get("content-length", "")
    if not re.fullmatch(r"\d{1,12}", length):
        return PlainTextResponse("Yêu cầu thiếu Content-Length.", 411)
    if int(length) > _max_body(route):
        return PlainTextResponse("Nội dung gửi lên quá lớn.", 413)
    return None


def _answer(
    route: ConsoleRoute | PublicRoute,
    request: Request,
    console: Console,
    form: FormData,
    loop: asyncio.AbstractEventLoop,
) -> Response:
    token = token_of(request) or new_token()
    request.state.visit = Visit(console, form, csrf_of(token), loop)
    try:
        response = _admit(route, request, console, form)
    except StorageError as error:
        log.warning("console.no_database", extra={"path": request.url.path, "reason": str(error)})
        response = _down(request)
    except Exception:
        log.exception("console.failed", extra={"method": request.method, "path": request.url.path})
        response = _broken(request)
    if token != token_of(request) and "set-cookie" not in response.headers:
        set_cookie(response, request, console, token)
    return response


def _admit(route: ConsoleRoute | PublicRoute, request: Request, console: Console, form: FormData) -> Response:
    sign_in, official, must_change = _look(request, console)
    if sign_in:
        request.state.visit = dataclasses.replace(
            request.state.visit, token_hash=sign_in.token_hash, flash_json=sign_in.flash_json
        )
    if route.writes and not (
        _comes_from_us(request, console) and same(str(form.get("csrf", "")), csrf_of(token_of(request)))
    ):
        return _stale_form(request, official)
    if isinstance(route, PublicRoute):
        if route.least == "half" and not (sign_in and not sign_in.proven):
            return RedirectResponse(SIGN_IN, 303, HEADERS)
        return route.handler(request)
    if official is None:
        return _sign_in_first(route, request, half=sign_in is not None)
    if must_change and route.path not in {CHANGE_PASSWORD, SIGN_OUT}:
        return RedirectResponse(CHANGE_PASSWORD, 303, HEADERS)
    if not allowed(official, route.least, whole_city=route.whole_city):
        return _forbidden(request, official)
    try:
        return route.handler(request, official)
    except LookupError as missing:
        if isinstance(missing, (KeyError, IndexError)):
            raise
        return _not_found(request, official)


def _look(request: Request, console: Console) -> tuple[sign_ins.SignIn | None, Official | None, bool]:
    """The browser's sign-in, who it is once proven, and whether their password must be changed first."""
    token = token_of(request)
    if not token:
        return None, None, False
    now = utc_now()
    with console.database.reading() as c:
        sign_in = sign_ins.find_sign_in(c, token_hash_of(token), iso(now), idle_since())
        row = officials.get_official(c, sign_in.official_id) if sign_in else None
    if sign_in is None or row is None or row.disabled_at:
        return None, None, False
    if (now - parse_iso(sign_in.last_used_at)).total_seconds() > TOUCH_SECONDS:
        with console.database.transaction() as c:
            sign_ins.touch(c, sign_in.token_hash, iso(now))
    return sign_in, official_of(row) if sign_in.proven else None, row.must_change_password


def _comes_from_us(request: Request, console: Console) -> bool:
    """What the browser says about where the form stood; a browser too old to say it still needs the token."""
    origin = request.headers.get("origin")
    if origin is None:
        return request.headers.get("sec-fetch-site", "same-origin") == "same-origin"
    ours = {request.headers.get("host", "").lower(), urlsplit(console.settings.public_url).netloc.lower()} - {""}
    try:
        return urlsplit(origin).netloc.lower() in ours
    except ValueError:
        return False


def _sign_in_first(route: ConsoleRoute, request: Request, *, half: bool) -> Response:
    if half:
        return RedirectResponse(SECOND_FACTOR, 303, HEADERS)
    if not route.writes:
        query = f"?{request.url.query}" if request.url.query else ""
        return RedirectResponse(f"{SIGN_IN}?next={quote(request.url.path + query, safe='')}", 303, HEADERS)
    return refusal(
        request,
        None,
        401,
        "Phiên làm việc đã hết",
        "Điều anh/chị vừa gửi chưa được thực hiện. Anh/chị đăng nhập lại rồi làm lại giúp.",
    )


def _stale_form(request: Request, official: Official | None) -> Response:
    return refusal(
        request,
        official,
        403,
        "Biểu mẫu đã cũ",
        "Trang này mở đã lâu, hoặc biểu mẫu không đến từ trang của Gõ Cửa, nên chưa có gì được thực hiện. "
        "Anh/chị quay lại, tải lại trang rồi gửi lại giúp.",
    )


def _forbidden(request: Request, official: Official) -> Response:
    return refusal(
        request,
        official,
        403,
        "Anh/chị chưa có quyền mở trang này",
        "Tài khoản của anh/chị không đủ quyền hoặc không phụ trách phạm vi này. "
        "Nếu cần cho công việc, anh/chị liên hệ người quản trị.",
    )


def _not_found(request: Request, official: Official | None) -> Response:
    return refusal(
        request,
        official,
        404,
        "Không có trang này",
        "Địa chỉ sai, hoặc mục này đã bị xóa, hoặc không thuộc phạm vi anh/chị phụ trách.",
    )


def _down(request: Request) -> Response:
    return refusal(
        request,
        None,
        503,
        "Hệ thống đang bận",
        "Cơ sở dữ liệu chưa trả lời nên chưa có gì được ghi. Anh/chị thử lại sau ít phút.",
    )


def _broken(request: Request) -> Response:
    return refusal(
        request,
        None,
        500,
        "Có lỗi trong hệ thống",
        "Lỗi đã được ghi vào nhật ký máy chủ. Anh/chị thử lại; nếu vẫn vậy, xin báo người quản trị giờ xảy ra lỗi.",
    )
