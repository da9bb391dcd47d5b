"""Signing in as people and as attackers do it: throttling, second factor, expiry, and no way to learn who exists."""

from __future__ import annotations

import pyotp
import pytest

from bot.clock import iso, later, utc_now
from bot.console import guarding, signing_in
from bot.console.access import Official
from storage import officials, sign_ins
from tests.console.office import PASSWORD, Browser, Office, words_of


def sign_in(browser: Browser, login: str, password: str = PASSWORD, to: str = "/console/sign-in") -> tuple[int, str]:
    """(status, where it leads) of typing name and password."""
    browser.get(to)
    response = browser.post(to, login=login, password=password)
    return response.status_code, response.headers.get("Location", "")


def turn_on_totp(office: Office, official: Official) -> pyotp.TOTP:
    secret = pyotp.random_base32()
    with office.database.transaction() as c:
        officials.set_totp(c, official.id, secret, [])
    return pyotp.TOTP(secret)


def test_the_right_password_opens_the_console_with_a_new_cookie(office: Office) -> None:
    office.appoint("viewer", login="lan")
    browser = office.stranger()
    browser.get("/console/sign-in")
    before = browser.cookies[guarding.COOKIE]
    assert sign_in(browser, " Lan ") == (303, "/console")
    assert browser.cookies[guarding.COOKIE] != before
    page = browser.get("/console")
    assert page.status_code == 200
    assert "Cán bộ lan" in page.text


def test_the_cookie_is_closed_to_scripts_and_other_sites(office: Office) -> None:
    cookie = office.stranger().get("/console/sign-in").headers["Set-Cookie"]
    assert {"HttpOnly", "Path=/console", "SameSite=lax"} <= set(cookie.split("; "))
    with office.database.reading() as c:
        stored = c.rows("SELECT * FROM sign_ins")
    assert not stored


def test_the_database_does_not_hold_the_cookie(office: Office) -> None:
    browser = office.a("viewer")
    with office.database.reading() as c:
        rows = c.rows("SELECT * FROM sign_ins")
    assert rows
    assert browser.cookies[guarding.COOKIE] not in str(rows)


@pytest.mark.parametrize(
    ("login", "password"), [("lan", "sai mật khẩu"), ("khong-co-ai", PASSWORD), ("khoa", PASSWORD)]
)
def test_all_wrong_ways_look_the_same(office: Office, login: str, password: str) -> None:
    office.appoint("viewer", login="lan")
    closed = office.appoint("viewer", login="khoa")
    with office.database.transaction() as c:
        officials.disable(c, closed.id, iso(utc_now()))
    browser = office.stranger()
    browser.get("/console/sign-in")
    response = browser.post("/console/sign-in", login=login, password=password)
    assert response.status_code == 422
    assert "Tên đăng nhập hoặc mật khẩu không đúng." in response.text
    assert password not in response.text


def test_one_account_is_held_after_ten_wrong_tries_and_others_are_not(office: Office) -> None:
    office.appoint("viewer", login="lan")
    office.appoint("viewer", login="minh")
    statuses = [sign_in(office.stranger(), "lan", "sai")[0] for _ in range(signing_in.TRIES_PER_ACCOUNT)]
    assert set(statuses) == {422}
    assert sign_in(office.stranger(), "lan")[0] == 429
    assert sign_in(office.stranger(), "minh")[0] == 303


def test_one_address_is_held_whatever_names_it_tries(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(signing_in, "TRIES_PER_ADDRESS", 5)
    statuses = [sign_in(office.stranger(), f"ai-do-{n}", "sai")[0] for n in range(7)]
    assert statuses == [422] * 5 + [429] * 2


def test_the_hold_ends_by_itself_and_a_success_wipes_the_tries(office: Office) -> None:
    office.appoint("viewer", login="lan")
    for _ in range(signing_in.TRIES_PER_ACCOUNT - 1):
        sign_in(office.stranger(), "lan", "sai")
    assert sign_in(office.stranger(), "lan")[0] == 303
    for _ in range(signing_in.TRIES_PER_ACCOUNT):
        assert sign_in(office.stranger(), "lan", "sai")[0] == 422
    with office.database.transaction() as c:
        c.execute("UPDATE sign_in_tries SET tried_at = :then", {"then": later(utc_now(), -signing_in.TRY_SECONDS - 1)})
    assert sign_in(office.stranger(), "lan")[0] == 303


def test_the_tries_are_kept_without_what_was_typed(office: Office) -> None:
    sign_in(office.stranger(), "mat-khau-that", "sai")
    with office.database.reading() as c:
        rows = c.rows("SELECT * FROM sign_in_tries")
    assert rows
    assert "mat-khau-that" not in str(rows)


def test_the_second_factor_is_owed_before_anything_opens(office: Office) -> None:
    official = office.appoint("admin", login="lan")
    totp = turn_on_totp(office, official)
    browser = office.stranger()
    assert sign_in(browser, "lan")[1].startswith("/console/sign-in/code")
    assert browser.get("/console/officials").headers["Location"] == "/console/sign-in/code"
    assert browser.post("/console/officials/new").status_code == 303
    assert browser.post("/console/sign-in/code", code="000000").status_code == 422
    response = browser.post("/console/sign-in/code", code=totp.now(), next="/console/officials")
    assert response.headers["Location"] == "/console/officials"
    assert browser.get("/console/officials").status_code == 200


def test_a_code_works_once(office: Office) -> None:
    totp = turn_on_totp(office, office.appoint("viewer", login="lan"))
    first, second = office.stranger(), office.stranger()
    code = totp.now()
    for browser in (first, second):
        sign_in(browser, "lan")
    assert first.post("/console/sign-in/code", code=code).status_code == 303
    assert second.post("/console/sign-in/code", code=code).status_code == 422


def test_codes_are_not_guessed_at_leisure(office: Office) -> None:
    totp = turn_on_totp(office, office.appoint("viewer", login="lan"))
    browser = office.stranger()
    sign_in(browser, "lan")
    statuses = [browser.post("/console/sign-in/code", code="000000").status_code for _ in range(10)]
    assert set(statuses) == {422}
    assert browser.post("/console/sign-in/code", code=totp.now()).status_code == 429


@pytest.mark.parametrize("column", ["last_used_at", "expires_at"])
def test_a_sign_in_ends_when_unused_or_too_old(office: Office, column: str) -> None:
    browser = office.a("viewer")
    then = later(utc_now(), -guarding.IDLE_SECONDS - 1)
    with office.database.transaction() as c:
        c.execute(f"UPDATE sign_ins SET {column} = :then", {"then": then})
    assert browser.get("/console?x=1").headers["Location"] == "/console/sign-in?next=%2Fconsole%3Fx%3D1"
    expired = browser.post("/console/account/link")
    assert expired.status_code == 401
    assert "Phiên làm việc đã hết" in expired.text


def test_use_keeps_a_sign_in_alive_but_not_beyond_its_end(office: Office) -> None:
    browser = office.a("viewer")
    with office.database.transaction() as c:
        c.execute("UPDATE sign_ins SET last_used_at = :then", {"then": later(utc_now(), -guarding.IDLE_SECONDS + 60)})
    browser.get("/console")
    with office.database.reading() as c:
        row = c.row("SELECT last_used_at, expires_at FROM sign_ins")
    assert row
    assert row["last_used_at"] > later(utc_now(), -60)
    assert row["expires_at"].startswith("2999")


def test_signing_out_ends_it_in_the_database_too(office: Office) -> None:
    browser = office.a("viewer")
    stolen = office.stranger()
    stolen.cookies.update(browser.cookies)
    page = browser.follow(browser.post("/console/sign-out"))
    assert "Anh/chị đã đăng xuất." in page.text
    assert stolen.get("/console").status_code == 303


@pytest.mark.parametrize("to", ["https://evil.example/", "//evil.example", "/\\evil.example", "/console-x", "/chat"])
def test_signing_in_leads_nowhere_else(office: Office, to: str) -> None:
    office.appoint("viewer", login="lan")
    browser = office.stranger()
    browser.get("/console/sign-in")
    response = browser.post("/console/sign-in", login="lan", password=PASSWORD, next=to)
    assert response.headers["Location"] == "/console"


def test_a_disabled_official_is_out_at_once(office: Office) -> None:
    official = office.appoint("viewer")
    browser = office.browser_of(official)
    with office.database.transaction() as c:
        officials.disable(c, official.id, iso(utc_now()))
    assert browser.get("/console").status_code == 303


def test_a_role_taken_away_is_gone_at_the_next_request(office: Office) -> None:
    official = office.appoint("admin")
    browser = office.browser_of(official)
    with office.database.transaction() as c:
        officials.set_role(c, official.id, "viewer")
    page = browser.get("/console/officials")
    assert page.status_code == 403
    assert "chưa có quyền" in words_of(page.text)


def test_a_password_set_by_somebody_else_must_be_changed_first(office: Office) -> None:
    official = office.appoint("admin", settled=False)
    browser = office.browser_of(official)
    assert browser.get("/console/officials").headers["Location"] == "/console/account/password"
    page = browser.send(
        "/console/account/password",
        "/console/account/password",
        current=PASSWORD,
        new="trăng sáng đầu thôn",
        again="trăng sáng đầu thôn",
    )
    assert "Đã đổi mật khẩu" in page.text
    assert browser.get("/console/officials").status_code == 200


def test_an_unknown_address_is_a_page_in_vietnamese(office: Office) -> None:
    page = office.a("viewer").get("/console/khong-co")
    assert page.status_code == 404
    assert "Không có trang này" in page.text


def test_a_body_too_large_is_refused_before_it_is_read(office: Office) -> None:
    browser = office.a("viewer")
    assert browser.post("/console/account/link", filler="a" * guarding.SMALL_BODY).status_code == 413


def test_old_sign_ins_and_tries_are_swept_away(office: Office) -> None:
    office.a("viewer")
    with office.database.transaction() as c:
        c.execute("UPDATE sign_ins SET expires_at = '2020-01-01T00:00:00.000Z'")
        sign_ins.take_try(c, [("x", 5)], "2020-01-01T00:00:00.000Z", "2019-01-01T00:00:00.000Z")
    office.appoint("viewer", login="lan")
    sign_in(office.stranger(), "lan")
    with office.database.reading() as c:
        assert len(c.rows("SELECT 1 AS one FROM sign_ins")) == 1
        assert c.rows("SELECT 1 AS one FROM sign_in_tries") != []
        assert not c.rows("SELECT 1 AS one FROM sign_in_tries WHERE key_hash = 'x'")
