"""Telegram: sends bubbles, reads updates by long polling or webhook, and says how it is.

Answers for: an update is acknowledged (offset moved, HTTP 200) only after `receive` has returned, so that a
crash loses nothing. (The library's own Updater acknowledges first; hence our own loop.)
Must not touch the database, decide what to say, or pace the sending: `sending` keeps `limits`.
"""

from __future__ import annotations

import asyncio
import dataclasses
import json
import logging
import random
import re
from collections.abc import Awaitable, Callable, Mapping
from typing import Any
from urllib.parse import urlencode

from telegram import Bot, LinkPreviewOptions
from telegram.error import BadRequest, Conflict, TelegramError

from bot.channels.choices import for_buttons
from bot.channels.contract import ChannelError, Limits, Misconfigured, NotStored, Outgoing, TryLater
from bot.channels.markdown import to_plain
from bot.channels.telegram_format import keyboard, to_telegram_html
from bot.channels.telegram_request import (
    ANSWER_ERRORS,
    AiohttpRequest,
    UnreadableError,
    channel_error,
    is_parse_error,
)
from bot.channels.telegram_updates import ALLOWED_UPDATES, NAME, find_update_id, parse_update
from bot.channels.webhooks import RejectedError, Webhook, read_call
from bot.condition import Condition
from bot.messages import Inbound

log = logging.getLogger(__name__)

Receive = Callable[[Inbound], Awaitable[None]]
LoadOffset = Callable[[str], Awaitable[int]]
SaveOffset = Callable[[str, int], Awaitable[None]]

WEBHOOK_PATH = "/telegram/webhook"
SECRET_HEADER = "x-telegram-bot-api-secret-token"  # noqa: S105 (the header's name)
IN_FLIGHT = 64
TEXT_LENGTH = 4096  # UTF-16 units after entities
NO_PREVIEW = LinkPreviewOptions(is_disabled=True).to_dict()

_random = random.SystemRandom()


@dataclasses.dataclass(frozen=True, slots=True)
class Timing:
    """How long to wait, in seconds. An operator has no reason to change these; tests have."""

    poll: int = 45  # the platform holds a poll for 50 at most; proxies on the way often less than a minute
    connect: float = 10
    read: float = 20
    retry_base: float = 1
    retry_cap: float = 60
    conflict: float = 30
    misconfigured: float = 15


class TelegramChannel:
    """The channel of `contract.Channel` on Telegram.

    `receive` returns only when the message is committed, and may be given the same message again.
    `load_offset(name)` and `save_offset(name, offset)` keep the id of the next update wanted; 0 before any.
    With an empty `public_url` the webhook has been set by hand. Messages of up to `receive_at_once` chats are
    received side by side.
    """

    name = NAME

    def __init__(  # noqa: PLR0913 (an operator sets each of them)
        self,
        token: str,
        api_url: str,
        receive: Receive,
        load_offset: LoadOffset,
        save_offset: SaveOffset,
        *,
        mode: str = "polling",
        webhook_secret: str = "",
        public_url: str = "",
        per_second: float = 30,
        chat_interval: float = 1,
        receive_at_once: int = 8,
        timing: Timing = Timing(),
    ) -> None:
        self.limits = Limits(per_second, chat_interval, IN_FLIGHT, TEXT_LENGTH)
        self.webhook = Webhook(WEBHOOK_PATH, self.handle_webhook)
        self._receive = receive
        self._load_offset = load_offset
        self._save_offset = save_offset
        self._mode = mode
        self._webhook_secret = webhook_secret
        self._public_url = public_url
        self._receive_at_once = receive_at_once
        self._timing = timing
        # Beside the sends there are a poll and answers to taps.
        self._request = AiohttpRequest(
            connections=IN_FLIGHT * 2 + 1, connect_timeout=timing.connect, read_timeout=timing.read
        )
        base_url = f"{api_url.rstrip('/')}/bot"
        self._bot = Bot(token, base_url=base_url, request=self._request, get_updates_request=self._request)
        self._username = ""
        self._offset = 0
        self._prepared = False
        self._reading: asyncio.Task[None] | None = None
        self._condition = Condition(NAME, "connecting")

    @classmethod
    def for_sending(cls, token: str, api_url: str) -> TelegramChannel:
        """A channel that reads nothing: `identify` and `send` only, no `start`; `stop` closes it."""

        async def refuse(*_: object) -> Any:
            raise RuntimeError("kênh này chỉ để gửi")

        return cls(token, api_url, refuse, refuse, refuse)

    async def identify(self) -> str:
        """The bot's username without @, asked from the platform, or a `ChannelError`."""
        try:
            self._username = (await self._bot.get_me()).username or ""
        except ANSWER_ERRORS as error:
            raise channel_error(error) from error
        return self._username

    async def start(self) -> None:
        """Begin reading in the background. Returns at once and never fails: `status` tells how it goes."""
        step = self._poll if self._mode == "polling" else self._register_webhook
        self._reading = asyncio.create_task(self._keep_trying(step), name="telegram")

    async def stop(self) -> None:
        """Stop reading, even in the middle of a poll, and close all connections."""
        if self._reading is not None:
            self._reading.cancel()
            await asyncio.gather(self._reading, return_exceptions=True)
            self._reading = None
        await self._request.shutdown()

    def status(self) -> dict[str, str]:
        """For /health: `state` (ok, connecting, down, misconfigured), `last_ok_at` (UTC), `last_error`."""
        told = self._condition
        return {"state": told.state, "last_ok_at": told.ok_at, "last_error": told.reason}

    async def send(self, outgoing: Outgoing) -> str:
        """Send one bubble and stop the tapped button's spinner. The message id, or a `ChannelError`."""
        if not outgoing.callback_id:
            return await self._deliver(outgoing)
        message_id, _ = await asyncio.gather(self._deliver(outgoing), self._answer_tap(outgoing.callback_id))
        return message_id

    async def handle_webhook(self, headers: Mapping[str, str], body: bytes) -> int:
        """The HTTP status for a webhook request: 200 once the update is committed, 500 asks for it again."""
        try:
            update = read_call(self.name, headers, body, SECRET_HEADER, self._webhook_secret)
        except RejectedError as rejected:
            return rejected.status
        inbound = parse_update(update, self._username)
        if inbound is not None:
            try:
                await self._receive(inbound)
            except NotStored:
                return 500
            except Exception:
                log.exception("inbound.not_stored", extra={"channel": NAME})
                return 500
        if self._condition.state == "ok":  # a call from outside does not prove that we can set the webhook
            self._condition.well()
        return 200

    async def _deliver(self, outgoing: Outgoing) -> str:
        text, choices = for_buttons(outgoing.text, outgoing.choices)
        outgoing = dataclasses.replace(outgoing, text=text, choices=choices)
        try:
            try:
                return await self._send_message(outgoing, to_telegram_html(outgoing.text), "HTML")
            except BadRequest as error:
                if not is_parse_error(error):
                    raise
                log.warning("delivery.plain", extra={"channel": NAME, "reason": str(error)})
                return await self._send_message(outgoing, to_plain(outgoing.text), None)
        except ANSWER_ERRORS as error:
            raise channel_error(error) from error

    async def _send_message(self, outgoing: Outgoing, text: str, parse_mode: str | None) -> str:
        asked: dict[str, Any] = {
            "chat_id": outgoing.address,
            "text": text,
            "link_preview_options": NO_PREVIEW,
        }
        if parse_mode:
            asked["parse_mode"] = parse_mode
        if buttons := keyboard(outgoing.choices):
            asked["reply_markup"] = buttons.to_dict()
        message = await self._request.call(f"{self._bot.base_url}/sendMessage", asked)
        return str(message["message_id"])

    async def _answer_tap(self, callback_id: str) -> None:
        try:
            await self._bot.answer_callback_query(callback_id)
        except ANSWER_ERRORS as error:
            log.debug("tap.not_answered", extra={"channel": NAME, "reason": str(error)})

    async def _keep_trying(self, step: Callable[[], Awaitable[bool]]) -> None:
        """Do `step` as long as it returns True; whatever goes wrong, wait and do it again."""
        failures = 0
        again = True
        while again:
            try:
                again = await step()
                failures = 0
            except Exception as error:  # noqa: BLE001 (the loop must outlive anything)
                failures += 1
                # A webhook set by somebody else also ends as a conflict, and preparing again removes it.
                self._prepared = False
                await asyncio.sleep(self._wait_after(error, failures))

    def _wait_after(self, error: Exception, failures: int) -> float:
        """Seconds until the next try; what is wrong is in `status`, and in the log when it begins."""
        timing = self._timing
        ceiling = min(timing.retry_cap, timing.retry_base * 2 ** min(failures - 1, 16))
        wait = _random.uniform(ceiling / 2, ceiling)
        failure = channel_error(error) if isinstance(error, TelegramError) else error
        if isinstance(error, Conflict):
            wait = timing.conflict
            self._condition.ill(f"hai tiến trình cùng đọc một bot, chỉ được chạy một: {error}")
        elif isinstance(failure, TryLater):
            wait = failure.after or wait
            self._condition.ill(failure.reason)
        elif isinstance(failure, ChannelError):
            wait = timing.misconfigured
            self._condition.ill(failure.reason, "misconfigured")
        elif not isinstance(failure, NotStored):  # that is the database's trouble, and told as such
            self._condition.ill(f"chưa ghi được tin đã nhận ({type(error).__name__})")
            log.error("inbound.not_stored", extra={"channel": NAME, "again_in": f"{wait:.0f}s"}, exc_info=error)
        return wait

    async def _register_webhook(self) -> bool:
        if not re.fullmatch(r"[A-Za-z0-9_-]{1,256}", self._webhook_secret):
            raise Misconfigured("webhook cần một mã bí mật gồm chữ không dấu, số, gạch dưới, gạch nối")
        await self.identify()
        if self._public_url:
            await self._bot.set_webhook(
                self._public_url.rstrip("/") + WEBHOOK_PATH,
                allowed_updates=ALLOWED_UPDATES,
                secret_token=self._webhook_secret,
            )
        self._condition.well()
        return False

    async def _poll(self) -> bool:
        if not self._prepared:
            await self.identify()
            await self._bot.delete_webhook()
            self._offset = await self._load_offset(self.name)
            self._prepared = True
            self._condition.well()
        updates = await self._get_updates()
        await self._take(updates)
        self._condition.well()
        return True

    async def _get_updates(self) -> dict[int, object]:
        """The next updates by id, in order, as raw JSON: the library's objects fail on the unexpected."""
        query: dict[str, Any] = {
            "timeout": self._timing.poll,
            "allowed_updates": json.dumps(ALLOWED_UPDATES),
        }
        if self._offset:
            query["offset"] = self._offset
        payload = await self._request.retrieve(
            f"{self._bot.base_url}/getUpdates?{urlencode(query)}",
            read_timeout=self._timing.poll + self._timing.read,
        )
        result = self._request.parse_json_payload(payload).get("result")
        if not isinstance(result, list):
            raise UnreadableError("getUpdates không trả về danh sách")
        updates = {update_id: update for update in result if (update_id := find_update_id(update)) is not None}
        if result and not updates:
            raise UnreadableError("getUpdates trả về những cập nhật không có số")
        return dict(sorted(updates.items()))

    async def _take(self, updates: dict[int, object]) -> None:
        """Receive a batch: chats side by side, one chat in order. The offset moves over what is committed.

        Raises what `receive` raised, after the offset has been moved up to the first update that failed.
        The offset may also go down: after a quiet week Telegram begins to count anywhere.
        """
        committed: set[int] = set()
        chats: dict[str, list[tuple[int, Inbound]]] = {}
        for update_id, update in updates.items():
            inbound = parse_update(update, self._username)
            if inbound is None:
                committed.add(update_id)
            else:
                chats.setdefault(inbound.address, []).append((update_id, inbound))
        gate = asyncio.Semaphore(self._receive_at_once)

        async def receive_chat(messages: list[tuple[int, Inbound]]) -> None:
            for update_id, inbound in messages:
                async with gate:
                    await self._receive(inbound)
                committed.add(update_id)

        outcomes = await asyncio.gather(*map(receive_chat, chats.values()), return_exceptions=True)
        first_failed = next((update_id for update_id in updates if update_id not in committed), None)
        done = [update_id for update_id in updates if first_failed is None or update_id < first_failed]
        if done:
            await self._save_offset(self.name, done[-1] + 1)
            self._offset = done[-1] + 1
        for outcome in outcomes:
            if outcome is not None:
                raise outcome
