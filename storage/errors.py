"""The closed set of ways the database can fail, each saying in Vietnamese what to do next.

Each database translates its driver's errors into these, so that callers never import a driver.
What has no place here (a wrong SQL text, for one) is a bug and passes through unchanged.
"""

from __future__ import annotations


class StorageError(Exception):
    """Base of the closed set. `advice` is a sentence for the operator; the driver's words follow it."""

    advice = "Cơ sở dữ liệu gặp lỗi."

    def __init__(self, detail: str = "") -> None:
        super().__init__(f"{self.advice} ({detail})" if detail else self.advice)
        self.detail = detail


class StorageBusy(StorageError):
    """Somebody else holds what we need: nothing was written, the same transaction may be tried again."""

    advice = "Cơ sở dữ liệu đang bận; hãy thử lại sau giây lát."


class StorageFull(StorageError):
    """There is no room to write: what was there is intact, nothing new was stored."""

    advice = "Ổ đĩa của cơ sở dữ liệu đã đầy; hãy giải phóng dung lượng, bot sẽ tự chạy tiếp."


class StorageReadOnly(StorageError):
    """The file or the server does not let us write."""

    advice = (
        "Cơ sở dữ liệu chỉ cho đọc; hãy cấp quyền ghi tệp và thư mục dữ liệu cho tài khoản chạy bot "
        "(hoặc nối tới máy chủ PostgreSQL chính)."
    )


class StorageUnavailable(StorageError):
    """The file cannot be opened, or the server is away or does not let us in.

    Raised by a COMMIT it leaves open whether the transaction was written.
    """

    advice = (
        "Không mở được cơ sở dữ liệu; hãy xem máy chủ hoặc ổ đĩa có đang chạy và địa chỉ GOCUA_DB_URL có đúng không."
    )


class StorageDamaged(StorageError):
    """The file or the server's data is corrupt."""

    advice = "Dữ liệu trong cơ sở dữ liệu bị hỏng; hãy dừng bot và khôi phục từ bản sao lưu gần nhất."


class StorageConflict(StorageError):
    """A constraint said no. Nothing was written; trying the same again fails the same."""

    advice = "Dữ liệu vi phạm một ràng buộc nên không được ghi; hãy báo cho người phát triển."
