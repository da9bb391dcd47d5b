"""The closed set of ways the database can fail, each saying in Vietnamese what to do next.

The drivers' own errors are translated here and nowhere else, so that callers never import a driver.
What is not listed (a wrong SQL text, for one) is a bug and passes through unchanged.
"""

from __future__ import annotations

import sqlite3

import psycopg
import psycopg_pool


class StorageError(Exception):
    """Base of the closed set. `advice` is a sentence for the operator; the driver's words follow it."""

    advice = "Cơ sở dữ liệu gặp lỗi."

    def __init__(self, detail: str = "") -> None:
        super().__init__(f"{self.advice} ({detail})" if detail else self.advice)
        self.detail = detail


class StorageBusy(StorageError):  # noqa: N818
    """Somebody else holds what we need: nothing was written, the same transaction may be tried again."""

    advice = "Cơ sở dữ liệu đang bận; hãy thử lại sau giây lát."


class StorageFull(StorageError):  # noqa: N818
    """There is no room to write: what was there is intact, nothing new was stored."""

    advice = "Ổ đĩa của cơ sở dữ liệu đã đầy; hãy giải phóng dung lượng, bot sẽ tự chạy tiếp."


class StorageReadOnly(StorageError):  # noqa: N818
    """The file or the server does not let us write."""

    advice = (
        "Cơ sở dữ liệu chỉ cho đọc; hãy cấp quyền ghi tệp và thư mục dữ liệu cho tài khoản chạy bot "
        "(hoặc nối tới máy chủ PostgreSQL chính)."
    )


class StorageUnavailable(StorageError):  # noqa: N818
    """The file cannot be opened, or the server is away or does not let us in.

    Raised by a COMMIT it leaves open whether the transaction was written.
    """

    advice = (
        "Không mở được cơ sở dữ liệu; hãy xem máy chủ hoặc ổ đĩa có đang chạy "
        "và địa chỉ GOCUA_DB_URL có đúng không."
    )


class StorageDamaged(StorageError):  # noqa: N818
    """The file or the server's data is corrupt."""

    advice = "Dữ liệu trong cơ sở dữ liệu bị hỏng; hãy dừng bot và khôi phục từ bản sao lưu gần nhất."


class StorageConflict(StorageError):  # noqa: N818
    """A constraint said no. Nothing was written; trying the same again fails the same."""

    advice = "Dữ liệu vi phạm một ràng buộc nên không được ghi; hãy báo cho người phát triển."


_SQLITE: dict[int, type[StorageError]] = {
    sqlite3.SQLITE_BUSY: StorageBusy,
    sqlite3.SQLITE_LOCKED: StorageBusy,
    sqlite3.SQLITE_FULL: StorageFull,
    sqlite3.SQLITE_READONLY: StorageReadOnly,
    sqlite3.SQLITE_PERM: StorageReadOnly,
    sqlite3.SQLITE_IOERR: StorageUnavailable,
    sqlite3.SQLITE_CANTOPEN: StorageUnavailable,
    sqlite3.SQLITE_CORRUPT: StorageDamaged,
    sqlite3.SQLITE_NOTADB: StorageDamaged,
    sqlite3.SQLITE_CONSTRAINT: StorageConflict,
}

# The longest prefix of the SQLSTATE wins: https://www.postgresql.org/docs/current/errcodes-appendix.html
_POSTGRESQL: dict[str, type[StorageError]] = {
    "08": StorageUnavailable,
    "23": StorageConflict,
    "25006": StorageReadOnly,
    "28": StorageUnavailable,
    "3D": StorageUnavailable,
    "40": StorageBusy,
    "42501": StorageReadOnly,
    "53": StorageUnavailable,
    "53100": StorageFull,
    "55P03": StorageBusy,
    "57": StorageUnavailable,
    "57014": StorageBusy,
    "58": StorageUnavailable,
    "XX001": StorageDamaged,
    "XX002": StorageDamaged,
}

# Raised by the drivers; the connections catch exactly these.
DRIVER_ERRORS = (sqlite3.Error, psycopg.Error, psycopg_pool.PoolTimeout)


def translate(error: Exception) -> Exception:
    """The error of our set that a driver's error means, or the same error when it is none of them."""
    detail = str(error).strip().replace("\n", " ")
    if isinstance(error, sqlite3.Error):
        # The low byte is the primary code; the rest says which kind of it.
        kind = _SQLITE.get(getattr(error, "sqlite_errorcode", 0) & 0xFF)
        return kind(detail) if kind else error
    if isinstance(error, psycopg_pool.PoolTimeout):
        return StorageUnavailable(detail)
    if isinstance(error, psycopg.Error):
        state = error.sqlstate or ""
        for length in (5, 2):
            if state[:length] in _POSTGRESQL:
                return _POSTGRESQL[state[:length]](detail)
        # libpq gives no SQLSTATE when the connection itself broke.
        if not state and isinstance(error, psycopg.OperationalError | psycopg.InterfaceError):
            return StorageUnavailable(detail)
    return error
