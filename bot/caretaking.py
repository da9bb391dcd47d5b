"""The commands that keep the data: backup, restore, export, retention. Their options, and what they answer."""

from __future__ import annotations

import argparse

from bot import retention
from bot.backing_up import back_up
from bot.clock import in_hanoi, utc_now
from bot.exporting import export
from bot.restoring import restore
from bot.settings import Settings
from storage.database import open_database

KINDS = {"turns": "lượt hỏi đáp", "outbox": "tin đã gửi xong", "audit": "dòng nhật ký cán bộ"}


def run_backup(settings: Settings, options: argparse.Namespace) -> str:
    folder = options.into or settings.backup_dir
    keep = settings.backup_keep if options.keep is None else options.keep
    done = back_up(settings.database_url, folder, utc_now(), compress=options.gzip, keep=keep)
    size = done.path.stat().st_size / 2**20
    return (
        f"Đã sao lưu và kiểm tra: {done.path} ({size:.1f} MB, {sum(done.rows.values())} dòng, {len(done.rows)} bảng).\n"
        "Bản sao lưu có dữ liệu cá nhân: chỉ để ở nơi người được giao việc mở được, và chép thêm một bản sang máy khác."
    )


def run_restore(settings: Settings, options: argparse.Namespace) -> str:
    done = restore(settings.database_url, options.file, utc_now(), force=options.force)
    made = f"{in_hanoi(done.backup.created_at):%H:%M ngày %d/%m/%Y}"
    lines = [f"Đã khôi phục bản sao lưu lúc {made}: {sum(done.backup.rows.values())} dòng, đúng như lúc sao lưu."]
    if done.aside:
        lines.append(f"Tệp cũ được giữ ở {done.aside}.")
    if done.waiting:
        lines.append(
            f"{done.waiting} tin lúc ấy đang chờ sẽ được gửi khi chạy `main.py serve`; tin nào đã tới sau lúc sao lưu "
            "có thể tới lần nữa."
        )
    return "\n".join(lines)


def run_export(settings: Settings, options: argparse.Namespace) -> str:
    now = utc_now()
    path = options.into or settings.data_dir / f"xuat-{in_hanoi(now):%Y%m%d-%H%M%S}.zip"
    database = open_database(settings.database_url)
    try:
        done = export(database, path, now, personal=not options.without_personal_data)
    finally:
        database.close()
    warning = "Tệp CÓ dữ liệu cá nhân." if done.personal else "Tệp không có dữ liệu cá nhân."
    return f"Đã xuất {sum(done.rows.values())} dòng của {len(done.rows)} bảng ra {done.path}. {warning}"


def run_retention(settings: Settings, options: argparse.Namespace) -> str:
    database = open_database(settings.database_url)
    kept = retention.kept(settings)
    try:
        work = retention.purge if options.now else retention.count_old
        found = work(database, kept, utc_now())
    finally:
        database.close()
    days = {"turns": kept.turns, "outbox": kept.outbox, "audit": kept.audit}
    verb = "đã xóa" if options.now else "sẽ xóa"
    lines = [f"{KINDS[table]}: giữ {days[table]} ngày, {verb} {count}" for table, count in found.items()]
    if not options.now:
        lines.append("Bot tự xóa mỗi 6 giờ; muốn xóa ngay thì thêm --now.")
    return "\n".join(lines)
