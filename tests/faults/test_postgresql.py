"""PostgreSQL behind the program: restarted, failed over to another port, turned read-only."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Iterator
from pathlib import Path

import psycopg
import pytest

from tests.faults.clusters import Cluster, clusters
from tests.faults.scene import Ledger, Scene

pytestmark = [pytest.mark.process, pytest.mark.timeout(150)]

DATABASE = ("database",)


def command(cluster: Cluster, *statements: str) -> None:
    with psycopg.connect(f"postgresql://postgres@127.0.0.1:{cluster.port}/postgres", autocommit=True) as admin:
        for statement in statements:
            admin.execute(statement)


@pytest.fixture
def both() -> Iterator[list[Cluster]]:
    """The first is running."""
    with clusters() as servers:
        servers[0].create()
        servers[0].start()
        yield servers


@pytest.fixture
async def scene_on(tmp_path: Path, both: list[Cluster]) -> AsyncIterator[Scene]:
    """The program knows both servers by one address."""
    ports = ",".join(f"127.0.0.1:{cluster.port}" for cluster in both)
    url = f"postgresql://postgres@{ports}/postgres?target_session_attrs=read-write"
    async with Scene(tmp_path, GOCUA_DB_URL=url).opened() as scene:
        yield scene


async def test_restarted(scene_on: Scene, both: list[Cluster], note: Callable[[str, Ledger], None]) -> None:
    async def inject() -> None:
        await asyncio.to_thread(both[0].control, "stop", "-m", "immediate")

    async def heal() -> None:
        await asyncio.to_thread(both[0].start)

    ledger = await scene_on.withstand(inject, heal, parts=DATABASE, lasts=8)
    note("PostgreSQL killed, started after 8 s", ledger)


async def test_failed_over_to_another_port(
    scene_on: Scene, both: list[Cluster], note: Callable[[str, Ledger], None]
) -> None:
    """The standby has every commit that was acknowledged: the first server waits for it."""
    primary, standby = both
    await asyncio.to_thread(standby.follow, primary)
    await asyncio.to_thread(standby.start)
    wait = "ALTER SYSTEM SET synchronous_standby_names = '*'", "SELECT pg_reload_conf()"
    await asyncio.to_thread(command, primary, *wait)

    async def inject() -> None:
        await asyncio.to_thread(primary.control, "stop", "-m", "immediate")

    async def heal() -> None:
        await asyncio.to_thread(command, standby, "ALTER SYSTEM SET synchronous_standby_names = ''")
        await asyncio.to_thread(standby.control, "promote")

    ledger = await scene_on.withstand(inject, heal, parts=DATABASE, lasts=3)
    note("PostgreSQL failed over to another port", ledger)


async def test_turned_read_only(scene_on: Scene, both: list[Cluster], note: Callable[[str, Ledger], None]) -> None:
    async def turn(value: str) -> None:
        order = f"ALTER SYSTEM SET default_transaction_read_only = {value}", "SELECT pg_reload_conf()"
        await asyncio.to_thread(command, both[0], "SET default_transaction_read_only = off", *order)

    ledger = await scene_on.withstand(lambda: turn("on"), lambda: turn("off"), parts=DATABASE, lasts=3)
    assert ledger.repeats == 0
    note("PostgreSQL turned read-only", ledger)
