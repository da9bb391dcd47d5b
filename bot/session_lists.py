"""Lists of sessions as officials keep them: CSV or XLSX read into sessions or problems, sessions written as rows.

Every problem of a list is told at once, by row and column, and a list with one problem gives no sessions at all. It
writes to no database but through `rescheduling`, and knows no screen.
"""

from __future__ import annotations

import csv
import dataclasses
import datetime
import io
import re
import zipfile
from collections.abc import Mapping, Sequence
from typing import Any

from bot.clock import in_hanoi
from bot.rescheduling import change
from content.model import PRIORITY_GROUPS, Place, PlannedSession
from content.sessions import ASKS, KINDS, STATUSES, find_commune, find_slug, find_whole, list_faults, plain, to_utc
from storage import sessions
from storage.database import Connection
from storage.sessions import NewSession, Session

MOST_BYTES = 5_000_000
MOST_ROWS = 5_000
_HEADER_WITHIN = 15  # an official's list begins with the names of offices; the headings come soon after

# What a column holds: the heading we write, and others that mean it (small, without accents).
COLUMNS: Mapping[str, tuple[str, ...]] = {
    "slug": ("Mã phiên", "ma"),
    "title": ("Tên phiên", "ten", "noi dung", "ten phien giao dich", "ten phien giao dich viec lam"),
    "kind": ("Loại phiên", "loai", "hinh thuc", "loai hinh"),
    "day": ("Ngày", "ngay to chuc", "ngay bat dau", "thoi gian", "ngay thang"),
    "start": ("Giờ bắt đầu", "bat dau", "tu gio", "gio", "gio khai mac"),
    "end": ("Giờ kết thúc", "ket thuc", "den gio", "gio be mac"),
    "last_day": ("Ngày kết thúc", "den ngay"),
    "place": ("Địa điểm", "noi to chuc", "dia diem to chuc"),
    "link": ("Đường dẫn", "link", "duong link"),
    "commune": ("Xã, phường", "xa", "phuong", "dia ban", "xa phuong to chuc"),
    "exchange": ("Sàn", "san giao dich", "san giao dich viec lam"),
    "organiser": ("Đơn vị tổ chức", "to chuc", "co quan to chuc"),
    "employers": ("Đơn vị tuyển dụng", "doanh nghiep", "nha tuyen dung"),
    "openings": ("Số việc cần tuyển", "chi tieu", "can tuyen", "so viec", "chi tieu tuyen dung"),
    "capacity": ("Số chỗ", "suc chua", "so cho dang ky"),
    "audience": ("Đối tượng", "nhom", "nhom uu tien"),
    "asks": ("Cần hỏi", "thong tin can hoi", "hoi thong tin"),
    "status": ("Trạng thái", "tinh trang"),
    "note": ("Ghi chú", "luu y"),
}
NEEDED = ("title", "kind", "day", "start", "end")
_BY_NAME = {plain(name): key for key, names in COLUMNS.items() for name in names}
_DATE = re.compile(r"(?:(\d{1,2})[/.-](\d{1,2})[/.-](\d{4})|(\d{4})-(\d{1,2})-(\d{1,2}))(?:[ T]+00:00(?::00)?)?")
_TIME = re.compile(r"(\d{1,2})\s*(?:[:hg]|giờ|gio)\s*(\d{2})?(?::\d{2})?\s*(?:phút|phut|p)?", re.IGNORECASE)


@dataclasses.dataclass(frozen=True, slots=True)
class ReadList:
    """What a list holds: sessions, or what is wrong with it, in Vietnamese, each with its row; never both."""

    sessions: tuple[NewSession, ...] = ()
    problems: tuple[str, ...] = ()


def read_list(data: bytes, name: str, places: tuple[Place, ...]) -> ReadList:
    """Read the bytes of a file called `name`. Never raises for what the file holds."""
    if len(data) > MOST_BYTES:
        return ReadList(problems=(f"Tệp lớn hơn {MOST_BYTES // 1_000_000} MB. Anh/chị tách thành vài tệp.",))
    rows = _read_csv(data) if name.lower().endswith(".csv") else _read_xlsx(data)
    if isinstance(rows, str):
        return ReadList(problems=(rows,))
    if len(rows) > MOST_ROWS:
        return ReadList(problems=(f"Danh sách dài quá {MOST_ROWS} dòng. Anh/chị tách thành vài tệp.",))
    found = _find_header(rows)
    if found is None:
        needed = ", ".join(f"“{COLUMNS[key][0]}”" for key in NEEDED)
        return ReadList(problems=(f"Không thấy dòng tiêu đề cột. Cần ít nhất các cột: {needed}.",))
    number, columns = found
    missing = [f"“{COLUMNS[key][0]}”" for key in NEEDED if key not in columns.values()]
    if missing:
        return ReadList(problems=(f"Dòng {number}: thiếu cột {', '.join(missing)}.",))
    return _read_rows(rows[number:], number + 1, columns, places)


def _read_rows(
    rows: Sequence[Sequence[Any]], first: int, columns: Mapping[int, str], places: tuple[Place, ...]
) -> ReadList:
    problems: list[str] = []
    read: list[NewSession] = []
    seen: dict[str, int] = {}
    for number, row in enumerate(rows, first):
        cells = {key: row[at] for at, key in columns.items() if at < len(row) and _text(row[at])}
        if not cells:
            continue
        reader = _Row(number, cells, problems)
        session = reader.session(places)
        if session is None:
            continue
        if session.slug in seen:
            reader.wrong("slug", f"trùng mã “{session.slug}” với dòng {seen[session.slug]}")
        seen.setdefault(session.slug, number)
        read.append(session)
    if not read and not problems:
        problems.append("Danh sách không có phiên nào.")
    return ReadList(problems=tuple(problems)) if problems else ReadList(tuple(read))


def _find_header(rows: Sequence[Sequence[Any]]) -> tuple[int, dict[int, str]] | None:
    """The number of the row with the headings and what each column holds; None when there is none."""
    for number, row in enumerate(rows[:_HEADER_WITHIN], 1):
        columns: dict[int, str] = {}
        for at, cell in enumerate(row):
            key = _BY_NAME.get(plain(_text(cell)))
            if key and key not in columns.values():
                columns[at] = key
        if len(columns) >= 3:
            return number, columns
    return None


def _read_csv(data: bytes) -> list[list[Any]] | str:
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError:
        return "Tệp CSV không phải UTF-8. Trong Excel chọn “CSV UTF-8”, hoặc gửi tệp XLSX."
    head = text[:2000]
    delimiter = max((",", ";", "\t"), key=head.count)
    try:
        return [list(row) for row in csv.reader(io.StringIO(text), delimiter=delimiter)]
    except csv.Error:
        return "Tệp CSV hỏng. Anh/chị lưu lại từ Excel rồi gửi lại."


def _read_xlsx(data: bytes) -> list[list[Any]] | str:
    # 31 MB that a process without imports never needs.
    import openpyxl  # noqa: PLC0415
    from openpyxl.utils.exceptions import InvalidFileException  # noqa: PLC0415

    broken = "Không đọc được tệp. Cần tệp Excel .xlsx (không phải .xls) hoặc CSV UTF-8."
    try:
        book = openpyxl.load_workbook(io.BytesIO(data), read_only=True, data_only=True)
        sheet = book.worksheets[0]
        return [list(row) for row in sheet.iter_rows(max_row=MOST_ROWS + 1, max_col=60, values_only=True)]
    except (InvalidFileException, zipfile.BadZipFile, KeyError, ValueError, IndexError, OSError):
        return broken


def _text(cell: Any) -> str:
    """A cell as it reads: whole floats as whole numbers, days and times as ISO text."""
    if cell is None:
        return ""
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    return " ".join(str(cell).split())


@dataclasses.dataclass(frozen=True, slots=True)
class _Row:
    """One row, read cell by cell; what is wrong goes to `problems` with the row's number."""

    number: int
    cells: Mapping[str, Any]
    problems: list[str]

    def wrong(self, key: str, message: str) -> None:
        self.problems.append(f"Dòng {self.number}, cột “{COLUMNS[key][0]}”: {message}.")

    def text(self, key: str) -> str:
        return _text(self.cells.get(key))

    def session(self, places: tuple[Place, ...]) -> NewSession | None:
        """The session of this row; None when something is wrong, which has then been said."""
        before = len(self.problems)
        starts, ends = self.times()
        commune = find_commune(self.text("commune"), places) if self.text("commune") else ""
        if commune is None:
            self.wrong("commune", f"không có xã, phường “{self.text('commune')}”")
        session = PlannedSession(
            slug=self.text("slug") or self.made_up_slug(starts),
            kind=self.word("kind", KINDS, ""),
            title=self.text("title"),
            starts_at=starts,
            ends_at=ends,
            place=self.text("place"),
            link=self.text("link"),
            commune=commune or "",
            exchange=self.text("exchange"),
            organiser=self.text("organiser"),
            employers=self.text("employers"),
            openings=self.whole("openings"),
            capacity=self.whole("capacity"),
            audience=self.groups(),
            asks=self.word("asks", ASKS, ""),
            status=self.word("status", STATUSES, "mo"),
            note=self.text("note"),
        )
        for key in ("title", "kind"):
            if not self.text(key):
                self.wrong(key, "để trống")
        if not re.fullmatch(r"[a-z0-9]+(?:-[a-z0-9]+)*", session.slug):
            self.wrong("slug", "chỉ gồm chữ thường không dấu, số và gạch nối")
        for key, message, _ in list_faults(session):
            self.wrong({"starts": "start", "ends": "end"}.get(key, key), message[0].lower() + message[1:])
        return NewSession(**dataclasses.asdict(session)) if len(self.problems) == before else None

    def made_up_slug(self, starts: str) -> str:
        """A code of the day, the hour and the name: the same row gives the same code again."""
        local = f"{in_hanoi(starts):%Y-%m-%d-%H%M}" if starts else "phien"
        where = plain(self.text("exchange") or self.text("commune") or self.text("title")).replace(" ", "-")
        return f"{where[:40].strip('-') or 'phien'}-{local}"

    def times(self) -> tuple[str, str]:
        day = self.day("day")
        last = self.day("last_day") if self.text("last_day") else day
        start, end = self.clock("start"), self.clock("end")
        if day is None or last is None or start is None or end is None:
            return "", ""
        return to_utc(datetime.datetime.combine(day, start)), to_utc(datetime.datetime.combine(last, end))

    def day(self, key: str) -> datetime.date | None:
        cell = self.cells.get(key)
        if isinstance(cell, datetime.datetime):
            return cell.date()
        match = _DATE.fullmatch(self.text(key))
        try:
            if match and match[3]:
                return datetime.date(int(match[3]), int(match[2]), int(match[1]))
            if match:
                return datetime.date(int(match[4]), int(match[5]), int(match[6]))
        except ValueError:
            pass
        shown = self.text(key)
        self.wrong(key, f"“{shown}” không phải ngày; viết ngày/tháng/năm, ví dụ 5/12/2026" if shown else "để trống")
        return None

    def clock(self, key: str) -> datetime.time | None:
        cell = self.cells.get(key)
        if isinstance(cell, datetime.datetime):
            return cell.time()
        if isinstance(cell, datetime.time):
            return cell
        match = _TIME.fullmatch(self.text(key))
        try:
            if match:
                return datetime.time(int(match[1]), int(match[2] or 0))
        except ValueError:
            pass
        shown = self.text(key)
        self.wrong(key, f"“{shown}” không phải giờ; viết ví dụ 8:00 hoặc 8h30" if shown else "để trống")
        return None

    def word(self, key: str, words: Mapping[str, tuple[str, ...]], otherwise: str) -> str:
        text = self.text(key)
        slug = find_slug(words, text) if text else otherwise
        if slug is None:
            known = ", ".join(f"“{names[0]}”" for names in words.values())
            self.wrong(key, f"không hiểu “{text}”; viết một trong {known}")
        return slug or ""

    def whole(self, key: str) -> int:
        text = self.text(key)
        number = find_whole(text) if text else 0
        if number is None:
            self.wrong(key, f"“{text}” không phải số đếm")
        return number or 0

    def groups(self) -> str:
        found = [part.strip() for part in self.text("audience").split(",") if part.strip()]
        for unknown in (part for part in found if part not in PRIORITY_GROUPS):
            self.wrong("audience", f"không có nhóm “{unknown}”; viết một trong {', '.join(PRIORITY_GROUPS)}")
        return ",".join(found)


def store_list(c: Connection, new: Sequence[NewSession], now: str) -> tuple[int, int]:
    """Add the sessions of a list, or change those with the same code, telling whoever has a place: (added, changed)."""
    added = 0
    for one in new:
        found = sessions.find_by_slug(c, one.slug)
        if found is None:
            sessions.add_session(c, one, "import", "", now)
            added += 1
        else:
            change(c, found.id, one, "import", found.source_digest, now)
    return added, len(new) - added


def header() -> list[str]:
    """The headings of a written list; read_list understands them."""
    return [names[0] for names in COLUMNS.values()] + ["Đã đăng ký"]


def row_of(session: Session) -> list[str | int]:
    """One session as a row under `header`, in Hanoi's time and officials' words."""
    start, end = in_hanoi(session.starts_at), in_hanoi(session.ends_at)
    values: dict[str, str | int] = {
        **{key: getattr(session, key) for key in COLUMNS if hasattr(session, key)},
        "kind": KINDS[session.kind][0],
        "status": STATUSES[session.status][0],
        "asks": ASKS[session.asks][0],
        "day": f"{start:%d/%m/%Y}",
        "start": f"{start:%H:%M}",
        "end": f"{end:%H:%M}",
        "last_day": "" if start.date() == end.date() else f"{end:%d/%m/%Y}",
        "openings": session.openings or "",
        "capacity": session.capacity or "",
    }
    return [*(values[key] for key in COLUMNS), session.taken]
