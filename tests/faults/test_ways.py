"""The way to the platforms: names that no longer resolve, certificates that are not trusted."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from pathlib import Path

import pytest

from tests.faults.gate import Gate, make_certificate
from tests.faults.rooms import room
from tests.faults.scene import Ledger, Scene

pytestmark = [pytest.mark.process, pytest.mark.timeout(150)]

BOTH = ("telegram", "zalo")
NAME = "nen-tang.invalid"


async def gates_of(scene: Scene, certificate: Path | None = None) -> list[Gate]:
    """One open gate before each platform."""
    gates = [Gate(int(platform.url.rsplit(":", 1)[1]), certificate) for platform in (scene.telegram, scene.zalo)]
    for gate in gates:
        await gate.open()
    return gates


@pytest.fixture
def hosts(tmp_path: Path) -> Path:
    path = tmp_path / "hosts"
    path.write_text(f"127.0.0.1 localhost {NAME}\n")
    return path


@pytest.fixture
async def named_scene(tmp_path: Path, hosts: Path) -> AsyncIterator[tuple[Scene, list[Gate]]]:
    """Both platforms are reached by a name that stands in `hosts`, the only place where it is known."""
    scene = Scene(tmp_path, within=room(f"mount --bind {hosts} /etc/hosts"))
    async with scene.opened():
        gates = await gates_of(scene)
        for channel, gate in zip(("TELEGRAM", "ZALO"), gates, strict=True):
            scene.program._environment[f"{channel}_API_URL"] = f"http://{NAME}:{gate.port}"
        yield scene, gates
        for gate in gates:
            await gate.shut()


async def test_a_name_that_no_longer_resolves(
    named_scene: tuple[Scene, list[Gate]], hosts: Path, note: Callable[[str, Ledger], None]
) -> None:
    scene, gates = named_scene

    async def inject() -> None:
        await asyncio.to_thread(hosts.write_text, "127.0.0.1 localhost\n")
        for gate in gates:  # connections that are open would go on, and an address is remembered for 10 s
            await gate.shut()
        await asyncio.sleep(11)
        for gate in gates:
            await gate.open()

    async def heal() -> None:
        states = (await scene.health())["channels"]
        for channel in BOTH:
            assert "tên máy chủ" in states[channel].get("reason", states[channel]["last_error"])
        await asyncio.to_thread(hosts.write_text, f"127.0.0.1 localhost {NAME}\n")

    ledger = await scene.withstand(inject, heal, parts=BOTH, lasts=2)
    note("the name does not resolve", ledger)


async def test_a_certificate_nobody_vouches_for(
    scene: Scene, tmp_path: Path, note: Callable[[str, Ledger], None]
) -> None:
    trusted, forged = make_certificate(tmp_path / "trusted.pem"), make_certificate(tmp_path / "forged.pem")
    gates = await gates_of(scene, trusted)
    environment = {"SSL_CERT_FILE": str(trusted)}
    for channel, gate in zip(("TELEGRAM", "ZALO"), gates, strict=True):
        environment[f"{channel}_API_URL"] = f"https://127.0.0.1:{gate.port}"
    scene.program._environment |= environment

    async def show(certificate: Path) -> None:
        for gate in gates:
            await gate.shut()
            gate.show(certificate)
            await gate.open()

    ledger = await scene.withstand(lambda: show(forged), lambda: show(trusted), parts=BOTH, lasts=2)
    assert all("chứng chỉ" in line for line in scene.reasons("telegram", "zalo.sending")), scene.told()
    note("a forged certificate", ledger)
    for gate in gates:
        await gate.shut()
