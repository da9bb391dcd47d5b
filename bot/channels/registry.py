"""Every channel there is, in one list. A channel with no token is off; adding one means a file and a line here."""

from __future__ import annotations

import dataclasses
from collections.abc import Awaitable, Callable

from bot.channels.contract import Channel
from bot.channels.telegram import TelegramChannel
from bot.channels.web import Mailbox, WebChannel
from bot.channels.zalo import ZaloChannel
from bot.messages import Inbound
from bot.settings import Settings


@dataclasses.dataclass(frozen=True, slots=True)
class Wiring:
    """What a channel may use of the rest: hand a message in, and keep its place in the platform's queue."""

    receive: Callable[[Inbound], Awaitable[None]]
    load_offset: Callable[[str], Awaitable[int]]
    save_offset: Callable[[str, int], Awaitable[None]]
    mailbox: Mailbox


def open_channels(settings: Settings, wiring: Wiring) -> dict[str, Channel]:
    """The channels that are switched on, by name."""
    channels = (_web(wiring), _telegram(settings, wiring), _zalo(settings, wiring))
    return {channel.name: channel for channel in channels if channel}


def _web(wiring: Wiring) -> Channel:
    return WebChannel(wiring.mailbox)


def _telegram(settings: Settings, wiring: Wiring) -> Channel | None:
    telegram = settings.telegram
    if not telegram.token:
        return None
    return TelegramChannel(
        telegram.token,
        telegram.api_url,
        wiring.receive,
        wiring.load_offset,
        wiring.save_offset,
        mode=telegram.mode,
        webhook_secret=telegram.webhook_secret,
        public_url=settings.public_url,
        per_second=telegram.per_second,
        chat_interval=telegram.chat_interval,
    )


def _zalo(settings: Settings, wiring: Wiring) -> Channel | None:
    zalo = settings.zalo
    if not zalo.token:
        return None
    return ZaloChannel(
        zalo.token,
        zalo.api_url,
        wiring.receive,
        mode=zalo.mode,
        webhook_secret=zalo.webhook_secret,
        public_url=settings.public_url,
        per_second=zalo.per_second,
        chat_interval=zalo.chat_interval,
    )
