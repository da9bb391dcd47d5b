"""The pages for questions, wordings, content and settings in a real browser, in the states officials meet them in.

SHOTS and AXE work as in `test_browser`, whose fixtures and measures these are.
"""

from __future__ import annotations

import pytest
from selenium import webdriver
from selenium.webdriver.common.by import By

from bot.channels.contract import Limits
from bot.channels.webhooks import Webhook
from bot.clock import iso, later, utc_now
from storage import channels, questions, ratings, turns
from tests.console.office import Office
from tests.console.test_browser import address, chromium, complaints, keep_picture, look, sign_in
from tests.web.live_site import wait_until

__all__ = ["address", "chromium"]
pytestmark = pytest.mark.browser

LONG = "Tôi làm công ty may ở Thường Tín, " * 20
ASKED = (
    ("Chủ giữ sổ bảo hiểm 3 tháng nay chưa trả, tôi nộp hồ sơ thất nghiệp kiểu gì?", "hoa-xa", 3 * 24),
    ("mẹ e 52 tuổi muốn học nghề may thì có đc hỗ trợ ko ạ", "ung-hoa", 5),
    ("Cho hỏi xã mình còn suất vay vốn việc làm không", "hoa-xa", 1),
    (LONG, "", 30),
)
UNANSWERED = (
    *(["dang ky xe may o dau"] * 6),
    *(["Đăng ký xe máy ở đâu vậy ạ"] * 3),
    "nhà tôi bị cắt điện gọi ai",
    "nha toi bi cat dien goi ai a",
    "sdt 0912345678 con em Nguyễn Văn An muốn học lái xe nâng ở đâu",
)


class Sick:
    """A channel as the settings page meets it: Telegram cannot be reached."""

    name = "telegram"
    limits = Limits(per_second=30, chat_interval=1, in_flight=30, text_length=4096)
    webhook: Webhook | None = None

    async def start(self) -> None: ...

    async def stop(self) -> None: ...

    async def send(self, _outgoing: object) -> str:
        raise AssertionError

    def status(self) -> dict[str, str]:
        return {"state": "down", "last_error": "không nối được tới api.telegram.org"}


def fill(office: Office) -> None:
    now = utc_now()
    for place, (text, commune, hours) in enumerate(ASKED):
        person = office.person(f"hoi-{place}", commune, "zalo")
        with office.database.transaction() as c:
            questions.open_question(
                c, person.id, text, "unanswered" if place % 2 else "handover", "[]", later(now, -hours * 3600)
            )
    person = office.person("nguoi-hoi", "hoa-xa")
    with office.database.transaction() as c:
        for place, text in enumerate(UNANSWERED):
            at = later(now, -60 * place)
            turns.record_turn(c, person.id, f"c{place}", "text", text, "fallback", "", "{}", at)
        ratings.add_rating(c, person.id, "bhtn.muc-huong", "thai san co tinh khong", iso(now), helpful=False)
        turns.record_turn(c, person.id, "d", "text", "muc huong", "answer", "bhtn.muc-huong", "{}", iso(now))


def test_questions_are_whole_in_every_state(office: Office, address: str, chromium: webdriver.Chrome) -> None:
    sign_in(chromium, address, office)
    found = look(chromium, f"{address}/console/questions", "inbox-empty")
    fill(office)
    for kind in ("free", "claimed", "answered", "closed"):
        found += look(chromium, f"{address}/console/questions?kind={kind}", f"inbox-{kind}")
    found += look(chromium, f"{address}/console/questions?commune=ung-hoa&reason=handover", "inbox-none")
    found += look(chromium, f"{address}/console/questions/1", "question-old")
    found += look(chromium, f"{address}/console/questions/4", "question-long")
    chromium.get(f"{address}/console/questions/1")
    chromium.find_element(By.NAME, "text").send_keys("Chào anh/chị, công ty phải trả sổ. Anh/chị gọi giúp tôi.")
    chromium.find_elements(By.CSS_SELECTOR, ".entries > label input")[1].click()
    chromium.find_element(By.CSS_SELECTOR, "button[formaction]").click()
    wait_until(lambda: bool(chromium.find_elements(By.CSS_SELECTOR, "#look .bubble")))
    found += complaints(chromium)
    keep_picture(chromium, "question-look")
    chromium.find_element(By.CSS_SELECTOR, "form[action$='/answer'] button").click()
    wait_until(lambda: "Đã gửi câu trả lời." in chromium.page_source)
    found += look(chromium, f"{address}/console/questions/1", "question-answered")
    assert found == []


def test_wordings_are_whole_from_the_list_to_the_change(
    office: Office, address: str, chromium: webdriver.Chrome
) -> None:
    sign_in(chromium, address, office)
    found = look(chromium, f"{address}/console/wordings", "wordings-empty")
    fill(office)
    found += look(chromium, f"{address}/console/wordings", "wordings-full")
    found += look(chromium, f"{address}/console/wordings/add?kind=fallback&id={len(UNANSWERED)}", "wording-add")
    chromium.find_elements(By.CSS_SELECTOR, ".entries > label input")[0].click()
    chromium.find_element(By.CSS_SELECTOR, "main form[action$='/look'] button").click()
    wait_until(lambda: bool(chromium.find_elements(By.CSS_SELECTOR, ".diff .added")))
    for width in (360, 1280):
        chromium.execute_cdp_cmd(
            "Emulation.setDeviceMetricsOverride",
            {"width": width, "height": 800, "deviceScaleFactor": 1, "mobile": width < 600},
        )
        found += complaints(chromium)
        keep_picture(chromium, f"wording-diff-{width}")
    assert found == []


def test_settings_tell_of_a_channel_that_pauses(office: Office, address: str, chromium: webdriver.Chrome) -> None:
    now = utc_now()
    object.__setattr__(office.console, "channels", {"telegram": Sick()})
    with office.database.transaction() as c:
        channels.pause_channel(c, "telegram", later(now, 3600), "khóa bot bị thu hồi (401)", iso(now))
    sign_in(chromium, address, office)
    assert look(chromium, f"{address}/console/settings", "settings-paused") == []
    chromium.find_element(By.CSS_SELECTOR, "form[action$='/resume'] button").click()
    wait_until(lambda: "Đã cho Telegram gửi tiếp." in chromium.page_source)


def test_content_is_whole_sifted_and_empty(office: Office, address: str, chromium: webdriver.Chrome) -> None:
    fill(office)
    sign_in(chromium, address, office)
    found = look(chromium, f"{address}/console/content?order=uses", "content-uses")
    found += look(chromium, f"{address}/console/content?state=overdue&group=vay", "content-none")
    found += look(chromium, f"{address}/console/content/bhtn.muc-huong?commune=hoa-xa", "content-entry-hoa-xa")
    assert found == []
