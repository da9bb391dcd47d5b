"""Sending a broadcast: ours with everything on disk beside two libraries without, and the platform's limits kept.

Every sender talks to the same local platform in a process of its own. The speeds alternate over several rounds and
medians are printed, by the clock and by the processor: on a busy machine only the second one means something, and it
is what one core could do. The limits are held for a minute each and judged by what the platform saw.
"""

from __future__ import annotations

import asyncio
import bisect
import importlib.util
import itertools
import statistics
import tempfile
import time
from collections import defaultdict
from collections.abc import Awaitable, Callable, Iterator

from storage.database import open_database
from tests.bench.queues import TEXT, TOKEN, as_served, fill, send_all
from tests.bench.quick_platform import forget, quick_platform, seen

MESSAGES = 10_000
ROUNDS = 3
AT_ONCE = 64  # requests of a peer in the air: as many as ours
UNLIMITED = 50_000.0
SECONDS = 60
LIMITS = ((30.0, 60), (1000.0, 2000))  # (messages a second, chats)
FEW, FEW_SECONDS = 20, 10  # chats that have more waiting than one a second, and for how long
Row = tuple[str, str]
Speed = tuple[float, float]  # messages a second by the clock, and by the processor


def run() -> Iterator[Row]:
    with as_served():
        yield from speeds()
        yield from limits()


def speeds() -> list[Row]:
    """Medians over the rounds, and how many times faster ours is than each peer."""
    senders: dict[str, Callable[[str], Awaitable[None]]] = {"python-telegram-bot": ptb, "aiogram 3": aiogram}
    rows = [
        (f"{name}: KHÔNG ĐO ĐƯỢC", f"thiếu gói {module}; cài bằng make setup")
        for name, module in (("python-telegram-bot", "aiolimiter"), ("aiogram 3", "aiogram"))
        if not importlib.util.find_spec(module)
    ]
    for name, _ in rows:
        del senders[name.partition(":")[0]]
    rounds: dict[str, list[Speed]] = defaultdict(list)
    with quick_platform() as url:
        for _ in range(ROUNDS):
            rounds["Gõ Cửa (SQLite)"].append(ours(url))
            for name, sender in senders.items():
                rounds[name].append(measured(lambda sender=sender: sender(url), MESSAGES // 4))
    medians = {name: (_median(some, 0), _median(some, 1)) for name, some in rounds.items()}
    mine = medians["Gõ Cửa (SQLite)"]
    for name, (wall, processor) in medians.items():
        rows.append((f"{name}: tin/giây, một lõi", f"{processor:.0f} (theo đồng hồ {wall:.0f})"))
        if name in senders:
            times = f"{mine[1] / processor:.1f} (theo đồng hồ {mine[0] / wall:.1f})"
            rows.append((f"  Gõ Cửa nhanh hơn {name} mấy lần", times))
    return rows


def ours(url: str) -> Speed:
    """Claimed, sent and settled in SQLite with synchronous=FULL, until nothing is left."""
    with tempfile.TemporaryDirectory() as folder:
        database = open_database(f"sqlite:///{folder}/gocua.sqlite3")
        fill(database, MESSAGES)
        forget(url)
        found = measured(lambda: send_all(database, url, UNLIMITED, 1.0), MESSAGES)
        database.close()
    arrived = seen(url)
    if len(arrived) != MESSAGES or len({chat for _, chat in arrived}) != MESSAGES:
        raise AssertionError(f"{len(arrived)} arrivals of {MESSAGES} messages")
    return found


def measured(sender: Callable[[], Awaitable[object]], count: int) -> Speed:
    clock, processor = time.perf_counter(), time.process_time()
    asyncio.run(_waited(sender))
    return count / (time.perf_counter() - clock), count / (time.process_time() - processor)


async def _waited(sender: Callable[[], Awaitable[object]]) -> None:
    await sender()


async def ptb(url: str) -> None:
    """`ExtBot` with its own limiter (its limit out of the way) and its default transport, in memory."""
    from telegram.constants import ParseMode  # noqa: PLC0415
    from telegram.ext import AIORateLimiter, ExtBot  # noqa: PLC0415

    limiter = AIORateLimiter(overall_max_rate=UNLIMITED)
    async with ExtBot(TOKEN, base_url=f"{url}/bot", rate_limiter=limiter) as bot:
        await _at_once(lambda chat: bot.send_message(chat, TEXT, parse_mode=ParseMode.HTML))


async def aiogram(url: str) -> None:
    from aiogram import Bot  # noqa: PLC0415
    from aiogram.client.session.aiohttp import AiohttpSession  # noqa: PLC0415
    from aiogram.client.telegram import TelegramAPIServer  # noqa: PLC0415

    async with Bot(TOKEN, session=AiohttpSession(api=TelegramAPIServer.from_base(url))) as bot:
        await _at_once(lambda chat: bot.send_message(chat, TEXT, parse_mode="HTML"))


async def _at_once(send: Callable[[int], Awaitable[object]]) -> None:
    chats = iter(range(1, MESSAGES // 4 + 1))

    async def work() -> None:
        for chat in chats:
            await send(chat)

    await asyncio.gather(*(work() for _ in range(AT_ONCE)))


def limits() -> list[Row]:
    """A minute under each limit, judged by the platform: the fullest second, the share reached, the closest two."""
    rows = []
    for per_second, chats in LIMITS:
        arrived = held(per_second, chats, SECONDS)
        times = [at for at, _ in arrived]
        reached = (len(times) - 1) / (times[-1] - times[0])
        name = f"giới hạn {per_second:.0f}/giây"
        rows += [
            (f"{name}: nhiều nhất trong 1 giây bất kỳ", f"{busiest_second(times)}"),
            (f"{name}: đạt", f"{100 * reached / per_second:.1f} % trong {times[-1] - times[0]:.0f} giây"),
        ]
    arrived = held(1000.0, FEW, FEW_SECONDS / 1000 * FEW)
    rows.append(
        (f"{FEW} người, mỗi người {FEW_SECONDS} tin: hai tin gần nhất", f"{closest_in_a_chat(arrived):.3f} giây")
    )
    return rows


def held(per_second: float, chats: int, seconds: float) -> list[tuple[float, str]]:
    """What the platform saw of as many messages as fit `seconds` under a limit, one a second to a chat."""
    with tempfile.TemporaryDirectory() as folder, quick_platform(0.005) as url:
        database = open_database(f"sqlite:///{folder}/gocua.sqlite3")
        fill(database, chats, each=round(per_second * seconds / chats), priority=0)
        asyncio.run(_waited(lambda: send_all(database, url, per_second, 1.0)))
        database.close()
        return seen(url)


def busiest_second(times: list[float]) -> int:
    """The most arrivals in any window of one second; `times` rise."""
    return max(bisect.bisect_left(times, start + 1.0) - index for index, start in enumerate(times))


def closest_in_a_chat(arrived: list[tuple[float, str]]) -> float:
    """Seconds between the two nearest arrivals of any one chat."""
    of_chat: dict[str, list[float]] = defaultdict(list)
    for at, chat in arrived:
        of_chat[chat].append(at)
    return min(later - earlier for times in of_chat.values() for earlier, later in itertools.pairwise(times))


def _median(some: list[Speed], which: int) -> float:
    return statistics.median(speed[which] for speed in some)
