"""Broadcasts through the console as officials press its buttons: the way, the refusals, and nobody out of scope."""

from __future__ import annotations

import csv
import io
import itertools
import re

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot.broadcasting import drive
from bot.clock import iso, utc_now
from storage import audit, broadcasts, consents, outbox, people
from storage.broadcasts import Broadcast
from storage.scope import WHOLE_CITY
from tests.console.office import Browser, Office, words_of

HOME = "/console/broadcasts"
COMMUNES = ("hoa-xa", "ung-hoa", "lang", "")
_numbers = itertools.count()


def settle_in(office: Office, commune: str, count: int, name: str = "Nguyễn Thị Hòa") -> None:
    """People of a commune who agreed to get news."""
    with office.database.transaction() as c:
        for _ in range(count):
            person = people.get_or_create_person(c, "zalo", f"p{next(_numbers)}", name, iso(utc_now()))
            people.set_profile(c, person.id, "commune", commune)
            consents.give_consent(c, person.id, "nhan-tin", "1", "(lời)", iso(utc_now()))


def write(browser: Browser, **values: str | list[str]) -> int:
    """Fill in the form and save it; the number of the draft."""
    typed: dict[str, str | list[str]] = {"title": "Phiên lưu động", "text": "Mời anh/chị.", "act": "save", **values}
    page = browser.send(f"{HOME}/new", f"{HOME}/new", **typed)
    assert "Đã lưu bản nháp" in page.text, words_of(page.text)
    found = re.search(rf'action="{HOME}/(\d+)/submit"', page.text)
    assert found
    return int(found[1])


def read(office: Office, number: int) -> Broadcast:
    with office.database.reading() as c:
        return broadcasts.get_broadcast(c, number, WHOLE_CITY)


def count_in(page: str) -> int:
    """The number in large figures: who will get it."""
    found = re.search(r'class="count"><b>([\d.]+)</b>', page)
    assert found
    return int(found[1].replace(".", ""))


def test_written_tried_submitted_approved_sent_and_exported(office: Office) -> None:
    settle_in(office, "hoa-xa", 3)
    settle_in(office, "lang", 2)
    author = office.a("author", frozenset({"hoa-xa", "ung-hoa"}))
    number = write(author, entry="gdvl.lich", commune=["hoa-xa", "ung-hoa"])
    one = f"{HOME}/{number}"
    page = author.get(one)
    assert count_in(page.text) == 3
    assert "<b>Phiên lưu động</b>" in page.text
    assert "chưa liên kết" in author.send(one, f"{one}/try").text
    assert "Chờ duyệt" in author.send(one, f"{one}/submit").text
    approver = office.a("approver")
    assert "Đã duyệt" in approver.send(one, f"{one}/approve").text
    drive(office.database, utc_now())
    assert "0 / 3 người đã xong" in words_of(author.get(one).text)
    with office.database.transaction() as c:
        ids = [int(row["id"]) for row in c.rows("SELECT id FROM outbox WHERE kind = 'broadcast' ORDER BY id")]
        outbox.settle_sent(c, [(id_, "m") for id_ in ids[:2]], iso(utc_now()))
        outbox.settle_failed(c, [(ids[2], "gone", "Forbidden: bot was blocked by the user")], iso(utc_now()))
    drive(office.database, utc_now())
    page = author.get(one)
    assert "3 / 3 người đã xong" in words_of(page.text)
    assert "Người nhận đã chặn bot: 1" in words_of(page.text)
    assert "Người nhận đã chặn bot" in author.get(f"{one}/recipients").text
    exported = author.post(f"{one}/recipients/export", shape="csv")
    rows = list(csv.reader(io.StringIO(exported.content.decode("utf-8-sig"))))
    assert [row[4] for row in rows[1:]] == ["Đã gửi", "Đã gửi", "Không còn liên lạc được"]
    assert author.post(f"{one}/recipients/export", shape="xlsx").content.startswith(b"PK")
    with office.database.reading() as c:
        logged = {row.action for row in audit.list_audit(c, 20)}
    assert logged == {"broadcast.write", "broadcast.submit", "broadcast.approve", "export"}


def test_the_same_form_pressed_twice_is_one_draft(office: Office) -> None:
    author = office.a("author")
    for _ in range(2):
        author.post(f"{HOME}/new", title="Tin", text="Lời", act="save", scope="city", form_key="a" * 22)
    with office.database.reading() as c:
        assert broadcasts.count_broadcasts(c, WHOLE_CITY, ()) == 1


def test_the_same_words_within_a_day_are_asked_about_once_more(office: Office) -> None:
    author = office.a("author")
    first, second = write(author), write(author)
    author.send(f"{HOME}/{first}", f"{HOME}/{first}/submit")
    page = author.post(f"{HOME}/{second}/submit")
    assert page.status_code == 422
    assert "cùng nội dung" in page.text
    assert "Vẫn gửi duyệt" in page.text
    author.post(f"{HOME}/{second}/submit", again="1")
    assert read(office, second).status == "submitted"


def test_the_author_cannot_approve_and_the_page_does_not_offer_it(office: Office) -> None:
    author = office.a("approver")
    number = write(author)
    page = author.send(f"{HOME}/{number}", f"{HOME}/{number}/submit")
    assert "Duyệt và cho gửi" not in page.text
    refused = author.post(f"{HOME}/{number}/approve", fingerprint=read(office, number).fingerprint)
    assert refused.status_code == 422
    assert "người khác duyệt" in refused.text
    assert read(office, number).status == "submitted"


def test_what_was_changed_meanwhile_is_not_approved(office: Office) -> None:
    author, approver = office.a("author"), office.a("approver")
    number = write(author)
    author.post(f"{HOME}/{number}/submit")
    mark = read(office, number).fingerprint
    author.send(f"{HOME}/{number}/edit", f"{HOME}/{number}/edit", text="Chữ khác", act="save")
    author.post(f"{HOME}/{number}/submit")
    assert "vừa được sửa" in approver.post(f"{HOME}/{number}/approve", fingerprint=mark).text
    assert read(office, number).status == "submitted"


def test_sent_back_it_is_changed_and_submitted_again(office: Office) -> None:
    author, approver = office.a("author"), office.a("approver")
    number = write(author)
    author.post(f"{HOME}/{number}/submit")
    one = f"{HOME}/{number}"
    assert "Cần ghi lý do" in approver.post(f"{one}/reject", reason="").text
    approver.send(one, f"{one}/reject", reason="Sai <b>ngày</b>")
    assert "Sai &lt;b&gt;ngày" in author.get(one).text
    author.send(f"{one}/edit", f"{one}/edit", title="Tiêu đề mới", text="Lời", act="save")
    assert read(office, number).status == "draft"


def test_paused_resumed_cancelled(office: Office) -> None:
    settle_in(office, "hoa-xa", 2)
    author, approver = office.a("author"), office.a("approver")
    number = write(author)
    one = f"{HOME}/{number}"
    author.post(f"{one}/submit")
    approver.send(one, f"{one}/approve")
    drive(office.database, utc_now())
    assert "Tạm dừng" in author.send(one, f"{one}/pause").text
    assert read(office, number).status == "paused"
    author.send(one, f"{one}/resume")
    assert read(office, number).status == "sending"
    author.send(f"{one}/cancel", f"{one}/cancel")
    drive(office.database, utc_now())
    found = read(office, number)
    assert (found.status, found.counts) == ("cancelled", {"cancelled": 2})
    assert author.get(one).status_code == 200


@pytest.mark.parametrize(
    ("values", "complaint"),
    [
        ({"title": ""}, "Cần có tiêu đề"),
        ({"text": ""}, "Cần có nội dung"),
        ({"text": "dài " * 1000}, "quá 3000"),
        ({"link_url": "javascript:alert(1)"}, "https://"),
        ({"day": "2020-01-01", "clock": "08:00"}, "Giờ gửi đã qua"),
        ({"day": "2999-01-01"}, "Cần cả ngày và giờ"),
        ({"repeat": "weekly"}, "Cần cả ngày và giờ"),
        ({"day": "2999-01-31", "clock": "08:00", "repeat": "monthly"}, "từ 1 đến 28"),
    ],
)
def test_a_form_that_cannot_be_saved_says_why_and_keeps_what_was_typed(
    office: Office, values: dict[str, str], complaint: str
) -> None:
    typed = {"title": "Giữ tôi lại", "text": "Giữ cả tôi", "act": "save", "form_key": "a" * 22, "scope": "city"}
    page = office.a("author").post(f"{HOME}/new", **{**typed, **values})
    assert page.status_code == 422
    assert complaint in page.text
    assert "Giữ tôi lại" in page.text or "Giữ cả tôi" in page.text


def test_when_and_how_often_survive_editing(office: Office) -> None:
    author = office.a("author")
    number = write(author, day="2999-01-08", clock="08:05", repeat="weekly")
    found = read(office, number)
    assert (found.send_at, found.repeat) == ("2999-01-08T01:05:00.000Z", "5 8 * * tue")
    page = author.get(f"{HOME}/{number}")
    assert "thứ Ba hằng tuần, 08:05" in page.text
    edited = author.get(f"{HOME}/{number}/edit").text
    assert 'value="2999-01-08"' in edited
    assert 'value="08:05"' in edited
    assert '<option value="weekly" selected>' in edited


def test_urgent_is_only_read_from_an_admin(office: Office) -> None:
    assert not read(office, write(office.a("approver"), urgent="1")).urgent
    assert read(office, write(office.a("admin"), urgent="1")).urgent


def test_the_live_part_stores_nothing(office: Office) -> None:
    settle_in(office, "lang", 2)
    page = office.a("author").post(f"{HOME}/look", title="x", text="**y** <script>", scope="city")
    assert count_in(page.text) == 2
    assert "<html" not in page.text
    assert "<script>" not in page.text
    with office.database.reading() as c:
        assert broadcasts.count_broadcasts(c, WHOLE_CITY, ()) == 0


chosen = st.lists(st.sampled_from((*COMMUNES, "khong-co")), max_size=4)


@settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)
@given(
    mine=st.frozensets(st.sampled_from(COMMUNES[:3]), min_size=1),
    ticked=chosen,
    scope=st.sampled_from(("city", "communes", "")),
    channel=st.lists(st.sampled_from(("zalo", "telegram", "x")), max_size=2),
)
def test_no_parameter_reaches_counts_or_shows_anybody_of_another_commune(
    office: Office, mine: frozenset[str], ticked: list[str], scope: str, channel: list[str]
) -> None:
    with office.database.reading() as c:
        empty = people.count_people(c) == 0
    if empty:
        for commune in COMMUNES:
            settle_in(office, commune, 2, name=f"Người {commune or 'đâu đó'}")
    author = office.a("author", mine)
    asked = {"commune": ticked, "scope": scope, "channel": channel}
    inside = (mine & {*ticked}) or (mine if not {*ticked} & {*COMMUNES[:3]} else frozenset())
    page = author.post(f"{HOME}/look", title="a", text="b", **asked)
    expected = 0 if {*channel} & {"zalo", "telegram"} == {"telegram"} else 2 * len(inside)
    assert count_in(page.text) == expected
    response = author.post(f"{HOME}/new", title="a", text="b", act="save", form_key=f"{next(_numbers):022}", **asked)
    if not inside:
        assert response.status_code == 422
        return
    number = int(response.headers["Location"].rpartition("/")[2])
    assert read(office, number).communes == inside
    author.post(f"{HOME}/{number}/submit", again="1")
    office.a("approver").send(f"{HOME}/{number}", f"{HOME}/{number}/approve")
    drive(office.database, utc_now())
    with office.database.reading() as c:
        got = c.rows(
            "SELECT p.commune FROM outbox JOIN people AS p ON p.id = person_id WHERE broadcast_id = :id", {"id": number}
        )
    assert {row["commune"] for row in got} <= inside
    assert len(got) == expected


def test_what_reaches_beyond_ones_scope_is_not_there(office: Office) -> None:
    settle_in(office, "hoa-xa", 1)
    city, near = office.a("author"), office.a("admin", frozenset({"hoa-xa"}))
    number = write(city, scope="communes", commune=["hoa-xa", "lang"])
    for path in ("", "/edit", "/cancel", "/recipients", "/recipients?status=queued"):
        assert near.get(f"{HOME}/{number}{path}").status_code == 404, path
    for path in ("/submit", "/approve", "/reject", "/pause", "/cancel", "/try", "/recipients/export", "/discard"):
        assert near.post(f"{HOME}/{number}{path}").status_code == 404, path
    assert "Phiên lưu động" not in near.get(HOME).text


def test_recipients_who_moved_away_are_not_shown(office: Office) -> None:
    settle_in(office, "hoa-xa", 1, name="Người ở lại")
    settle_in(office, "hoa-xa", 1, name="Người đã chuyển")
    author = office.a("author", frozenset({"hoa-xa"}))
    number = write(author)
    author.post(f"{HOME}/{number}/submit")
    office.a("approver").send(f"{HOME}/{number}", f"{HOME}/{number}/approve")
    drive(office.database, utc_now())
    with office.database.transaction() as c:
        c.execute("UPDATE people SET commune = 'lang' WHERE name = 'Người đã chuyển'")
    for page in (author.get(f"{HOME}/{number}/recipients"), author.post(f"{HOME}/{number}/recipients/export")):
        text = page.content.decode("utf-8-sig")
        assert "Người ở lại" in text
        assert "Người đã chuyển" not in text
