"""The words of `main.py official`: which acts there are and what each takes. Reads nothing and does nothing."""

from __future__ import annotations

import argparse

from bot.console.roles import ROLES

SCOPE_HELP = "city (toàn thành phố) hoặc tên các xã, phường cách nhau dấu phẩy, ví dụ hoa-xa,ung-hoa"
ROLE_HELP = "viewer (xem), author (soạn), approver (duyệt), admin (quản trị)"


def add_official_commands(parser: argparse.ArgumentParser) -> None:
    acts = parser.add_subparsers(dest="act", required=True, metavar="VIỆC")
    add = acts.add_parser("add", help="thêm cán bộ; in mật khẩu tạm một lần")
    add.add_argument("login", help="tên đăng nhập: chữ thường không dấu, số, dấu chấm")
    add.add_argument("--name", required=True, help="họ tên")
    add.add_argument("--role", choices=ROLES, default="viewer", help=ROLE_HELP)
    add.add_argument("--scope", required=True, help=SCOPE_HELP)
    add.add_argument("--ask", action="store_true", help="tự gõ mật khẩu (hai lần) thay vì để máy tạo")
    acts.add_parser("list", help="xem mọi tài khoản")
    reset = acts.add_parser("reset", help="đặt lại mật khẩu, tắt xác thực hai bước, đăng xuất mọi nơi")
    reset.add_argument("login")
    reset.add_argument("--ask", action="store_true", help="tự gõ mật khẩu (hai lần) thay vì để máy tạo")
    for name, text in (("disable", "khóa tài khoản"), ("enable", "mở lại tài khoản")):
        acts.add_parser(name, help=text).add_argument("login")
    role = acts.add_parser("role", help="đổi vai trò")
    role.add_argument("login")
    role.add_argument("role", choices=ROLES, help=ROLE_HELP)
    scope = acts.add_parser("scope", help="đổi phạm vi phụ trách")
    scope.add_argument("login")
    scope.add_argument("scope", help=SCOPE_HELP)
