"""What the bot says and how it is set up, as an admin sees it: states, use, reload, and never a secret."""

from __future__ import annotations

import dataclasses
import re
import shutil
from pathlib import Path

import pytest

from bot.clock import iso, later, utc_now
from bot.console.frame import Console
from bot.console.settings_pages import LABELS, list_settings
from bot.settings import NAMES, SECRETS, Settings, Telegram, Zalo
from content.live import LiveLibrary
from storage import audit, channels, ratings, turns
from storage.database import Database
from tests.console.office import Office, words_of
from tests.console.test_inbox_browser import Sick


@pytest.fixture
def desk(sqlite_database: Database, tmp_path: Path) -> Office:
    root = tmp_path / "content"
    shutil.copytree(Path("content"), root, ignore=shutil.ignore_patterns("*.py", "__pycache__"))
    live: LiveLibrary[None] = LiveLibrary(root, on_change=lambda _: None)
    settings = dataclasses.replace(Settings(), content_dir=root)
    return Office(Console(settings, sqlite_database, live, {}, lambda _: None))


def change(office: Office, old: str, new: str) -> None:
    path = office.console.settings.content_dir / "vi" / "bhtn" / "muc-huong.md"
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8")


def test_an_overdue_entry_comes_first_and_says_by_how_much(desk: Office) -> None:
    change(desk, "reviewed: 2026-11-22\nreview_by: 2027-01-31", "reviewed: 2020-01-01\nreview_by: 2020-06-01")
    browser = desk.a("admin")
    page = browser.follow(browser.post("/console/content/reload"))
    assert "Đã đọc lại" in page.text
    rows = page.text.partition("<tbody>")[2]
    assert "bhtn.muc-huong" in rows.partition("</tr>")[0]
    assert "Quá hạn rà soát" in rows.partition("</tr>")[0]
    assert "muc-huong" in browser.get("/console/content?state=overdue").text
    entry = words_of(browser.get("/console/content/bhtn.muc-huong").text)
    assert "bhtn/muc-huong.md:" in entry
    assert "Quá hạn rà soát" in entry


def test_a_broken_file_is_told_with_its_line_and_the_old_text_goes_on(desk: Office) -> None:
    change(desk, "next: [bhtn.tinh-thu", "next: [bhtn.khong-co")
    browser = desk.a("admin")
    page = browser.follow(browser.post("/console/content/reload"))
    assert "vẫn nói theo bản" in page.text
    assert re.search(r"content/vi/bhtn/muc-huong\.md:\d+", page.text)
    assert "bhtn.khong-co" in page.text
    assert browser.get("/console/content/bhtn.muc-huong").status_code == 200
    change(desk, "next: [bhtn.khong-co", "next: [bhtn.tinh-thu")
    assert "Đã đọc lại" in browser.follow(browser.post("/console/content/reload")).text
    with desk.database.reading() as c:
        assert [row.detail_json for row in audit.list_audit(c, 9) if row.action == "content.reload"] == [
            '{"accepted": "có"}',
            '{"accepted": "không"}',
        ]


def test_use_and_ratings_stand_beside_the_entry(office: Office) -> None:
    person = office.person("1", "hoa-xa")
    with office.database.transaction() as c:
        for n in range(3):
            turns.record_turn(c, person.id, str(n), "text", "x", "answer", "bhtn.muc-huong", "{}", iso(utc_now()))
        turns.record_turn(
            c, person.id, "9", "text", "x", "answer", "bhtn.muc-huong", "{}", later(utc_now(), -40 * 86400)
        )
        ratings.add_rating(c, person.id, "bhtn.muc-huong", "x", iso(utc_now()), helpful=True)
    browser = office.a("admin")
    first = words_of(browser.get("/console/content?order=uses").text.partition("<tbody>")[2].partition("</tr>")[0])
    assert first.endswith("3 1 / 0")
    assert "3 lần trả lời, 1 đúng ý, 0 chưa đúng ý" in words_of(browser.get("/console/content/bhtn.muc-huong").text)


def test_the_preview_is_that_of_the_chosen_commune(office: Office) -> None:
    browser = office.a("admin")
    assert "Ở xã Hòa Xá của anh/chị" in browser.get("/console/content/bhtn.muc-huong?commune=hoa-xa").text
    assert "của anh/chị:" not in browser.get("/console/content/bhtn.muc-huong?commune=x").text
    assert browser.get("/console/content/khong.co").status_code == 404


def test_no_secret_is_on_the_settings_page(sqlite_database: Database) -> None:
    secret = "MAT-KHAU-RAT-BI-MAT"
    settings = Settings(
        db_url=f"postgresql://gocua:{secret}@10.0.0.1/gocua",
        public_url=f"https://ai:{secret}@gocua.example",
        telegram=Telegram(token=secret, webhook_secret=secret, api_url=f"http://u:{secret}@proxy:8081"),
        zalo=Zalo(token=secret, webhook_secret=secret),
    )
    live: LiveLibrary[None] = LiveLibrary(Path("content"), on_change=lambda _: None)
    office = Office(Console(settings, sqlite_database, live, {}, lambda _: None))
    text = office.a("admin").get("/console/settings").text
    assert secret not in text
    assert "proxy:8081" in text
    shown = {setting: value for setting, _, value in list_settings(settings)}
    assert {shown[name] for name in SECRETS} == {"đã đặt"}


def test_every_setting_has_words_of_its_own() -> None:
    assert {setting for setting, *_ in NAMES} == set(LABELS)


def test_an_admin_ends_a_pause_and_the_sender_is_woken(sqlite_database: Database) -> None:
    woken: list[str] = []
    live: LiveLibrary[None] = LiveLibrary(Path("content"), on_change=lambda _: None)
    office = Office(Console(Settings(), sqlite_database, live, {"telegram": Sick()}, woken.append))
    now = utc_now()
    with sqlite_database.transaction() as c:
        channels.pause_channel(c, "telegram", later(now, 3600), "khóa bot bị thu hồi", iso(now))
    browser = office.a("admin")
    text = browser.get("/console/settings").text
    assert "khóa bot bị thu hồi" in text
    assert "không nối được tới api.telegram.org" in text
    page = browser.send("/console/settings", "/console/settings/resume")
    assert "Đã cho Telegram gửi tiếp." in page.text
    with sqlite_database.reading() as c:
        assert channels.find_pause(c, "telegram", iso(now)) is None
        assert [row.subject for row in audit.list_audit(c, 9) if row.action == "channel.resume"] == ["channel:telegram"]
    assert "không còn tạm dừng" in browser.follow(browser.post("/console/settings/resume", channel="telegram")).text
    assert "Không có kênh này." in browser.follow(browser.post("/console/settings/resume", channel="x")).text


def test_the_newest_backup_is_told(sqlite_database: Database, tmp_path: Path) -> None:
    settings = dataclasses.replace(Settings(), data_dir=tmp_path)
    live: LiveLibrary[None] = LiveLibrary(Path("content"), on_change=lambda _: None)
    office = Office(Console(settings, sqlite_database, live, {}, lambda _: None))
    assert "chưa có trong" in office.a("admin").get("/console/settings").text
    settings.backup_dir.mkdir()
    (settings.backup_dir / "gocua.db.gz").write_bytes(b"x")
    assert "chưa có trong" not in office.a("admin").get("/console/settings").text
