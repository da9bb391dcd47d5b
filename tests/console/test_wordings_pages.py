"""What went unanswered, from the list to a line in an entry's file: who may, what is checked, what the log keeps."""

from __future__ import annotations

import dataclasses
import re
import shutil
from pathlib import Path

import pytest

from bot.clock import iso, utc_now
from bot.console.frame import Console
from bot.settings import Settings
from content.live import LiveLibrary
from storage import audit, ratings, turns
from storage.database import Database
from tests.console.office import Browser, Office, forms_of

ASKED = "luong 8 cu thi lanh may dong mot thang ha em"
ENTRY = "bhtn.muc-huong"


@pytest.fixture
def desk(sqlite_database: Database, tmp_path: Path) -> Office:
    """An office with content of its own that may be written to."""
    root = tmp_path / "content"
    shutil.copytree(Path("content"), root, ignore=shutil.ignore_patterns("*.py", "__pycache__"))
    live: LiveLibrary[None] = LiveLibrary(root, on_change=lambda _: None)
    settings = dataclasses.replace(Settings(), content_dir=root)
    return Office(Console(settings, sqlite_database, live, {}, lambda _: None))


def hear(office: Office, text: str, commune: str = "hoa-xa", outcome: str = "fallback") -> int:
    person = office.person(f"nguoi-{commune}", commune)
    with office.database.transaction() as c:
        return turns.record_turn(c, person.id, text, "text", text, outcome, "", "{}", iso(utc_now()))


def file_of(office: Office) -> Path:
    return office.console.settings.content_dir / "vi" / "bhtn" / "muc-huong.md"


def fields_of(browser: Browser, path: str, action: str) -> dict[str, str]:
    return next(form.values for form in forms_of(browser.get(path).text) if form.action == action)


def test_likes_are_counted_together_and_one_month_at_a_time(office: Office) -> None:
    for text in ("Đăng ký xe máy ở đâu", "dang ky xe may o dau", "dang ky xe may o dau a"):
        hear(office, text)
    person = office.person("nguoi-hoa-xa", "hoa-xa")
    with office.database.transaction() as c:
        ratings.add_rating(c, person.id, ENTRY, "thai san co tinh khong", iso(utc_now()), helpful=False)
    text = office.a("viewer").get("/console/wordings").text
    assert text.count('class="card group"') == 2
    assert "<b>3 lần</b>" in text
    assert "Mức hưởng trợ cấp thất nghiệp mỗi tháng" in text
    assert "Thêm vào mục" not in text, "a viewer looks"
    before = office.a("viewer").get("/console/wordings?month=2000-01")
    assert before.status_code == 200
    other = re.findall(r'<option value="(\d{4}-\d{2})">', text)
    assert "Không còn câu nào" in office.a("viewer").get(f"/console/wordings?month={other[-1]}").text


@pytest.mark.parametrize("query", ["", "?commune=ung-hoa", "?commune=x", "?month=9999-99", "?page=9", "?commune="])
def test_a_commune_sees_the_words_of_its_people_only(office: Office, query: str) -> None:
    hear(office, "câu của ứng hòa", "ung-hoa")
    hear(office, "câu của người chưa rõ nơi ở", "")
    hear(office, "hỏi ở hòa xá")
    text = office.a("approver", frozenset({"hoa-xa"})).get(f"/console/wordings{query}").text
    assert "ứng hòa" not in text
    assert "chưa rõ" not in text


def test_a_closed_group_is_gone_until_somebody_asks_again(office: Office) -> None:
    hear(office, "Đăng ký xe máy ở đâu")
    hear(office, "dang ky xe may o dau a")
    browser = office.a("author")
    values = fields_of(browser, "/console/wordings", "/console/wordings/close")
    page = browser.follow(browser.post("/console/wordings/close", **{**values, "csrf": browser.csrf}))
    assert "Đã đóng nhóm câu." in page.text
    assert "Không còn câu nào" in page.text
    again = browser.follow(browser.post("/console/wordings/close", **{**values, "csrf": browser.csrf}))
    assert "không còn, có thể người khác vừa xử lý" in again.text
    hear(office, "dang ky xe may o dau a")
    assert "<b>1 lần</b>" in browser.get("/console/wordings").text
    with office.database.reading() as c:
        [row] = [row for row in audit.list_audit(c, 10) if row.action == "wording.close"]
    assert row.detail_json == '{"wordings": 2}'


def test_a_wording_goes_into_the_file_of_the_entry_and_its_group_is_closed(desk: Office) -> None:
    hear(desk, ASKED)
    number = hear(desk, f"{ASKED} a")  # as often as the other: of two the alphabet decides who leads
    browser = desk.a("admin")
    link = re.search(r'href="(/console/wordings/add\?[^"]+)"', browser.get("/console/wordings").text)
    assert link
    page = browser.get(link[1].replace("&amp;", "&"))
    assert ENTRY in page.text, "the nearest entry is offered first"
    values = next(form.values for form in forms_of(page.text) if form.action == "/console/wordings/look")
    before = file_of(desk).read_bytes()
    looked = browser.post("/console/wordings/look", **{**values, "words": ASKED, "entry": ENTRY})
    assert looked.status_code == 200
    assert f'<span class="unseen">thêm: </span><code>  - {ASKED}</code>' in looked.text
    assert file_of(desk).read_bytes() == before
    save = next(form.values for form in forms_of(looked.text) if form.action == "/console/wordings/add")
    done = browser.follow(browser.post("/console/wordings/add", **save))
    assert "Đã thêm cách hỏi" in done.text
    assert "Không còn câu nào" in done.text
    assert f"  - {ASKED}\n".encode() in file_of(desk).read_bytes()
    assert desk.console.live.current.get_entry(ENTRY).ask[-1] == ASKED
    with desk.database.reading() as c:
        [row] = [row for row in audit.list_audit(c, 10) if row.action == "content.ask"]
    assert (row.subject, row.actor[:5]) == (f"entry:{ENTRY}", "admin")
    assert ASKED not in row.detail_json
    assert f'"source": "fallback:{number}"' in row.detail_json


def test_a_file_changed_meanwhile_is_looked_at_again(desk: Office) -> None:
    number = hear(desk, ASKED)
    browser = desk.a("admin")
    path = f"/console/wordings/add?kind=fallback&id={number}"
    values = {**fields_of(browser, path, "/console/wordings/look"), "words": ASKED, "entry": ENTRY}
    looked = browser.post("/console/wordings/look", **values)
    save = next(form.values for form in forms_of(looked.text) if form.action == "/console/wordings/add")
    changed = file_of(desk).read_bytes().replace("nghe nói bảo hiểm".encode(), "nghe bảo bảo hiểm".encode())
    file_of(desk).write_bytes(changed)
    refused = browser.post("/console/wordings/add", **save)
    assert refused.status_code == 422
    assert "Tệp vừa được sửa ở nơi khác." in refused.text
    assert file_of(desk).read_bytes() == changed
    fresh = next(form.values for form in forms_of(refused.text) if form.action == "/console/wordings/add")
    assert browser.post("/console/wordings/add", **fresh).status_code == 303
    assert "nghe bảo bảo hiểm".encode() in file_of(desk).read_bytes()
    with desk.database.reading() as c:
        assert len([row for row in audit.list_audit(c, 10) if row.action == "content.ask"]) == 1


def test_what_the_check_refuses_cannot_be_saved(desk: Office) -> None:
    browser = desk.a("admin")
    path = f"/console/wordings/add?kind=fallback&id={hear(desk, 'Mức hưởng BHTN')}"
    values = {**fields_of(browser, path, "/console/wordings/look"), "words": "Mức hưởng BHTN", "entry": "vay.lai-suat"}
    looked = browser.post("/console/wordings/look", **values)
    assert "trùng với mục" in looked.text
    assert 'action="/console/wordings/add"' not in looked.text
    before = file_of(desk).read_bytes()
    assert browser.post("/console/wordings/add", **{**values, "base": "x"}).status_code == 422
    assert file_of(desk).read_bytes() == before
    assert "Cần chọn mục" in browser.post("/console/wordings/look", **{**values, "entry": ""}).text


def test_personal_data_is_warned_about_before_anything_is_written(desk: Office) -> None:
    number = hear(desk, "sdt 0912345678 hoc lai xe nang o dau")
    text = desk.a("admin").get(f"/console/wordings/add?kind=fallback&id={number}").text
    assert "Có vẻ có số điện thoại." in text


@pytest.mark.parametrize(
    "query", ["", "?kind=fallback&id=99", "?kind=x&id=1", "?kind=rating&id=-1", "?kind=question&id=1e9"]
)
def test_words_that_are_not_there_are_not_found(office: Office, query: str) -> None:
    assert office.a("admin").get(f"/console/wordings/add{query}").status_code == 404
