"""`main.py report`: a period's letter and workbook as files in a folder, with an entry in the audit log."""

from __future__ import annotations

import argparse
import json
from pathlib import Path

from bot.clock import iso, utc_now
from bot.reporting.letter import write_letter
from bot.reporting.periods import CUT_DAY, Kind, Period, parse_period
from bot.reporting.report import make_report
from bot.reporting.workbook import write_workbook
from content.load import load_library
from storage.audit import record
from storage.database import Database
from storage.scope import WHOLE_CITY, Scope

BY = "main.py"


def run_report(database: Database, content_dir: Path, options: argparse.Namespace) -> str:
    """Write both files; return what to print. LookupError for an unknown commune, ValueError for no such period."""
    period = _period(options)
    library = load_library(content_dir)
    if options.commune and options.commune not in {place.slug for place in library.places}:
        raise LookupError(f"Không có xã, phường “{options.commune}”. Tên các xã, phường ở content/places.yaml.")
    scope = Scope(frozenset({options.commune})) if options.commune else WHOLE_CITY
    now = utc_now()
    with database.reading() as c:
        report = make_report(c, library, scope, period, now)
    name = file_name(period, options.commune)
    with database.transaction() as c:
        detail = json.dumps({"period": period.code, "scope": options.commune or "city"})
        record(c, BY, "export", name, detail, iso(now))
    options.out.mkdir(parents=True, exist_ok=True)
    files = (options.out / f"{name}.docx", write_letter(report)), (options.out / f"{name}.xlsx", write_workbook(report))
    for path, content in files:
        path.write_bytes(content)
    return "\n".join(f"Đã ghi {path}" for path, _ in files)


def file_name(period: Period, commune: str) -> str:
    """ "bao-cao-thang-2026-11-hoa-xa", without an ending."""
    kind = {"month": "thang", "half": "6-thang", "year": "nam"}[period.kind]
    return "-".join(part for part in ("bao-cao", kind, period.code, commune) if part)


def _period(options: argparse.Namespace) -> Period:
    kinds: tuple[Kind, ...] = ("month", "half", "year")
    kind = next(kind for kind in kinds if getattr(options, kind) is not None)
    return parse_period(kind, getattr(options, kind), CUT_DAY if options.cut_15 else 1)
