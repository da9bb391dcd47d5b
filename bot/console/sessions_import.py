"""Officials' lists of sessions, CSV or XLSX: read, shown with what they would change, and stored after a second yes.

One problem anywhere and nothing is stored. An official of communes may bring sessions of these communes only.
"""

from __future__ import annotations

import base64
import binascii
from collections.abc import Sequence

from starlette.requests import Request
from starlette.responses import Response

from bot.clock import iso, utc_now
from bot.console.access import Official
from bot.console.exports import TYPES, download_bytes, write_xlsx
from bot.console.forms import read_file, read_text
from bot.console.frame import audit, console_of, database_of, form_of, page, redirect
from bot.console.sessions import HOME, KIND_NAMES, told_when
from bot.console.sessions_foretelling import foretell
from bot.session_lists import ReadList, header, read_list, store_list
from storage import sessions
from storage.database import Connection
from storage.sessions import NewSession, Session

MOST_BYTES = 1_000_000
MOST_BODY = 1_600_000  # the same file again in letters, with the second yes
SHOWN = 100  # problems, and sessions before storing
_EXAMPLE = (
    "", "Phiên giao dịch việc làm lưu động xã Hòa Xá", "lưu động", "05/12/2026", "08:00", "11:30", "",
    "Nhà văn hóa xã Hòa Xá", "", "Hòa Xá", "Sàn vệ tinh Ứng Hòa", "Trung tâm Dịch vụ việc làm Hà Nội",
    "12 đơn vị tuyển dụng", 350, 120, "", "họ tên và điện thoại", "mở", "Mang căn cước công dân",
)  # fmt: skip


def show_import(request: Request, official: Official) -> Response:
    return _import_page(request, official, ())


def look(request: Request, official: Official) -> Response:
    """Read the file and show what storing it would do; nothing is stored yet."""
    chosen = read_file(form_of(request), "file")
    if chosen is None:
        return _import_page(request, official, ("Chưa chọn tệp.",))
    name, content = chosen
    if len(content) > MOST_BYTES:
        return _import_page(request, official, ("Tệp lớn hơn 1 MB. Anh/chị tách thành vài tệp.",))
    read = _read(request, official, name, content)
    if read.problems:
        return _import_page(request, official, read.problems)
    now = iso(utc_now())
    (added, changed), told = foretell(
        database_of(request),
        lambda c: store_list(c, read.sessions, now),
        lambda c, _: [found.id for found in _stored(c, read.sessions) if found],
        now,
    )
    return page(
        request,
        official,
        "session_import_look.html",
        name=name,
        content=base64.b64encode(content).decode(),
        rows=[(one, told_when(one)) for one in read.sessions[:SHOWN]],
        total=len(read.sessions),
        added=added,
        changed=changed,
        told=told,
        kind_names=KIND_NAMES,
    )


def store(request: Request, official: Official) -> Response:
    """Read the same file again and store it."""
    form = form_of(request)
    sent = form.get("content", "")
    try:
        content = base64.b64decode(sent if isinstance(sent, str) else "", validate=True)
    except binascii.Error:
        content = b""
    read = _read(request, official, read_text(form, "name", 100), content)
    if read.problems:
        return _import_page(request, official, read.problems)
    with database_of(request).transaction() as c:
        added, changed = store_list(c, read.sessions, iso(utc_now()))
        audit(c, official, "session.import", "", added=added, changed=changed)
    return redirect(request, HOME, f"Đã nhập: {added} phiên mới, {changed} phiên cập nhật.")


def export_example(request: Request, official: Official) -> Response:
    """A list to fill in: the headings and one line."""
    content = write_xlsx("Phiên giao dịch", header()[:-1], [_EXAMPLE])
    return download_bytes(request, official, "mau-danh-sach-phien.xlsx", content, TYPES["xlsx"])


def _read(request: Request, official: Official, name: str, content: bytes) -> ReadList:
    """The list, or what is wrong with it; what is not this official's to change is wrong too."""
    read = read_list(content, name, console_of(request).live.current.places)
    if read.problems:
        return read
    scope = official.scope
    with database_of(request).reading() as c:
        stored = _stored(c, read.sessions)
    problems = [
        f"Phiên “{new.title}” (mã {new.slug}): không thuộc xã, phường anh/chị phụ trách."
        for new, old in zip(read.sessions, stored, strict=True)
        if not scope.covers(new.commune) or (old is not None and not scope.covers(old.commune))
    ]
    return ReadList(problems=tuple(problems)) if problems else read


def _stored(c: Connection, new: Sequence[NewSession]) -> list[Session | None]:
    return [sessions.find_by_slug(c, one.slug) for one in new]


def _import_page(request: Request, official: Official, problems: Sequence[str]) -> Response:
    return page(
        request,
        official,
        "session_import.html",
        422 if problems else 200,
        problems=problems[:SHOWN],
        more=max(0, len(problems) - SHOWN),
        columns=header()[:-1],
    )
