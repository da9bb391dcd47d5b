"""Calls as they may come in on the three doors: bodies of a Telegram webhook, a Zalo webhook and the web chat.

Real payloads with their words and names replaced, then bent: fields lost, doubled, of another type, cut off in the
middle. Some are left whole, so that conversations go on into forms, consents and registrations. Seeded.
"""

from __future__ import annotations

import copy
import dataclasses
import json
import random
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Literal

from tests.hostile.words import HONEST, some_text, some_value

Door = Literal["telegram", "zalo", "web"]
PEOPLE = 2_000

_FOLDER = Path(__file__).parents[1] / "channels" / "payloads" / "telegram"
TELEGRAM: tuple[dict[str, Any], ...] = tuple(json.loads(path.read_text("utf-8")) for path in sorted(_FOLDER.iterdir()))
_EVENTS = ("text", "link", "image", "sticker", "voice", "unsupported")
ZALO: tuple[dict[str, Any], ...] = tuple(
    {
        "ok": True,
        "result": {
            "event_name": f"message.{kind}.received",
            "message": {
                "from": {"id": "6ede9afa66b88fe6d6a9", "display_name": "Chị Mai", "is_bot": False},
                "chat": {"id": "6ede9afa66b88fe6d6a9", "chat_type": "PRIVATE"},
                "text": "nộp hồ sơ ở đâu",
                "message_id": "2d758cb5e222177a4e35",
                "date": 1750316131602,
            },
        },
    }
    for kind in _EVENTS
)
WEB: tuple[dict[str, Any], ...] = (
    {"id": "", "text": "nộp hồ sơ ở đâu"},
    {"id": "", "choice": "m", "label": "Danh mục"},
    {"id": "", "start": True},
)


@dataclasses.dataclass(frozen=True)
class Call:
    """`address` is the session of a web call, "" for the platforms, whose bodies say it themselves."""

    door: Door
    body: bytes
    address: str = ""


def calls(seed: int, count: int, actions: list[str]) -> Iterator[Call]:
    """`count` calls; `actions` is what buttons have been seen to mean and may grow between two calls."""
    r = random.Random(seed)
    last: Call | None = None
    for number in range(count):
        if last and r.random() < 0.03:  # the platform repeats itself
            yield last
            continue
        last = _call(r, number, actions)
        yield last


def _call(r: random.Random, number: int, actions: list[str]) -> Call:
    door: Door = r.choice(("telegram", "zalo", "web"))
    person = r.randrange(1, PEOPLE)
    payload = {"telegram": _telegram, "zalo": _zalo, "web": _web}[door](r, number, person, actions)
    address = f"{person:032x}" if door == "web" else ""
    fate = r.random()
    if fate < 0.65:
        return Call(door, _written(payload), address)
    for _ in range(r.randrange(1, 4)):
        payload = _bent(r, payload)
    body = _written(payload)
    return Call(door, _broken(r, body) if fate > 0.97 else body, address)


def _written(payload: object) -> bytes:
    return json.dumps(payload).encode()


def _telegram(r: random.Random, number: int, person: int, actions: list[str]) -> dict[str, Any]:
    update = copy.deepcopy(r.choice(TELEGRAM if r.random() < 0.3 else _TELEGRAM_TALK))
    update["update_id"] = number + 1
    for holder in _dicts(update):
        if holder.get("type") == "private":
            holder["id"] = person
        for field in ("text", "caption"):
            if field in holder:
                holder[field] = some_text(r)
        for field in ("first_name", "last_name", "username", "title"):
            if field in holder and r.random() < 0.3:
                holder[field] = some_text(r)
        if "data" in holder:
            holder["data"] = _action(r, actions)
    return update


def _zalo(r: random.Random, number: int, person: int, actions: list[str]) -> dict[str, Any]:
    event = copy.deepcopy(ZALO[0] if r.random() < 0.8 else r.choice(ZALO))
    message = event["result"]["message"]
    message |= {"text": some_text(r), "message_id": f"m{number}"}
    message["from"]["display_name"] = some_text(r)
    message["chat"]["id"] = f"z{person}"
    if r.random() < 0.05:
        message["chat"]["chat_type"] = "GROUP"
    return event if r.random() < 0.8 else event["result"]


def _web(r: random.Random, number: int, person: int, actions: list[str]) -> dict[str, Any]:
    message = dict(r.choice(WEB))
    message["id"] = f"{number:08x}-0000-4000-8000-{person:012x}"
    if "text" in message:
        message["text"] = some_text(r)
    if "choice" in message:
        message |= {"choice": _action(r, actions), "label": some_text(r)[:64]}
    return message


def _action(r: random.Random, actions: list[str]) -> str:
    """What a tap means: seen on a button, seen and bent, or anything."""
    if not actions or r.random() < 0.05:
        return some_text(r)
    action = r.choice(actions)
    if r.random() < 0.7:
        return action
    head, colon, _ = action.rpartition(":")
    return r.choice(
        (
            f"{head}{colon}{some_text(r)[:20]}",
            f"{head}{colon}{r.choice((0, -1, 2**63, 10**30, '', '²', 'x'))}",
            f"{action}:{r.choice(HONEST)}",
            f"{head}{colon}{r.choice(actions)}",
            action[: r.randrange(len(action) + 1)],
        )
    )


def _bent(r: random.Random, payload: dict[str, Any]) -> dict[str, Any]:
    """A field somewhere lost, of another type, or moved."""
    holder = r.choice(list(_dicts(payload)) or [payload])
    if not holder:
        return payload
    field = r.choice(list(holder))
    fate = r.randrange(5)
    if fate == 0:
        del holder[field]
    elif fate == 1:
        holder[some_text(r)[:30]] = holder.pop(field)
    elif fate == 2:
        holder[field] = [holder[field]]
    else:
        holder[field] = some_value(r)
    return payload


def _broken(r: random.Random, body: bytes) -> bytes:
    """Not JSON any more, or JSON that no program of good will writes."""
    at = r.randrange(len(body) + 1)
    return r.choice(
        (
            body[:at],
            body[:at] + bytes([r.randrange(256)]) + body[at + 1 :],
            b"\xef\xbb\xbf" + body,
            body.decode().encode("utf-16"),
            b"[" * 50_000,
            b'{"a":' * 20_000,
            b"",
            b"null",
            b"1" * 5_000,
            body * 2,
        )
    )


def _dicts(value: object) -> Iterator[dict[str, Any]]:
    if isinstance(value, dict):
        yield value
    for inner in value.values() if isinstance(value, dict) else value if isinstance(value, list) else ():
        yield from _dicts(inner)


_TELEGRAM_TALK = tuple(
    update
    for update in TELEGRAM
    if ("callback_query" in update or "text" in update.get("message", {}))
    and next((d["type"] for d in _dicts(update) if d.get("type") in {"private", "group", "supergroup"}), "")
    == "private"
)
