"""Letters as server-sent events: the history first, then whatever comes, and a heartbeat in between.

It answers for the form of the stream and its pace. It must not know cookies or requests.

Events: `person` {id, text, at}, `bot` {id, html, choices: [{label, action}], at}, `ready` {} once the history
is out, `replaced` {} when another tab took this one's place. Letters carry an `id:` line, to resume from.
"""

from __future__ import annotations

import asyncio
import json
import logging
import time
from collections.abc import AsyncIterator, Mapping

from bot.channels.choices import for_buttons
from bot.channels.markdown import to_html
from bot.channels.web import Cursor, Letter, Mailbox
from storage.database import StorageError

log = logging.getLogger(__name__)

HEARTBEAT = 15.0  # seconds; proxies close what is silent for 30 to 60
POLL = 2.0  # seconds between looks while the conversation is alive, for rows another process wrote
POLL_IDLE = 10.0
IDLE_AFTER = 60.0
START_LABEL = "Xem các chủ đề"  # what opening the conversation looks like when it is read again


async def stream_events(mailbox: Mailbox, address: str, cursor: Cursor) -> AsyncIterator[bytes]:
    """Bytes of one stream until it is closed. When the database is away it ends; the browser tries again."""
    stream = mailbox.open_stream(address)
    ready = False
    written_at = alive_at = time.monotonic()
    try:
        while not stream.closed:
            letters, cursor = await asyncio.to_thread(mailbox.history, address, cursor)
            written = b"".join(map(encode_letter, letters))
            if not ready:
                written += encode("ready", {})
                ready = True
            now = time.monotonic()
            if not written and now - written_at >= HEARTBEAT:
                written = b": \n\n"
            if written:
                yield written
                written_at = now
            if letters:
                alive_at = now
            poll = POLL if now - alive_at < IDLE_AFTER else POLL_IDLE
            if await stream.wait(min(poll, max(0.0, written_at + HEARTBEAT - now))):
                alive_at = time.monotonic()
        if stream.replaced:
            yield encode("replaced", {})
    except StorageError as error:
        log.debug("stream.ended", extra={"reason": str(error)})
    finally:
        mailbox.leave(address, stream)


def encode_letter(letter: Letter) -> bytes:
    if letter.author == "person":
        text = letter.text or (START_LABEL if letter.kind == "start" else "")
        return encode("person", {"id": letter.id, "text": text, "at": letter.at}, str(letter.cursor))
    text, buttons = for_buttons(letter.text, letter.choices)
    choices = [{"label": choice.label, "action": choice.action} for choice in buttons]
    data = {"id": letter.id, "html": to_html(text), "choices": choices, "at": letter.at}
    return encode("bot", data, str(letter.cursor))


def encode(event: str, data: Mapping[str, object], event_id: str = "") -> bytes:
    """One event. JSON on one line holds every line break as `\\n`, so `data:` never splits."""
    lines = [f"event: {event}"]
    if event_id:
        lines.append(f"id: {event_id}")
    lines.append("data: " + json.dumps(data, ensure_ascii=False, separators=(",", ":")))
    return ("\n".join(lines) + "\n\n").encode("utf-8", "replace")
