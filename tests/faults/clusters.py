"""PostgreSQL servers that a test stops, starts and lets follow each other; binaries from the wheel."""

from __future__ import annotations

import contextlib
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path

from tests.process.conftest import free_port
from tests.servers import wheel_binaries

SETTINGS = """
listen_addresses = '127.0.0.1'
fsync = off
full_page_writes = off
wal_level = replica
max_wal_senders = 4
"""


class Cluster:
    """One server with its own folder and port. Run by another user when we are root, as PostgreSQL wants it."""

    def __init__(self, folder: Path, binaries: Path, user: str | None) -> None:
        self.folder = folder
        self.port = free_port()
        self._binaries = binaries
        self._user = user

    def create(self) -> None:
        self.run("initdb", "--auth=trust", "--encoding=utf8", "-U", "postgres", "-D", str(self.folder))
        with (self.folder / "postgresql.conf").open("a") as configuration:
            configuration.write(SETTINGS + f"unix_socket_directories = '{self.folder}'\n")

    def follow(self, primary: Cluster) -> None:
        """Become a copy of `primary` that follows it, and that it waits for before it says a commit is done."""
        self.run(
            "pg_basebackup", "-D", str(self.folder), "-R", "-h", "127.0.0.1", "-p", f"{primary.port}", "-U", "postgres"
        )
        with (self.folder / "postgresql.conf").open("a") as configuration:
            configuration.write(f"unix_socket_directories = '{self.folder}'\n")

    def start(self) -> None:
        self.control("start", "-o", f"-p {self.port}", "-l", str(self.folder / "log"))

    def control(self, verb: str, *more: str) -> None:
        self.run("pg_ctl", "-w", "-D", str(self.folder), *more, verb)

    def run(self, command: str, *arguments: str) -> None:
        with tempfile.TemporaryFile() as said:  # a pipe would stay open in the server
            done = subprocess.run(
                [str(self._binaries / command), *arguments],
                user=self._user,
                stdout=said,
                stderr=said,
                cwd="/",
                check=False,
            )
            said.seek(0)
            assert done.returncode == 0, said.read().decode()


@contextlib.contextmanager
def clusters() -> Iterator[list[Cluster]]:
    """Two servers, not yet created."""
    home = Path(tempfile.mkdtemp(prefix="gocua-pg-"))
    binaries, user = wheel_binaries(home)
    home.chmod(0o777)
    both = [Cluster(home / name, binaries, user) for name in ("one", "two")]
    try:
        yield both
    finally:
        for cluster in both:
            with contextlib.suppress(AssertionError):
                cluster.control("stop", "-m", "immediate")
        shutil.rmtree(home, ignore_errors=True)
