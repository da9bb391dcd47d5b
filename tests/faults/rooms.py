"""A room of its own for the program, with its own disk and its own list of hosts: what breaks there breaks there only.

A mount namespace, which needs root or a kernel that lets users have namespaces; elsewhere the test is skipped.
"""

from __future__ import annotations

import functools
import shutil
import subprocess
from pathlib import Path

import pytest


def room(commands: str) -> tuple[str, ...]:
    """A prefix that runs the shell's `commands` in a room of its own and then becomes what follows it."""
    return (*_way_in(), "sh", "-c", f'set -e; {commands}; exec "$@"', "room")


def inside(pid: int, path: Path) -> Path:
    """The file as the process in the room sees it."""
    return Path(f"/proc/{pid}/root{path}")


@functools.cache
def _way_in() -> tuple[str, ...]:
    if shutil.which("unshare"):
        for way in (("unshare", "--mount"), ("unshare", "--mount", "--map-root-user")):
            if (
                subprocess.run(
                    [*way, "mount", "-t", "tmpfs", "none", "/mnt"], capture_output=True, check=False
                ).returncode
                == 0
            ):
                return way
    pytest.skip("cần quyền root, hoặc một nhân Linux cho tạo mount namespace")
