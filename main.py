"""Gõ Cửa: the table of contents. Every command stands here in a few lines; what it does lives in the packages.

Imports stand inside the commands on purpose: `check` must work when a channel's library is broken, and `ask` must
start fast.
"""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

from bot.alone import AlreadyRunning
from bot.broadcast_command_line import add_broadcast_commands
from bot.calendar_command_line import add_session_commands
from bot.caretaking_options import add_caretaking_options
from bot.console.command_line import add_official_commands
from bot.reporting.options import add_report_options
from bot.settings import Settings, SettingsError, load_settings
from content.check import format_problem
from content.model import ContentErrors
from storage.errors import StorageError

if TYPE_CHECKING:
    from storage.database import Database


def serve(settings: Settings, _options: argparse.Namespace) -> int:
    from bot.logs import set_up_logging
    from bot.serving import serve as run

    set_up_logging(settings.log_level, settings.log_format)
    run(settings)
    return 0


def chat(settings: Settings, _options: argparse.Namespace) -> int:
    from bot.asking import converse
    from bot.voice import load_voice

    print("Gõ câu hỏi rồi nhấn Enter; Ctrl-D để thoát.\n")
    for bubble in converse(load_voice(settings.content_dir, settings.cache_dir), _typed_lines()):
        print(bubble + "\n")
    return 0


def ask(settings: Settings, options: argparse.Namespace) -> int:
    from bot.asking import answer_lines, ask_once
    from bot.channels.terminal import show
    from bot.voice import load_voice

    voice = load_voice(settings.content_dir, settings.cache_dir)
    if options.jsonl:
        for line in answer_lines(voice, sys.stdin):
            print(line, flush=True)
        return 0
    turn = ask_once(voice, " ".join(options.question))
    print("\n\n".join(show(reply) for reply in turn.replies))
    if options.why:
        print(f"\n[{turn.because.kind} {turn.because.id}: {turn.because.reason}; {turn.because.candidates}]")
    return 0


def check(settings: Settings, _options: argparse.Namespace) -> int:
    from bot.clock import HANOI, utc_now
    from content.check import check_library, format_problem

    problems = check_library(settings.content_dir, utc_now().astimezone(HANOI).date())
    for problem in problems:
        print(format_problem(problem))
    errors = sum(problem.level == "error" for problem in problems)
    print(f"Kiểm tra nội dung: {errors} lỗi, {len(problems) - errors} nhắc nhở.")
    return 1 if errors else 0


def preview(settings: Settings, options: argparse.Namespace) -> int:
    from bot.previewing import preview as show
    from content.load import load_library, today_in_hanoi

    on = options.on or today_in_hanoi()
    library = load_library(settings.content_dir, on=on)
    try:
        print(show(library, options.id, on, options.commune, styled=sys.stdout.isatty()))
    except LookupError as error:
        return _fail(str(error.args[0]))
    return 0


def test(settings: Settings, options: argparse.Namespace) -> int:
    from bot.judging import DOCUMENT_MARK, judge, judge_totals, put_between

    report = judge_totals(settings.content_dir) if options.final else judge(settings.content_dir)
    print(report)
    if options.into:
        document = options.into.read_text(encoding="utf-8")
        options.into.write_text(put_between(document, DOCUMENT_MARK, report), encoding="utf-8")
    return 0


def migrate(settings: Settings, _options: argparse.Namespace) -> int:
    from bot.clock import iso, utc_now
    from storage.database import open_database
    from storage.migrations import migrate as run

    database = open_database(settings.database_url)
    done = run(database, iso(utc_now()))
    database.close()
    print("\n".join(f"Đã áp dụng {name}" for name in done) or "Cơ sở dữ liệu đã ở bản mới nhất.")
    return 0


def questions(settings: Settings, options: argparse.Namespace) -> int:
    from bot.answering import NotDone, carry_out

    try:
        with _database(settings) as database:
            print(carry_out(database, options.id, options.do, options.answer or "", options.by))
    except (LookupError, NotDone) as error:
        return _fail(str(error.args[0]))
    return 0


def official(settings: Settings, options: argparse.Namespace) -> int:
    from bot.console.commanding import run_official

    try:
        with _database(settings) as database:
            print(run_official(database, settings.content_dir, options))
    except LookupError as error:
        return _fail(str(error.args[0]))
    return 0


def broadcast(settings: Settings, options: argparse.Namespace) -> int:
    from bot.commanding_broadcasts import run_broadcast

    try:
        with _database(settings) as database:
            print(run_broadcast(database, options))
    except LookupError as error:
        return _fail(str(error.args[0]))
    return 0


def report(settings: Settings, options: argparse.Namespace) -> int:
    from bot.reporting.command import run_report

    try:
        with _database(settings) as database:
            print(run_report(database, settings.content_dir, options))
    except LookupError as error:
        return _fail(str(error.args[0]))
    return 0


def backup(settings: Settings, options: argparse.Namespace) -> int:
    from bot.caretaking import run_backup

    print(run_backup(settings, options))
    return 0


def restore(settings: Settings, options: argparse.Namespace) -> int:
    from bot.caretaking import run_restore

    print(run_restore(settings, options))
    return 0


def export(settings: Settings, options: argparse.Namespace) -> int:
    from bot.caretaking import run_export

    print(run_export(settings, options))
    return 0


def retention(settings: Settings, options: argparse.Namespace) -> int:
    from bot.caretaking import run_retention

    print(run_retention(settings, options))
    return 0


def doctor(settings: Settings, _options: argparse.Namespace) -> int:
    from bot.doctoring import examine, format_findings

    findings = examine(settings)
    print(format_findings(findings))
    return 1 if any(finding.state == "hỏng" for finding in findings) else 0


def sessions(settings: Settings, options: argparse.Namespace) -> int:
    from bot.calendar_commanding import run

    with _database(settings) as database:
        text, well = run(database, settings.content_dir, options)
    if not well:
        return _fail(text)
    print(text)
    return 0


def simulate(settings: Settings, options: argparse.Namespace) -> int:
    from bot.simulating.command import run

    figures = (options.people, options.days, options.seed, options.kills)
    return 0 if run(settings.content_dir, settings.cache_dir, figures, lambda text: print(text, flush=True)) else 1


COMMANDS: dict[str, tuple[Callable[[Settings, argparse.Namespace], int], str]] = {
    "serve": (serve, "chạy bot: web chat, webhook, gửi tin (mặc định http://127.0.0.1:8080)"),
    "chat": (chat, "trò chuyện thử ngay trên màn hình này, không lưu gì"),
    "ask": (ask, "hỏi một câu, hoặc nhiều câu với --jsonl"),
    "check": (check, "kiểm tra toàn bộ nội dung, báo lỗi theo tệp và dòng"),
    "preview": (preview, "chép thử một mục: Telegram, Zalo và web sẽ hiện ra thế nào"),
    "test": (test, "đo khả năng hiểu câu hỏi trên bộ câu mẫu"),
    "migrate": (migrate, "tạo hoặc nâng cấp cơ sở dữ liệu"),
    "questions": (questions, "xem và trả lời câu hỏi người dân gửi cán bộ"),
    "official": (official, "tài khoản cán bộ: thêm, xem, đặt lại mật khẩu, khóa, đổi vai trò và phạm vi"),
    "broadcast": (broadcast, "tin gửi nhiều người: xem, duyệt, tạm dừng, gửi tiếp, hủy"),
    "sessions": (sessions, "lịch phiên: xem, nhập CSV/XLSX, ghi ra XLSX hoặc iCalendar"),
    "report": (report, "báo cáo tháng, 6 tháng, năm: một tệp văn bản và một bảng tính"),
    "simulate": (simulate, "sống thử một năm nhắc việc trên cơ sở dữ liệu tạm, giết tiến trình nhiều lần, rồi chấm"),
    "backup": (backup, "sao lưu cơ sở dữ liệu ra một tệp đã kiểm tra, ngay khi bot đang chạy"),
    "restore": (restore, "khôi phục từ một bản sao lưu, khi bot đã dừng"),
    "export": (export, "xuất mọi bảng ra một tệp zip (JSON từng dòng), để chuyển sang hệ thống khác"),
    "retention": (retention, "xem hoặc xóa dữ liệu đã quá thời hạn giữ"),
    "doctor": (doctor, "khám cài đặt: khóa bot, mạng, cơ sở dữ liệu, nội dung, đồng hồ, ổ đĩa"),
}


def build_parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="main.py", description="Gõ Cửa: trợ lý việc làm Hà Nội.")
    parser.add_argument("--config", type=Path, help="tệp cấu hình (mặc định config.toml nếu có)")
    parser.add_argument("--db-url", help="sqlite:///đường/dẫn hoặc postgresql://…")
    parser.add_argument("--data-dir", type=Path, help="thư mục dữ liệu (mặc định data/)")
    parser.add_argument("--content-dir", type=Path, help="thư mục nội dung (mặc định content/)")
    commands = parser.add_subparsers(dest="command", required=True, metavar="LỆNH")
    parsers = {name: commands.add_parser(name, help=text, description=text) for name, (_, text) in COMMANDS.items()}
    parsers["serve"].add_argument("--host", help="địa chỉ nghe (mặc định 127.0.0.1)")
    parsers["serve"].add_argument("--port", type=int, help="cổng (mặc định 8080)")
    parsers["ask"].add_argument("question", nargs="*", help="câu hỏi")
    parsers["ask"].add_argument(
        "--jsonl", action="store_true", help='đọc {"text": …} mỗi dòng, in một dòng JSON mỗi câu'
    )
    parsers["ask"].add_argument("--why", action="store_true", help="in thêm vì sao trả lời như vậy")
    parsers["preview"].add_argument("id", help="id của mục, ví dụ vay.lai-suat")
    parsers["preview"].add_argument(
        "--on", type=date.fromisoformat, help="ngày xem, viết năm-tháng-ngày (mặc định hôm nay)"
    )
    parsers["preview"].add_argument("--commune", default="", help="xã, phường của người hỏi, ví dụ hoa-xa")
    parsers["test"].add_argument("--final", action="store_true", help="bộ câu cuối cùng: chỉ in tổng, không in câu nào")
    parsers["test"].add_argument("--into", type=Path, metavar="TỆP", help="với --final: ghi bảng vào tệp tài liệu này")
    parsers["questions"].add_argument("id", type=int, nargs="?", help="số của câu hỏi cần trả lời")
    parsers["questions"].add_argument("answer", nargs="?", help="câu trả lời gửi người hỏi")
    parsers["questions"].add_argument("--by", default="cán bộ", help="tên cán bộ trả lời")
    doing = parsers["questions"].add_mutually_exclusive_group()
    for name, what in (
        ("claim", "nhận câu này để trả lời"),
        ("release", "thôi nhận"),
        ("close", "đóng, không trả lời"),
    ):
        doing.add_argument(f"--{name}", dest="do", action="store_const", const=name, default="", help=what)
    for name, default, what in (
        ("people", 2000, "số người"),
        ("days", 365, "số ngày, từ 1/1/2027"),
        ("seed", 2027, "hạt giống: cùng số thì cùng một năm"),
        ("kills", 100, "số lần giết tiến trình"),
    ):
        parsers["simulate"].add_argument(f"--{name}", type=int, default=default, help=f"{what} (mặc định {default})")
    add_official_commands(parsers["official"])
    add_broadcast_commands(parsers["broadcast"])
    add_report_options(parsers["report"])
    add_session_commands(parsers["sessions"])
    add_caretaking_options(parsers)
    return parser


def main(arguments: list[str] | None = None) -> int:
    parser = build_parser()
    options = parser.parse_args(arguments)
    if options.command == "ask" and not (options.jsonl or options.question):
        parser.error("ask cần một câu hỏi, hoặc --jsonl")
    if options.command == "test" and options.into and not options.final:
        parser.error("--into chỉ dùng cùng --final")
    try:
        settings = load_settings(
            config=options.config,
            db_url=options.db_url,
            data_dir=options.data_dir,
            content_dir=options.content_dir,
            host=getattr(options, "host", None),
            port=getattr(options, "port", None),
        )
    except SettingsError as error:
        return _fail(str(error))
    try:
        return COMMANDS[options.command][0](settings, options)
    except BrokenPipeError:
        # Whoever read our output has had enough; Python would complain once more when it closes the stream.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except ContentErrors as errors:
        return _fail("\n".join(map(format_problem, errors.problems)))
    except (StorageError, AlreadyRunning, OSError, ValueError) as error:
        return _fail(str(error))
    except KeyboardInterrupt:
        return 130


@contextmanager
def _database(settings: Settings) -> Iterator[Database]:
    """The database in the shape this code expects, whether or not the bot ever ran here."""
    from bot.clock import iso, utc_now
    from storage.database import open_database
    from storage.migrations import migrate

    database = open_database(settings.database_url)
    try:
        migrate(database, iso(utc_now()))
        yield database
    finally:
        database.close()


def _typed_lines() -> Iterator[str]:
    while True:
        try:
            yield input("> ")
        except EOFError:
            return


def _fail(message: str) -> int:
    print(message, file=sys.stderr)
    return 1


if __name__ == "__main__":
    sys.exit(main())
