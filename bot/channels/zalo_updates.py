"""Zalo's events as `Inbound`: what one JSON object from getUpdates or the webhook says.

Pure but for the log. Never raises: whatever arrives, however garbled, is an `Inbound` or None, because one
event that cannot be read must not hold up those behind it. Decides nothing about answers.
"""

from __future__ import annotations

import datetime as dt
import logging
import re
from typing import Any, TypeGuard

from bot.channels.markdown import clean
from bot.messages import Inbound, InboundKind

log = logging.getLogger(__name__)

NAME = "zalo"
MAX_TEXT = 4096
MAX_NAME = 128

_ID = re.compile(r"[\x21-\x7e]{1,128}")
_START = re.compile(r"/start(?:\s+(.*))?", re.DOTALL | re.IGNORECASE)

# Every other event is passed over in silence: `message.unsupported.received` stands for people whose words Zalo
# keeps from bots by law (children among them), and what is new is not for us yet.
_EVENTS: dict[str, InboundKind] = {
    "message.text.received": "text",
    "message.link.received": "text",
    "message.image.received": "photo",
    "message.sticker.received": "sticker",
    "message.voice.received": "voice",
}


class _GarbledError(ValueError):
    """What is wrong with an event, in words for the log. Never holds what a person wrote."""


def parse_update(update: object, bot_name: str = "") -> Inbound | None:
    """Read one event, in Zalo's envelope or bare; None when there is nothing to answer or it cannot be read.

    What cannot be read leaves a line in the log. `message_id` is Zalo's own: the same when Zalo repeats itself.
    In a group the bot is addressed by "@" and `bot_name`, any case; while it is unknown ("") never.
    """
    try:
        return _read(update, bot_name)
    except _GarbledError as problem:
        log.warning("inbound.unreadable", extra={"channel": NAME, "reason": str(problem)})
        return None


def _read(update: object, bot_name: str) -> Inbound | None:
    if not isinstance(update, dict):
        raise _GarbledError("sự kiện không phải là một đối tượng")
    event = _object(update, "result") if "result" in update else update
    name = event.get("event_name")
    if not isinstance(name, str):
        raise _GarbledError("không có event_name")
    kind = _EVENTS.get(name)
    if kind is None:
        log.debug("inbound.unknown_event", extra={"channel": NAME, "event": name[:64]})
        return None
    message = _object(event, "message")
    sender = _object(message, "from")
    if sender.get("is_bot") is True:
        return None
    chat = _object(message, "chat")
    in_group = chat.get("chat_type") == "GROUP"
    text = _text(message, "text") or _text(message, "caption")
    addressed = not in_group
    if start := _START.fullmatch(text) if kind == "text" else None:
        kind, text = "start", start[1] or ""
    if in_group and bot_name:
        text, mentions = re.subn(rf"@{re.escape(bot_name)}(?!\w)", "", text, flags=re.IGNORECASE)
        addressed = mentions > 0
    return Inbound(
        channel=NAME,
        address=_id(chat, "id", "chat.id"),
        message_id=_id(message, "message_id", "message_id"),
        kind=kind,
        text=text.strip(),
        name=_name(sender),
        sent_at=_time(message),
        in_group=in_group,
        addressed=addressed,
    )


def _object(holder: dict[str, Any], field: str) -> dict[str, Any]:
    value = holder.get(field)
    if not isinstance(value, dict):
        raise _GarbledError(f"{field} không phải là một đối tượng")
    return value


def _text(holder: dict[str, Any], field: str, longest: int = MAX_TEXT) -> str:
    value = holder.get(field)
    if value is None:
        return ""
    if not isinstance(value, str):
        raise _GarbledError(f"{field} không phải là chữ")
    return clean(value[:longest]).strip()


def _id(holder: dict[str, Any], field: str, called: str) -> str:
    value = holder.get(field)
    if _is_number(value):
        value = str(value) if -(2**63) <= value < 2**63 else None
    if not isinstance(value, str) or not _ID.fullmatch(value):
        raise _GarbledError(f"{called} không hợp lệ")
    return value


def _name(sender: dict[str, Any]) -> str:
    """The name as the person wrote it, on one line; Zalo has called the field by three names."""
    names = (_text(sender, field, MAX_NAME) for field in ("display_name", "name", "first_name"))
    return " ".join(next(filter(None, names), "").split())


def _time(message: dict[str, Any]) -> str:
    """UTC ISO text from milliseconds, or empty when there is no sensible time."""
    date = message.get("date")
    if not _is_number(date) or not 0 < date < 253_402_300_800_000:
        return ""
    at = dt.datetime.fromtimestamp(date / 1000, dt.UTC)
    return at.isoformat(timespec="milliseconds").replace("+00:00", "Z")


def _is_number(value: object) -> TypeGuard[int]:
    return isinstance(value, int) and not isinstance(value, bool)
