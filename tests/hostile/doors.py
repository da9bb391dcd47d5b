"""The three doors with the real channels, the real conversation and a real database behind them.

`knock` says what became of a call; whatever the program should not have let happen is in `faults`.
"""

from __future__ import annotations

import asyncio
import collections
import dataclasses
import logging
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from bot import receiving
from bot.channels.markdown import to_html, utf16_length
from bot.channels.telegram import SECRET_HEADER as TELEGRAM_HEADER
from bot.channels.telegram import TelegramChannel
from bot.channels.telegram_format import keyboard, to_telegram_html
from bot.channels.zalo import SECRET_HEADER as ZALO_HEADER
from bot.channels.zalo import TEXT_LENGTH, ZaloChannel, to_bubbles
from bot.clock import utc_now
from bot.messages import Inbound, Reply
from bot.voice import Voice
from bot.web.chat import RequestError, parse_message
from storage.database import Database
from tests.fakes.telegram_html import parse_html
from tests.hostile.calls import Call

CONTENT = Path(__file__).parents[2] / "content"
SECRET = "bi-mat-cua-cua"
ACTIONS_KEPT = 3_000


@dataclasses.dataclass
class Doors:
    """`outcomes` counts what became of the calls; `actions` are what the buttons shown so far mean."""

    database: Database
    voice: Voice
    outcomes: collections.Counter[str] = dataclasses.field(default_factory=collections.Counter)
    faults: list[str] = dataclasses.field(default_factory=list)
    actions: list[str] = dataclasses.field(default_factory=list)
    _seen_actions: set[str] = dataclasses.field(default_factory=set)

    def __post_init__(self) -> None:
        async def nothing(*_: Any) -> Any:
            return 0

        self.telegram = TelegramChannel(
            "1:x", "http://127.0.0.1:9", self.receive, nothing, nothing, mode="webhook", webhook_secret=SECRET
        )
        self.zalo = ZaloChannel("1:x", "http://127.0.0.1:9", self.receive, mode="webhook", webhook_secret=SECRET)

    async def knock(self, call: Call) -> None:
        before = self.outcomes.total()
        try:
            status = await self._knock(call)
        except Exception as error:  # noqa: BLE001 - each of them is what is looked for
            self.faults.append(f"{type(error).__name__}: {error!r:.200} {call.body[:400]!r}")
            return
        if status >= 500:
            self.faults.append(f"{status} {call.body[:400]!r}")
        if self.outcomes.total() == before:
            self.outcomes["không lấy" if status == 200 else f"từ chối {status}"] += 1

    async def _knock(self, call: Call) -> int:
        if call.door == "telegram":
            return await self.telegram.handle_webhook({TELEGRAM_HEADER: SECRET}, call.body)
        if call.door == "zalo":
            return await self.zalo.handle_webhook({ZALO_HEADER: SECRET}, call.body)
        try:
            await self.receive(parse_message(call.body, call.address))
        except RequestError as rejected:
            return rejected.status
        return 200

    async def receive(self, inbound: Inbound) -> None:
        """As `receiving.Inbox`, and looking at what came of it."""
        receipt = receiving.receive(self.database, self.voice, inbound, utc_now(), "https://gocua.test")
        if receipt.turn is None:
            self.outcomes["nhận lần nữa"] += 1
            return
        self.outcomes[receipt.turn.because.kind] += 1
        if receipt.turn.because.reason.startswith("lỗi:"):
            self.faults.append(f"{receipt.turn.because.reason} {inbound!r:.400}")
        for reply in receipt.turn.replies:
            self._look(reply)

    def _look(self, reply: Reply) -> None:
        """What every platform would be given: readable, not too long, its buttons within bounds."""
        parse_html(to_telegram_html(reply.text))
        to_html(reply.text)
        keyboard(reply.choices)
        bubbles = to_bubbles(reply.text, reply.choices)
        if not bubbles or any(utf16_length(bubble) > TEXT_LENGTH for bubble in bubbles):
            raise AssertionError(f"câu trả lời không gửi được qua Zalo: {reply.text[:100]!r}")
        for choice in reply.choices:
            if len(choice.action.encode()) > 64 or not choice.label.strip():
                raise AssertionError(f"nút không gửi được: {choice!r:.200}")
            if choice.action not in self._seen_actions and len(self.actions) < ACTIONS_KEPT:
                self._seen_actions.add(choice.action)
                self.actions.append(choice.action)


def knock_all(doors: Doors, calls: Iterable[Call], every: int = 0) -> None:
    """All calls, one after the other; with `every` a line of progress."""

    async def run() -> None:
        for number, call in enumerate(calls, 1):
            await doors.knock(call)
            if every and number % every == 0:
                print(f"    {number} tin, {len(doors.faults)} lỗi", flush=True)  # noqa: T201

    quiet = logging.getLogger("bot")
    level = quiet.level
    quiet.setLevel(logging.CRITICAL)
    try:
        asyncio.run(run())
    finally:
        quiet.setLevel(level)
