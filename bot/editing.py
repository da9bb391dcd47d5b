"""Writes content for an admin at the console: adds a way of asking to an entry's file.

Nothing is saved that the check refuses, and nothing over a change somebody else made meanwhile. The front matter goes
through ruamel.yaml, which keeps comments, order and quotes; the bytes of the answer below it are not touched.
"""

from __future__ import annotations

import contextlib
import dataclasses
import datetime
import difflib
import hashlib
import io
import os
import re
import shutil
import tempfile
from pathlib import Path
from typing import Literal

from content.check import examine
from content.fields import suggest
from content.model import Library, Problem
from content.phrasings import fold_phrasing

LONGEST_WORDING = 200
_DIFF_CONTEXT = 2
_FENCE = re.compile(rb"(?m)^---[ \t]*\r?\n")

# What may point to one person; an admin decides, the words may be a public office's number.
_PERSONAL = (
    (re.compile(r"(?<!\d)(?:\+?84|0)(?:[ .-]?\d){8,10}(?!\d)"), "Có vẻ có số điện thoại."),
    (re.compile(r"(?<!\d)(?:\d{12}|\d{9})(?!\d)"), "Có vẻ có số căn cước hoặc số sổ."),
    (re.compile(r"\S+@\S+\.\w+"), "Có vẻ có địa chỉ thư điện tử."),
    (re.compile(r"(?i)\btên (?:là|tôi|em|cháu|mình)\b"), "Có vẻ có tên người."),
    (re.compile(r"(?i)\b(?:số nhà|ngõ|ngách)\s+\d+"), "Có vẻ có địa chỉ nhà."),
)
_FULL_NAME = re.compile(
    r"\b(?:Nguyễn|Trần|Lê|Phạm|Hoàng|Huỳnh|Phan|Vũ|Võ|Đặng|Bùi|Đỗ|Hồ|Ngô|Dương|Lý|Nguyen|Tran|Pham|Hoang) \w+"
)


class NotEdited(Exception):
    """Nothing was written; the sentence says why and what to do, in Vietnamese."""


class ChangedMeanwhile(NotEdited):
    """The file is not the one that was looked at."""


@dataclasses.dataclass(frozen=True, slots=True)
class DiffLine:
    """One line of the comparison; `number` is its line in the new file, 0 for a removed one."""

    kind: Literal["added", "removed", "same"]
    number: int
    text: str


@dataclasses.dataclass(frozen=True, slots=True)
class Edit:
    """A change looked at and not yet written. `base` names the file as it was; `problems` are what the change brings,
    errors of the whole tree included: with one of them it is not saved.
    """

    entry_id: str
    path: Path
    base: str
    content: bytes
    diff: tuple[DiffLine, ...]
    problems: tuple[Problem, ...]
    phrasings: int

    @property
    def broken(self) -> bool:
        return any(problem.level == "error" for problem in self.problems)


def personal_data(wording: str) -> list[str]:
    """Sentences about what in the words may be somebody's personal data."""
    found = [sentence for pattern, sentence in _PERSONAL if pattern.search(wording)]
    if any(name.istitle() for name in _FULL_NAME.findall(wording)):
        found.append("Có vẻ có họ tên người.")
    return found


def plan_wording(root: Path, library: Library, entry_id: str, wording: str, on: datetime.date) -> Edit:
    """The entry's file with one more way of asking, checked as of a day. Raises NotEdited; writes nothing."""
    wording = " ".join(wording.split())
    entry = library.find_entry(entry_id)
    if entry is None:
        raise NotEdited(f"Không có mục `{entry_id}`. {suggest(entry_id, library.entries)}".strip())
    if not fold_phrasing(wording):
        raise NotEdited("Cách hỏi còn trống.")
    if len(wording) > LONGEST_WORDING:
        raise NotEdited(f"Cách hỏi dài {len(wording)} ký tự, nhiều nhất là {LONGEST_WORDING}. Rút gọn lại giúp.")
    path = (root / library.language / entry.group / f"{entry.slug}.md").resolve()
    before = _read(path)
    after, phrasings = with_wording(before, wording)
    return Edit(
        entry_id,
        path,
        hashlib.sha256(before).hexdigest(),
        after,
        tuple(_compare(before, after)),
        tuple(_check(root, library.language, path, after, wording, on)),
        phrasings,
    )


def save(edit: Edit, base: str) -> None:
    """Write what was planned, if the file is still the one named by `base`; all of it or nothing. Raises NotEdited."""
    if edit.broken:
        raise NotEdited("Bản mới có lỗi nên chưa lưu.")
    if base != edit.base or hashlib.sha256(_read(edit.path)).hexdigest() != base:
        raise ChangedMeanwhile("Tệp vừa được sửa ở nơi khác. Anh/chị xem lại thay đổi dưới đây rồi lưu lần nữa.")
    temporary = ""
    try:
        # The name begins with a dot: whoever watches the folder does not take it for content.
        with tempfile.NamedTemporaryFile(dir=edit.path.parent, prefix=".", suffix=".tmp", delete=False) as file:
            temporary = file.name
            file.write(edit.content)
            file.flush()
            os.fsync(file.fileno())
        shutil.copymode(edit.path, temporary)
        Path(temporary).replace(edit.path)
    except OSError as error:
        with contextlib.suppress(OSError):
            Path(temporary).unlink(missing_ok=True)
        raise NotEdited(
            f"Máy chủ không ghi được vào thư mục nội dung ({error.strerror or error}). Chưa có gì thay đổi. "
            "Nhờ người quản trị máy chủ cho phép ghi, hoặc thêm dòng này vào tệp bằng cách thường dùng."
        ) from error


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise NotEdited(f"Không đọc được tệp của mục này ({error.strerror or error}).") from error


def with_wording(before: bytes, wording: str) -> tuple[bytes, int]:
    """The file with the wording as the last of `ask`, and how many there are then."""
    # A megabyte that only an edit needs.
    from ruamel.yaml import YAML  # noqa: PLC0415
    from ruamel.yaml.error import YAMLError  # noqa: PLC0415

    mark = b"\xef\xbb\xbf" if before.startswith(b"\xef\xbb\xbf") else b""
    fences = list(_FENCE.finditer(before, len(mark)))
    if len(fences) < 2 or fences[0].start() != len(mark):
        raise NotEdited("Tệp của mục này không có phần khai báo giữa hai dòng ---. Sửa tệp trước giúp.")
    head = before[fences[0].end() : fences[1].start()]
    yaml = YAML()
    yaml.preserve_quotes = True
    yaml.width = 1_000_000  # a long line stays one line
    yaml.indent(mapping=2, sequence=4, offset=2)
    try:
        fields = yaml.load(head.decode("utf-8").replace("\r\n", "\n"))
        fields["ask"].append(wording)
    except (YAMLError, UnicodeDecodeError, KeyError, TypeError, AttributeError) as error:
        raise NotEdited("Không đọc được danh sách `ask` trong tệp của mục này. Sửa tệp trước giúp.") from error
    written = io.StringIO()
    yaml.dump(fields, written)
    text = written.getvalue().replace("\n", "\r\n") if b"\r\n" in head else written.getvalue()
    return before[: fences[0].end()] + text.encode() + before[fences[1].start() :], len(fields["ask"])


def _compare(before: bytes, after: bytes) -> list[DiffLine]:
    old, new = (content.decode("utf-8").splitlines() for content in (before, after))
    lines: list[DiffLine] = []
    for hunk in difflib.SequenceMatcher(None, old, new, autojunk=False).get_grouped_opcodes(_DIFF_CONTEXT):
        for kind, old_from, old_to, new_from, new_to in hunk:
            if kind == "equal":
                lines += [DiffLine("same", place + 1, new[place]) for place in range(new_from, new_to)]
                continue
            lines += [DiffLine("removed", 0, line) for line in old[old_from:old_to]]
            lines += [DiffLine("added", place + 1, new[place]) for place in range(new_from, new_to)]
    return lines


def _check(root: Path, language: str, path: Path, content: bytes, wording: str, on: datetime.date) -> list[Problem]:
    """What the check says of the tree with this file changed: every error, and the warnings about the new wording."""
    with tempfile.TemporaryDirectory() as folder:
        copy = Path(folder) / root.resolve().name
        try:
            shutil.copytree(root, copy, ignore=shutil.ignore_patterns("*.py", "__pycache__", ".*", "*.tmp"))
            (copy / path.relative_to(root.resolve())).write_bytes(content)
        except OSError as error:
            raise NotEdited(f"Không kiểm tra được bản mới ({error.strerror or error}).") from error
        found = examine(copy, language, on, thorough=True).problems
    return [problem for problem in found if problem.level == "error" or f"“{wording}”" in problem.message]
