"""Accounts as their owners and as admins change them, in the console and on the command line."""

from __future__ import annotations

import html
import re
from pathlib import Path

import pyotp
import pytest

import main
from bot.clock import iso, utc_now
from bot.console import linking
from storage import audit, officials
from storage.database import Database, open_database
from tests.console.office import PASSWORD, Office, forms_of, words_of

NEW = "trăng sáng đầu thôn"
HOME = "/console/account"


def actions(database: Database) -> list[str]:
    with database.reading() as c:
        return [row.action for row in audit.list_audit(c, 100)]


@pytest.mark.parametrize(
    ("new", "again", "sentence"),
    [
        ("ngắn", "ngắn", "ít nhất 10 ký tự"),
        ("1234567890", "1234567890", "quá dễ đoán"),
        ("aaaaaaaaaaaa", "aaaaaaaaaaaa", "quá dễ đoán"),
        ("toi-la-lan-2026", "toi-la-lan-2026", "chứa tên đăng nhập"),
        (NEW, NEW + "x", "không giống nhau"),
        (PASSWORD, PASSWORD, "phải khác mật khẩu cũ"),
    ],
)
def test_a_poor_new_password_is_refused_beside_its_field(office: Office, new: str, again: str, sentence: str) -> None:
    browser = office.browser_of(office.appoint("viewer", login="lan"))
    response = browser.post(f"{HOME}/password", current=PASSWORD, new=new, again=again)
    assert response.status_code == 422
    assert sentence in response.text
    assert 'aria-invalid="true"' in response.text


def test_a_new_password_signs_out_every_other_browser(office: Office) -> None:
    official = office.appoint("viewer")
    here, there = office.browser_of(official), office.browser_of(official)
    assert here.post(f"{HOME}/password", current="sai", new=NEW, again=NEW).status_code == 422
    assert here.post(f"{HOME}/password", current=PASSWORD, new=NEW, again=NEW).status_code == 303
    assert here.get(HOME).status_code == 200
    assert there.get(HOME).status_code == 303


def test_others_can_be_signed_out_by_hand(office: Office) -> None:
    official = office.appoint("viewer")
    here, there = office.browser_of(official), office.browser_of(official)
    page = here.send(HOME, f"{HOME}/sign-out-others")
    assert "Đã đăng xuất khỏi 1 trình duyệt khác." in page.text
    assert "Đã đăng xuất khỏi" not in here.get(HOME).text
    assert there.get(HOME).status_code == 303


def test_the_second_factor_is_turned_on_used_by_recovery_code_and_off(office: Office) -> None:
    official = office.appoint("viewer", login="lan")
    browser = office.browser_of(official)
    page = browser.get(f"{HOME}/second-factor").text
    assert "<svg" in page
    secret = next(form.values["secret"] for form in forms_of(page) if "secret" in form.values)
    wrong = browser.post(f"{HOME}/second-factor", secret=secret, code="000000", current=PASSWORD)
    assert wrong.status_code == 422
    assert secret in wrong.text
    done = browser.post(f"{HOME}/second-factor", secret=secret, code=pyotp.TOTP(secret).now(), current=PASSWORD)
    codes = re.findall(r"<li><code>([a-z0-9]{5}-[a-z0-9]{5})</code>", done.text)
    assert len(codes) == 8
    for attempt, status in ((1, 303), (2, 422)):
        other = office.stranger()
        other.get("/console/sign-in")
        other.post("/console/sign-in", login="lan", password=PASSWORD)
        assert other.post("/console/sign-in/code", code=codes[0].upper()).status_code == status, attempt
    assert "còn 7 mã dự phòng" in browser.get(HOME).text
    assert browser.post(f"{HOME}/second-factor/off", current="sai").status_code == 422
    browser.send(f"{HOME}/second-factor", f"{HOME}/second-factor/off", current=PASSWORD)
    with office.database.reading() as c:
        assert officials.get_official(c, official.id).totp_secret == ""
        assert officials.count_recovery_codes(c, official.id) == 0


def test_a_chat_account_is_linked_by_code_once_and_unlinked(office: Office) -> None:
    official = office.appoint("author", frozenset({"hoa-xa"}))
    browser = office.browser_of(official)
    page = words_of(browser.post(f"{HOME}/link").text)
    found = re.search(r"/lienket (\w{4}-\w{4})", page)
    assert found
    code = found[1]
    now = iso(utc_now())
    with office.database.transaction() as c:
        assert linking.link(c, "zalo", "z1", "sai-sai", now) is None
        assert linking.link(c, "zalo", "z1", code.upper().replace("-", " "), now) == official
        assert linking.link(c, "zalo", "z2", code, now) is None
        row = officials.find_by_address(c, "zalo", "z1")
        assert row is not None
        assert row.login == official.login
        assert officials.find_by_address(c, "telegram", "z1") is None
    address = html.unescape(re.findall(r'href="(/console/account/unlink\?[^"]+)"', browser.get(HOME).text)[0])
    assert office.a("viewer").get(address).status_code == 404
    browser.send(address, f"{HOME}/unlink")
    with office.database.reading() as c:
        assert officials.find_by_address(c, "zalo", "z1") is None


def test_a_link_code_dies_after_ten_minutes_and_with_the_account(office: Office) -> None:
    official = office.appoint("author")
    with office.database.transaction() as c:
        code = linking.offer_code(c, official)
        assert linking.link(c, "zalo", "z1", code, "2999-01-01T00:00:00.000Z") is None
        assert linking.link(c, "zalo", "z1", code, iso(utc_now())) == official
        officials.disable(c, official.id, iso(utc_now()))
        assert officials.find_by_address(c, "zalo", "z1") is None


def test_an_admin_adds_changes_resets_and_locks(office: Office) -> None:
    browser = office.a("admin")
    page = browser.send(
        "/console/officials/new",
        "/console/officials/new",
        name="Trần Văn Minh",
        login="minh",
        role="author",
        scope="communes",
        commune=["hoa-xa", "khong-co-xa-nay"],
    )
    password = re.findall(r'<code class="secret">([^<]+)</code>', page.text)[0]
    assert re.fullmatch(r"(\w{4}-){3}\w{4}", password)
    with office.database.reading() as c:
        row = officials.find_official(c, "minh")
    assert row is not None
    assert (row.name, row.role, row.communes, row.must_change_password) == (
        *("Trần Văn Minh", "author", frozenset({"hoa-xa"}), True),
    )
    home = f"/console/officials/{row.id}"
    browser.send(home, home, role="approver", scope="city")
    log = words_of(browser.get("/console/audit").text)
    assert f"cán bộ số {row.id}" in log
    assert "vai trò: Người soạn → Người duyệt · phạm vi: hoa-xa → toàn thành phố" in log
    again = browser.send(f"{home}/reset", f"{home}/reset")
    assert password not in again.text
    browser.send(f"{home}/disable", f"{home}/disable")
    assert "Đã khóa" in browser.get("/console/officials").text
    browser.send(home, f"{home}/enable")
    with office.database.reading() as c:
        row = officials.get_official(c, row.id)
    assert (row.role, row.communes, row.disabled_at) == ("approver", None, "")
    assert {"official.add", "official.change", "official.reset", "official.disable", "official.enable"} <= set(
        actions(office.database)
    )


@pytest.mark.parametrize(
    ("given", "sentence"),
    [
        ({"login": "Có Dấu"}, "Tên đăng nhập gồm"),
        ({"name": " "}, "họ tên"),
        ({"login": "da.co"}, "đã có người dùng"),
        ({"scope": "communes"}, "ít nhất một xã, phường"),
        ({"role": "admin", "scope": "communes", "commune": "hoa-xa"}, "Quản trị phải phụ trách toàn thành phố"),
        ({"role": "chu-tich"}, "Cần chọn vai trò"),
    ],
)
def test_a_wrong_appointment_is_refused_and_keeps_what_was_typed(
    office: Office, given: dict[str, str], sentence: str
) -> None:
    office.appoint("viewer", login="da.co")
    right = {"name": "Trần Văn Minh", "login": "minh", "role": "author", "scope": "city"}
    response = office.a("admin").post("/console/officials/new", **{**right, **given})
    assert response.status_code == 422
    assert sentence in response.text
    assert given.get("name", "Trần Văn Minh") in response.text


def test_the_last_admin_can_neither_leave_nor_be_locked(office: Office) -> None:
    admin = office.appoint("admin")
    browser = office.browser_of(admin)
    home = f"/console/officials/{admin.id}"
    refused = browser.post(home, role="viewer", scope="city")
    assert refused.status_code == 422
    assert "ít nhất một người quản trị" in refused.text
    assert "không thể tự khóa" in browser.follow(browser.post(f"{home}/disable")).text
    assert browser.get("/console/officials").status_code == 200


def test_the_log_is_read_filtered_and_saved(office: Office) -> None:
    browser = office.browser_of(office.appoint("admin", login="lan"))
    browser.post(f"{HOME}/link")
    assert "Lấy mã liên kết chat" in browser.get("/console/audit?actor=lan").text
    assert "Chưa có dòng nào" in browser.get("/console/audit?action=official.add").text
    saved = browser.post("/console/audit/export?actor=lan")
    assert saved.headers["Content-Disposition"].startswith('attachment; filename="nhat-ky.csv"')
    assert saved.content.startswith(b"\xef\xbb\xbf")
    assert "export" in actions(office.database)


def test_a_long_log_is_turned_page_by_page(office: Office) -> None:
    with office.database.transaction() as c:
        for n in range(120):
            audit.record(c, "ai-do", "export", f"tệp-{n:03}", "{}", iso(utc_now()))
    browser, address, seen = office.a("admin"), "/console/audit", []
    while address:
        page = browser.get(address).text
        seen += re.findall(r"tệp-\d+", page)
        older = re.findall(r'href="([^"]+)">Cũ hơn', page)
        address = html.unescape(older[0]) if older else ""
    assert seen == [f"tệp-{n:03}" for n in reversed(range(120))]


def test_the_command_line_makes_the_first_admin(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    def run(*words: str) -> tuple[int, str]:
        code = main.main(["--data-dir", str(tmp_path), "official", *words])
        said = capsys.readouterr()
        return code, said.out + said.err

    assert "Chưa có cán bộ nào" in run("list")[1]
    assert "Mật khẩu tạm" in run("add", "lan", "--name", "Nguyễn Thị Lan", "--role", "admin", "--scope", "city")[1]
    code, said = run("add", "minh", "--name", "Minh", "--scope", "hoa-x")
    assert (code, "Có phải: hoa-xa" in said) == (1, True)
    assert run("add", "minh", "--name", "Minh", "--role", "author", "--scope", "hoa-xa")[0] == 0
    assert "Người duyệt, hoa-xa" in run("role", "minh", "approver")[1]
    assert "Người duyệt, toàn thành phố" in run("scope", "minh", "city")[1]
    assert "ít nhất một người quản trị" in run("disable", "lan")[1]
    assert "Mật khẩu tạm" in run("reset", "minh")[1]
    assert run("disable", "minh")[0] == 0
    assert run("enable", "khong-co")[0] == 1
    listed = run("list")[1]
    assert "Nguyễn Thị Lan" in listed
    assert "đã khóa" in listed
    database = open_database(f"sqlite:///{tmp_path}/gocua.sqlite3")
    assert len(actions(database)) == 6
    database.close()
