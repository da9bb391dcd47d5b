"""The page on which a report of a month, half or year is made, and its two files. Counts only people in scope."""

from __future__ import annotations

import datetime

from starlette.requests import Request
from starlette.responses import Response

from bot.clock import HANOI, utc_now
from bot.console.access import Official
from bot.console.exports import download_bytes
from bot.console.forms import read_choice
from bot.console.frame import console_of, database_of, form_of, page
from bot.reporting.periods import CUT_DAY, Kind, Period, latest_periods, parse_period
from storage.scope import Scope

KINDS: dict[Kind, str] = {"month": "Báo cáo tháng", "half": "Báo cáo 6 tháng", "year": "Báo cáo năm"}
_BACK: dict[Kind, int] = {"month": 24, "half": 6, "year": 4}
# What the city's plan of 2025 asks for, part IV.13.
_DUE: dict[Kind, str] = {
    "month": "gửi trước ngày 15 hằng tháng",
    "half": "gửi trước ngày 15/6",
    "year": "gửi trước ngày 15/12",
}
SHAPES = {"docx": "Văn bản (.docx)", "xlsx": "Bảng tính (.xlsx)"}


def show_reports(request: Request, official: Official) -> Response:
    return _reports_page(request, official, "")


def make_file(request: Request, official: Official) -> Response:
    """The file, saved by the browser; an entry in the audit log says that it left."""
    form = form_of(request)
    mine = _communes(request, official)
    shape = read_choice(form, "shape", SHAPES)
    commune = read_choice(form, "commune", mine)
    period = _read_period(request)
    if period is None:
        return _reports_page(request, official, "Anh/chị chọn kỳ báo cáo giúp.")
    if not shape:
        return _reports_page(request, official, "Anh/chị chọn tải văn bản hay bảng tính.")
    if form.get("commune") and not commune:
        return _reports_page(request, official, "Xã, phường này không có hoặc không thuộc phạm vi anh/chị phụ trách.")
    scope = official.scope.narrowed(frozenset({commune})) if commune else official.scope
    content, media_type = _write(request, scope, period, shape)
    # Imported with the writers, which are heavy.
    from bot.reporting.command import file_name  # noqa: PLC0415

    name = f"{file_name(period, commune)}.{shape}"
    return download_bytes(request, official, name, content, media_type, period=period.code, scope=commune or "")


def _write(request: Request, scope: Scope, period: Period, shape: str) -> tuple[bytes, str]:
    from bot.reporting import letter, workbook  # noqa: PLC0415 - their libraries are heavy
    from bot.reporting.report import make_report  # noqa: PLC0415

    with database_of(request).reading() as c:
        report = make_report(c, console_of(request).live.current, scope, period, utc_now())
    if shape == "docx":
        return letter.write_letter(report), letter.MEDIA_TYPE
    return workbook.write_workbook(report), workbook.MEDIA_TYPE


def _read_period(request: Request) -> Period | None:
    """ "month 2026-11" as the choice sends it."""
    form = form_of(request)
    choices = {value for _, periods in _periods(_today()) for value, _ in periods}
    kind, _, code = read_choice(form, "period", choices).partition(" ")
    cut = CUT_DAY if form.get("cut") == "15" else 1
    return next((parse_period(known, code, cut) for known in KINDS if known == kind), None)


def _periods(today: datetime.date) -> list[tuple[str, list[tuple[str, str]]]]:
    """For each kind of report, its name and the periods to choose from, newest first."""
    return [
        (
            f"{name} ({_DUE[kind]})",
            [(f"{kind} {one.code}", _capital(one.name)) for one in latest_periods(kind, today, _BACK[kind])],
        )
        for kind, name in KINDS.items()
    ]


def _reports_page(request: Request, official: Official, error: str) -> Response:
    form = form_of(request)
    return page(
        request,
        official,
        "reports.html",
        422 if error else 200,
        kinds=_periods(_today()),
        communes=_communes(request, official),
        shapes=SHAPES,
        chosen={name: str(form.get(name, "")) for name in ("period", "commune", "cut")},
        error=error,
    )


def _communes(request: Request, official: Official) -> dict[str, str]:
    return {slug: name for slug, name in console_of(request).commune_names.items() if official.scope.covers(slug)}


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]


def _today() -> datetime.date:
    return utc_now().astimezone(HANOI).date()
