"""The words of `main.py broadcast`: which acts there are and what each takes. Reads nothing and does nothing."""

from __future__ import annotations

import argparse

LISTED = 30
ACTS = {"approve": "duyệt", "pause": "tạm dừng", "resume": "gửi tiếp", "cancel": "hủy"}


def add_broadcast_commands(parser: argparse.ArgumentParser) -> None:
    acts = parser.add_subparsers(dest="act", required=True, metavar="VIỆC")
    acts.add_parser("list", help=f"xem {LISTED} tin mới nhất")
    acts.add_parser("show", help="xem một tin: nội dung, tiến độ, lỗi").add_argument("id", type=int, help="số của tin")
    for name, told in ACTS.items():
        act = acts.add_parser(name, help=told)
        act.add_argument("id", type=int, help="số của tin")
        act.add_argument("--by", required=True, metavar="TÊN", help="tên đăng nhập của cán bộ làm việc này")
