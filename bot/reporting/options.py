"""The words of `main.py report`: which periods there are. Reads nothing and does nothing."""

from __future__ import annotations

import argparse
from pathlib import Path


def add_report_options(parser: argparse.ArgumentParser) -> None:
    period = parser.add_mutually_exclusive_group(required=True)
    period.add_argument("--month", metavar="NĂM-THÁNG", help="báo cáo tháng, ví dụ 2026-11")
    period.add_argument(
        "--half", metavar="NĂM-NỬA", help="báo cáo 6 tháng: 2026-1 là sáu tháng đầu, 2026-2 là cuối năm"
    )
    period.add_argument("--year", metavar="NĂM", help="báo cáo năm, ví dụ 2026")
    parser.add_argument("--commune", default="", help="chỉ một xã, phường, ví dụ hoa-xa (mặc định toàn thành phố)")
    parser.add_argument(
        "--out", type=Path, default=Path(), metavar="THƯ-MỤC", help="nơi ghi tệp (mặc định nơi đang đứng)"
    )
    parser.add_argument(
        "--cut-15",
        action="store_true",
        help="chốt số liệu từ ngày 15 tháng trước đến ngày 14 (Nghị định 09/2019/NĐ-CP)",
    )
