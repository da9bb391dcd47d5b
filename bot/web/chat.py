"""The routes of the web chat: the page, its files, sending a message, and the stream of answers.

It answers for who is asking (a random cookie), what may come in, and how much. It must not decide what to
say: a message goes to `inbox`, answers come from `mailbox`.
"""

from __future__ import annotations

import dataclasses
import hashlib
import json
import logging
import re
import secrets
import time
import unicodedata
from collections.abc import Awaitable
from typing import Any, Protocol
from urllib.parse import urlsplit

from starlette.requests import ClientDisconnect, Request
from starlette.responses import JSONResponse, PlainTextResponse, Response, StreamingResponse
from starlette.routing import Route

from bot.channels.web import NAME, Mailbox, message_id, parse_cursor
from bot.messages import Inbound
from bot.web.assets import Asset, answer_with, cache_control_for, load_assets
from bot.web.flood import Allowance, Buckets, retry_after
from bot.web.stream import stream_events
from storage.database import StorageError

log = logging.getLogger(__name__)

COOKIE = "gocua"
COOKIE_AGE = 365 * 24 * 3600
COOKIE_FORM = re.compile(r"[0-9a-f]{32}")  # 128 random bits
CLIENT_ID_FORM = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")
BODY_LIMIT = 16 * 1024
TEXT_LIMIT = 2000
LABEL_LIMIT = 64
ACTION_LIMIT = 64  # bytes, as `Choice.action`
STREAMS_LIMIT = 2000  # open tabs one process carries

# A person tapping as fast as they can stays under the first. A whole factory behind one address of a mobile
# network stays under the second.
SESSION_ALLOWANCE = Allowance(burst=20, per_second=1)
ADDRESS_ALLOWANCE = Allowance(burst=300, per_second=30)

NO_SESSION = "Phiên trò chuyện chưa mở hoặc đã hết. Anh/chị tải lại trang rồi gửi lại giúp ạ."
FOREIGN = "Tin nhắn này không đến từ trang Gõ Cửa nên không được nhận."
NOT_JSON = "Tin nhắn phải được gửi ở dạng application/json."
TOO_BIG = "Tin nhắn quá lớn. Anh/chị viết ngắn lại giúp ạ."
UNREADABLE = "Không đọc được tin nhắn. Anh/chị tải lại trang rồi gửi lại giúp ạ."
EMPTY = "Tin nhắn trống. Anh/chị viết câu hỏi rồi gửi giúp ạ."
TOO_LONG = "Tin nhắn dài quá 2.000 ký tự. Anh/chị viết ngắn lại giúp ạ."
TOO_FAST = "Anh/chị gửi hơi nhanh. Xin chờ một chút rồi gửi lại giúp ạ."
TOO_MANY = "Hiện có quá nhiều người đang trò chuyện. Anh/chị thử lại sau ít phút giúp ạ."
NOT_STORED = "Hệ thống đang bận, tin nhắn chưa được nhận. Anh/chị gửi lại sau ít phút giúp ạ."


class Inbox(Protocol):
    """Where messages go: `receive` returns after the message and its answers are committed."""

    def receive(self, inbound: Inbound) -> Awaitable[None]: ...


class RequestError(Exception):
    """A request that is not taken: the HTTP status and what to tell the person."""

    def __init__(self, status: int, error: str, wait: float = 0.0) -> None:
        super().__init__(error)
        self.status = status
        self.error = error
        self.wait = wait

    def response(self) -> Response:
        headers = {"Retry-After": retry_after(self.wait)} if self.wait else None
        return JSONResponse({"error": self.error}, self.status, headers)


def chat_routes(inbox: Inbox, mailbox: Mailbox, public_url: str = "") -> list[Route]:
    """`/`, `/static/…`, `/chat/messages` and `/chat/events`; the application around them adds `SecurityHeaders`.

    `public_url` is how people reach us, when that differs from what a proxy passes on.
    """
    chat = Chat(inbox, mailbox, public_url, load_assets())
    return [
        Route("/", chat.show_page),
        Route("/favicon.ico", chat.show_icon),
        Route("/static/{name}", chat.show_asset),
        Route("/chat/messages", chat.take_message, methods=["POST"]),
        Route("/chat/events", chat.open_events),
    ]


@dataclasses.dataclass(frozen=True, slots=True)
class Chat:
    """The handlers and what they share."""

    inbox: Inbox
    mailbox: Mailbox
    public_url: str
    assets: dict[str, Asset]
    sessions: Buckets = dataclasses.field(default_factory=lambda: Buckets(SESSION_ALLOWANCE))
    addresses: Buckets = dataclasses.field(default_factory=lambda: Buckets(ADDRESS_ALLOWANCE))

    async def show_page(self, request: Request) -> Response:
        response = answer_with(self.assets["chat.html"], request, "private, no-cache")
        response.set_cookie(
            COOKIE,
            find_session(request) or secrets.token_hex(16),
            max_age=COOKIE_AGE,
            path="/",
            httponly=True,
            samesite="lax",
            secure=request.url.scheme == "https" or self.public_url.startswith("https:"),
        )
        return response

    async def show_icon(self, request: Request) -> Response:
        return answer_with(self.assets["icon.svg"], request, "public, max-age=86400")

    async def show_asset(self, request: Request) -> Response:
        name = request.path_params["name"]
        asset = self.assets.get(name)
        if asset is None or name.endswith(".html"):
            return PlainTextResponse("Không có tệp này.", 404)
        return answer_with(asset, request, cache_control_for(asset, request.query_params.get("v")))

    async def take_message(self, request: Request) -> Response:
        """202 once the message is committed; 4xx when it never will be; 401, 429 and 5xx: send it again."""
        try:
            session = self.get_session(request)
            self.check_pace(request, session)
            inbound = parse_message(await read_body(request), address_of(session))
        except RequestError as rejected:
            return rejected.response()
        except ClientDisconnect:
            return Response(status_code=400)
        try:
            await self.inbox.receive(inbound)
        except StorageError as error:
            log.debug("inbound.not_stored", extra={"channel": NAME, "reason": str(error)})
            return RequestError(503, NOT_STORED, wait=5).response()
        self.mailbox.wake(inbound.address)
        return JSONResponse({}, 202)

    async def open_events(self, request: Request) -> Response:
        """The stream from `Last-Event-ID` (or `?after=`, for a page that opens a new stream by itself)."""
        try:
            session = self.get_session(request)
        except RequestError as rejected:
            return rejected.response()
        if self.mailbox.count_streams() >= STREAMS_LIMIT:
            return RequestError(503, TOO_MANY, wait=60).response()
        after = request.headers.get("last-event-id") or request.query_params.get("after", "")
        return StreamingResponse(
            stream_events(self.mailbox, address_of(session), parse_cursor(after)),
            media_type="text/event-stream",
            headers={"Cache-Control": "no-store", "X-Accel-Buffering": "no"},  # nginx would hold events back
        )

    def get_session(self, request: Request) -> str:
        """The cookie's session, for a request from our own page. Raises `RequestError` 403 or 401."""
        origin = request.headers.get("origin")
        if origin is not None:
            ours = {request.headers.get("host", "").lower(), urlsplit(self.public_url).netloc.lower()} - {""}
            if netloc_of(origin) not in ours:
                raise RequestError(403, FOREIGN)
        session = find_session(request)
        if session is None:
            raise RequestError(401, NO_SESSION)
        return session

    def check_pace(self, request: Request, session: str) -> None:
        now = time.monotonic()
        host = request.client.host if request.client else ""
        wait = self.addresses.take(host, now) or self.sessions.take(session, now)
        if wait:
            raise RequestError(429, TOO_FAST, wait)


def find_session(request: Request) -> str | None:
    value = request.cookies.get(COOKIE, "")
    return value if COOKIE_FORM.fullmatch(value) else None


def address_of(session: str) -> str:
    """The address we store. Not the cookie itself: whoever reads the database must not become the person."""
    return hashlib.sha256(f"gocua:{session}".encode()).hexdigest()[:32]


def netloc_of(origin: str) -> str:
    try:
        return urlsplit(origin).netloc.lower()
    except ValueError:
        return ""


async def read_body(request: Request) -> bytes:
    """The body of a JSON request, at most `BODY_LIMIT` bytes. Raises `RequestError` 415 or 413."""
    if request.headers.get("content-type", "").partition(";")[0].strip().lower() != "application/json":
        raise RequestError(415, NOT_JSON)
    body = b""
    async for chunk in request.stream():
        body += chunk
        if len(body) > BODY_LIMIT:
            raise RequestError(413, TOO_BIG)
    return body


def parse_message(body: bytes, address: str) -> Inbound:
    """{id, text} or {id, choice, label} or {id, start: true} → Inbound. Raises `RequestError` 400."""
    try:
        message = json.loads(body)
    except (ValueError, RecursionError):
        raise RequestError(400, UNREADABLE) from None
    if not isinstance(message, dict):
        raise RequestError(400, UNREADABLE)
    client_id = read_text(message, "id").lower()
    if not CLIENT_ID_FORM.fullmatch(client_id):
        raise RequestError(400, UNREADABLE)
    identity = message_id(address, client_id)
    if message.get("start") is True:
        return Inbound(NAME, address, identity, "start")
    if "choice" in message:
        choice, label = read_text(message, "choice"), read_text(message, "label")
        if not choice or not label or len(choice.encode()) > ACTION_LIMIT or len(label) > LABEL_LIMIT:
            raise RequestError(400, UNREADABLE)
        return Inbound(NAME, address, identity, "choice", text=label, choice=choice)
    text = read_text(message, "text")
    if not text:
        raise RequestError(400, EMPTY)
    if len(text) > TEXT_LIMIT:
        raise RequestError(400, TOO_LONG)
    return Inbound(NAME, address, identity, "text", text=text)


def read_text(message: dict[str, Any], name: str) -> str:
    """A string of the message, without control characters and lone surrogates: no database can hold them."""
    value = message.get(name, "")
    if not isinstance(value, str):
        raise RequestError(400, UNREADABLE)
    kept = (char for char in value if char in "\n\t" or unicodedata.category(char) not in {"Cc", "Cs"})
    return unicodedata.normalize("NFC", "".join(kept)).strip()
