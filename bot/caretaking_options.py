"""What backup, restore, export and retention take on the command line. Without their libraries: `--help` is for all."""

from __future__ import annotations

import argparse
from collections.abc import Mapping
from pathlib import Path


def add_caretaking_options(parsers: Mapping[str, argparse.ArgumentParser]) -> None:
    backup = parsers["backup"]
    backup.add_argument("--into", type=Path, metavar="THƯ_MỤC", help="nơi để bản sao lưu (mặc định data/backup)")
    backup.add_argument("--keep", type=_at_least_one, help="giữ bao nhiêu bản gần nhất (mặc định theo backup_keep)")
    backup.add_argument("--gzip", action="store_true", help="nén tệp SQLite")
    restore = parsers["restore"]
    restore.add_argument("file", type=Path, help="tệp sao lưu, có tệp .json đi kèm ở cùng thư mục")
    restore.add_argument("--force", action="store_true", help="thay cả khi cơ sở dữ liệu đang có dữ liệu")
    export = parsers["export"]
    export.add_argument("--into", type=Path, metavar="TỆP.zip", help="tệp sẽ ghi (mặc định data/xuat-….zip)")
    export.add_argument("--without-personal-data", action="store_true", help="bỏ các cột có dữ liệu cá nhân")
    parsers["retention"].add_argument("--now", action="store_true", help="xóa ngay, không chỉ đếm")


def _at_least_one(text: str) -> int:
    number = int(text)
    if number < 1:
        raise argparse.ArgumentTypeError("cần từ 1 trở lên")
    return number
