"""Sessions, people and needs in a real browser: the states the walk over all pages does not come to."""

from __future__ import annotations

import pytest
from selenium import webdriver
from selenium.webdriver.common.by import By
from selenium.webdriver.remote.webelement import WebElement

from tests.console.office import Office
from tests.console.test_browser import address, chromium, keep_picture, look, set_width, sign_in
from tests.console.town import build
from tests.web.live_site import wait_until

pytestmark = pytest.mark.browser

__all__ = ["address", "chromium"]


def test_sessions_people_and_needs_are_whole(office: Office, address: str, chromium: webdriver.Chrome) -> None:
    town = build(office)
    sign_in(chromium, address, office)
    pages = {
        "sessions": "sessions",
        "sessions-past": "sessions?when=past",
        "sessions-empty": "sessions?kind=doi-thoai&commune=ba-dinh",
        "session": f"sessions/{town.held}",
        "session-waiting": f"sessions/{town.held}?status=waiting",
        "session-edit": f"sessions/{town.theirs}/edit",
        "session-cancel": f"sessions/{town.theirs}/cancel",
        "session-attendance": f"sessions/{town.held}/attendance",
        "check-in": "check-in",
        "check-in-found": f"check-in?code={town.code}",
        "check-in-wrong": "check-in?code=P1-XXXX",
        "people": "people",
        "people-empty": "people?q=khong+co+ai",
        "people-counts": "people/counts",
        "people-counts-empty": "people/counts?commune=ba-dinh",
        "person": f"people/{town.own.id}",
        "person-correct": f"people/{town.own.id}/correct",
        "person-delete": f"people/{town.own.id}/delete",
        "needs": "needs",
        "needs-empty": "needs?year=2025",
        "needs-list": "needs/list",
        "needs-list-empty": "needs/list?year=2025",
    }
    found = []
    for name, path in pages.items():
        found += look(chromium, f"{address}/console/{path}", f"c4-{name}")
    found += look(chromium, f"{address}/phien/{town.code}", "c4-ticket")
    found += look(chromium, f"{address}/phien/P1-XXXX", "c4-ticket-wrong")
    assert found == []


def test_somebody_is_found_in_the_list_at_the_door_and_ticked(
    office: Office, address: str, chromium: webdriver.Chrome
) -> None:
    town = build(office)
    sign_in(chromium, address, office)
    set_width(chromium, 360)
    chromium.get(f"{address}/console/sessions/{town.held}/attendance")
    chromium.find_element(By.ID, "name-filter").send_keys("hoang thi thuy")

    def shown() -> list[WebElement]:
        return [item for item in chromium.find_elements(By.CSS_SELECTOR, ".attendance li") if item.is_displayed()]

    wait_until(lambda: {item.find_element(By.TAG_NAME, "b").text for item in shown()} == {"Hoàng Thị Thủy"})
    keep_picture(chromium, "c4-attendance-filtered-360")
    shown()[0].find_element(By.CSS_SELECTOR, "button").click()
    wait_until(lambda: "2 / 24" in " ".join(chromium.execute_script("return document.body.innerText").split()))
