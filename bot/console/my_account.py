"""An official's own account: password, second factor, signed-in browsers, linked chat accounts.

Everything here is about the official who asks and nobody else.
"""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import Response

from bot.clock import iso, utc_now
from bot.console.access import Official
from bot.console.forms import read_secret, read_text
from bot.console.frame import audit, confirm, console_of, database_of, form_of, page, redirect, visit_of
from bot.console.guarding import idle_since
from bot.console.linking import COMMAND, offer_code
from bot.console.passwords import hash_code, hash_password, matches, problem_with
from bot.console.second_factor import SECRET_FORM, draw_qr, find_step, make_recovery_codes, make_secret
from bot.console.signing_in import TOO_OFTEN, forget_tries, take_try
from storage import officials, sign_ins

HOME = "/console/account"
SECOND_FACTOR = "/console/account/second-factor"
WRONG_PASSWORD = "Mật khẩu hiện tại không đúng."  # noqa: S105 - a sentence
CHANNEL_NAMES = {"telegram": "Telegram", "zalo": "Zalo", "web": "Web"}


def show_account(request: Request, official: Official) -> Response:
    with database_of(request).reading() as c:
        row = officials.get_official(c, official.id)
        addresses = officials.list_addresses(c, official.id)
        browsers = sign_ins.count_sign_ins(c, official.id, iso(utc_now()), idle_since())
        codes_left = officials.count_recovery_codes(c, official.id)
    return page(
        request,
        official,
        "account.html",
        row=row,
        addresses=addresses,
        browsers=browsers,
        codes_left=codes_left,
        channel_names=CHANNEL_NAMES,
        channels=[name for name in console_of(request).channels if name in {"telegram", "zalo"}],
    )


def show_password(request: Request, official: Official) -> Response:
    return _password_page(request, official, {})


def change_password(request: Request, official: Official) -> Response:
    """Replace the password; every other browser is signed out."""
    form = form_of(request)
    fresh = read_secret(form, "new")
    errors = {}
    if problem := problem_with(fresh, official.login):
        errors["new"] = problem
    elif fresh != read_secret(form, "again"):
        errors["again"] = "Hai lần nhập không giống nhau."
    elif problem := _check_password(request, official):
        errors["current"] = problem
    elif fresh == read_secret(form, "current"):
        errors["new"] = "Mật khẩu mới phải khác mật khẩu cũ."
    if errors:
        return _password_page(request, official, errors)
    hashed = hash_password(fresh)
    with database_of(request).transaction() as c:
        officials.set_password(c, official.id, hashed, must_change=False)
        sign_ins.end_all(c, official.id, but=visit_of(request).token_hash)
        audit(c, official, "password.change", f"official:{official.id}")
    return redirect(request, HOME, "Đã đổi mật khẩu. Các trình duyệt khác đã được đăng xuất.")


def show_second_factor(request: Request, official: Official) -> Response:
    return _second_factor_page(request, official, "", {})


def turn_on_second_factor(request: Request, official: Official) -> Response:
    """Turn it on once a code of the app proves that it was set up; the recovery codes are shown this once."""
    form = form_of(request)
    secret = read_text(form, "secret", 32)
    if not SECRET_FORM.fullmatch(secret):
        return show_second_factor(request, official)
    with database_of(request).reading() as c:
        on = officials.get_official(c, official.id).totp_secret
    if on:
        return redirect(request, HOME, "Xác thực hai bước đã bật từ trước.", "warning")
    errors = {}
    step = find_step(secret, read_text(form, "code", 20), utc_now())
    if step is None:
        errors["code"] = "Mã không đúng. Anh/chị xem lại giờ của điện thoại rồi nhập mã mới nhất."
    elif problem := _check_password(request, official):
        errors["current"] = problem
    if errors or step is None:
        return _second_factor_page(request, official, secret, errors)
    codes = make_recovery_codes()
    with database_of(request).transaction() as c:
        officials.set_totp(c, official.id, secret, [hash_code(code) for code in codes])
        officials.use_totp_step(c, official.id, step)
        audit(c, official, "second-factor.on", f"official:{official.id}")
    return page(request, official, "recovery_codes.html", codes=codes)


def turn_off_second_factor(request: Request, official: Official) -> Response:
    if problem := _check_password(request, official):
        return _second_factor_page(request, official, "", {"current": problem})
    with database_of(request).transaction() as c:
        officials.set_totp(c, official.id, "", [])
        audit(c, official, "second-factor.off", f"official:{official.id}")
    return redirect(request, HOME, "Đã tắt xác thực hai bước.")


def sign_out_everywhere(request: Request, official: Official) -> Response:
    """End every other browser's sign-in."""
    with database_of(request).transaction() as c:
        ended = sign_ins.end_all(c, official.id, but=visit_of(request).token_hash)
        audit(c, official, "sign-out.others", f"official:{official.id}")
    return redirect(request, HOME, f"Đã đăng xuất khỏi {ended} trình duyệt khác.")


def show_link_code(request: Request, official: Official) -> Response:
    """A POST that shows the code this once: it is stored as a hash only."""
    with database_of(request).transaction() as c:
        code = offer_code(c, official)
        audit(c, official, "link.offer", f"official:{official.id}")
    return page(request, official, "link_code.html", code=code, command=COMMAND)


def ask_unlink(request: Request, official: Official) -> Response:
    channel, address = request.query_params.get("channel", ""), request.query_params.get("address", "")
    with database_of(request).reading() as c:
        theirs = any((a.channel, a.address) == (channel, address) for a in officials.list_addresses(c, official.id))
    if not theirs:
        raise LookupError("not theirs")
    return confirm(
        request,
        official,
        title="Gỡ tài khoản chat",
        text=f"Tài khoản {CHANNEL_NAMES.get(channel, channel)} này sẽ không nhận thông báo và không gửi được lệnh "
        "của cán bộ nữa. Muốn dùng lại phải liên kết lại.",
        button="Gỡ liên kết",
        back=HOME,
        action=f"{HOME}/unlink",
        fields={"channel": channel, "address": address},
    )


def unlink(request: Request, official: Official) -> Response:
    form = form_of(request)
    channel = read_text(form, "channel")
    with database_of(request).transaction() as c:
        gone = officials.unlink_address(c, official.id, channel, read_text(form, "address"))
        if gone:
            audit(c, official, "unlink", f"official:{official.id}", channel=channel)
    return redirect(request, HOME, "Đã gỡ liên kết." if gone else "Liên kết này đã được gỡ từ trước.")


def _check_password(request: Request, official: Official) -> str:
    """Why the current password was not accepted; "" when it was."""
    if not take_try(request, official.login):
        return TOO_OFTEN
    with database_of(request).reading() as c:
        stored = officials.get_official(c, official.id).password_hash
    if not matches(stored, read_secret(form_of(request), "current")):
        return WRONG_PASSWORD
    with database_of(request).transaction() as c:
        forget_tries(c, official.login)
    return ""


def _password_page(request: Request, official: Official, errors: dict[str, str]) -> Response:
    with database_of(request).reading() as c:
        must_change = officials.get_official(c, official.id).must_change_password
    status = 422 if errors else 200
    return page(request, official, "password.html", status, errors=errors, must_change=must_change)


def _second_factor_page(request: Request, official: Official, secret: str, errors: dict[str, str]) -> Response:
    with database_of(request).reading() as c:
        on = bool(officials.get_official(c, official.id).totp_secret)
    secret = secret or make_secret()
    qr = "" if on else draw_qr(secret, official.login)
    status = 422 if errors else 200
    return page(request, official, "second_factor.html", status, on=on, secret=secret, qr=qr, errors=errors)
