"""Approving, rejecting, pausing and cancelling a broadcast from the console. Who may is `approving`'s."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import Response

from bot import approving
from bot.approving import NotDone
from bot.clock import utc_now
from bot.console.access import Official
from bot.console.broadcasts import HOME, broadcast_page, find
from bot.console.forms import read_lines, read_text
from bot.console.frame import confirm, database_of, form_of, redirect, wake


def approve(request: Request, official: Official) -> Response:
    """Approve what the official read: the form carries its fingerprint."""
    try:
        with database_of(request).transaction() as c:
            found = find(c, request, official)
            mark = read_text(form_of(request), "fingerprint", 64)
            channels = approving.approve(c, official, found.id, mark, utc_now())
    except NotDone as refused:
        return broadcast_page(request, official, str(refused))
    for channel in channels:
        wake(request, channel)
    return redirect(request, f"{HOME}/{found.id}", "Đã duyệt. Tin bắt đầu đi trong vài giây, hoặc đúng giờ đã hẹn.")


def reject(request: Request, official: Official) -> Response:
    try:
        with database_of(request).transaction() as c:
            found = find(c, request, official)
            reason = read_lines(form_of(request), "reason", approving.REASON_LENGTH)
            channels = approving.reject(c, official, found.id, reason, utc_now())
    except NotDone as refused:
        return broadcast_page(request, official, str(refused))
    for channel in channels:
        wake(request, channel)
    return redirect(request, f"{HOME}/{found.id}", "Đã trả lại người soạn, kèm lý do.")


def pause(request: Request, official: Official) -> Response:
    return _stop(request, official, "pause", "Đã tạm dừng. Tin đang trên đường có thể vẫn tới trong vài giây.")


def resume(request: Request, official: Official) -> Response:
    return _stop(request, official, "resume", "Tin đang được gửi tiếp.")


def ask_cancel(request: Request, official: Official) -> Response:
    with database_of(request).reading() as c:
        found = find(c, request, official)
    return confirm(
        request,
        official,
        title=f"Hủy tin “{found.title}”",
        text="Ai đã nhận thì đã nhận. Những người còn lại sẽ không nhận được tin này, và không gửi tiếp được nữa.",
        button="Hủy tin",
        back=f"{HOME}/{found.id}",
    )


def cancel(request: Request, official: Official) -> Response:
    return _stop(request, official, "cancel", "Đã hủy tin.")


def _stop(request: Request, official: Official, act: str, done: str) -> Response:
    try:
        with database_of(request).transaction() as c:
            found = find(c, request, official)
            approving.stop(c, official, found.id, act, utc_now())
    except NotDone as refused:
        return broadcast_page(request, official, str(refused))
    return redirect(request, f"{HOME}/{found.id}", done)
