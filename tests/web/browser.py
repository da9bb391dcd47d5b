"""A headless Chromium that talks to nobody but the test's own server, and the words to drive it with."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import pytest
from selenium import webdriver
from selenium.webdriver.common.by import By
from selenium.webdriver.remote.webelement import WebElement

from tests.web.live_site import wait_until

FLAGS = (
    "--headless=new",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-dev-shm-usage",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
    "--no-default-browser-check",
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1",
    "--lang=vi",
)


def require_chromium() -> tuple[str, str]:
    """Paths of the browser and its driver; skips loudly without them, and fails where CI=true."""
    chromium, driver = shutil.which("chromium"), shutil.which("chromedriver")
    if chromium and driver:
        return chromium, driver
    missing = "Không có chromium và chromedriver: BỎ QUA các bài thử bằng trình duyệt (chạy .ci/tools để cài)."
    if os.environ.get("CI") == "true":
        pytest.fail(missing)
    pytest.skip(missing)


def open_chromium(profile: Path, *flags: str) -> webdriver.Chrome:
    # Selenium's own manager would look for drivers and report usage on the network.
    os.environ.update(SE_OFFLINE="true", SE_AVOID_STATS="true")
    chromium, driver = require_chromium()
    options = webdriver.ChromeOptions()
    options.binary_location = chromium
    for flag in (*FLAGS, f"--user-data-dir={profile}", *flags):
        options.add_argument(flag)
    options.set_capability("goog:loggingPrefs", {"browser": "ALL"})
    return webdriver.Chrome(options=options, service=webdriver.ChromeService(driver))


class Tab:
    """One open chat page."""

    def __init__(self, driver: webdriver.Chrome) -> None:
        self.driver = driver

    def open(self, url: str) -> None:
        self.driver.get(url)
        self.wait_for_log()

    def reload(self) -> None:
        self.driver.refresh()
        self.wait_for_log()

    def wait_for_log(self) -> None:
        """The history is out and the page is live."""
        wait_until(lambda: self.one("#log").get_attribute("aria-live") == "polite")

    def one(self, selector: str) -> WebElement:
        return self.driver.find_element(By.CSS_SELECTOR, selector)

    def all(self, selector: str) -> list[WebElement]:
        return self.driver.find_elements(By.CSS_SELECTOR, selector)

    def write(self, text: str) -> None:
        self.one("#box").send_keys(text)

    def press_send(self) -> None:
        self.one("form button").click()

    def bubbles(self) -> list[tuple[str, str]]:
        """(who, text) from top to bottom, without the words only a screen reader gets."""
        found: list[list[str]] = self.driver.execute_script(
            """return Array.from(document.querySelectorAll('#log .said'), (said) => {
                const bubble = said.querySelector('.bubble').cloneNode(true);
                bubble.querySelectorAll('.unseen').forEach((words) => words.remove());
                bubble.querySelectorAll('br').forEach((line) => line.replaceWith('\\n'));
                return [said.classList.contains('bot') ? 'bot' : 'person', bubble.textContent.trim()];
            })"""
        )
        return [(who, text) for who, text in found]

    def expect(self, *bubbles: tuple[str, str]) -> None:
        try:
            wait_until(lambda: self.bubbles() == list(bubbles))
        except AssertionError:
            raise AssertionError(f"the page shows {self.bubbles()}") from None

    def focused(self) -> str:
        """The id, or else the words, of what the keyboard is on."""
        focused = self.driver.switch_to.active_element
        return focused.get_attribute("id") or focused.text or focused.accessible_name

    def complaints(self) -> list[str]:
        """What the browser's console holds against the page: script errors, blocked loads."""
        return [entry["message"] for entry in self.driver.get_log("browser") if entry["level"] == "SEVERE"]
