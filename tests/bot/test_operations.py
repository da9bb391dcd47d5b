"""docs/van-hanh.md and docs/trien-khai speak of the program as it is: every command, setting and figure."""

from __future__ import annotations

import re

import pytest

import main
from bot.settings import NAMES
from tests.bot.conftest import ROOT

OPERATIONS = (ROOT / "docs" / "van-hanh.md").read_text(encoding="utf-8")
DEPLOYMENT = ROOT / "docs" / "trien-khai"


@pytest.mark.parametrize("command", list(main.COMMANDS))
def test_every_command_is_there(command: str) -> None:
    assert f"`main.py {command}`" in OPERATIONS


def test_no_other_command_is_spoken_of() -> None:
    spoken = set(re.findall(r"main\.py ([a-z]+)", OPERATIONS + (DEPLOYMENT / "README.md").read_text("utf-8")))
    assert spoken <= set(main.COMMANDS)


@pytest.mark.parametrize("key", [key for _, _, key in NAMES])
def test_every_setting_is_there(key: str) -> None:
    assert f"`{key}`" in OPERATIONS


def test_every_measured_figure_is_there_and_named_by_convention() -> None:
    source = (ROOT / "bot" / "health.py").read_text(encoding="utf-8")
    figures = set(re.findall(r'"(gocua_[a-z_]+)"', source))
    assert figures == set(re.findall(r"`(gocua_[a-z_]+)`", OPERATIONS))
    for name in figures:
        assert not re.search(r"_(ms|minutes|hours|days|kb|mb|milliseconds|total)$", name), (
            "base units; gauges have no _total"
        )


def test_the_files_to_deploy_set_only_what_there_is() -> None:
    known = {name for _, name, _ in NAMES}
    known |= {f"{name}_FILE" for name in known} | {"GOCUA_CONFIG"}
    for path in DEPLOYMENT.iterdir():
        used = set(re.findall(r"\b((?:GOCUA|TELEGRAM|ZALO)_[A-Z_]+)\b", path.read_text(encoding="utf-8")))
        assert used <= known, path.name
