"""What is typed at `main.py` works on a machine where the bot never ran."""

from __future__ import annotations

from pathlib import Path

import pytest

from main import main


@pytest.mark.parametrize(
    ("command", "says"),
    [
        ("questions", "Không có câu hỏi nào"),
        ("sessions list", "Chưa có phiên nào"),
        ("broadcast list", "Chưa có tin nào"),
        ("official list", "Chưa có cán bộ nào"),
        ("report --month 2026-10 --out {folder}", "2026-10"),
    ],
)
def test_a_command_works_before_the_bot_ever_ran(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], command: str, says: str
) -> None:
    url = f"sqlite:///{tmp_path}/gocua.sqlite3"
    assert main(["--db-url", url, *command.format(folder=tmp_path).split()]) == 0
    assert says in capsys.readouterr().out
