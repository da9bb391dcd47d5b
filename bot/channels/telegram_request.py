"""One request to Telegram, and what its failure means.

Answers for: python-telegram-bot's `Bot` over one aiohttp session, which sends faster than its own transport,
and the one place where a failure becomes a `ChannelError`. Never retries or logs: the callers do.
"""

from __future__ import annotations

import asyncio
import dataclasses
import json
import re
from typing import Any, cast

import aiohttp
from telegram.error import (
    BadRequest,
    ChatMigrated,
    Conflict,
    Forbidden,
    InvalidToken,
    NetworkError,
    TelegramError,
    TimedOut,
)
from telegram.request import BaseRequest, RequestData

from bot.channels.contract import ChannelError, Gone, Misconfigured, Refused, TryLater
from bot.channels.unreached import why_unreached

# What a call of `Bot` may end with. All but the first are the library stumbling over an answer that is not the
# Bot API's.
ANSWER_ERRORS = (TelegramError, LookupError, TypeError, ValueError, AttributeError)
FLOOD_WAIT = 5.0  # seconds, when a 429 does not say how long

# 400s that say nobody is there. Everything else in 400 is about the message.
_GONE = (
    "chat not found",
    "user not found",
    "user is deactivated",
    "bot was blocked",
    "bot was kicked",
    "group chat was deactivated",
    "group chat was upgraded",
    "peer_id_invalid",
    "user_is_blocked",
    "input_user_deactivated",
)


class UnreachedError(NetworkError):
    """No connection was made: the request never left us."""


class FloodError(TelegramError):
    """429. The library's own `RetryAfter` warns of deprecation whenever it is made."""

    def __init__(self, after: float) -> None:
        super().__init__(f"Too Many Requests: retry after {after:g}")
        self.after = after


class UnreadableError(TelegramError):
    """An answer came that is not the Bot API's."""


@dataclasses.dataclass(frozen=True, slots=True)
class Asked:
    """What a transport reads of the library's final `RequestData`: parameters as plain JSON values, never a file."""

    parameters: dict[str, Any]
    contains_files: bool = False


class AiohttpRequest(BaseRequest):
    """The library's transport on one aiohttp session. Time-outs in seconds; sends no files."""

    def __init__(self, *, connections: int, connect_timeout: float, read_timeout: float) -> None:
        self._connections = connections
        self._connect_timeout = connect_timeout
        self._read_timeout = read_timeout
        self._session: aiohttp.ClientSession | None = None
        self._closed = False

    @property
    def read_timeout(self) -> float:
        return self._read_timeout

    async def initialize(self) -> None:
        """Nothing: the session is made on the first request, in whatever loop that runs."""

    async def shutdown(self) -> None:
        self._closed = True
        if self._session is not None:
            await self._session.close()

    @staticmethod
    def parse_json_payload(payload: bytes) -> dict[str, Any]:
        """The answer's envelope. Unlike the library's own, it does not log whole payloads it cannot read."""
        try:
            answer = json.loads(payload)
        except (ValueError, RecursionError) as error:
            raise UnreadableError("câu trả lời không phải JSON") from error
        if not isinstance(answer, dict) or ("result" not in answer and answer.get("ok") is not False):
            raise UnreadableError("câu trả lời không phải của Bot API")
        return answer

    async def call(self, url: str, asked: dict[str, Any]) -> Any:
        """The `result` of one call, as JSON. Fails as the calls of `Bot` do.

        `Bot` makes an object with a hundred fields of every message sent, which takes a third of a send's time, and we
        want its number only.
        """
        return await self.post(url, cast("RequestData", Asked(asked)))

    async def do_request(
        self,
        url: str,
        method: str,
        request_data: RequestData | None = None,
        read_timeout: Any = BaseRequest.DEFAULT_NONE,
        write_timeout: Any = BaseRequest.DEFAULT_NONE,  # noqa: ARG002
        connect_timeout: Any = BaseRequest.DEFAULT_NONE,  # noqa: ARG002
        pool_timeout: Any = BaseRequest.DEFAULT_NONE,  # noqa: ARG002
    ) -> tuple[int, bytes]:
        """(HTTP status, body). Raises `FloodError` (429), `UnreachedError`, `TimedOut` or `NetworkError`."""
        if self._closed:
            raise UnreachedError("kênh Telegram đã đóng")
        if self._session is None:
            connector = aiohttp.TCPConnector(limit=self._connections)
            self._session = aiohttp.ClientSession(
                connector=connector,
                cookie_jar=aiohttp.DummyCookieJar(),  # the Bot API sets none; a jar is searched for every request
                headers={"User-Agent": self.USER_AGENT},
            )
        wait = self._read_timeout if read_timeout is BaseRequest.DEFAULT_NONE else read_timeout
        # `total` ends an answer that drips in byte by byte.
        timeout = aiohttp.ClientTimeout(total=self._connect_timeout + wait, connect=self._connect_timeout)
        body = request_data.parameters if request_data else None
        try:
            async with self._session.request(
                method, url, json=body, timeout=timeout, allow_redirects=False
            ) as response:
                # A poll may be held for long, but what has begun has to end soon.
                async with asyncio.timeout(self._read_timeout):
                    status, payload = response.status, await response.read()
        except (aiohttp.ClientConnectorError, aiohttp.ConnectionTimeoutError, aiohttp.InvalidURL) as error:
            raise UnreachedError(f"không nối được tới máy chủ Telegram: {why_unreached(error)}") from error
        except TimeoutError as error:
            raise TimedOut("máy chủ Telegram không trả lời kịp") from error
        except aiohttp.ClientError as error:
            raise NetworkError(f"mất kết nối tới máy chủ Telegram ({type(error).__name__})") from error
        if status == 429:
            raise FloodError(_retry_after(payload))
        return status, payload


def channel_error(error: Exception) -> ChannelError:
    """What one of `ANSWER_ERRORS` means for the message being sent. The reason never holds the token."""
    reason = str(error)[:300] if isinstance(error, TelegramError) else "câu trả lời không phải của Bot API"
    if isinstance(error, FloodError):
        return TryLater(reason, after=error.after)
    if isinstance(error, InvalidToken):
        return Misconfigured(f"Telegram không nhận mã bot: {reason}")
    if isinstance(error, BadRequest):
        return Gone(reason) if any(final in reason.lower() for final in _GONE) else Refused(reason)
    if isinstance(error, Forbidden | ChatMigrated):
        return Gone(reason)
    # After a 5xx, a lost connection, a late or senseless answer, the request may have been carried out.
    return TryLater(reason, may_have_arrived=not isinstance(error, Conflict | UnreachedError))


def is_parse_error(error: Exception) -> bool:
    """True when Telegram could not read the markup: the same words without markup will be taken."""
    return isinstance(error, BadRequest) and "can't parse entities" in str(error).lower()


def _retry_after(payload: bytes) -> float:
    """Seconds to wait as a 429 says them: in `parameters`, else in its sentence, else `FLOOD_WAIT`."""
    found = re.search(rb'"retry_after"\s*:\s*(\d{1,6}(?:\.\d+)?)', payload) or re.search(
        rb"retry after (\d{1,6})", payload
    )
    return float(found[1]) if found else FLOOD_WAIT
