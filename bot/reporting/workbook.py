"""A report as an XLSX workbook: one sheet for each table, ready for A4 paper. Values only, no formula."""

from __future__ import annotations

import io
import re
from typing import TYPE_CHECKING

from bot.reporting.report import NO_DATA, Cell, Report, Table

if TYPE_CHECKING:
    from openpyxl.worksheet.worksheet import Worksheet

MEDIA_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
_HEADER_ROW = 4
_FONT = "Times New Roman"
_WIDE = 7  # columns from which on a page lies on its side
_NOT_IN_NAMES = re.compile(r"[\[\]:*?/\\]")
_CONTROLS = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f]")


def write_workbook(report: Report) -> bytes:
    """Every table whole, each under its title, the period and whose people were counted."""
    # 31 MB that a process without reports never needs.
    import openpyxl  # noqa: PLC0415

    book = openpyxl.Workbook()
    assert book.active is not None
    book.remove(book.active)
    number = 0
    for section in report.sections:
        for table in section.tables:
            number += 1
            _write_table(book.create_sheet(_sheet_name(number, table.title)), table, report)
    content = io.BytesIO()
    book.save(content)
    return content.getvalue()


def _write_table(sheet: Worksheet, table: Table, report: Report) -> None:
    from openpyxl.styles import Alignment, Border, Font, PatternFill, Side  # noqa: PLC0415
    from openpyxl.utils import get_column_letter  # noqa: PLC0415

    line = Side(style="thin", color="7A8A86")
    border = Border(line, line, line, line)
    last = get_column_letter(len(table.header))
    heads = (
        (table.title, Font(name=_FONT, size=14, bold=True)),
        (f"{report.area}, {report.period.name} ({report.period.days})", Font(name=_FONT, size=12, italic=True)),
    )
    for row, (text, font) in enumerate(heads, 1):
        sheet.cell(row, 1, text).font = font
    for column, text in enumerate(table.header, 1):
        head = sheet.cell(_HEADER_ROW, column, text)
        head.font = Font(name=_FONT, size=12, bold=True)
        head.fill = PatternFill("solid", fgColor="E2EFED")
        head.alignment = Alignment(wrap_text=True, vertical="center", horizontal="center")
        head.border = border
    sheet.row_dimensions[_HEADER_ROW].height = 34  # points: two lines
    rows = table.rows or ((NO_DATA, *("" for _ in table.header[1:])),)
    for place, values in enumerate(rows, _HEADER_ROW + 1):
        for column, value in enumerate(values, 1):
            cell = sheet.cell(place, column)
            cell.value = _value(value)
            if isinstance(cell.value, str):
                cell.data_type = "s"  # text stays text, also when it begins with "="
            elif isinstance(cell.value, int):
                cell.number_format = "#,##0"
            cell.font = Font(name=_FONT, size=12, italic=value is None)
            cell.alignment = Alignment(
                wrap_text=True, vertical="top", horizontal="left" if isinstance(value, str) else "right"
            )
            cell.border = border
    for column in range(1, len(table.header) + 1):
        cells = [str(_value(row[column - 1])) for row in rows]
        longest = max(len(text) for text in (*cells, *re.split(r"\s", table.header[column - 1])))
        sheet.column_dimensions[get_column_letter(column)].width = min(max(longest + 3, 11), 52)
    _set_paper(sheet, f"A1:{last}{_HEADER_ROW + len(rows)}", wide=len(table.header) >= _WIDE)


def _set_paper(sheet: Worksheet, area: str, *, wide: bool) -> None:
    from openpyxl.worksheet.header_footer import _HeaderFooterPart  # noqa: PLC0415
    from openpyxl.worksheet.properties import PageSetupProperties  # noqa: PLC0415

    sheet.freeze_panes = f"A{_HEADER_ROW + 1}"
    sheet.print_title_rows = f"{_HEADER_ROW}:{_HEADER_ROW}"
    sheet.print_area = area
    sheet.page_setup.paperSize = 9  # A4
    sheet.page_setup.orientation = "landscape" if wide else "portrait"
    sheet.page_setup.fitToWidth = 1
    sheet.page_setup.fitToHeight = 0
    sheet.sheet_properties.pageSetUpPr = PageSetupProperties(fitToPage=True)
    sheet.page_margins.left, sheet.page_margins.right = 0.8, 0.6  # inches
    sheet.page_margins.top = sheet.page_margins.bottom = 0.8
    assert sheet.oddFooter is not None
    sheet.oddFooter.center = _HeaderFooterPart("Trang &P / &N")


def _value(value: Cell) -> str | int | float:
    if value is None:
        return NO_DATA
    return _CONTROLS.sub("", value) if isinstance(value, str) else value


def _sheet_name(number: int, title: str) -> str:
    return f"{number}. {_NOT_IN_NAMES.sub(' ', title)}"[:31].strip()
