"""Databases with people and a queue to be sent, made in one statement each, and the real sending loop over them."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import sys
import time
from collections.abc import Iterator

from bot import serving
from bot.channels.telegram import TelegramChannel
from bot.clock import iso, utc_now
from bot.condition import Condition
from bot.sending import send_forever
from storage.database import Database
from storage.migrations import migrate

TOKEN = "123456789:AAHfakefakefakefakefakefakefakefake"
TEXT = "**Mời anh/chị** dự phiên giao dịch việc làm sáng thứ Bảy, 8 giờ, tại 215 Trung Kính."

_PEOPLE = """
    WITH RECURSIVE numbers (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM numbers WHERE n < :count)
    INSERT INTO people (
        channel, address, name, language, commune, pushes_allowed, gone_at, gone_reason, created_at, last_seen_at
    )
    SELECT 'telegram', CAST(n AS TEXT), '', 'vi', '', 1, '', '', :now, :now FROM numbers
"""
_ONE_EACH = """
    INSERT INTO outbox (
        person_id, channel, address, text, choices_json, priority, urgent, kind, turn_id, broadcast_id, callback_id,
        status, reason, due_at, expires_at, claims, attempts, may_repeat, lease_owner, leased_until,
        platform_message_id, created_at, settled_at
    )
    SELECT id, channel, address, :text, '[]', :priority, :urgent, 'broadcast', NULL, :broadcast, '',
        'queued', '', :now, '', 0, 0, 0, '', '', '', :now, ''
    FROM people ORDER BY id
"""


def fill(database: Database, count: int, *, each: int = 1, priority: int = 9, urgent: int = 1) -> None:
    """An empty database gets `count` people and `each` messages for every one of them, due now."""
    now = iso(utc_now())
    migrate(database, now)
    with database.transaction() as c:
        c.execute(_PEOPLE, {"count": count, "now": now})
        for broadcast in range(each):
            c.execute(
                _ONE_EACH,
                {"text": TEXT, "priority": priority, "urgent": urgent, "broadcast": broadcast, "now": now},
            )


async def send_all(database: Database, url: str, per_second: float, chat_interval: float) -> float:
    """Seconds the real loop took until nothing urgent was left; the channel is opened as `serve` opens it."""

    async def nothing(*_: object) -> int:
        return 0

    channel = TelegramChannel(TOKEN, url, nothing, nothing, nothing, per_second=per_second, chat_interval=chat_interval)

    def left() -> bool:
        with database.reading() as c:
            waits = c.row("SELECT 1 AS one FROM outbox WHERE urgent = 1 AND status = 'queued' LIMIT 1")
            return bool(waits or c.row("SELECT 1 AS one FROM outbox WHERE status = 'sending' LIMIT 1"))

    began = time.perf_counter()
    loop = asyncio.create_task(send_forever(channel, database, "bench", asyncio.Event(), Condition("bench")))
    while await asyncio.to_thread(left):  # noqa: ASYNC110 (it looks at a database, which tells nobody)
        await asyncio.sleep(0.05)
    took = time.perf_counter() - began
    loop.cancel()
    with contextlib.suppress(asyncio.CancelledError):
        await loop
    await channel.stop()
    return took


@contextlib.contextmanager
def as_served() -> Iterator[None]:
    """The interpreter as `serve` sets it, without the warnings a benchmark would drown in."""
    interval = sys.getswitchinterval()
    sys.setswitchinterval(serving.SWITCH_INTERVAL)
    logging.disable(logging.WARNING)
    try:
        yield
    finally:
        logging.disable(logging.NOTSET)
        sys.setswitchinterval(interval)
