"""Broadcasts in a real browser: the form that counts while it is typed, and a broadcast in every state of its life."""

from __future__ import annotations

import pytest
from selenium import webdriver
from selenium.webdriver.common.by import By

from bot import approving
from bot.broadcasting import drive
from bot.clock import iso, utc_now
from bot.console.access import Official
from storage import broadcasts, consents, outbox, people
from storage.broadcasts import NewBroadcast
from storage.scope import WHOLE_CITY
from tests.console.examples import broadcast_id
from tests.console.office import Office
from tests.console.test_browser import address, chromium, keep_picture, look, set_width, sign_in
from tests.web.live_site import wait_until

__all__ = ["address", "chromium"]
pytestmark = pytest.mark.browser

NAMES = ("Nguyễn Thị Hòa", "Trần Văn Tám", "Lê Thị Thu Hương", "Phạm Minh Đức", "Đỗ Thị Lụa", "Bùi Xuân Trường")


def crowd(office: Office, count: int) -> None:
    """People of Hòa Xá and Ứng Hòa, most of whom agreed to get news."""
    now = iso(utc_now())
    with office.database.transaction() as c:
        for n in range(count):
            person = people.get_or_create_person(c, ("zalo", "telegram")[n % 2], f"n{n}", "", now)
            people.set_profile(c, person.id, "commune", ("hoa-xa", "ung-hoa")[n % 3 > 1])
            people.set_profile(c, person.id, "full_name", NAMES[n % len(NAMES)])
            people.add_group(c, person.id, "nong-thon", now)
            if n % 5:
                consents.give_consent(c, person.id, "nhan-tin", "1", "(lời)", now)
            if n % 11 == 3:
                people.set_pushes(c, person.id, allowed=False)


def approved(office: Office, title: str) -> int:
    author, approver = office.appoint("author"), office.appoint("approver")
    text = "Sáng thứ Bảy 28/11, phiên việc làm lưu động tại nhà văn hóa xã Ứng Hòa.\n\n- 25 doanh nghiệp, 900 việc làm"
    new = NewBroadcast(title, text, frozenset({"hoa-xa", "ung-hoa"}), entry_id="gdvl.lich", urgent=False)
    with office.database.transaction() as c:
        number = approving.save(c, author, new, utc_now(), form_key=title)
        approving.submit(c, author, number, office.console.live.current, utc_now(), again=True)
        mark = broadcasts.get_broadcast(c, number, WHOLE_CITY).fingerprint
        approving.approve(c, approver, number, mark, utc_now())
    drive(office.database, utc_now())
    return number


def settle(office: Office, number: int, count: int) -> None:
    """The sender got through `count` of them."""
    now = iso(utc_now())
    with office.database.transaction() as c:
        ids = [int(row["id"]) for row in c.rows("SELECT id FROM outbox WHERE broadcast_id = :id", {"id": number})]
        outbox.settle_failed(c, [(id_, "gone", "Forbidden: bot was blocked by the user") for id_ in ids[:3]], now)
        outbox.settle_sent(c, [(id_, f"m{id_}") for id_ in ids[3:count]], now)


def stop(office: Office, admin: Official, number: int, act: str) -> None:
    with office.database.transaction() as c:
        approving.stop(c, admin, number, act, utc_now())


def shown(driver: webdriver.Chrome, selector: str) -> str:
    """The text of a part of the page, whatever the page's script is doing to it; "" when it is not there."""
    return str(driver.execute_script("return document.querySelector(arguments[0])?.innerText ?? ''", selector))


def test_the_form_counts_and_previews_while_it_is_typed(
    office: Office, address: str, chromium: webdriver.Chrome
) -> None:
    crowd(office, 30)
    sign_in(chromium, address, office)
    set_width(chromium, 1280)
    chromium.get(f"{address}/console/broadcasts/new")
    chromium.find_element(By.NAME, "title").send_keys("Mời dự phiên việc làm")
    chromium.find_element(By.NAME, "text").send_keys("Sáng **thứ Bảy** tại Ứng Hòa. <script>x</script>")
    wait_until(lambda: "thứ Bảy tại Ứng Hòa. <script>" in shown(chromium, "#look"))
    everybody = shown(chromium, "#look .count b")
    chromium.find_element(By.CSS_SELECTOR, "[name=channel][value=zalo]").click()
    wait_until(lambda: shown(chromium, "#look .count b") not in {"", everybody})
    assert "dùng kênh khác" in shown(chromium, "#look")
    keep_picture(chromium, "broadcast-form-typed-1280")
    chromium.find_element(By.CSS_SELECTOR, "button[value=save]").click()
    wait_until(lambda: "Đã lưu bản nháp" in shown(chromium, "main"))
    assert [line for line in chromium.get_log("browser") if "favicon" not in line["message"]] == []


def test_every_state_is_whole_at_every_width(office: Office, address: str, chromium: webdriver.Chrome) -> None:
    crowd(office, 60)
    waiting = broadcast_id(office)
    running, done = approved(office, "Lịch phiên việc làm tháng 12 ở Ứng Hòa"), approved(office, "Lớp nấu ăn miễn phí")
    paused = approved(office, "Tư vấn vay vốn " + "dài lắm " * 12)
    settle(office, running, 12)
    settle(office, done, 10_000)
    sign_in(chromium, address, office)
    stop(office, office.appoint("admin"), paused, "pause")
    drive(office.database, utc_now())
    home = f"{address}/console/broadcasts"
    found = look(chromium, home, "broadcasts-list")
    for name, number in (("waiting", waiting), ("running", running), ("done", done), ("paused", paused)):
        found += look(chromium, f"{home}/{number}", f"broadcast-{name}")
    found += look(chromium, f"{home}/{running}/recipients?status=gone", "broadcast-recipients")
    found += look(chromium, f"{home}/{done}/recipients?status=queued", "broadcast-recipients-none")
    found += look(chromium, f"{home}?state=nhap", "broadcasts-none")
    found += look(chromium, f"{home}/new", "broadcast-new")
    found += look(chromium, f"{home}/{running}/cancel", "broadcast-cancel")
    assert found == []


def test_progress_looks_again_by_itself(office: Office, address: str, chromium: webdriver.Chrome) -> None:
    crowd(office, 20)
    number = approved(office, "Tin đang gửi")
    sign_in(chromium, address, office)
    chromium.get(f"{address}/console/broadcasts/{number}")
    assert "0 / " in shown(chromium, "#progress")
    settle(office, number, 6)
    wait_until(lambda: "6 / " in shown(chromium, "#progress"))
    settle(office, number, 10_000)
    drive(office.database, utc_now())
    wait_until(lambda: "Đã xong" in shown(chromium, ".head"))
