"""A door between the program and a server: it can be shut, led elsewhere, and speak TLS with any certificate."""

from __future__ import annotations

import asyncio
import contextlib
import ssl
import subprocess
from pathlib import Path


class Gate:
    """Listens on `port` of this machine and passes everything on to `target` (a port)."""

    def __init__(self, target: int, certificate: Path | None = None) -> None:
        self.target = target
        self.port = 0
        self._tls: ssl.SSLContext | None = None
        self._server: asyncio.Server | None = None
        self._through: set[asyncio.StreamWriter] = set()
        if certificate:
            self.show(certificate)

    def show(self, certificate: Path) -> None:
        """From the next `open` on, this is the certificate."""
        self._tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self._tls.load_cert_chain(certificate)

    async def open(self) -> None:
        self._server = await asyncio.start_server(self._pass, "127.0.0.1", self.port, ssl=self._tls)
        self.port = self._server.sockets[0].getsockname()[1]

    async def shut(self) -> None:
        """Nobody gets in, and whoever is in is thrown out."""
        if self._server:
            self._server.close()
            for writer in list(self._through):
                writer.transport.abort()
            await self._server.wait_closed()
            self._server = None

    async def _pass(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            onward = await asyncio.open_connection("127.0.0.1", self.target)
        except OSError:
            writer.transport.abort()
            return
        self._through |= {writer, onward[1]}
        await asyncio.gather(_copy(reader, onward[1]), _copy(onward[0], writer))
        self._through -= {writer, onward[1]}


async def _copy(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    with contextlib.suppress(OSError):
        while some := await reader.read(65536):
            writer.write(some)
            await writer.drain()
    writer.close()
    with contextlib.suppress(OSError):
        await writer.wait_closed()


def make_certificate(path: Path) -> Path:
    """A self-signed certificate of 127.0.0.1 with its key, in one file."""
    command = "openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 2 -subj /CN=127.0.0.1"
    files = ["-addext", "subjectAltName=IP:127.0.0.1", "-keyout", f"{path}.key", "-out", str(path)]
    subprocess.run([*command.split(), *files], check=True, capture_output=True)
    path.write_text(path.read_text() + Path(f"{path}.key").read_text())
    return path
