"""The real program as a process of its own, on a free port, in an empty folder, beside a fake Telegram."""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Callable, Iterator
from pathlib import Path

import aiohttp
import pytest

from tests.fakes.telegram_platform import FakeTelegram

ROOT = Path(__file__).parents[2]
TOKEN = "123456789:AAHfakefakefakefakefakefakefakefake"


class Program:
    """`main.py serve`, started and killed as often as a test likes; the folder stays.

    `within` is a command that becomes the program: it is given the program's own command as its last arguments.
    """

    def __init__(self, folder: Path, *, within: tuple[str, ...] = (), **environment: str) -> None:
        self.folder = folder
        self._within = within
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.log = folder / "serve.log"
        self._environment = {
            "PATH": os.environ["PATH"],
            "GOCUA_DATA_DIR": str(folder),
            "GOCUA_PORT": str(self.port),
            "GOCUA_CONFIG": str(folder / "none.toml"),
            **environment,
        }
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        with self.log.open("ab") as log:
            self._process = subprocess.Popen(
                [*self._within, sys.executable, str(ROOT / "main.py"), "serve"],
                cwd=ROOT,
                env=self._environment,
                stdout=log,
                stderr=log,
            )

    @property
    def pid(self) -> int:
        assert self._process
        return self._process.pid

    @property
    def alive(self) -> bool:
        return self._process is not None and self._process.poll() is None

    def wait(self) -> int:
        """Its exit code, when it ends by itself."""
        assert self._process
        return self._process.wait(timeout=30)

    def kill(self) -> None:
        """kill -9: nothing is told, nothing is closed."""
        if self._process:
            self._process.kill()
            self._process.wait()
            self._process = None

    def end(self) -> int:
        """SIGTERM, as systemd ends it; returns the exit code."""
        assert self._process
        self._process.send_signal(signal.SIGTERM)
        return self._process.wait(timeout=15)

    async def ready(self, seconds: float = 20.0) -> dict[str, object]:
        """Wait until /health answers; returns what it says."""
        end = time.monotonic() + seconds
        async with aiohttp.ClientSession() as session:
            while True:
                assert self._process
                assert self._process.poll() is None, self.log.read_text()
                assert time.monotonic() < end, self.log.read_text()
                with contextlib.suppress(aiohttp.ClientError):
                    async with session.get(f"{self.url}/health") as response:
                        return dict(await response.json())
                await asyncio.sleep(0.02)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


async def until(condition: Callable[[], bool], seconds: float = 20.0) -> None:
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, "it did not happen in time"
        await asyncio.sleep(0.01)


@pytest.fixture(autouse=True)
def _already_learned(tmp_path: Path, learned: Path) -> None:
    """Every data folder starts with the matcher at hand, as after the first start of an installation."""
    (tmp_path / "cache").symlink_to(learned)


@pytest.fixture
def program(tmp_path: Path) -> Iterator[Program]:
    """Web chat only, on an empty SQLite file."""
    running = Program(tmp_path)
    yield running
    running.kill()


@pytest.fixture
async def platform() -> AsyncIterator[FakeTelegram]:
    async with FakeTelegram(token=TOKEN) as fake:
        yield fake


@pytest.fixture
def telegram_program(tmp_path: Path, platform: FakeTelegram) -> Iterator[Program]:
    """The same, connected to the fake Telegram by polling."""
    running = Program(tmp_path, TELEGRAM_BOT_TOKEN=TOKEN, TELEGRAM_API_URL=platform.url)
    yield running
    running.kill()
