"""The officials' accounts as an admin sees and changes them. What is allowed stands in `appointing`."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import Response

from bot.console import appointing
from bot.console.access import ROLES, Official, parse_role
from bot.console.appointing import NotAppointed
from bot.console.forms import read_choice, read_many, read_text
from bot.console.frame import confirm, console_of, database_of, form_of, page, redirect
from storage import officials

HOME = "/console/officials"


def show_officials(request: Request, official: Official) -> Response:
    with database_of(request).reading() as c:
        rows = officials.list_officials(c)
    return page(request, official, "officials.html", rows=rows)


def show_new(request: Request, official: Official) -> Response:
    return _new_page(request, official, "")


def add(request: Request, official: Official) -> Response:
    """Open an account; its first password is shown this once."""
    form = form_of(request)
    login = read_text(form, "login", 40).lower()
    role = read_choice(form, "role", ROLES)
    if not role:
        return _new_page(request, official, "Cần chọn vai trò.")
    try:
        password = appointing.appoint(
            database_of(request),
            by=official.login,
            login=login,
            name=read_text(form, "name", 80),
            role=parse_role(role),
            communes=_read_communes(request),
        )
    except NotAppointed as refused:
        return _new_page(request, official, str(refused))
    return page(request, official, "first_password.html", login=login, password=password, reset=False)


def show_official(request: Request, official: Official) -> Response:
    return _official_page(request, official, "")


def change(request: Request, official: Official) -> Response:
    """Another role or scope."""
    official_id = _id(request)
    role = read_choice(form_of(request), "role", ROLES)
    if not role:
        return _official_page(request, official, "Cần chọn vai trò.")
    try:
        appointing.change_appointment(
            database_of(request),
            official_id,
            by=official.login,
            role=parse_role(role),
            communes=_read_communes(request),
        )
    except NotAppointed as refused:
        return _official_page(request, official, str(refused))
    return redirect(request, HOME, "Đã lưu vai trò và phạm vi. Có hiệu lực ngay.")


def ask_reset(request: Request, official: Official) -> Response:
    row = _row(request)
    return confirm(
        request,
        official,
        title=f"Đặt lại mật khẩu của {row.name}",
        text="Mật khẩu cũ hết dùng được, mọi trình duyệt bị đăng xuất và xác thực hai bước bị tắt. "
        "Mật khẩu mới chỉ hiện một lần.",
        button="Đặt lại mật khẩu",
        back=f"{HOME}/{row.id}",
    )


def reset(request: Request, official: Official) -> Response:
    row = _row(request)
    password = appointing.reset_password(database_of(request), row.id, by=official.login)
    return page(request, official, "first_password.html", login=row.login, password=password, reset=True)


def ask_disable(request: Request, official: Official) -> Response:
    row = _row(request)
    return confirm(
        request,
        official,
        title=f"Khóa tài khoản của {row.name}",
        text="Người này bị đăng xuất ngay và không vào được nữa. Nhật ký vẫn giữ những việc đã làm. Có thể mở lại sau.",
        button="Khóa tài khoản",
        back=f"{HOME}/{row.id}",
    )


def disable(request: Request, official: Official) -> Response:
    row = _row(request)
    if row.id == official.id:
        return redirect(request, f"{HOME}/{row.id}", "Anh/chị không thể tự khóa tài khoản của mình.", "error")
    try:
        appointing.disable(database_of(request), row.id, by=official.login)
    except NotAppointed as refused:
        return redirect(request, f"{HOME}/{row.id}", str(refused), "error")
    return redirect(request, HOME, f"Đã khóa tài khoản {row.login}.")


def enable(request: Request, official: Official) -> Response:
    row = _row(request)
    appointing.enable(database_of(request), row.id, by=official.login)
    return redirect(request, HOME, f"Đã mở lại tài khoản {row.login}.")


def _id(request: Request) -> int:
    return int(request.path_params["official_id"])


def _row(request: Request) -> officials.OfficialRow:
    with database_of(request).reading() as c:
        return officials.get_official(c, _id(request))


def _read_communes(request: Request) -> frozenset[str] | None:
    form = form_of(request)
    if read_choice(form, "scope", ("city", "communes")) == "city":
        return None
    return read_many(form, "commune", console_of(request).commune_names)


def _typed(request: Request) -> dict[str, object]:
    form = form_of(request)
    return {
        "login": read_text(form, "login", 40),
        "name": read_text(form, "name", 80),
        "role": read_choice(form, "role", ROLES) or "viewer",
        "communes": _read_communes(request) if form else frozenset(),
    }


def _new_page(request: Request, official: Official, error: str) -> Response:
    status = 422 if error else 200
    return page(request, official, "official_new.html", status, typed=_typed(request), roles=ROLES, error=error)


def _official_page(request: Request, official: Official, error: str) -> Response:
    row = _row(request)
    typed = _typed(request) if error else {"role": row.role, "communes": row.communes}
    status = 422 if error else 200
    return page(request, official, "official.html", status, row=row, typed=typed, roles=ROLES, error=error)
