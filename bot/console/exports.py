"""Lists that leave the console as CSV or XLSX, each with an entry in the audit log.

It answers for the form of the file and for the entry; whose rows they are was decided by the query's scope.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable, Sequence
from typing import Literal
from urllib.parse import quote

from starlette.requests import Request
from starlette.responses import Response

from bot.console.access import Official
from bot.console.frame import HEADERS, audit, database_of

Cell = str | int | float | None
Shape = Literal["csv", "xlsx"]
TYPES = {
    "csv": "text/csv; charset=utf-8",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}


def download(
    request: Request,
    official: Official,
    name: str,
    shape: Shape,
    header: Sequence[str],
    rows: Iterable[Sequence[Cell]],
    /,
    **detail: object,
) -> Response:
    """A file `<name>.<shape>` to save, logged as "export" with `detail` (the filters used, never people's data)."""
    every = [list(row) for row in rows]
    content = write_csv(header, every) if shape == "csv" else write_xlsx(name, header, every)
    return download_bytes(request, official, f"{name}.{shape}", content, TYPES[shape], rows=len(every), **detail)


def download_bytes(
    request: Request, official: Official, filename: str, content: bytes, media_type: str, /, **detail: object
) -> Response:
    """Any file to save (a report, a calendar), logged as "export" before it leaves."""
    with database_of(request).transaction() as c:
        audit(c, official, "export", filename, **detail)
    plain = re.sub(r"[^A-Za-z0-9._-]", "_", filename)
    disposition = f"attachment; filename=\"{plain}\"; filename*=UTF-8''{quote(filename, safe='')}"
    return Response(content, headers={**HEADERS, "Content-Disposition": disposition}, media_type=media_type)


def write_csv(header: Sequence[str], rows: Iterable[Sequence[Cell]]) -> bytes:
    """UTF-8 with a byte order mark, without which Excel garbles Vietnamese; no cell is taken for a formula."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerow(header)
    writer.writerows([_defused(cell) for cell in row] for row in rows)
    return text.getvalue().encode("utf-8-sig")


def write_xlsx(title: str, header: Sequence[str], rows: Iterable[Sequence[Cell]]) -> bytes:
    """One sheet with a bold first row that stays in view; text stays text, also when it begins with "="."""
    # 31 MB that a process without exports never needs.
    import openpyxl  # noqa: PLC0415
    from openpyxl.cell.cell import Cell as SheetCell  # noqa: PLC0415
    from openpyxl.cell.cell import WriteOnlyCell  # noqa: PLC0415
    from openpyxl.styles import Font  # noqa: PLC0415
    from openpyxl.utils import get_column_letter  # noqa: PLC0415

    book = openpyxl.Workbook(write_only=True)
    sheet = book.create_sheet(re.sub(r"[\[\]:*?/\\]", " ", title)[:31])
    sheet.freeze_panes = "A2"
    for place in range(len(header)):
        sheet.column_dimensions[get_column_letter(place + 1)].width = 22

    def cell(value: Cell, *, bold: bool = False) -> SheetCell:
        kept = _without_controls(value) if isinstance(value, str) else value
        made = WriteOnlyCell(sheet, value=kept)
        if isinstance(kept, str):
            made.data_type = "s"
        if bold:
            made.font = Font(bold=True)
        return made

    sheet.append([cell(name, bold=True) for name in header])
    for row in rows:
        sheet.append([cell(value) for value in row])
    content = io.BytesIO()
    book.save(content)
    return content.getvalue()


def _defused(cell: Cell) -> Cell:
    # A leading apostrophe is how a spreadsheet is told that a cell is text.
    return f"'{cell}" if isinstance(cell, str) and cell[:1] in {"=", "+", "-", "@", "\t", "\r"} else cell


def _without_controls(text: str) -> str:
    return re.sub(r"[\x00-\x08\x0b\x0c\x0e-\x1f]", "", text)
