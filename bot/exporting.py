"""`main.py export`: every table as JSON lines in one zip, for another system or for whoever leaves us.

Passwords and keys are never in it. Personal data are, unless told otherwise, and the file's first page says so.
"""

from __future__ import annotations

import dataclasses
import datetime
import io
import json
import zipfile
from pathlib import Path

from bot.clock import in_hanoi, iso
from storage.database import Database
from storage.tables import PERSONAL_COLUMNS, SECRET_TABLES, list_tables, read_rows

COVER = "DOC-TRUOC.txt"
INDEX = "muc-luc.json"


@dataclasses.dataclass(frozen=True, slots=True)
class Exported:
    """`rows` is table → how many are in the file; `personal`: whether it tells who people are."""

    path: Path
    rows: dict[str, int]
    personal: bool


def export(database: Database, path: Path, now: datetime.datetime, *, personal: bool) -> Exported:
    """Write the zip at one consistent moment, a page of rows in memory at a time. FileExistsError when it is there.

    Without `personal` the columns that tell about a person are left out.
    """
    rows: dict[str, int] = {}
    part = path.with_name(path.name + ".part")
    if path.exists():
        raise FileExistsError(f"{path} đã có; hãy chọn tên khác.")
    try:
        with (
            part.open("xb") as file,
            zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive,
            database.reading() as c,
        ):
            part.chmod(0o600)
            for table in list_tables(c):
                if table in SECRET_TABLES:
                    continue
                hidden = frozenset() if personal else PERSONAL_COLUMNS.get(table, frozenset())
                rows[table] = 0
                with archive.open(f"{table}.jsonl", "w", force_zip64=True) as raw:
                    lines = io.TextIOWrapper(raw, "utf-8")
                    for row in read_rows(c, table):
                        kept = {name: value for name, value in row.items() if name not in hidden}
                        lines.write(json.dumps(kept, ensure_ascii=False) + "\n")
                        rows[table] += 1
                    lines.flush()
            archive.writestr(INDEX, _index(rows, now, personal=personal))
            archive.writestr(COVER, _cover(rows, now, personal=personal))
        part.replace(path)
    finally:
        part.unlink(missing_ok=True)
    return Exported(path, rows, personal)


def _index(rows: dict[str, int], now: datetime.datetime, *, personal: bool) -> str:
    tables = {
        table: {"rows": count, "personal_columns": sorted(PERSONAL_COLUMNS.get(table, ())) if personal else []}
        for table, count in rows.items()
    }
    return json.dumps({"exported_at": iso(now), "personal_data": personal, "tables": tables}, indent=1)


def _cover(rows: dict[str, int], now: datetime.datetime, *, personal: bool) -> str:
    if personal:
        warning = (
            "TỆP NÀY CÓ DỮ LIỆU CÁ NHÂN của người lao động. Chỉ người được giao việc mới được giữ; không gửi qua thư "
            "điện tử hay tin nhắn; dùng xong thì xóa. Cột nào là dữ liệu cá nhân ghi trong muc-luc.json."
        )
    else:
        warning = "Tệp này đã bỏ các cột có dữ liệu cá nhân."
    lines = [f"  {table}.jsonl: {count} dòng" for table, count in rows.items()]
    head = f"Gõ Cửa, xuất toàn bộ dữ liệu lúc {in_hanoi(now):%H:%M ngày %d/%m/%Y} (giờ Hà Nội)."
    note = "Mỗi tệp là một bảng, mỗi dòng một bản ghi JSON. Mật khẩu và khóa không có ở đây."
    return "\n".join([head, "", warning, "", note, "", *lines, ""])
