"""Telegram's updates as `Inbound`: what one JSON object from getUpdates or the webhook says.

Pure but for the log. Never raises: whatever arrives, however garbled, is an `Inbound` or None, because one
update that cannot be read must not hold up those behind it. Decides nothing about answers.
"""

from __future__ import annotations

import datetime as dt
import logging
import re
from typing import Any, TypeGuard

from bot.channels.markdown import clean
from bot.messages import Inbound, InboundKind

log = logging.getLogger(__name__)

NAME = "telegram"
ALLOWED_UPDATES = ("message", "callback_query", "my_chat_member")
MAX_TEXT = 4096  # the platform's own limit; anything longer did not come from a person
MAX_NAME = 128

_COMMAND = re.compile(r"/(\w{1,64})(?:@(\w{1,64}))?(?:\s+(.*))?", re.DOTALL | re.ASCII)
_HERE = ("creator", "administrator", "member")

# The first found in a message says its kind; an animation carries a document too, a venue a location.
_CONTENT: tuple[tuple[str, InboundKind], ...] = (
    ("text", "text"),
    ("sticker", "sticker"),
    ("photo", "photo"),
    ("voice", "voice"),
    ("video_note", "voice"),
    ("audio", "file"),
    ("video", "file"),
    ("document", "file"),
    ("location", "location"),
    ("contact", "contact"),
)
# The platform talking to itself: nobody waits for an answer. What is in neither list is new, and is "other".
_SERVICE = re.compile(
    r"(new_chat|left_chat|delete_chat|group_chat|supergroup_chat|migrate|video_chat|forum_topic|general_forum)_.*"
    r"|pinned_message|message_auto_delete_timer_changed|chat_background_set|boost_added|write_access_allowed"
    r"|connected_website|proximity_alert_triggered"
)


class _GarbledError(ValueError):
    """What is wrong with an update, in words for the log. Never holds what a person wrote."""


def parse_update(update: object, bot_username: str = "") -> Inbound | None:
    """Read one update; None when there is nothing to answer or it cannot be read (then a line is logged).

    `bot_username` without @, any case; while it is unknown ("") mentions in groups are not recognised.
    `message_id` is the update_id as text: the same when Telegram repeats itself.
    """
    try:
        return _read(update, bot_username.lower())
    except _GarbledError as problem:
        told = {"channel": NAME, "update": find_update_id(update), "reason": str(problem)}
        log.warning("inbound.unreadable", extra=told)
        return None


def find_update_id(update: object) -> int | None:
    """The id the polling offset is counted in, or None when the update carries no usable one."""
    value = update.get("update_id") if isinstance(update, dict) else None
    return value if _is_number(value) and 0 <= value < 2**63 - 1 else None


def _read(update: object, bot_username: str) -> Inbound | None:
    update_id = find_update_id(update)
    if not isinstance(update, dict) or update_id is None:
        raise _GarbledError("thiếu update_id")
    if "message" in update:
        return _message(str(update_id), _object(update, "message"), bot_username)
    if "callback_query" in update:
        return _tap(str(update_id), _object(update, "callback_query"))
    if "my_chat_member" in update:
        return _membership(str(update_id), _object(update, "my_chat_member"))
    return None


def _message(update_id: str, message: dict[str, Any], bot_username: str) -> Inbound | None:
    chat = _object(message, "chat")
    sender = message.get("from")
    from_bot = isinstance(sender, dict) and sender.get("is_bot") is True
    kind = _kind(message)
    if chat.get("type") == "channel" or from_bot or message.get("is_automatic_forward") is True or kind is None:
        return None
    in_group = _in_group(chat)
    text = _text(message, "text") or _text(message, "caption")
    addressed = not in_group or _replies_to(message, bot_username)
    if kind == "text" and (command := _COMMAND.fullmatch(text)):
        name, target, rest = command[1].lower(), command[2], command[3] or ""
        addressed = addressed or target is None or target.lower() == bot_username
        kind, text = ("start", rest) if name == "start" else (kind, f"/{name} {rest}".rstrip())
    elif in_group and bot_username:
        text, mentions = re.subn(rf"(?<![\w@])@{re.escape(bot_username)}(?!\w)", "", text, flags=re.IGNORECASE)
        addressed = addressed or mentions > 0
    return Inbound(
        channel=NAME,
        address=_address(chat),
        message_id=update_id,
        kind=kind,
        text=text.strip(),
        name=_name(sender) or _name(chat),
        sent_at=_time(message),
        in_group=in_group,
        addressed=addressed,
        forwarded="forward_origin" in message or "forward_date" in message,
    )


def _tap(update_id: str, query: dict[str, Any]) -> Inbound:
    """A tap on a button. Its time is not told: `message.date` is when the bot wrote the buttons."""
    chat = _object(_object(query, "message"), "chat")
    choice = _text(query, "data")
    if not choice or len(choice.encode()) > 64:
        raise _GarbledError("callback_query không có data hợp lệ")
    return Inbound(
        channel=NAME,
        address=_address(chat),
        message_id=update_id,
        kind="choice",
        choice=choice,
        name=_name(query.get("from")),
        in_group=_in_group(chat),
        callback_id=_text(query, "id"),
    )


def _membership(update_id: str, change: dict[str, Any]) -> Inbound | None:
    """Whether anybody is at this address: a person or a group let us in or put us out."""
    chat = _object(change, "chat")
    if chat.get("type") == "channel":
        return None
    member = _object(change, "new_chat_member")
    status = member.get("status")
    here = status in _HERE or (status == "restricted" and member.get("is_member") is True)
    return Inbound(
        channel=NAME,
        address=_address(chat),
        message_id=update_id,
        kind="unblocked" if here else "blocked",
        name=_name(change.get("from")),
        sent_at=_time(change),
        in_group=_in_group(chat),
        addressed=not _in_group(chat),
    )


def _kind(message: dict[str, Any]) -> InboundKind | None:
    """None for a service message."""
    known = (kind for field, kind in _CONTENT if field in message)
    return next(known, None if any(map(_SERVICE.fullmatch, message)) else "other")


def _replies_to(message: dict[str, Any], bot_username: str) -> bool:
    answered = message.get("reply_to_message")
    author = answered.get("from") if isinstance(answered, dict) else None
    return isinstance(author, dict) and bool(bot_username) and _text(author, "username").lower() == bot_username


def _object(holder: dict[str, Any], field: str) -> dict[str, Any]:
    value = holder.get(field)
    if not isinstance(value, dict):
        raise _GarbledError(f"{field} không phải là một đối tượng")
    return value


def _text(holder: dict[str, Any], field: str, longest: int = MAX_TEXT) -> str:
    value = holder.get(field, "")
    if not isinstance(value, str):
        raise _GarbledError(f"{field} không phải là chữ")
    return clean(value[:longest]).strip()


def _name(person: object) -> str:
    """First and last name as the person wrote them, on one line."""
    if not isinstance(person, dict):
        return ""
    both = f"{_text(person, 'first_name', MAX_NAME)} {_text(person, 'last_name', MAX_NAME)}"
    return " ".join(both.split())[:MAX_NAME]


def _address(chat: dict[str, Any]) -> str:
    chat_id = chat.get("id")
    if not _is_number(chat_id) or not 0 < abs(chat_id) < 2**53:
        raise _GarbledError("chat.id không phải là số")
    return str(chat_id)


def _in_group(chat: dict[str, Any]) -> bool:
    return chat.get("type") != "private"


def _time(holder: dict[str, Any]) -> str:
    """UTC ISO text, or empty when Telegram does not say (0 stands for a message it no longer shows)."""
    date = holder.get("date")
    if not _is_number(date) or not 0 < date < 253_402_300_800:
        return ""
    at = dt.datetime.fromtimestamp(date, dt.UTC)
    return at.isoformat(timespec="milliseconds").replace("+00:00", "Z")


def _is_number(value: object) -> TypeGuard[int]:
    return isinstance(value, int) and not isinstance(value, bool)
