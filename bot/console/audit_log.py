"""The audit log, newest first: who did what, for admins of the whole city. Changes nothing."""

from __future__ import annotations

import json

from starlette.requests import Request
from starlette.responses import Response

from bot.console.access import ROLE_NAMES, ROLES, Official, parse_role
from bot.console.exports import download
from bot.console.frame import database_of, page
from bot.console.telling import moment
from storage.audit import AuditRow, list_actors, list_audit_before

PER_PAGE = 50
MOST_EXPORTED = 50_000

# The beginning of an action's name, longest first, and how officials say it.
ACTIONS = {
    "sign-in": "Đăng nhập",
    "sign-out.others": "Đăng xuất nơi khác",
    "sign-out": "Đăng xuất",
    "password.change": "Đổi mật khẩu",
    "second-factor.on": "Bật xác thực hai bước",
    "second-factor.off": "Tắt xác thực hai bước",
    "link.offer": "Lấy mã liên kết chat",
    "link": "Liên kết chat",
    "unlink": "Gỡ liên kết chat",
    "official.add": "Thêm cán bộ",
    "official.change": "Đổi vai trò, phạm vi",
    "official.reset": "Đặt lại mật khẩu cán bộ",
    "official.disable": "Khóa tài khoản",
    "official.enable": "Mở lại tài khoản",
    "broadcast.write": "Soạn tin",
    "broadcast.try": "Gửi thử tin",
    "broadcast.submit": "Gửi duyệt tin",
    "broadcast.approve": "Duyệt tin",
    "broadcast.reject": "Trả lại tin",
    "broadcast.pause": "Tạm dừng tin",
    "broadcast.resume": "Gửi tiếp tin",
    "broadcast.cancel": "Hủy tin",
    "broadcast.discard": "Bỏ bản nháp tin",
    "session.add": "Lập phiên giao dịch",
    "session.change": "Sửa phiên giao dịch",
    "session.postpone": "Hoãn phiên giao dịch",
    "session.cancel": "Hủy phiên giao dịch",
    "session.import": "Nhập danh sách phiên",
    "attendance.tick": "Điểm danh",
    "attendance.undo": "Bỏ điểm danh",
    "person.view": "Xem hồ sơ người dân",
    "person.phone": "Xem số điện thoại",
    "person.correct": "Sửa hồ sơ người dân",
    "person.delete": "Xóa dữ liệu theo yêu cầu",
    "person.erased": "Người dân tự xóa dữ liệu",
    "need.met": "Ghi nhu cầu đã đáp ứng",
    "question.claimed": "Nhận câu hỏi",
    "question.released": "Trả lại câu hỏi",
    "question.answered": "Trả lời câu hỏi",
    "question.closed": "Đóng câu hỏi",
    "wording.close": "Đóng nhóm câu chưa trả lời tốt",
    "content.ask": "Thêm cách hỏi vào mục",
    "content.reload": "Đọc lại nội dung",
    "channel.resume": "Cho kênh gửi tiếp",
    "export": "Xuất danh sách",
}


# Names in `detail_json` and kinds of subject, as officials say them.
DETAILS = {
    "login": "tài khoản",
    "role": "vai trò",
    "scope": "phạm vi",
    "rows": "số dòng",
    "actor": "của",
    "action": "việc",
    "channel": "kênh",
    "reason": "lý do",
    "source": "từ",
    "phrasings": "số cách hỏi",
    "wordings": "số cách viết",
    "accepted": "chạy bản mới",
    "told": "số người được báo",
    "added": "mới",
    "changed": "cập nhật",
    "fields": "phần",
    "kind": "loại",
    "commune": "xã, phường",
    "month": "tháng",
    "group": "nhóm",
    "session": "phiên số",
    "status": "tình trạng",
    "searched": "có tìm theo tên",
    "year": "năm",
    "level": "trình độ",
    "period": "kỳ",
    "broadcast": "tin số",
}
SUBJECTS = {
    "broadcast": "tin số",
    "need": "nhu cầu số",
    "official": "cán bộ số",
    "person": "người số",
    "session": "phiên số",
}


def show_audit(request: Request, official: Official) -> Response:
    actor, action, before = _filters(request)
    with database_of(request).reading() as c:
        rows = list_audit_before(c, before, actor, action, PER_PAGE + 1)
        actors = list_actors(c)
    shown = rows[:PER_PAGE]
    return page(
        request,
        official,
        "audit.html",
        rows=[(row, action_name(row.action), subject_text(row), detail_text(row)) for row in shown],
        actors=[(name, name) for name in actors],
        actions=ACTIONS,
        actor=actor,
        action=action,
        older=shown[-1].id if len(rows) > PER_PAGE else None,
        first=before is None,
    )


def export_audit(request: Request, official: Official) -> Response:
    """The rows of the same filters as CSV."""
    actor, action, _ = _filters(request)
    with database_of(request).reading() as c:
        rows = list_audit_before(c, None, actor, action, MOST_EXPORTED)
    table = [
        (moment(row.created_at), row.actor, action_name(row.action), subject_text(row), detail_text(row))
        for row in rows
    ]
    header = ("Lúc", "Ai", "Việc", "Đối tượng", "Chi tiết")
    return download(request, official, "nhat-ky", "csv", header, table, actor=actor, action=action)


def action_name(action: str) -> str:
    """How officials say it; the name itself when nobody gave it words."""
    return ACTIONS.get(action, action)


def detail_text(row: AuditRow) -> str:
    """{"role": ["viewer", "author"]} → "vai trò: Người xem → Người soạn"."""
    detail = json.loads(row.detail_json or "{}")
    if not isinstance(detail, dict):
        return ""
    told = {
        DETAILS.get(name, name): " → ".join(_value_text(one) for one in (value if isinstance(value, list) else [value]))
        for name, value in detail.items()
    }
    return " · ".join(f"{name}: {value}" for name, value in told.items() if value)


def subject_text(row: AuditRow) -> str:
    """ "official:3" → "cán bộ số 3"; what nobody gave words stays as it is."""
    kind, _, number = row.subject.partition(":")
    return f"{SUBJECTS[kind]} {number}" if kind in SUBJECTS else row.subject


def _value_text(value: object) -> str:
    text = "" if value is None else str(value)
    if text == "city":
        return "toàn thành phố"
    return ROLE_NAMES[parse_role(text)] if text in ROLES else text


def _filters(request: Request) -> tuple[str, str, int | None]:
    query = request.query_params
    before = query.get("before", "")
    return (
        query.get("actor", "")[:80],
        query.get("action", "") if query.get("action", "") in ACTIONS else "",
        int(before) if before.isascii() and before.isdigit() and len(before) < 16 else None,
    )
