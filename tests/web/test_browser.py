"""The web chat as a person meets it: a real browser against the real server and database."""

from __future__ import annotations

import time
from collections.abc import Iterator

import pytest
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys

from bot.messages import Inbound
from storage.database import StorageBusy
from tests.web.browser import Tab, open_chromium
from tests.web.live_site import Site, wait_until

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def chromium(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Tab]:
    driver = open_chromium(tmp_path_factory.mktemp("chromium"))
    driver.set_window_size(360, 740)
    yield Tab(driver)
    driver.quit()


@pytest.fixture
def tab(chromium: Tab, site: Site) -> Iterator[Tab]:
    """The page just opened by somebody who was never here."""
    chromium.driver.delete_all_cookies()
    chromium.driver.execute_cdp_cmd("Network.clearBrowserCookies", {})
    chromium.driver.get_log("browser")
    chromium.open(site.url)
    chromium.driver.execute_script("sessionStorage.clear()")
    yield chromium
    for extra in chromium.driver.window_handles[1:]:
        chromium.driver.switch_to.window(extra)
        chromium.driver.close()
    chromium.driver.switch_to.window(chromium.driver.window_handles[0])
    chromium.driver.get("about:blank")


def test_ask_and_get_an_answer(tab: Tab) -> None:
    tab.write("Tôi muốn học nghề")
    tab.press_send()
    tab.expect(("person", "Tôi muốn học nghề"), ("bot", "Trả lời cho: Tôi muốn học nghề"))
    assert tab.one("#box").get_attribute("value") == ""
    assert tab.complaints() == []


def test_a_choice_is_tapped_and_older_ones_stay(tab: Tab) -> None:
    tab.write("hai")
    tab.press_send()
    wait_until(lambda: len(tab.all(".choice")) >= 2 and tab.one("#log .choice").is_displayed())
    tab.one("#log .choice").click()
    answer = ("bot", "Trả lời cho: entry:bhtn.muc-huong")
    so_far = [("person", "hai"), ("bot", "Trả lời cho: hai"), ("person", "Mức hưởng"), answer]
    tab.expect(*so_far)
    assert len(tab.all("#log .choices.old")) == 1
    assert len(tab.all("#log .choices:not(.old)")) == 1
    tab.one("#log .choices.old li:last-child .choice").click()
    tab.expect(*so_far, ("person", "Nơi nộp hồ sơ"), ("bot", "Trả lời cho: entry:bhtn.noi-nop"))


def test_the_welcome_can_be_tapped(tab: Tab) -> None:
    tab.one("#welcome [data-start]").click()
    tab.expect(("person", "Xem các chủ đề"), ("bot", "Trả lời cho: lời chào"))
    assert not tab.one("#welcome").is_displayed()
    tab.reload()
    tab.expect(("person", "Xem các chủ đề"), ("bot", "Trả lời cho: lời chào"))


def test_the_keyboard_alone_is_enough(tab: Tab) -> None:
    tab.one("body").send_keys(Keys.TAB)
    keys = tab.driver.switch_to.active_element
    for _ in range(20):
        if tab.focused() == "box":
            break
        keys.send_keys(Keys.TAB)
        keys = tab.driver.switch_to.active_element
    assert tab.focused() == "box"
    keys.send_keys("dòng một", Keys.SHIFT, Keys.ENTER, Keys.NULL, "dòng hai", Keys.ENTER)
    tab.expect(("person", "dòng một\ndòng hai"), ("bot", "Trả lời cho: dòng một\ndòng hai"))
    keys.send_keys(Keys.SHIFT, Keys.TAB)
    assert tab.focused() == "Nơi nộp hồ sơ"
    outline = tab.driver.switch_to.active_element.value_of_css_property("outline-width")
    assert float(outline.removesuffix("px")) >= 2
    tab.driver.switch_to.active_element.send_keys(Keys.ENTER)
    wait_until(lambda: ("person", "Nơi nộp hồ sơ") in tab.bubbles())
    assert tab.focused() == "box"


def test_a_reload_keeps_the_conversation(tab: Tab) -> None:
    tab.write("một")
    tab.press_send()
    tab.expect(("person", "một"), ("bot", "Trả lời cho: một"))
    tab.reload()
    tab.expect(("person", "một"), ("bot", "Trả lời cho: một"))
    assert not tab.one("#welcome").is_displayed()


def test_a_restart_of_the_server_goes_unnoticed(tab: Tab, site: Site) -> None:
    tab.write("một")
    tab.press_send()
    tab.expect(("person", "một"), ("bot", "Trả lời cho: một"))
    site.stop()
    site.start()
    tab.write("hai")
    tab.press_send()
    tab.expect(("person", "một"), ("bot", "Trả lời cho: một"), ("person", "hai"), ("bot", "Trả lời cho: hai"))


def test_what_is_written_while_the_server_is_down_is_sent_when_it_is_back(tab: Tab, site: Site) -> None:
    site.stop()
    tab.write("một")
    tab.press_send()
    tab.write("hai")
    tab.press_send()
    wait_until(lambda: len(tab.all(".resend")) == 2)
    assert tab.one(".resend").text == "Chưa gửi được – bấm để gửi lại"
    assert tab.one(".resend").size["height"] >= 44
    wait_until(lambda: tab.one("#notice").text == "Mất kết nối – đang tự nối lại…")
    site.start()
    tab.expect(("person", "một"), ("person", "hai"), ("bot", "Trả lời cho: một"), ("bot", "Trả lời cho: hai"))
    assert tab.all(".resend") == []
    assert tab.one("#notice").text == ""
    tab.reload()
    tab.expect(("person", "một"), ("bot", "Trả lời cho: một"), ("person", "hai"), ("bot", "Trả lời cho: hai"))


def test_what_a_reload_interrupted_is_sent_once(tab: Tab, site: Site) -> None:
    def refuse(inbound: Inbound) -> None:
        raise StorageBusy("busy")

    site.bot.before = refuse
    tab.write("một")
    tab.press_send()
    wait_until(lambda: len(tab.all(".resend")) == 1)
    site.bot.before = lambda _: None
    tab.reload()
    tab.expect(("person", "một"), ("bot", "Trả lời cho: một"))


def test_resend_by_hand(tab: Tab, site: Site) -> None:
    def refuse(inbound: Inbound) -> None:
        raise StorageBusy("busy")

    site.bot.before = refuse
    tab.write("một")
    tab.press_send()
    wait_until(lambda: len(tab.all(".resend")) == 1)
    site.bot.before = lambda _: None
    started = time.monotonic()
    tab.one(".resend").click()
    tab.expect(("person", "một"), ("bot", "Trả lời cho: một"))
    assert time.monotonic() - started < 2, "the server asked for five seconds; a tap does not wait"


def test_a_double_click_sends_once(tab: Tab, site: Site) -> None:
    heard: list[str] = []
    site.bot.before = lambda inbound: heard.append(inbound.choice or inbound.text)
    tab.write("một")
    double_click = "arguments[0].click(); arguments[0].click();"
    tab.driver.execute_script(double_click, tab.one("form button"))
    tab.expect(("person", "một"), ("bot", "Trả lời cho: một"))
    tab.driver.execute_script(double_click, tab.one("#log .choice"))
    wait_until(lambda: len(tab.bubbles()) == 4)
    time.sleep(0.3)
    assert heard == ["một", "entry:bhtn.muc-huong"]


def test_markup_typed_by_a_person_stays_text(tab: Tab) -> None:
    attack = "<img src=x onerror=\"document.title='hacked'\"><script>document.title='hacked'</script>"
    tab.write(attack)
    tab.press_send()
    tab.expect(("person", attack), ("bot", f"Trả lời cho: {attack}"))
    assert tab.all("#log img, #log script") == []
    assert tab.driver.title == "Gõ Cửa – Hỏi đáp việc làm Hà Nội"
    assert tab.complaints() == []


def test_two_tabs_show_the_same_conversation(tab: Tab, site: Site) -> None:
    first = tab.driver.current_window_handle
    tab.driver.switch_to.new_window("tab")
    tab.open(site.url)
    tab.write("một")
    tab.press_send()
    both = [("person", "một"), ("bot", "Trả lời cho: một")]
    tab.expect(*both)
    tab.driver.switch_to.window(first)
    tab.expect(*both)


def test_a_lost_session_is_renewed_without_losing_the_message(tab: Tab) -> None:
    tab.driver.delete_all_cookies()
    tab.write("một")
    tab.press_send()
    tab.expect(("person", "một"), ("bot", "Trả lời cho: một"))


def test_waiting_is_shown_and_said(tab: Tab, site: Site) -> None:
    site.bot.before = lambda _: time.sleep(1.5)
    tab.write("một")
    tab.press_send()
    wait_until(lambda: tab.one("#typing").text.startswith("Gõ Cửa đang trả lời"))
    assert tab.one("#typing").get_attribute("aria-live") == "polite"
    tab.expect(("person", "một"), ("bot", "Trả lời cho: một"))
    wait_until(lambda: tab.one("#typing").text == "")


def test_the_box_holds_2000_characters_and_counts_near_the_end(tab: Tab) -> None:
    set_value = "arguments[0].value = arguments[1]; arguments[0].dispatchEvent(new Event('input'))"
    tab.driver.execute_script(set_value, tab.one("#box"), "a" * 1000)
    assert tab.one("#counter").text == ""
    tab.driver.execute_script(set_value, tab.one("#box"), "a" * 1999)
    assert tab.one("#counter").text == "Còn 1 ký tự"
    tab.write("bc")
    assert len(tab.one("#box").get_attribute("value") or "") == 2000
    assert tab.one("#counter").text == "Đã đủ 2.000 ký tự"


@pytest.mark.parametrize("size", [(360, 740), (320, 480), (1280, 800)])
def test_everything_fits_and_can_be_hit_with_a_thumb(tab: Tab, size: tuple[int, int]) -> None:
    metrics = {"width": size[0], "height": size[1], "deviceScaleFactor": 1, "mobile": False}
    tab.driver.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", metrics)
    try:
        tab.write("từ-rất-dài-" * 20)
        tab.press_send()
        wait_until(lambda: len(tab.all("#log .choice")) == 2)
        assert tab.driver.execute_script("return document.documentElement.scrollWidth <= innerWidth")
        assert tab.driver.execute_script("return document.querySelector('#scroll').scrollWidth <= innerWidth")
        for button in tab.driver.find_elements(By.CSS_SELECTOR, "#log .choice, form button, #box"):
            assert button.size["height"] >= 44
            assert button.size["width"] >= 44
        smallest = """return Math.min(...Array.from(document.querySelectorAll('body *'))
            .filter((element) => element.innerText)
            .map((element) => parseFloat(getComputedStyle(element).fontSize)))"""
        assert tab.driver.execute_script(smallest) >= 16
        assert tab.one("#scroll").size["height"] >= size[1] * 0.4
    finally:
        tab.driver.execute_cdp_cmd("Emulation.clearDeviceMetricsOverride", {})


def test_an_answer_is_read_from_its_start_and_news_does_not_pull_the_reader_away(tab: Tab, site: Site) -> None:
    for number in range(4):
        tab.write(f"câu hỏi {number} " + "rất dài " * 30)
        tab.press_send()
        wait_until(lambda: len(tab.bubbles()) == 2 * number + 2)  # noqa: B023 — called within this round
    in_view = """const scroll = document.querySelector('#scroll').getBoundingClientRect();
        const top = arguments[0].getBoundingClientRect().top;
        return top >= scroll.top && top < scroll.bottom"""
    assert tab.driver.execute_script(in_view, tab.all("#log .bot")[-1])
    tab.driver.execute_script("document.querySelector('#scroll').scrollTop = 0")
    first = tab.driver.current_window_handle
    tab.driver.switch_to.new_window("tab")
    tab.open(site.url)
    tab.write("ở thẻ khác")
    tab.press_send()
    wait_until(lambda: len(tab.bubbles()) == 10)
    tab.driver.switch_to.window(first)
    wait_until(lambda: tab.one("#newest").is_displayed())
    assert tab.driver.execute_script("return document.querySelector('#scroll').scrollTop") == 0
    tab.one("#newest").click()
    wait_until(lambda: not tab.one("#newest").is_displayed())
    assert tab.driver.execute_script(in_view, tab.all("#log .bot")[-1])
