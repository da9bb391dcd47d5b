"""What every channel must do, and the closed set of ways a send can fail.

A channel turns the platform's payloads into `Inbound` (a pure `parse_*` function), sends one `Delivery`, and knows its
platform's limits. It never touches the database and never decides what to say.
"""

from __future__ import annotations

import dataclasses
from typing import Protocol

from bot.channels.webhooks import Webhook
from bot.messages import Choice


class ChannelError(Exception):
    """Base of the closed set below. Anything else that escapes `send` is a bug and is treated as `TryLater`."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class TryLater(ChannelError):
    """The platform or the network could not take it now: back off and send the same again.

    `after` is the platform's own wait in seconds (429), and then pauses the whole channel and costs no attempt;
    None leaves the pace to the sending loop. `may_have_arrived` is true when the request went out and no answer came.
    """

    def __init__(self, reason: str, *, after: float | None = None, may_have_arrived: bool = False) -> None:
        super().__init__(reason)
        self.after = after
        self.may_have_arrived = may_have_arrived


class Refused(ChannelError):
    """This message will never be accepted (too long, bad markup): give it up, keep the person."""


class Gone(ChannelError):
    """Nobody is at this address any more (blocked, deactivated, chat not found): stop everything for it."""


class Misconfigured(ChannelError):
    """Our side is wrong (token revoked, not allowed): pause the channel and tell the operator. Nothing is lost."""


class NotStored(Exception):
    """What `receive` raises when the message could not be written down now. The log says why already.

    The channel keeps the message, or lets the platform send it again.
    """


@dataclasses.dataclass(frozen=True, slots=True)
class Outgoing:
    """One bubble on its way: frozen Markdown, the choices under it, and where it goes."""

    address: str
    text: str
    choices: tuple[Choice, ...] = ()
    callback_id: str = ""


@dataclasses.dataclass(frozen=True, slots=True)
class Limits:
    """A channel's pace and sizes. `chat_interval` is seconds between two messages to one chat."""

    per_second: float
    chat_interval: float
    in_flight: int
    text_length: int


class Channel(Protocol):
    """`start` and `stop` bracket the process; `send` returns the platform's message id or raises a `ChannelError`.

    `status` is for /health and about reading only: `state` (ok, connecting, down, misconfigured) and, when not ok,
    `last_error`. How sending goes is known to `bot.sending`.
    `webhook` is where the platform may call us, None when it never does.
    """

    name: str
    limits: Limits

    @property
    def webhook(self) -> Webhook | None: ...

    async def start(self) -> None: ...

    async def stop(self) -> None: ...

    async def send(self, outgoing: Outgoing) -> str: ...

    def status(self) -> dict[str, str]: ...
