"""The console in a real browser: signing in, and every page at 360 and 1280 px, whole and readable by everybody.

The pages come from the route list, so that a new page is looked at without being named here. With SHOTS=<folder> the
pictures are kept; with AXE=<path of axe.min.js> each page is also examined by axe-core.
"""

from __future__ import annotations

import asyncio
import base64
import os
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
import uvicorn
from selenium import webdriver
from selenium.webdriver.common.by import By

from bot.console import guarding
from bot.console.routes import PUBLIC_ROUTES, ROUTES
from bot.web.server import Server
from storage import audit, questions
from tests.conftest import NOW
from tests.console.examples import address_of
from tests.console.office import PASSWORD, Office
from tests.reporting.history import make_history, write_history
from tests.web.browser import open_chromium
from tests.web.live_site import wait_until

pytestmark = pytest.mark.browser

WIDTHS = (360, 1280)


@pytest.fixture(scope="module")
def chromium(tmp_path_factory: pytest.TempPathFactory) -> Iterator[webdriver.Chrome]:
    driver = open_chromium(tmp_path_factory.mktemp("chromium"))
    yield driver
    driver.quit()


@pytest.fixture
def address(office: Office, chromium: webdriver.Chrome) -> Iterator[str]:
    """The console on a real port, and a browser that has never been there."""
    config = uvicorn.Config(office.app, host="127.0.0.1", port=0, log_level="warning", lifespan="off", ws="none")
    server = Server(config, lambda: None)
    thread = threading.Thread(target=asyncio.run, args=[server.serve()], daemon=True)
    thread.start()
    wait_until(lambda: server.started)
    port = server.servers[0].sockets[0].getsockname()[1]
    chromium.execute_cdp_cmd("Network.clearBrowserCookies", {})
    yield f"http://127.0.0.1:{port}"
    chromium.get("about:blank")
    server.should_exit = True
    thread.join(10)


def set_width(driver: webdriver.Chrome, width: int) -> None:
    driver.execute_cdp_cmd(
        "Emulation.setDeviceMetricsOverride",
        {"width": width, "height": 800, "deviceScaleFactor": 1, "mobile": width < 600},
    )


def complaints(driver: webdriver.Chrome) -> list[str]:
    """What is wrong with the open page at its present width."""
    found = [
        entry["message"] for entry in driver.get_log("browser") if "Failed to load resource" not in entry["message"]
    ]
    wide = driver.execute_script("return document.documentElement.scrollWidth - window.innerWidth")
    if wide > 0:
        found.append(f"{wide} px wider than the screen")
    found += driver.execute_script(
        """return Array.from(document.querySelectorAll('button, .button, main input:not([type=hidden]), select'))
            .filter((it) => it.offsetParent && it.getBoundingClientRect().height < 44 && !it.closest('label'))
            .map((it) => 'too small to tap: ' + (it.textContent || it.name));"""
    )
    axe = os.environ.get("AXE")
    if axe:
        driver.execute_script(Path(axe).read_text(encoding="utf-8"))
        violations = driver.execute_async_script("axe.run().then(arguments[arguments.length - 1])")["violations"]
        found += [
            f"axe {problem['impact']} {problem['id']}: {[node['html'][:120] for node in problem['nodes'][:3]]}"
            for problem in violations
        ]
    return found


def keep_picture(driver: webdriver.Chrome, name: str) -> None:
    folder = os.environ.get("SHOTS")
    if folder:
        Path(folder).mkdir(parents=True, exist_ok=True)
        shot = driver.execute_cdp_cmd("Page.captureScreenshot", {"captureBeyondViewport": True})
        Path(folder, f"{name}.png").write_bytes(base64.b64decode(shot["data"]))


def look(driver: webdriver.Chrome, url: str, name: str) -> list[str]:
    found = []
    for width in WIDTHS:
        set_width(driver, width)
        driver.get(url)
        found += [f"{name} at {width}: {problem}" for problem in complaints(driver)]
        keep_picture(driver, f"{name}-{width}")
    return found


def test_signing_in_by_hand_and_out_again(office: Office, address: str, chromium: webdriver.Chrome) -> None:
    office.appoint("admin", login="lan")
    set_width(chromium, 360)
    chromium.get(f"{address}/console/officials")
    chromium.find_element(By.NAME, "login").send_keys("lan")
    chromium.find_element(By.NAME, "password").send_keys("sai mật khẩu")
    chromium.find_element(By.CSS_SELECTOR, "main button").click()
    wait_until(lambda: "không đúng" in chromium.find_element(By.CSS_SELECTOR, "[role=alert]").text)
    keep_picture(chromium, "sign-in-wrong-360")
    chromium.find_element(By.NAME, "password").send_keys(PASSWORD)
    chromium.find_element(By.CSS_SELECTOR, "main button").click()
    wait_until(lambda: chromium.current_url == f"{address}/console/officials")
    chromium.find_element(By.CSS_SELECTOR, ".who button").click()
    wait_until(lambda: "Anh/chị đã đăng xuất." in chromium.find_element(By.TAG_NAME, "main").text)


def test_communes_are_found_by_name_without_diacritics(
    office: Office, address: str, chromium: webdriver.Chrome
) -> None:
    sign_in(chromium, address, office)
    chromium.get(f"{address}/console/officials/new")
    chromium.find_element(By.ID, "commune-filter").send_keys("hoa xa")
    shown = [item.text for item in chromium.find_elements(By.CSS_SELECTOR, ".communes li") if item.is_displayed()]
    assert shown == ["xã Hòa Xá"]


def sign_in(driver: webdriver.Chrome, address: str, office: Office) -> None:
    admin = office.appoint("admin", login="nguyen.thi.lan")
    token = office.browser_of(admin).cookies[guarding.COOKIE]
    driver.execute_cdp_cmd("Network.enable", {})
    driver.execute_cdp_cmd(
        "Network.setCookie", {"name": guarding.COOKIE, "value": token, "url": f"{address}/console", "path": "/console"}
    )


def test_the_public_pages_are_whole(office: Office, address: str, chromium: webdriver.Chrome) -> None:
    for route in PUBLIC_ROUTES:
        if not route.writes and route.least == "anyone":
            assert look(chromium, address + route.path, route.path[1:].replace("/", "-")) == []


def test_every_page_is_whole_at_every_width(office: Office, address: str, chromium: webdriver.Chrome) -> None:
    fill(office)
    sign_in(chromium, address, office)
    found = []
    for route in ROUTES:
        if not route.writes and "export" not in route.path:
            path = address_of(route.path, office)
            found += look(chromium, address + path, path[1:].replace("/", "-"))
    found += look(chromium, f"{address}/console/khong-co", "khong-co")
    found += look(chromium, f"{address}/console/audit?actor=khong-co-ai", "audit-empty")
    assert found == []


def fill(office: Office) -> None:
    """Enough of everything to see how pages look when they are used."""
    write_history(office.database, make_history(1))
    for n in range(12):
        office.appoint("author", frozenset({"hoa-xa", "ung-hoa"}), login=f"can.bo.xa.{n}", settled=n % 3 > 0)
        person = office.person(f"nguoi-{n}", "hoa-xa")
        with office.database.transaction() as c:
            questions.open_question(c, person.id, "Tôi hỏi thêm về vay vốn", "hand-over", "{}", NOW)
            audit.record(c, f"can.bo.xa.{n}", "official.change", "official:3", '{"role": ["viewer", "author"]}', NOW)
