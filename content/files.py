"""The tree on disk: which files belong to the content, and their text.

It knows paths and characters, not what the files mean.
"""

from __future__ import annotations

import dataclasses
import os
import unicodedata
from collections.abc import Iterator
from pathlib import Path

from content.findings import Findings

FIGURES = "figures.yaml"
PLACES = "places.yaml"
GROUPS = "groups.yaml"
OUTSIDE = "ngoai-pham-vi.yaml"
POLICIES = "policies.yaml"
FACTS = "facts.yaml"
OLD_LAW = "old-law.yaml"
SESSIONS = "sessions"  # a folder
DAYS_OFF = "ngay-nghi.yaml"
CAMPAIGNS = "campaigns"  # a folder
SCHEDULES = "schedules.yaml"

# The longest honest entry is about 6 KB, the figures about 100 KB; more is a mistake or an attack.
MAX_BYTES = 1_000_000

# Invisible characters that break matching and counting: zero-width, direction marks, no-break space.
_INVISIBLE = frozenset(
    "\u00a0\u00ad\u200b\u200c\u200d\u200e\u200f\u2028\u2029\u202a\u202b\u202c\u202d\u202e"
    "\u2060\u2066\u2067\u2068\u2069\ufeff"
)

Scan = tuple[tuple[str, int, int, int], ...]


@dataclasses.dataclass(frozen=True, slots=True)
class Tree:
    """The files of one language. `strays` are files in its folder that nothing reads.

    `policies`, `facts`, `old_law`, `outside`, `schedules` and `days_off` may be missing.
    """

    figures: Path
    places: Path
    groups: Path
    entries: tuple[Path, ...]
    strays: tuple[Path, ...]
    policies: Path
    facts: Path
    old_law: Path
    outside: Path
    schedules: Path
    days_off: Path
    sessions: tuple[Path, ...] = ()
    campaigns: tuple[Path, ...] = ()


def list_tree(root: Path, language: str) -> Tree:
    """What stands under `root` (the `content` folder) for `language`. Missing folders make an empty tree."""
    folder = root / language
    entries, strays = [], []
    for path in sorted(Path(each) for each in _walk(folder, depth=3)):
        parts = path.relative_to(folder).parts
        if len(parts) == 2 and path.suffix == ".md":
            entries.append(path)
        elif parts not in ((GROUPS,), (OUTSIDE,), (DAYS_OFF,)):
            strays.append(path)
    return Tree(
        figures=root / FIGURES,
        places=root / PLACES,
        groups=folder / GROUPS,
        entries=tuple(entries),
        strays=tuple(strays),
        policies=root / POLICIES,
        facts=root / FACTS,
        old_law=root / OLD_LAW,
        outside=folder / OUTSIDE,
        schedules=root / SCHEDULES,
        days_off=folder / DAYS_OFF,
        sessions=_list_yaml(root / SESSIONS),
        campaigns=_list_yaml(root / CAMPAIGNS),
    )


def _list_yaml(folder: Path) -> tuple[Path, ...]:
    return tuple(sorted(Path(each) for each in _walk(folder, depth=1) if each.endswith(".yaml")))


def display_name(root: Path, path: Path) -> str:
    """The path an admin knows: "content/vi/vay/the-chap.md"."""
    return "/".join((root.resolve().name, *path.relative_to(root).parts))


def scan_tree(root: Path, language: str) -> Scan:
    """A cheap picture of the tree (path, change time in ns, size, inode): equal pictures mean equal files."""
    seen = []
    shared = (FIGURES, PLACES, POLICIES, FACTS, OLD_LAW, SCHEDULES)
    flat = (each for name in (SESSIONS, CAMPAIGNS) for each in _walk(root / name, depth=1))
    folders = (*_walk(root / language, depth=3), *flat)
    for path in (*(str(root / name) for name in shared), *folders):
        try:
            stat = os.stat(path)  # noqa: PTH116 - called a few hundred times a second for ever
        except OSError:
            continue
        seen.append((path, stat.st_mtime_ns, stat.st_size, stat.st_ino))
    return tuple(sorted(seen))


def _walk(folder: Path | str, depth: int) -> Iterator[str]:
    try:
        items = list(os.scandir(folder))
    except OSError:
        return
    for item in items:
        if item.name.startswith((".", "#")) or item.name.endswith(("~", ".swp", ".tmp")):
            continue  # what editors leave beside the file they save
        if item.is_dir():
            if depth > 1:
                yield from _walk(item.path, depth - 1)
        else:
            yield item.path


def read_bytes(path: Path, findings: Findings) -> bytes | None:
    """The file's bytes; None with a finding when it cannot be read or is absurdly long."""
    try:
        if path.stat().st_size > MAX_BYTES:
            findings.error(1, "", "Tệp quá lớn", f"Một tệp nội dung không quá {MAX_BYTES // 1000} KB.")
            return None
        return path.read_bytes()
    except FileNotFoundError:
        findings.error(1, "", "Không có tệp này", "Tạo tệp theo mẫu trong docs/bien-tap.md.")
        return None
    except OSError:
        findings.error(1, "", "Không đọc được tệp", "Kiểm tra tên tệp và quyền đọc.")
        return None


def decode(data: bytes, findings: Findings) -> str | None:
    """The text with "\\n" line ends and no byte order mark; None with a finding when there is no text in it.

    Windows line ends and a leading byte order mark are accepted. Text that is not composed Unicode (NFC) or
    holds invisible characters is reported, and returned all the same so that other problems are found too.
    """
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        findings.error(line, "", "Tệp không phải UTF-8", "Lưu lại tệp với bảng mã UTF-8 (Save As → UTF-8).")
        return None
    text = text.replace("\r\n", "\n")
    if not text.strip():
        findings.error(1, "", "Tệp trống", "Viết nội dung theo mẫu trong docs/bien-tap.md, hoặc xóa tệp này.")
        return None
    _check_characters(text, findings)
    return text


def _check_characters(text: str, findings: Findings) -> None:
    if text.isascii() and text.isprintable():
        return
    composed = unicodedata.is_normalized("NFC", text)
    for number, line in enumerate(text.split("\n"), start=1):
        if not composed and not unicodedata.is_normalized("NFC", line):
            findings.error(
                number,
                "",
                "Chữ có dấu ở dạng tổ hợp (không phải NFC)",
                "Đặt bộ gõ ở bảng mã Unicode (dựng sẵn), rồi gõ lại dòng này.",
            )
        if line.isprintable():
            continue
        for character in line:
            if character in _INVISIBLE or (unicodedata.category(character) == "Cc" and character != "\t"):
                findings.error(
                    number,
                    "",
                    f"Có ký tự ẩn U+{ord(character):04X} trong dòng",
                    "Thường do dán từ Word hoặc trang web: xóa và gõ lại chỗ đó.",
                )
                break
