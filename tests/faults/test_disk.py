"""The SQLite file and its disk: full, broken, held by somebody else, not writable."""

from __future__ import annotations

import asyncio
import os
import resource
import shutil
import sqlite3
from collections.abc import AsyncIterator, Callable
from pathlib import Path

import pytest

from tests.faults.rooms import inside, room
from tests.faults.scene import Ledger, Scene
from tests.process.conftest import Program

pytestmark = [pytest.mark.process, pytest.mark.timeout(150)]

DATABASE = ("database",)


async def test_held_by_another_process_for_20_seconds(scene: Scene, note: Callable[[str, Ledger], None]) -> None:
    """A backup that hangs, or a person with an open transaction in a database browser."""
    free = asyncio.Event()

    async def inject() -> None:
        other = sqlite3.connect(scene.database_path, isolation_level=None, timeout=30)
        other.execute("BEGIN IMMEDIATE")

        def let_go() -> None:
            other.execute("ROLLBACK")
            other.close()
            free.set()

        asyncio.get_running_loop().call_later(20, let_go)

    async def heal() -> None:
        await free.wait()

    ledger = await scene.withstand(inject, heal, parts=DATABASE, lasts=10)
    assert ledger.repeats == 0
    note("SQLite held by another process for 20 s", ledger)


async def test_the_disk_takes_no_more_writes(scene: Scene, note: Callable[[str, Ledger], None]) -> None:
    """An input/output error with every write: the kernel's limit on file sizes, set from outside and taken away."""

    def limit(size: int) -> None:
        resource.prlimit(scene.program.pid, resource.RLIMIT_FSIZE, (size, resource.RLIM_INFINITY))

    async def inject() -> None:
        limit(os.stat(f"{scene.database_path}-wal").st_size)  # noqa: PTH116

    async def heal() -> None:
        limit(resource.RLIM_INFINITY)

    ledger = await scene.withstand(inject, heal, parts=DATABASE, lasts=5)
    assert ledger.repeats == 0
    note("writes end in an input/output error", ledger)


@pytest.fixture
async def small_disk(tmp_path: Path) -> AsyncIterator[Scene]:
    """The data folder is a disk of 640 MB."""
    folder = tmp_path / "disk"
    folder.mkdir()
    mount = f"mount -t tmpfs -o size=640m none {folder}; ln -s {tmp_path}/cache {folder}/cache"
    async with Scene(tmp_path, within=room(mount), GOCUA_DATA_DIR=str(folder)).opened() as scene:
        yield scene


async def test_the_disk_is_full(small_disk: Scene, note: Callable[[str, Ledger], None]) -> None:
    scene = small_disk
    folder = scene.folder / "disk"

    def fill() -> None:
        with (inside(scene.program.pid, folder) / "filler").open("wb", buffering=0) as filler:
            size = 1024 * 1024
            while size:
                try:
                    filler.write(b"x" * size)
                except OSError:
                    size //= 2

    async def inject() -> None:
        await asyncio.to_thread(fill)

    async def heal() -> None:
        await asyncio.to_thread((inside(scene.program.pid, folder) / "filler").unlink)

    def take_out() -> None:
        """The disk goes with the process: what is on it is read afterwards."""
        for path in inside(scene.program.pid, folder).glob("gocua.sqlite3*"):
            shutil.copy(path, scene.folder)

    ledger = await scene.withstand(inject, heal, parts=DATABASE, lasts=5, before_end=take_out)
    assert ledger.repeats == 0
    note("disk full (tmpfs of its own)", ledger)


async def test_a_disk_that_is_read_only_is_said_in_a_sentence_and_the_next_start_is_well(
    tmp_path: Path, learned: Path
) -> None:
    """systemd starts it again and again: nothing more is needed than the right to write."""
    folder = tmp_path / "disk"
    folder.mkdir()
    (folder / "cache").symlink_to(learned)
    program = Program(folder)
    program.start()
    await program.ready()
    program.end()
    locked = Program(folder, within=room(f"mount --bind {folder} {folder}; mount -o remount,bind,ro {folder}"))
    locked.log = tmp_path / "locked.log"
    locked.start()
    assert locked.wait() == 1
    said = locked.log.read_text()
    assert "Traceback" not in said
    assert "chỉ cho đọc" in said
    program.start()
    await program.ready()
    assert program.end() == 0
