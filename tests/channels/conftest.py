"""The fake platforms and a channel on each, all over real loopback HTTP."""

import asyncio
import contextlib

import pytest

from bot.channels import zalo
from bot.channels.telegram import TelegramChannel, Timing
from tests.fakes.telegram_platform import FakeTelegram
from tests.fakes.zalo_platform import FakeZalo

FAST = Timing(poll=5, connect=1, read=0.3, retry_base=0.01, retry_cap=0.05, conflict=0.05, misconfigured=0.05)

FAST_ZALO = zalo.Timing(
    poll=5,
    probe=1,
    idle=0.01,
    connect=1,
    read=0.3,
    retry_base=0.01,
    retry_cap=0.05,
    flood_base=0.05,
    flood_cap=0.4,
    misconfigured=0.05,
    drain=0.05,
    stop=2,
)


class Inbox:
    """What was received, as the database would hold it: messages, and the offset that outlives a process."""

    def __init__(self):
        self.messages = []
        self.offset = 0
        self.failures = []  # raised one by one instead of receiving
        self.wait = 0

    async def receive(self, inbound):
        await asyncio.sleep(self.wait)
        if self.failures:
            raise self.failures.pop(0)
        self.messages.append(inbound)

    async def load_offset(self, _name):
        return self.offset

    async def save_offset(self, _name, offset):
        self.offset = offset

    @property
    def texts(self):
        return [inbound.text for inbound in self.messages]


@pytest.fixture
async def platform():
    async with FakeTelegram() as fake:
        yield fake


@pytest.fixture
def inbox():
    return Inbox()


@pytest.fixture
async def open_channel(platform, inbox):
    """Make channels on the fake platform; each is stopped at the end."""
    async with contextlib.AsyncExitStack() as stack:

        def open_one(**options):
            arguments = {"token": platform.token, "api_url": platform.url, "timing": FAST} | options
            channel = TelegramChannel(
                receive=inbox.receive, load_offset=inbox.load_offset, save_offset=inbox.save_offset, **arguments
            )
            stack.push_async_callback(channel.stop)
            return channel

        yield open_one


@pytest.fixture
def channel(open_channel):
    return open_channel()


@pytest.fixture
async def zalo_platform():
    async with FakeZalo() as fake:
        yield fake


@pytest.fixture
async def open_zalo(zalo_platform, inbox):
    """Make channels on the fake Zalo; each is stopped at the end."""
    async with contextlib.AsyncExitStack() as stack:

        def open_one(**options):
            arguments = {"token": zalo_platform.token, "api_url": zalo_platform.url, "timing": FAST_ZALO}
            arguments |= {"per_second": 1000, "chat_interval": 0, "receive": inbox.receive} | options
            channel = zalo.ZaloChannel(**arguments)
            stack.push_async_callback(channel.stop)
            return channel

        yield open_one


@pytest.fixture
def fast_zalo():
    return FAST_ZALO


@pytest.fixture
def zalo_channel(open_zalo):
    return open_zalo()


@pytest.fixture
def eventually():
    """`await eventually(lambda: …)`: wait until it is true; fail when it does not become so."""
    return _eventually


async def _eventually(condition, seconds=5):
    async with asyncio.timeout(seconds):
        while not condition():  # noqa: ASYNC110 (it looks at a server, which tells nobody)
            await asyncio.sleep(0.005)
