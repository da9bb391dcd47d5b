"""A platform that answers sendMessage as fast as one process of plain asyncio can, and remembers when each came.

It reads only what it needs of a request (its length, the chat) and checks nothing: what Telegram would refuse is the
matter of tests/fakes. `GET /seen` tells the arrivals as "seconds chat" lines, `GET /forget` starts a new count.
`python -m tests.bench.quick_platform [WAIT]` prints its address; each answer comes WAIT seconds later (default 0).
"""

from __future__ import annotations

import asyncio
import contextlib
import re
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).parents[2]
_LENGTH = re.compile(rb"\r\ncontent-length: *(\d+)", re.IGNORECASE)
_CHAT = re.compile(rb'chat_id"?[=:] ?"?(-?\d+)')
_ME = (
    b'{"ok":true,"result":{"id":123456789,"is_bot":true,"first_name":"G\\u00f5 C\\u1eeda","username":"go_cua_bot",'
    b'"can_join_groups":true,"can_read_all_group_messages":false,"supports_inline_queries":false}}'
)
# As long as a real answer: Telegram repeats sender, chat and text.
_SENT = (
    b'{"ok":true,"result":{"message_id":%d,"from":{"id":123456789,"is_bot":true,"first_name":"G\\u00f5 C\\u1eeda",'
    b'"username":"go_cua_bot"},"chat":{"id":%s,"first_name":"Hoa","type":"private"},"date":%d,"text":"%s"}}'
)
_TEXT = b"Phi\\u00ean giao d\\u1ecbch vi\\u1ec7c l\\u00e0m s\\u00e1ng th\\u1ee9 B\\u1ea3y, 8 gi\\u1edd." * 2


class Seen:
    """Arrivals since the last `forget`: (seconds of a monotonic clock, chat)."""

    def __init__(self, wait: float) -> None:
        self.wait = wait
        self.arrivals: list[tuple[float, bytes]] = []


class Answering(asyncio.Protocol):
    """One connection; requests come one after the other."""

    def __init__(self, seen: Seen) -> None:
        self._seen = seen
        self._rest = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport

    def data_received(self, data: bytes) -> None:
        data = self._rest + data
        end = data.find(b"\r\n\r\n")
        while end >= 0:
            length = _LENGTH.search(data, 0, end + 2)
            after = end + 4 + (int(length[1]) if length else 0)
            if len(data) < after:
                break
            self._answer(data[: data.find(b" ", 5)], data[end + 4 : after])
            data = data[after:]
            end = data.find(b"\r\n\r\n")
        self._rest = data

    def _answer(self, line: bytes, body: bytes) -> None:
        seen = self._seen
        if line.endswith(b"/sendMessage"):
            found = _CHAT.search(body)
            chat = found[1] if found else b"0"
            seen.arrivals.append((time.monotonic(), chat))
            content = _SENT % (len(seen.arrivals), chat, time.time(), _TEXT)
        elif line.endswith(b"/seen"):
            content = b"\n".join(b"%.6f %s" % arrival for arrival in seen.arrivals)
        elif line.endswith(b"/forget"):
            seen.arrivals = []
            content = b""
        else:
            content = _ME
        answer = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n" % len(content)
        if seen.wait:
            asyncio.get_running_loop().call_later(seen.wait, self._transport.write, answer + content)
        else:
            self._transport.write(answer + content)


@contextlib.contextmanager
def quick_platform(wait: float = 0.0) -> Iterator[str]:
    """The address of a platform in a process of its own, for as long as the block lasts."""
    command = [sys.executable, "-m", "tests.bench.quick_platform", str(wait)]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout
            yield process.stdout.readline().strip()
        finally:
            process.kill()


def forget(url: str) -> None:
    urllib.request.urlopen(f"{url}/forget").close()


def seen(url: str) -> list[tuple[float, str]]:
    """What arrived since `forget`: (seconds, chat), in order."""
    with urllib.request.urlopen(f"{url}/seen") as answer:
        lines = (line.split() for line in answer.read().decode().splitlines())
        return [(float(at), chat) for at, chat in lines]


async def _serve(wait: float) -> None:
    kept = Seen(wait)
    server = await asyncio.get_running_loop().create_server(lambda: Answering(kept), "127.0.0.1", 0)
    print(f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}", flush=True)
    await server.serve_forever()


if __name__ == "__main__":
    asyncio.run(_serve(float(sys.argv[1])))
