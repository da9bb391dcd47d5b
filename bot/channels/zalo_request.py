"""One request to the Zalo Bot API, and what its answer means.

Answers for: POST JSON over one aiohttp session, the envelope `{ok, result, description, error_code}` read as what it
says (a refusal comes with HTTP 200), and the one place where a failure becomes a `ChannelError`. The published client
swallows `ok: false`; hence our own. Never retries or logs: the callers do.
"""

from __future__ import annotations

import asyncio
import json
import re
from typing import Any

import aiohttp

from bot.channels.contract import ChannelError, Gone, Misconfigured, Refused, TryLater
from bot.channels.unreached import why_unreached

IDLE = 408  # getUpdates has nothing to give

# A refusal that is about the person and not about the message. Zalo documents no codes for these.
_GONE = re.compile(
    r"(chat|user|recipient|receiver)(_id)?\b.{0,40}(not found|not exist|invalid|deactivated|blocked|not interact)"
    r"|blocked by|has blocked|(not|n't|never) (yet )?(interact|follow|started?\b)|can't initiate"
    r"|chưa tương tác|đã chặn",
    re.IGNORECASE,
)
_OUR_TOKEN = re.compile(r"unauthorized|invalid (bot )?token|token.{0,20}(invalid|expired|revoked)", re.IGNORECASE)


class FloodError(TryLater):
    """429. Zalo does not say for how long; the channel decides."""


class IdleError(TryLater):
    """408: the platform waited and nothing came. For getUpdates this is no error at all."""


class ConflictError(TryLater):
    """409: a webhook stands in the way of getUpdates."""


class ZaloClient:
    """Calls of one bot. Time-outs in seconds. Reasons never hold the token."""

    def __init__(
        self, token: str, api_url: str, *, connections: int, connect_timeout: float, read_timeout: float
    ) -> None:
        self._token = token
        self._base_url = f"{api_url.rstrip('/')}/bot{token}"
        self._connections = connections
        self._connect_timeout = connect_timeout
        self._read_timeout = read_timeout
        self._session: aiohttp.ClientSession | None = None
        self._closed = False

    async def close(self) -> None:
        self._closed = True
        if self._session is not None:
            await self._session.close()

    async def get_name(self) -> str:
        """The bot's name, asked from the platform, or a `ChannelError`."""
        result = await self._call("getMe", {})
        names = [result.get(field) for field in ("display_name", "account_name")] if isinstance(result, dict) else []
        return next((name for name in names if isinstance(name, str) and name), "")

    async def get_update(self, wait: int) -> object:
        """The next event, or None after `wait` seconds without one. What was handed out is never handed out again."""
        try:
            update: object = await self._call("getUpdates", {"timeout": str(wait)}, wait)
        except IdleError:
            return None
        return update

    async def set_webhook(self, url: str, secret: str) -> None:
        await self._call("setWebhook", {"url": url, "secret_token": secret})

    async def delete_webhook(self) -> None:
        await self._call("deleteWebhook", {})

    async def send_message(self, chat_id: str, text: str) -> str:
        """Send 1 to 2000 characters. The message id."""
        return _message_id(await self._call("sendMessage", {"chat_id": chat_id, "text": text}))

    async def send_photo(self, chat_id: str, photo: str, caption: str = "") -> str:
        """Send the picture at the address `photo`, with up to 2000 characters under it. The message id."""
        asked = {"chat_id": chat_id, "photo": photo} | ({"caption": caption} if caption else {})
        return _message_id(await self._call("sendPhoto", asked))

    async def _call(self, method: str, asked: dict[str, str], wait: float = 0) -> Any:
        """The answer's `result`. `wait` is how long the platform may hold its answer back. Raises `ChannelError`."""
        if self._closed:
            raise TryLater("kênh Zalo đã đóng")
        if self._session is None:
            self._session = aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=self._connections))
        # `total` ends an answer that drips in byte by byte.
        total = self._connect_timeout + self._read_timeout + wait
        timeout = aiohttp.ClientTimeout(total=total, connect=self._connect_timeout)
        try:
            async with self._session.post(
                f"{self._base_url}/{method}", json=asked, timeout=timeout, allow_redirects=False
            ) as response:
                # A poll may be held for long, but what has begun has to end soon.
                async with asyncio.timeout(self._read_timeout):
                    status, payload = response.status, await response.read()
        except (aiohttp.ClientConnectorError, aiohttp.ConnectionTimeoutError, aiohttp.InvalidURL) as error:
            raise TryLater(f"không nối được tới máy chủ Zalo: {why_unreached(error)}") from error
        except TimeoutError as error:
            raise TryLater("máy chủ Zalo không trả lời kịp", may_have_arrived=True) from error
        except (aiohttp.ClientError, OSError) as error:
            reason = f"mất kết nối tới máy chủ Zalo ({type(error).__name__})"
            raise TryLater(reason, may_have_arrived=True) from error
        try:
            return parse_answer(status, payload)
        except ChannelError as error:
            error.reason = error.reason.replace(self._token, "…")
            raise


def parse_answer(status: int, payload: bytes) -> Any:
    """`result` of an answer that says ok (None where there is none); anything else is raised as what it means."""
    try:
        answer = json.loads(payload)
    except (ValueError, RecursionError):
        answer = None
    if not isinstance(answer, dict) or not isinstance(answer.get("ok"), bool):
        if status < 400:
            raise TryLater("câu trả lời không phải của Zalo Bot API", may_have_arrived=True)
        raise _refusal(status, "")  # a wrong token is answered with a page, not with JSON
    if answer["ok"] and status < 300:
        return answer.get("result")
    code, words = answer.get("error_code"), answer.get("description")
    if answer["ok"] or not isinstance(code, int):
        code = status
    raise _refusal(code, words[:300] if isinstance(words, str) else "")


def _refusal(code: int, words: str) -> ChannelError:
    reason = f"{code}: {words}" if words else f"Zalo trả lời mã {code}"
    if code == 429:
        return FloodError(reason)
    if code == IDLE:
        return IdleError(reason, may_have_arrived=True)
    if code == 401 or _OUR_TOKEN.search(words):
        return Misconfigured(f"Zalo không nhận mã bot: {reason}")
    if _GONE.search(words):
        return Gone(reason)
    if code == 404:
        return Misconfigured(f"sai mã bot hoặc sai địa chỉ máy chủ Zalo: {reason}")
    if code == 403:
        return Gone(reason)
    if code == 409:
        return ConflictError(reason)
    if 400 <= code < 500:
        return Refused(reason)
    # After a 5xx, or a code nobody knows, the request may have been carried out.
    return TryLater(reason, may_have_arrived=True)


def _message_id(result: object) -> str:
    """The id of what was just sent."""
    message_id = result.get("message_id") if isinstance(result, dict) else None
    if not isinstance(message_id, str | int) or message_id == "":
        raise TryLater("câu trả lời không có message_id", may_have_arrived=True)
    return str(message_id)
