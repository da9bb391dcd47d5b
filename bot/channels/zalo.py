"""Zalo: sends bubbles as plain text, reads events by polling or webhook, and says how it is.

Answers for: the next event is asked for, and a webhook answered 200, only after `receive` has returned.
What polling cannot promise: Zalo hands an event out once and takes no acknowledgement, so an event that was on its
way while the process was killed is lost. Called by webhook, Zalo repeats what was not answered with 200; a public bot
therefore runs on the webhook, and polling is for trying out. A process that is told to stop first commits what it has.
Must not touch the database, decide what to say, or pace the deliveries: `sending` keeps `limits`.
"""

from __future__ import annotations

import asyncio
import collections
import dataclasses
import logging
import random
import time
from collections.abc import Awaitable, Callable, Mapping

from bot.channels.choices import for_typing
from bot.channels.contract import ChannelError, Limits, Misconfigured, NotStored, Outgoing, Refused, TryLater
from bot.channels.markdown import split_text
from bot.channels.webhooks import RejectedError, Webhook, read_call
from bot.channels.zalo_request import ConflictError, FloodError, ZaloClient
from bot.channels.zalo_updates import NAME, parse_update
from bot.condition import Condition
from bot.messages import Choice, Inbound
from bot.pacing import Pace

log = logging.getLogger(__name__)

Receive = Callable[[Inbound], Awaitable[None]]

WEBHOOK_PATH = "/zalo/webhook"
SECRET_HEADER = "x-bot-api-secret-token"  # noqa: S105 (the header's name)
IN_FLIGHT = 8  # few: a long answer is several messages, and all must leave within a delivery's lease
TEXT_LENGTH = 2000
UNFINISHED_KEPT = 1000

_random = random.SystemRandom()


@dataclasses.dataclass(frozen=True, slots=True)
class Timing:
    """How long to wait, in seconds. An operator has no reason to change these; tests have."""

    poll: int = 30  # the platform's own default
    probe: int = 2  # the first poll after trouble: soon it is known that all is well again
    idle: float = 1  # at least this between two polls that bring nothing, whatever the platform does
    connect: float = 10
    read: float = 20
    retry_base: float = 1
    retry_cap: float = 60
    flood_base: float = 2  # the first pause after a 429; it doubles while they go on
    flood_cap: float = 120
    misconfigured: float = 15
    drain: float = 0.3  # when told to stop: for an event that is already on the wire
    stop: float = 5  # for the message in hand to be committed when we are told to stop


def to_bubbles(text: str, choices: tuple[Choice, ...]) -> list[str]:
    """A reply where there are no buttons: plain text with numbered choices, cut into messages Zalo takes."""
    return split_text(for_typing(text, choices), TEXT_LENGTH)


class ZaloChannel:
    """The channel of `contract.Channel` on Zalo.

    `receive` returns only when the message is committed, and may be given the same message again.
    With an empty `public_url` the webhook has been set by hand.
    """

    name = NAME

    def __init__(  # noqa: PLR0913 (an operator sets each of them)
        self,
        token: str,
        api_url: str,
        receive: Receive,
        *,
        mode: str = "polling",
        webhook_secret: str = "",
        public_url: str = "",
        per_second: float = 10,
        chat_interval: float = 1,
        timing: Timing = Timing(),
    ) -> None:
        self.limits = Limits(per_second, chat_interval, IN_FLIGHT, TEXT_LENGTH)
        self.webhook = Webhook(WEBHOOK_PATH, self.handle_webhook)
        self._receive = receive
        self._mode = mode
        self._webhook_secret = webhook_secret
        self._public_url = public_url
        self._timing = timing
        self._client = ZaloClient(
            token, api_url, connections=IN_FLIGHT + 1, connect_timeout=timing.connect, read_timeout=timing.read
        )
        # `sending` paces deliveries; a delivery of several messages is paced here, message by message.
        self._pace = Pace(per_second, chat_interval)
        self._unfinished: collections.OrderedDict[Outgoing, int] = collections.OrderedDict()
        self._flood_wait = 0.0
        self._flood_until = 0.0
        self._bot_name = ""
        self._prepared = False
        self._stopping = False
        self._reading: asyncio.Task[None] | None = None
        self._in_hand: asyncio.Task[None] | None = None
        self._condition = Condition(NAME, "connecting")

    async def identify(self) -> str:
        """The bot's name, asked from the platform, or a `ChannelError`."""
        self._bot_name = await self._client.get_name()
        return self._bot_name

    async def start(self) -> None:
        """Begin reading in the background. Returns at once and never fails: `status` tells how it goes."""
        step = self._poll if self._mode == "polling" else self._register_webhook
        self._reading = asyncio.create_task(self._keep_trying(step), name="zalo")

    async def stop(self) -> None:
        """Stop reading and close all connections, after the message on the wire or in hand is committed."""
        self._stopping = True
        if self._reading is not None:
            await asyncio.wait({self._reading}, timeout=self._timing.drain)
        if self._in_hand is not None:
            await asyncio.wait({self._in_hand}, timeout=self._timing.stop)
        tasks = [task for task in (self._in_hand, self._reading) if task is not None]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        await self._client.close()

    def status(self) -> dict[str, str]:
        """For /health: `state` (ok, connecting, down, misconfigured), `last_ok_at` (UTC), `last_error`."""
        told = self._condition
        return {"state": told.state, "last_ok_at": told.ok_at, "last_error": told.reason}

    async def send(self, outgoing: Outgoing) -> str:
        """Send one reply, as several messages when it is long. The last one's id, or a `ChannelError`.

        When a message in the middle fails, the same `outgoing` given again goes on with it: the person does not get
        the beginning twice, unless the process dies in between.
        """
        bubbles = to_bubbles(outgoing.text, outgoing.choices)
        if not bubbles:
            raise Refused("tin không có chữ nào")
        begin = self._unfinished.pop(outgoing, 0)
        message_id = ""
        for number in range(begin, len(bubbles)):
            try:
                message_id = await self._send_message(outgoing.address, bubbles[number])
            except (TryLater, Misconfigured) as failure:
                self._remember_place(outgoing, number, failure)
                raise
        return message_id

    async def handle_webhook(self, headers: Mapping[str, str], body: bytes) -> int:
        """The HTTP status for a webhook request: 200 once the message is committed, 500 asks for it again."""
        try:
            update = read_call(self.name, headers, body, SECRET_HEADER, self._webhook_secret)
        except RejectedError as rejected:
            return rejected.status
        inbound = parse_update(update, self._bot_name)
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

    async def _send_message(self, address: str, text: str) -> str:
        left = await self._wait_for_turn(address)
        try:
            message_id = await self._client.send_message(address, text)
        except FloodError as flood:
            raise TryLater(flood.reason, after=self._flood_pause()) from flood
        finally:
            self._pace.arrive(address, left, time.monotonic())
        self._flood_wait = 0.0
        return message_id

    async def _wait_for_turn(self, address: str) -> float:
        now = time.monotonic()
        while (wait := max(self._pace.wait(now), self._pace.chat_wait(address, now))) > 0:
            await asyncio.sleep(wait)
            now = time.monotonic()
        self._pace.leave(address, now)
        return now

    def _remember_place(self, outgoing: Outgoing, number: int, failure: ChannelError) -> None:
        """Where to go on with a reply cut off in the middle; the last of many are remembered.

        A message that may have arrived is sent again: twice is better than never.
        """
        if number:
            log.info("delivery.cut_off", extra={"channel": NAME, "at": number + 1, "reason": failure.reason})
            self._unfinished[outgoing] = number
        while len(self._unfinished) > UNFINISHED_KEPT:
            self._unfinished.popitem(last=False)

    def _flood_pause(self) -> float:
        """Seconds to send nothing after a 429: doubled for each new one, not for each message of one burst."""
        now = time.monotonic()
        if now >= self._flood_until:
            self._flood_wait = min(self._timing.flood_cap, self._flood_wait * 2 or self._timing.flood_base)
            self._flood_until = now + self._flood_wait
        return max(0.05, self._flood_until - now)

    async def _keep_trying(self, step: Callable[[], Awaitable[bool]]) -> None:
        """Do `step` as long as it returns True; whatever goes wrong, wait and do it again."""
        failures = 0
        again = True
        while again and not self._stopping:
            try:
                again = await step()
                failures = 0
            except Exception as error:  # noqa: BLE001 (the loop must outlive anything)
                failures += 1
                # A webhook set by somebody else ends the polling, and preparing again removes it.
                self._prepared &= isinstance(error, TryLater) and not isinstance(error, ConflictError)
                await asyncio.sleep(self._wait_after(error, failures))

    def _wait_after(self, error: Exception, failures: int) -> float:
        """Seconds until the next try. What is wrong is in `status`, and in the log when it begins."""
        wait = self._backoff(failures)
        if isinstance(error, FloodError):
            wait = max(wait, self._timing.flood_base)
        if isinstance(error, TryLater):
            self._condition.ill(error.reason)
        elif isinstance(error, ChannelError):
            wait = self._timing.misconfigured
            self._condition.ill(error.reason, "misconfigured")
        else:
            self._condition.ill(f"lỗi trong chương trình ({type(error).__name__})")
            log.error("reading.crashed", extra={"channel": NAME, "again_in": f"{wait:.0f}s"}, exc_info=error)
        return wait

    def _backoff(self, failures: int) -> float:
        ceiling = min(self._timing.retry_cap, self._timing.retry_base * 2 ** min(failures - 1, 16))
        return _random.uniform(ceiling / 2, ceiling)

    async def _register_webhook(self) -> bool:
        if not self._webhook_secret:
            raise Misconfigured("webhook cần một mã bí mật dài 8 đến 256 ký tự")
        await self.identify()
        if self._public_url:
            await self._client.set_webhook(self._public_url.rstrip("/") + WEBHOOK_PATH, self._webhook_secret)
        self._condition.well()
        return False

    async def _poll(self) -> bool:
        if not self._prepared:
            await self._prepare()
        began = time.monotonic()
        update = await self._client.get_update(
            self._timing.poll if self._condition.state == "ok" else self._timing.probe
        )
        self._condition.well()
        if update is None:
            await asyncio.sleep(max(0.0, self._timing.idle - (time.monotonic() - began)))
            return True
        inbound = parse_update(update, self._bot_name)
        if inbound is not None:
            self._in_hand = asyncio.create_task(self._hand_in(inbound), name="zalo:in-hand")
            await self._in_hand
        return True

    async def _prepare(self) -> None:
        await self.identify()
        try:
            await self._client.delete_webhook()
        except TryLater:
            raise
        except ChannelError as refusal:  # there was none; if there is one, the poll will say so
            log.debug("webhook.not_removed", extra={"channel": NAME, "reason": refusal.reason})
        self._prepared = True
        if self._condition.state == "connecting":  # after trouble, a poll has to go well first
            self._condition.well()

    async def _hand_in(self, inbound: Inbound) -> None:
        """Try until the message is committed: nobody will send it again."""
        failures = 0
        while True:
            try:
                return await self._receive(inbound)
            except Exception as error:
                failures += 1
                if not isinstance(error, NotStored):  # that is the database's trouble, and told as such
                    if failures == 1:
                        log.exception("inbound.not_stored", extra={"channel": NAME})
                    self._condition.ill(f"không ghi được tin đã nhận ({type(error).__name__})")
                await asyncio.sleep(self._backoff(failures))
