"""The library in use follows the tree on disk: quickly, whole, and never into a broken state."""

from __future__ import annotations

import gc
import logging
import os
import time
import weakref
from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest

from content.live import LiveLibrary
from content.model import ContentErrors, Library
from tests.content.conftest import Tree
from tests.content.sample import ENTRY

TODAY = date(2026, 11, 22)
FILE = "vi/vay/muc-vay.md"


def count_phrasings(library: Library) -> int:
    return sum(len(entry.ask) for entry in library.entries.values())


def watching(root: Path, on_change: Callable[[Library], int] = count_phrasings) -> LiveLibrary[int]:
    return LiveLibrary(root, on_change=on_change, today=lambda: TODAY, interval=0.05)


def wait_for(seen: Callable[[], bool], seconds: float = 2.0) -> bool:
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        if seen():
            return True
        time.sleep(0.01)
    return False


def test_a_valid_change_is_live_within_two_seconds_at_the_usual_pace(tree: Tree) -> None:
    root = tree()
    with LiveLibrary(root, on_change=count_phrasings) as live:
        before = live.loaded
        (root / FILE).write_text(
            ENTRY.replace("Mức vay", "Mức vay mới").replace("  - số tiền vay\n", "  - tiền\n  - vốn\n")
        )
        assert wait_for(lambda: live.current.get_entry("vay.muc-vay").title == "Mức vay mới")
        assert live.loaded.companion == count_phrasings(live.current) == before.companion + 1
        assert before.library.get_entry("vay.muc-vay").title == "Mức vay"  # who holds the old one keeps it whole


def test_a_new_and_a_removed_entry_are_noticed(tree: Tree) -> None:
    root = tree()
    with watching(root) as live:
        tree({"vi/vay/moi.md": _other_entry()})
        assert wait_for(lambda: live.current.find_entry("vay.moi") is not None)
        (root / "vi/vay/moi.md").unlink()
        assert wait_for(lambda: live.current.find_entry("vay.moi") is None)


def _other_entry() -> str:
    lines = [f"  - hỏi thêm điều thứ {number}" for number in range(15)]
    head, rest = ENTRY.split("ask:\n")
    return (
        head.replace("Được bao nhiêu tiền?", "Mục mới")
        + "ask:\n"
        + "\n".join(lines)
        + "\n"
        + rest[rest.index("short:") :]
    )


def test_a_broken_change_never_replaces_what_runs_and_is_reported(tree: Tree, caplog: pytest.LogCaptureFixture) -> None:
    root = tree()
    with watching(root) as live, caplog.at_level(logging.INFO, "content.live"):
        running = live.loaded
        (root / FILE).write_text(ENTRY.replace("vay.the-chap]", "vay.khong-co]"))
        assert wait_for(lambda: live.rejected)
        assert live.loaded is running
        assert [(each.file, each.line, each.field) for each in live.problems if each.level == "error"] == [
            ("content/vi/vay/muc-vay.md", 28, "next")
        ]
        assert "content/vi/vay/muc-vay.md:28: next: Không có mục `vay.khong-co`" in caplog.records[-1].problems
        (root / FILE).write_text(ENTRY.replace("Mức vay", "Đã sửa"))
        assert wait_for(lambda: live.current.get_entry("vay.muc-vay").title == "Đã sửa")
        assert not live.rejected
        assert live.problems == ()


def test_a_file_being_written_is_waited_for(tree: Tree, caplog: pytest.LogCaptureFixture) -> None:
    root = tree()
    text = ENTRY.replace("Mức vay", "Viết từng đoạn")
    built = []

    def remember(library: Library) -> int:
        built.append(library.get_entry("vay.muc-vay").title)
        return 0

    with LiveLibrary(root, on_change=remember, today=lambda: TODAY, interval=0.2) as live:
        with (root / FILE).open("w") as file:
            for start in range(0, len(text), 40):
                file.write(text[start : start + 40])
                file.flush()
                time.sleep(0.02)
                assert not live.rejected
        assert wait_for(lambda: live.current.get_entry("vay.muc-vay").title == "Viết từng đoạn")
        assert built == ["Mức vay", "Viết từng đoạn"]
        assert caplog.records == []


def test_a_change_of_the_same_size_and_time_is_seen_when_the_file_is_replaced(tree: Tree) -> None:
    root = tree()
    path = root / FILE
    stamp = path.stat().st_mtime_ns
    with watching(root) as live:
        beside = root.parent / "beside.md"
        beside.write_text(ENTRY.replace("Mức vay", "Mức Vay"))
        os.utime(beside, ns=(stamp, stamp))
        beside.replace(path)
        assert wait_for(lambda: live.current.get_entry("vay.muc-vay").title == "Mức Vay")


def test_when_the_companion_cannot_be_built_nothing_is_swapped(tree: Tree, caplog: pytest.LogCaptureFixture) -> None:
    root = tree()

    def build(library: Library) -> int:
        if library.get_entry("vay.muc-vay").title != "Mức vay":
            raise RuntimeError("không dựng được")
        return 1

    with watching(root, build) as live:
        running = live.loaded
        (root / FILE).write_text(ENTRY.replace("Mức vay", "Khác"))
        assert wait_for(lambda: live.rejected)
        assert live.loaded is running
        assert "content.not_built" in caplog.text


def test_a_replaced_library_is_freed_without_the_collector(tree: Tree) -> None:
    root = tree()
    with watching(root) as live:
        replaced = weakref.ref(live.current)
        gc.disable()
        try:
            (root / FILE).write_text(ENTRY.replace("Mức vay", "Bản mới"))
            assert wait_for(lambda: live.current.get_entry("vay.muc-vay").title == "Bản mới")
            assert wait_for(lambda: replaced() is None)
        finally:
            gc.enable()


def test_a_touched_file_builds_nothing_anew(tree: Tree) -> None:
    root = tree()
    with watching(root) as live:
        running, checked = live.loaded, live.checked_at
        (root / FILE).touch()
        assert wait_for(lambda: live.checked_at > checked)
        assert live.loaded is running


def test_a_new_day_is_examined_without_a_change(tree: Tree) -> None:
    days = [TODAY]
    with LiveLibrary(tree(), on_change=count_phrasings, today=lambda: days[-1], interval=0.05) as live:
        running = live.loaded
        assert live.problems == ()
        days.append(date(2027, 4, 1))
        assert wait_for(lambda: len(live.problems) == 3)
        assert {each.field for each in live.problems} == {"review_by"}
        assert live.loaded is running
        assert not live.rejected


def test_a_broken_tree_does_not_start(tree: Tree) -> None:
    with pytest.raises(ContentErrors):
        watching(tree({FILE: "hỏng"}))


def test_stopping_twice_and_starting_again_is_fine(tree: Tree) -> None:
    root = tree()
    live = watching(root)
    live.stop()
    with live:
        pass
    with live:
        (root / FILE).write_text(ENTRY.replace("Mức vay", "Lần hai"))
        assert wait_for(lambda: live.current.get_entry("vay.muc-vay").title == "Lần hai")


def test_a_reload_asked_for_takes_up_a_change_or_says_why_not(tree: Tree) -> None:
    root = tree()
    live: LiveLibrary[None] = LiveLibrary(root, on_change=lambda _: None, today=lambda: TODAY)
    (root / FILE).write_text(ENTRY.replace("Mức vay", "Sửa tay"))
    live.reload()
    assert live.current.get_entry("vay.muc-vay").title == "Sửa tay"
    (root / FILE).write_text("hỏng")
    live.reload()
    assert live.rejected
    assert live.current.get_entry("vay.muc-vay").title == "Sửa tay"
