"""A report as a .docx in the form of an administrative letter, after annex I of decree 30/2020/NĐ-CP.

It answers for paper, margins, letter head, number line, parts, recipients and signature. Number, day and what only a
person can say stay blank, marked in yellow.
"""

from __future__ import annotations

import io
import re
from typing import TYPE_CHECKING, Any

from bot.console.telling import number as told_number
from bot.reporting.report import NO_DATA, Cell, Report, Table

if TYPE_CHECKING:
    from docx.document import Document
    from docx.text.paragraph import Paragraph

MEDIA_TYPE = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
MOST_ROWS = 20  # of a long table; the workbook has them all
BASIS = (
    "Thực hiện Kế hoạch số 155/KH-UBND ngày 16/4/2026 của UBND thành phố Hà Nội về thực hiện Chương trình hỗ trợ "
    "phát triển thị trường lao động thành phố Hà Nội giai đoạn 2026 - 2030;"
)
_FONT = "Times New Roman"
_PARTS = ("I", "II", "III", "IV", "V", "VI", "VII")
_CONTROLS = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f]")
_PAPER_MM = (210, 297)
_MARGINS_MM = {"top": 20, "bottom": 20, "left": 30, "right": 15}
_TEXT_MM = _PAPER_MM[0] - _MARGINS_MM["left"] - _MARGINS_MM["right"]
_LEFT_MM = 70  # the issuing body's half of the head


def write_letter(report: Report) -> bytes:
    """The letter as a file; figures are those of the report, long tables cut with a word about it."""
    # 16 MB that a process without reports never needs.
    import docx  # noqa: PLC0415

    document = docx.Document()
    document.core_properties.title = f"Báo cáo {report.period.name}"
    document.core_properties.author = "Gõ Cửa"
    document.core_properties.language = "vi-VN"
    _set_page(document)
    _write_head(document, report)
    _write_body(document, report)
    _write_foot(document, report)
    content = io.BytesIO()
    document.save(content)
    return content.getvalue()


def _set_page(document: Document) -> None:
    from docx.oxml.ns import qn  # noqa: PLC0415
    from docx.shared import Mm, Pt  # noqa: PLC0415

    section = document.sections[0]
    section.page_width, section.page_height = Mm(_PAPER_MM[0]), Mm(_PAPER_MM[1])
    for side, width in _MARGINS_MM.items():
        setattr(section, f"{side}_margin", Mm(width))
    normal = document.styles["Normal"]
    normal.font.name, normal.font.size = _FONT, Pt(14)
    normal.element.rPr.rFonts.set(qn("w:eastAsia"), _FONT)
    normal.paragraph_format.space_after = Pt(0)
    # The page's number stands above the text, from the second page on.
    section.different_first_page_header_footer = True
    header = section.header.paragraphs[0]
    header.alignment = _alignment("CENTER")
    run = header.add_run()
    for kind, text in (("begin", ""), ("", "PAGE"), ("end", "")):
        part = run._r.makeelement(qn("w:fldChar" if kind else "w:instrText"), {})  # noqa: SLF001 - no other way to a field
        if kind:
            part.set(qn("w:fldCharType"), kind)
        else:
            part.text = text
        run._r.append(part)  # noqa: SLF001


def _write_head(document: Document, report: Report) -> None:
    issuer = report.issuer
    left, right = _two_columns(document, _LEFT_MM, _TEXT_MM - _LEFT_MM)
    _put(left.paragraphs[0], issuer.above.upper(), 12, align="CENTER")
    _put(left.add_paragraph(), issuer.body.upper(), 13, bold=True, align="CENTER")
    _rule(left.add_paragraph(), 22, _LEFT_MM)
    _put(left.add_paragraph(), f"Số:        /BC-{issuer.code}", 13, align="CENTER", blank=True)
    _put(right.paragraphs[0], "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM", 12, bold=True, align="CENTER")
    _put(right.add_paragraph(), "Độc lập - Tự do - Hạnh phúc", 13, bold=True, align="CENTER")
    _rule(right.add_paragraph(), 58, _TEXT_MM - _LEFT_MM)
    dated = f"{issuer.place}, ngày      tháng {report.today.month:02} năm {report.today.year}"
    _put(right.add_paragraph(), dated, 13, italic=True, align="CENTER", blank=True)
    _put(document.add_paragraph(), "BÁO CÁO", 14, bold=True, align="CENTER", before=18)
    subject = "Kết quả tư vấn, hỗ trợ người lao động về việc làm, học nghề, bảo hiểm thất nghiệp"
    _put(document.add_paragraph(), f"{subject} {report.period.name}", 14, bold=True, align="CENTER")
    _put(document.add_paragraph(), f"Phạm vi: {report.area}; {report.period.days}", 13, italic=True, align="CENTER")
    _rule(document.add_paragraph(), 40, _TEXT_MM)


def _write_body(document: Document, report: Report) -> None:
    _say(document, BASIS)
    _say(document, "[Cán bộ điền: căn cứ khác, văn bản giao nhiệm vụ, nơi nhận báo cáo]", blank=True)
    _say(document, f"{report.issuer.body} báo cáo kết quả {report.period.name} như sau:")
    for note in report.notes:
        _say(document, note, italic=True)
    number = 0
    for part, section in zip(_PARTS, report.sections, strict=False):
        _put(document.add_paragraph(), f"{part}. {section.title.upper()}", 14, bold=True, before=12)
        for sentence in section.sentences:
            _say(document, sentence)
        for table in (table for table in section.tables if not table.wide):
            number += 1
            title = document.add_paragraph()
            title.paragraph_format.keep_with_next = True
            _put(title, f"Bảng {number}. {table.title}", 13, bold=True, before=8)
            if table.rows:
                _write_table(document, table)
            else:
                _say(document, f"Trong kỳ {NO_DATA}.", italic=True)
        for blank in section.blanks:
            _say(document, blank, blank=True)
    _say(document, f"Trên đây là báo cáo {report.period.name}, xin gửi cơ quan cấp trên tổng hợp./.")


def _write_table(document: Document, table: Table) -> None:
    from docx.oxml.ns import qn  # noqa: PLC0415
    from docx.shared import Mm  # noqa: PLC0415

    rows = table.rows[:MOST_ROWS] if table.long else table.rows
    drawn = document.add_table(rows=1, cols=len(table.header), style="Table Grid")
    drawn.autofit = False
    size = 11 if len(table.header) > 6 else 12
    for cell, text in zip(drawn.rows[0].cells, table.header, strict=True):
        _put(cell.paragraphs[0], text, size, bold=True, align="CENTER")
    head = drawn.rows[0]._tr.get_or_add_trPr()  # noqa: SLF001 - python-docx has no word for a repeated head
    head.append(head.makeelement(qn("w:tblHeader"), {}))
    for values in rows:
        for cell, value in zip(drawn.add_row().cells, values, strict=True):
            align = "LEFT" if isinstance(value, str) else "RIGHT"
            _put(cell.paragraphs[0], _told(value), size, italic=value is None, align=align)
    for column, width in zip(drawn.columns, _widths(table), strict=True):
        column.width = Mm(width)
        for cell in column.cells:
            cell.width = Mm(width)
    if len(rows) < len(table.rows):
        rest = told_number(len(table.rows) - len(rows))
        _put(document.add_paragraph(), f"… và {rest} dòng nữa trong bảng tính kèm theo.", 12, italic=True)


def _write_foot(document: Document, report: Report) -> None:
    document.add_paragraph()
    left, right = _two_columns(document, 82, _TEXT_MM - 82)
    _put(left.paragraphs[0], "Nơi nhận:", 12, bold=True, italic=True)
    for line in ("- Như trên;", "- [Cán bộ điền: nơi nhận khác];", f"- Lưu: VT, {report.issuer.code}."):
        _put(left.add_paragraph(), line, 11, blank="[" in line)
    _put(
        right.paragraphs[0],
        report.issuer.signer.upper(),
        14,
        bold=True,
        align="CENTER",
        blank="[" in report.issuer.signer,
    )
    _put(right.add_paragraph(), "(Ký, ghi rõ họ tên)", 13, italic=True, align="CENTER")
    for _ in range(3):
        right.add_paragraph()
    _put(right.add_paragraph(), "[Họ và tên]", 14, bold=True, align="CENTER", blank=True)


def _two_columns(document: Document, left_mm: int, right_mm: int) -> tuple[Any, Any]:
    from docx.shared import Mm  # noqa: PLC0415

    table = document.add_table(rows=1, cols=2)
    table.autofit = False
    cells = table.rows[0].cells
    for column, cell, width in zip(table.columns, cells, (left_mm, right_mm), strict=True):
        column.width = cell.width = Mm(width)
    return cells[0], cells[1]


def _say(document: Document, text: str, *, italic: bool = False, blank: bool = False) -> None:
    """A paragraph of the body: justified, its first line indented."""
    from docx.shared import Mm, Pt  # noqa: PLC0415

    paragraph = document.add_paragraph()
    paragraph.paragraph_format.first_line_indent = Mm(10)
    paragraph.paragraph_format.line_spacing = Pt(18)
    _put(paragraph, text, 14, italic=italic, blank=blank, align="JUSTIFY", before=6)


def _put(  # noqa: PLR0913 - how a line looks
    paragraph: Paragraph,
    text: str,
    size: int,
    *,
    bold: bool = False,
    italic: bool = False,
    blank: bool = False,
    align: str = "LEFT",
    before: int = 0,
) -> None:
    from docx.enum.text import WD_COLOR_INDEX  # noqa: PLC0415
    from docx.shared import Pt  # noqa: PLC0415

    paragraph.alignment = _alignment(align)
    paragraph.paragraph_format.space_before = Pt(before)
    run = paragraph.add_run(_CONTROLS.sub("", text))
    run.font.name, run.font.size, run.bold, run.italic = _FONT, Pt(size), bold, italic
    if blank:
        run.font.highlight_color = WD_COLOR_INDEX.YELLOW


def _rule(paragraph: Paragraph, width_mm: int, of_mm: int) -> None:
    """A short line in the middle of a column `of_mm` wide: an empty paragraph's border, drawn in by indents."""
    from docx.oxml.ns import qn  # noqa: PLC0415
    from docx.shared import Mm, Pt  # noqa: PLC0415

    shape = paragraph.paragraph_format
    shape.left_indent = shape.right_indent = Mm((of_mm - width_mm) / 2)
    shape.line_spacing = Pt(5)
    properties = paragraph._p.get_or_add_pPr()  # noqa: SLF001 - python-docx has no word for borders
    borders = properties.makeelement(qn("w:pBdr"), {})
    line = {"val": "single", "sz": "6", "space": "1", "color": "000000"}
    borders.append(borders.makeelement(qn("w:top"), {qn(f"w:{name}"): value for name, value in line.items()}))
    properties.insert_element_before(borders, "w:shd", "w:tabs", "w:spacing", "w:ind", "w:jc", "w:rPr")


def _widths(table: Table) -> list[float]:
    """Millimetres of each column: by what stands in it, numbers never narrower than their word."""
    wanted = []
    for place, name in enumerate(table.header):
        cells = [_told(row[place]) for row in table.rows[: MOST_ROWS if table.long else None]]
        wanted.append(min(max(len(text) for text in (*cells, *name.split())) + 2, 45))
    scale = _TEXT_MM / sum(wanted)
    return [width * scale for width in wanted]


def _told(value: Cell) -> str:
    if value is None:
        return NO_DATA
    return value if isinstance(value, str) else told_number(value)


def _alignment(name: str) -> Any:
    from docx.enum.text import WD_ALIGN_PARAGRAPH  # noqa: PLC0415

    return getattr(WD_ALIGN_PARAGRAPH, name)
