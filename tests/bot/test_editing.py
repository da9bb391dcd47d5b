"""A way of asking gets into an entry's file, and nothing else of the file changes."""

from __future__ import annotations

import dataclasses
import datetime
import hashlib
import shutil
from pathlib import Path

import pytest

from bot.editing import ChangedMeanwhile, Edit, NotEdited, personal_data, plan_wording, save, with_wording
from content.live import LiveLibrary
from content.load import load_library
from content.model import Library
from tests.bot.conftest import ROOT

TODAY = datetime.date(2026, 11, 22)
ENTRY = "bhtn.muc-huong"


@pytest.fixture
def root(tmp_path: Path) -> Path:
    folder = tmp_path / "content"
    shutil.copytree(ROOT / "content", folder, ignore=shutil.ignore_patterns("*.py", "__pycache__"))
    return folder


@pytest.fixture
def library(root: Path) -> Library:
    return load_library(root)


def path_of(root: Path) -> Path:
    return root / "vi" / "bhtn" / "muc-huong.md"


def plan(root: Path, library: Library, wording: str, entry_id: str = ENTRY) -> Edit:
    return plan_wording(root, library, entry_id, wording, TODAY)


def test_one_line_is_added_and_every_other_byte_stays(root: Path, library: Library) -> None:
    before = path_of(root).read_bytes()
    edit = plan(root, library, "luong 8 cu thi lanh may dong mot thang ha em")
    assert path_of(root).read_bytes() == before, "looking writes nothing"
    save(edit, edit.base)
    after = path_of(root).read_bytes().splitlines(keepends=True)
    added = [line for line in after if line not in before.splitlines(keepends=True)]
    assert added == [b"  - luong 8 cu thi lanh may dong mot thang ha em\n"]
    after.remove(added[0])
    assert b"".join(after) == before
    assert [(line.kind, line.text) for line in edit.diff if line.kind != "same"] == [
        ("added", "  - luong 8 cu thi lanh may dong mot thang ha em")
    ]
    assert load_library(root).get_entry(ENTRY).ask[-1] == "luong 8 cu thi lanh may dong mot thang ha em"
    assert list(path_of(root).parent.glob(".*")) == [], "no temporary file is left"


def test_comments_quotes_windows_line_ends_and_the_answer_are_kept(root: Path, library: Library) -> None:
    text = path_of(root).read_text(encoding="utf-8")
    text = text.replace("ask:\n", "# do phòng BHTN soạn\nask:  # từ thư người dân\n").replace(
        "groups: [bhtn]", "groups: ['bhtn']"
    )
    before = text.replace("\n", "\r\n").encode()
    path_of(root).write_bytes(before)
    edit = plan(root, library, "tiền thất nghiệp: #bao nhiêu")
    assert edit.content.replace("  - 'tiền thất nghiệp: #bao nhiêu'\r\n".encode(), b"") == before


def test_whatever_is_asked_comes_back_as_it_was_typed(root: Path, library: Library) -> None:
    wordings = ("no", "- có", "{{ x }}", "' tiền", '" tiền', "yes: no", "@a", "2026-11-22", "null", "* tiền", "!a")
    for wording in wordings:
        path_of(root).write_bytes(plan(root, library, wording).content)
    assert load_library(root).get_entry(ENTRY).ask[-len(wordings) :] == wordings


def test_every_entry_there_is_can_be_added_to_without_touching_another_line(root: Path, library: Library) -> None:
    # The check of the whole tree for each file would take minutes.
    for entry in library.entries.values():
        before = (root / "vi" / entry.group / f"{entry.slug}.md").read_bytes()
        after, _ = with_wording(before, "câu mới thêm")
        assert after.replace("  - câu mới thêm\n".encode(), b"", 1) == before, entry.id


def test_what_another_entry_says_already_is_refused_by_the_check(root: Path, library: Library) -> None:
    edit = plan(root, library, "Mức hưởng BHTN!", "vay.lai-suat")
    assert edit.broken
    assert any(problem.file.endswith("vay/lai-suat.md") and "muc-huong" in problem.message for problem in edit.problems)
    with pytest.raises(NotEdited, match="lỗi"):
        save(edit, edit.base)


def test_what_is_nearly_said_elsewhere_is_a_warning(root: Path, library: Library) -> None:
    edit = plan(
        root, library, "luong dong bh cua e khac luong nhan ve thi that nghiep dc may phan trams", "vay.lai-suat"
    )
    assert [problem.level for problem in edit.problems] == ["warning"]


def test_a_file_changed_meanwhile_is_not_written_over(root: Path, library: Library) -> None:
    looked_at = plan(root, library, "câu hỏi của người thứ nhất")
    other = plan(root, library, "câu hỏi của người thứ hai khác hẳn")
    save(other, other.base)
    with pytest.raises(ChangedMeanwhile):
        save(looked_at, looked_at.base)
    again = plan(root, library, "câu hỏi của người thứ nhất")
    with pytest.raises(ChangedMeanwhile):
        save(again, looked_at.base)
    save(again, again.base)
    assert load_library(root).get_entry(ENTRY).ask[-2:] == (
        "câu hỏi của người thứ hai khác hẳn",
        "câu hỏi của người thứ nhất",
    )


def test_a_folder_that_cannot_be_written_is_told_and_says_what_to_do(root: Path, library: Library) -> None:
    # Whoever runs the tests may be root, whom no mode stops; a place of the kernel's takes no new file from anybody.
    where = Path("/proc/self/comm")
    edit = plan(root, library, "câu hỏi mới toanh")
    base = hashlib.sha256(where.read_bytes()).hexdigest()
    with pytest.raises(NotEdited, match="không ghi được"):
        save(dataclasses.replace(edit, path=where, base=base), base)


@pytest.mark.parametrize(
    ("wording", "entry_id", "why"),
    [
        ("", ENTRY, "trống"),
        ("?!", ENTRY, "trống"),
        ("a" * 201, ENTRY, "dài"),
        ("hỏi", "bhtn.muc-huon", "bhtn.muc-huong"),
    ],
)
def test_what_makes_no_sense_is_refused(root: Path, library: Library, wording: str, entry_id: str, why: str) -> None:
    with pytest.raises(NotEdited, match=why):
        plan(root, library, wording, entry_id)


def test_a_saved_wording_goes_live_at_once(root: Path) -> None:
    live: LiveLibrary[None] = LiveLibrary(root, on_change=lambda _: None)
    edit = plan(root, live.current, "câu hỏi mới toanh")
    save(edit, edit.base)
    live.reload()
    assert live.current.get_entry(ENTRY).ask[-1] == "câu hỏi mới toanh"


@pytest.mark.parametrize(
    ("text", "word"),
    [
        ("gọi em 0912.345.678 nhé", "điện thoại"),
        ("sdt +84 912 345 678", "điện thoại"),
        ("cccd 001099012345", "căn cước"),
        ("gửi lan@example.vn", "thư điện tử"),
        ("em tên là hoa", "tên người"),
        ("chị Nguyễn Thị Lan hỏi", "họ tên"),
        ("số nhà 12 phố Huế", "địa chỉ"),
    ],
)
def test_personal_data_is_warned_about(text: str, word: str) -> None:
    assert any(word in sentence for sentence in personal_data(text))


@pytest.mark.parametrize(
    "text", ["lương 8000000 được bao nhiêu", "tôi là công nhân may", "Trần thất nghiệp là bao nhiêu", "vay 100 triệu"]
)
def test_plain_questions_raise_no_alarm(text: str) -> None:
    assert personal_data(text) == []
