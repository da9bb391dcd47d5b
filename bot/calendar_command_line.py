"""The words of `main.py sessions`: which acts there are and what each takes. Reads nothing and does nothing."""

from __future__ import annotations

import argparse
from pathlib import Path


def add_session_commands(parser: argparse.ArgumentParser) -> None:
    """The acts of the command and what each takes."""
    acts = parser.add_subparsers(dest="act", required=True, metavar="VIỆC")
    acts.add_parser("list", help="các phiên sắp tới, số đăng ký và chờ")
    read = acts.add_parser("import", help="nhập danh sách CSV hoặc XLSX; một dòng sai thì không nhập dòng nào")
    read.add_argument("file", type=Path)
    read.add_argument("--dry-run", action="store_true", help="chỉ kiểm tra, không ghi")
    acts.add_parser("export", help="ghi mọi phiên ra tệp XLSX").add_argument("file", type=Path)
    acts.add_parser("ics", help="ghi các phiên sắp tới ra tệp lịch iCalendar").add_argument("file", type=Path)
