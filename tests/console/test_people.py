"""Sessions, people and needs as officials use them, and the promise that an official of a commune stays inside it."""

from __future__ import annotations

import asyncio
import io
import json
import re

import httpx
import openpyxl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot.check_in_codes import code_of, read_code
from bot.clock import utc_now
from bot.console.guarding import ConsoleRoute
from bot.console.routes import ROUTES
from storage import audit, directory, needs, people, registrations, sessions
from storage.directory import Wanted
from storage.scope import Scope
from tests.conftest import NOW
from tests.console.office import BASE, Browser, Office
from tests.console.office import words_of as text_of
from tests.console.town import Town, build

HOA_XA = frozenset({"hoa-xa"})


@pytest.fixture
def town(office: Office) -> Town:
    return build(office)


def last_acts(office: Office, many: int) -> list[tuple[str, str]]:
    with office.database.reading() as c:
        return [(row.action, row.subject) for row in audit.list_audit(c, many)]


def sheet_of(content: bytes) -> list[tuple[object, ...]]:
    return list(openpyxl.load_workbook(io.BytesIO(content), read_only=True).worksheets[0].iter_rows(values_only=True))


def planned(office: Office, session_id: int, kind: str) -> int:
    with office.database.reading() as c:
        row = c.row(
            "SELECT COUNT(*) AS n FROM reminders WHERE subject = :s AND kind = :k",
            {"s": f"session:{session_id}", "k": kind},
        )
    return int(row["n"]) if row else 0


FORM = {
    "title": "Phiên việc làm về xã",
    "kind": "luu-dong",
    "commune": "hoa-xa",
    "day": "2030-12-05",
    "start": "08:00",
    "end": "11:30",
    "place": "Nhà văn hóa",
    "capacity": "100",
    "asks": "name",
    "status": "mo",
}


def test_a_session_is_entered_and_found(office: Office) -> None:
    author = office.a("author", HOA_XA)
    response = author.send("/console/sessions/new", "/console/sessions/new", **FORM)
    assert "Đã lập phiên" in response.text
    assert "Thứ Năm 5/12/2030, 8:00–11:30" in response.text
    with office.database.reading() as c:
        stored = sessions.find_by_slug(c, "hoa-xa-2030-12-05-0800")
    assert stored is not None
    assert (stored.starts_at, stored.capacity, stored.source) == ("2030-12-05T01:00:00.000Z", 100, "console")
    assert "Phiên việc làm về xã" in author.get("/console/sessions?month=2030-12").text
    assert last_acts(office, 1) == [("session.add", f"session:{stored.id}")]


@pytest.mark.parametrize(
    ("field", "value", "sentence"),
    [
        ("title", "", "Cần tên phiên"),
        ("day", "hôm nào", "Cần ngày"),
        ("start", "25:00", "Cần giờ"),
        ("end", "07:00", "không sau giờ bắt đầu"),
        ("place", "", "Chưa ghi địa điểm"),
        ("capacity", "nhiều", "Số chỗ phải là số"),
        ("commune", "ung-hoa", "anh/chị phụ trách"),
        ("commune", "", "anh/chị phụ trách"),
        ("link", "http://x.vn", "https://"),
    ],
)
def test_what_is_wrong_with_a_session_is_said_at_its_field(
    office: Office, field: str, value: str, sentence: str
) -> None:
    response = office.a("author", HOA_XA).post("/console/sessions/new", **{**FORM, field: value})
    assert response.status_code == 422
    assert sentence in response.text
    with office.database.reading() as c:
        assert sessions.list_digests(c) == {}


def test_moving_a_session_tells_first_how_many_and_does_it_after_a_yes(office: Office, town: Town) -> None:
    author = office.a("author", HOA_XA)
    with office.database.transaction() as c:  # the one that is on now cannot be moved for anybody
        new = sessions.add_session(c, sessions.NewSession("sau", "luu-dong", "Phiên sau", "2030-12-05T01:00:00.000Z",
            "2030-12-05T04:00:00.000Z", place="Nhà văn hóa", commune="hoa-xa"), "console", "", NOW)  # fmt: skip
        registrations.register(c, new, town.own.id, "registered", "Lan", "", "1440", NOW)
        registrations.register(c, new, town.other.id, "registered", "Hùng", "", "1440", NOW)
    page = f"/console/sessions/{new}/edit"
    asked = author.send(page, page, **{**FORM, "day": "2030-12-06"})
    assert "2 người có chỗ hoặc đang chờ sẽ được nhắn báo" in asked.text
    assert planned(office, new, "session_moved") == 0
    fields = dict(re.findall(r'name="(\w+)" value="([^"]*)"', asked.text.partition("<main")[2]))
    done = author.follow(author.post_raw(page, fields, {"Origin": BASE}))
    assert "2 người sẽ được nhắn báo" in done.text
    assert planned(office, new, "session_moved") == 2
    with office.database.reading() as c:
        assert sessions.get_session(c, new).starts_at == "2030-12-06T01:00:00.000Z"


def test_a_change_nobody_need_be_told_is_done_at_once(office: Office, town: Town) -> None:
    page = f"/console/sessions/{town.theirs}/edit"
    done = office.a("author").send(page, page, note="Mang căn cước", commune="ung-hoa", kind="luu-dong")
    assert "Đã lưu." in done.text
    assert planned(office, town.theirs, "session_moved") == 0


@pytest.mark.parametrize(
    ("act", "status", "kind"), [("cancel", "huy", "session_cancelled"), ("postpone", "hoan", "session_moved")]
)
def test_a_session_is_called_off_or_put_off_and_everybody_told(
    office: Office, town: Town, act: str, status: str, kind: str
) -> None:
    author = office.a("author", frozenset({"ung-hoa"}))
    page = f"/console/sessions/{town.theirs}/{act}"
    assert "24 người" in author.get(page).text
    assert planned(office, town.theirs, kind) == 0
    author.send(page, page)
    assert planned(office, town.theirs, kind) == 24
    with office.database.reading() as c:
        assert sessions.get_session(c, town.theirs).status == status


def upload(browser: Browser, name: str, content: bytes) -> str:
    async def ask() -> httpx.Response:
        transport = httpx.ASGITransport(browser.app)
        async with httpx.AsyncClient(transport=transport, base_url=BASE, cookies=browser.cookies) as client:
            return await client.post(
                "/console/sessions/import",
                data={"csrf": browser.csrf},
                files={"file": (name, content)},
                headers={"Origin": BASE},
            )

    return asyncio.run(ask()).text


LIST = """Tên phiên,Loại phiên,Ngày,Giờ bắt đầu,Giờ kết thúc,Địa điểm,Xã
Phiên một,lưu động,5/12/2030,8:00,11:30,Nhà văn hóa,Hòa Xá
Phiên hai,lưu động,{day},8:00,11:30,Nhà văn hóa,{commune}
"""


def test_a_list_is_shown_before_it_is_stored(office: Office) -> None:
    author = office.a("author", HOA_XA)
    shown = upload(author, "lich.csv", LIST.format(day="6/12/2030", commune="Hòa Xá").encode())
    assert "<b>2</b> phiên mới, <b>0</b> phiên đã có" in shown
    with office.database.reading() as c:
        assert sessions.list_digests(c) == {}
    fields = dict(re.findall(r'name="(\w+)" value="([^"]*)"', shown.partition("<main")[2]))
    stored = author.follow(author.post_raw("/console/sessions/import/store", fields, {"Origin": BASE}))
    assert "2 phiên mới, 0 phiên cập nhật" in stored.text


@pytest.mark.parametrize(
    ("day", "commune", "sentence"),
    [
        ("31/2/2030", "Hòa Xá", "Dòng 3, cột “Ngày”"),
        ("6/12/2030", "Ứng Hòa", "không thuộc xã, phường anh/chị phụ trách"),
    ],
)
def test_a_list_with_a_problem_stores_nothing(office: Office, day: str, commune: str, sentence: str) -> None:
    shown = upload(office.a("author", HOA_XA), "lich.csv", LIST.format(day=day, commune=commune).encode())
    assert sentence in shown
    with office.database.reading() as c:
        assert sessions.list_digests(c) == {}


def test_who_comes_is_ticked_by_list_and_by_code(office: Office, town: Town) -> None:
    author = office.a("author", HOA_XA)
    at = f"/console/sessions/{town.held}/attendance"
    author.post(at, person=str(town.other.id))
    assert "2</b> / 24" in author.get(at).text
    author.post(at, person=str(town.other.id), undo="1")
    assert "1</b> / 24" in author.get(at).text
    assert "Nguyễn Thị Lan" in author.get(f"/console/check-in?code={town.code.lower().replace('-', ' ')}").text
    done = author.follow(author.post("/console/check-in", code=town.code))
    assert "Đã ghi có mặt: Nguyễn Thị Lan" in done.text
    with office.database.reading() as c:
        place = registrations.find_registration(c, town.held, town.own.id)
    assert place is not None
    assert place.checked_in_at


def test_a_code_of_elsewhere_and_a_wrong_code_are_told_alike(office: Office, town: Town) -> None:
    author = office.a("author", HOA_XA)
    wrong = town.code[:-1] + ("2" if town.code[-1] != "2" else "3")
    told = [text_of(author.get(f"/console/check-in?code={code}").text) for code in (town.other_code, wrong)]
    assert "không thuộc phiên anh/chị phụ trách" in told[0]
    assert "Trần Văn Hùng" not in told[0]
    assert told[0] == told[1]
    assert author.post("/console/check-in", code=town.other_code).status_code == 422


def test_the_workers_page_names_the_session_and_nobody(office: Office, town: Town) -> None:
    page = office.stranger().get(f"/phien/{town.code}")
    assert town.code in page.text
    assert "<svg" in page.text
    assert "Lan" not in page.text
    assert office.stranger().get("/phien/P1-ZZZZ").status_code == 404


@given(number=st.integers(1, 10**12), key=st.text(min_size=1, max_size=20), typed=st.text(max_size=12))
def test_a_code_is_read_back_however_typed_and_nothing_else_is(number: int, key: str, typed: str) -> None:
    code = code_of(key, number)
    assert read_code(key, code) == number
    assert read_code(key, f" {code.lower().replace('-', ' ')} ") == number
    assert read_code("", code) is None
    assert read_code(key, typed) is None or code_of(
        key, int(re.findall(r"\d+", typed)[0])
    ) == typed.strip().upper().replace(" ", "-")


def test_people_are_found_by_name_without_accents_and_by_phone(office: Office, town: Town) -> None:
    browser = office.a("viewer")
    assert browser.get("/console/people?q=lan+NGUYEN").text.count("Nguyễn Thị Lan</a>") == 2
    assert "Hoàng Thị Thủy" in browser.get("/console/people?q=thuy").text
    assert "Không tìm thấy ai" in browser.get("/console/people?q=thuyy").text
    found = browser.get("/console/people?q=0901+345+678").text
    assert "Trần Văn Hùng" in found
    assert (
        found.count("/console/people/")
        == found.count("/console/people/counts") + found.count("/console/people/export") + 1
    )


def test_a_person_is_looked_at_on_record_and_the_phone_shown_on_demand(office: Office, town: Town) -> None:
    browser = office.a("viewer", HOA_XA)
    address = f"/console/people/{town.own.id}"
    page = browser.get(address).text
    assert town.own.phone not in page
    assert "&lt;b&gt;vay vốn&lt;/b&gt;" in page
    assert "Con tôi khuyết tật" in page
    assert last_acts(office, 1) == [("person.view", f"person:{town.own.id}")]
    assert town.own.phone in browser.post(f"{address}/phone").text
    assert last_acts(office, 1) == [("person.phone", f"person:{town.own.id}")]


def test_a_person_is_corrected_on_request(office: Office, town: Town) -> None:
    page = f"/console/people/{town.own.id}/correct"
    author = office.a("author", HOA_XA)
    done = author.send(
        page, page, full_name="Nguyễn Thị Lanh", phone="+84 987 654 321", commune="hoa-xa", group=["bhtn"]
    )
    assert "Đã lưu." in done.text
    with office.database.reading() as c:
        person = people.get_person(c, town.own.id)
        assert (person.full_name, person.phone) == ("Nguyễn Thị Lanh", "0987654321")
        assert people.list_groups(c, person.id) == ["bhtn"]
        row = next(row for row in audit.list_audit(c, 9) if row.action == "person.correct")
    assert json.loads(row.detail_json) == {"fields": ["full_name", "phone", "groups"]}
    assert author.post(page, phone="12", commune="hoa-xa").status_code == 422


def test_wishes_move_with_the_person(office: Office, town: Town) -> None:
    page = f"/console/people/{town.own.id}/correct"
    done = office.a("author").send(page, page, commune="ung-hoa")
    assert "Đã lưu." in done.text
    with office.database.reading() as c:
        assert needs.get_in_scope(c, town.own_need, Scope(frozenset({"ung-hoa"}))).commune == "ung-hoa"


def test_a_person_is_deleted_on_request_and_the_seat_goes_on(office: Office, town: Town) -> None:
    approver = office.a("approver", HOA_XA)
    page = f"/console/people/{town.own.id}/delete"
    assert "Đã xóa" in approver.send(page, page).text
    assert approver.get(f"/console/people/{town.own.id}").status_code == 404
    with office.database.reading() as c:
        assert people.get_person(c, town.own.id).full_name == ""
        assert sessions.get_session(c, town.city).taken == 23
    assert ("person.delete", f"person:{town.own.id}") in last_acts(office, 3)


def test_a_wish_is_met_once(office: Office, town: Town) -> None:
    author = office.a("author", HOA_XA)
    address = f"/console/needs/{town.own_need}/met"
    assert "Đã ghi là đáp ứng" in author.follow(author.post(address)).text
    assert "không còn mở" in author.follow(author.post(address)).text


def test_counts_of_a_year_add_up(office: Office, town: Town) -> None:
    page = text_of(office.a("viewer", HOA_XA).get("/console/needs").text)
    assert "Học nghề 6 50 %" in page
    assert "xã Hòa Xá 6 – – 6 12" in page


def test_exports_stay_inside_the_scope_and_are_logged(office: Office, town: Town) -> None:
    author = office.a("author", HOA_XA)
    mine = sheet_of(author.post("/console/people/export").content)
    assert {row[3] for row in mine[1:]} == {"xã Hòa Xá"}
    assert len(mine) == 13
    assert {row[2] for row in sheet_of(author.post("/console/needs/export").content)[1:]} == {"xã Hòa Xá"}
    theirs = sheet_of(author.post(f"/console/sessions/{town.theirs}/export").content)
    assert {row[2] for row in theirs[1:]} == {"xã Hòa Xá"}
    held = sheet_of(author.post(f"/console/sessions/{town.held}/export").content)
    assert all(("•" in str(row[1])) == (row[2] == "xã Ứng Hòa") for row in held[1:])
    assert len(held) == 25
    assert [action for action, _ in last_acts(office, 4)] == ["export"] * 4
    calendar = author.post("/console/sessions/export", shape="ics").text
    assert calendar.count("BEGIN:VEVENT") == 4


OTHERS = ("{person_id:", "{need_id:", "{session_id:")
SHOWN_TO_ALL = {"/console/sessions/{session_id:int}", "/console/sessions/{session_id:int}/export"}


@pytest.mark.parametrize(
    "route",
    [route for route in ROUTES if any(name in route.path for name in OTHERS) and route.path not in SHOWN_TO_ALL],
    ids=lambda route: f"{route.method} {route.path}",
)
def test_what_is_of_another_commune_does_not_exist(office: Office, town: Town, route: ConsoleRoute) -> None:
    numbers = {"person_id": town.other.id, "need_id": town.other_need, "session_id": town.theirs}
    address = re.sub(r"\{(\w+):int\}", lambda part: str(numbers[part[1]]), route.path)
    nothing = re.sub(r"\{\w+:int\}", "987654", route.path)
    browser = office.a("approver", HOA_XA)
    ask = browser.post if route.writes else browser.get
    there, not_there = ask(address), ask(nothing)
    assert (there.status_code, text_of(there.text)) == (404, text_of(not_there.text))


LISTS = ("people", "people/counts", "needs", "needs/list")
PARAMETERS = st.fixed_dictionaries(
    {},
    optional={
        "q": st.sampled_from(["", "hung", "0901345678", "tran van hung", "%", "' OR 1=1 --"]),
        "commune": st.sampled_from(["", "ung-hoa", "hoa-xa", "%", "ung-hoa,hoa-xa"]),
        "group": st.sampled_from(["", "ho-ngheo", "nong-thon", "%"]),
        "channel": st.sampled_from(["", "zalo", "telegram", "web"]),
        "kind": st.sampled_from(["", "tim-viec", "di-nuoc-ngoai"]),
        "trade": st.sampled_from(["", "Lái xe", "%"]),
        "status": st.sampled_from(["", "open", "met"]),
        "before": st.sampled_from(["", "9999999", "3", "-1"]),
        "year": st.sampled_from(["", "2026", "0"]),
        "page": st.sampled_from(["", "1", "2"]),
    },
)


def test_no_parameter_leads_to_people_of_another_commune(office: Office, town: Town) -> None:
    """Names that only people of Ứng Hòa have, their phones and numbers show up nowhere."""
    browser = office.a("approver", HOA_XA)
    secret = ("Trần Văn Hùng", "Phạm Văn Đức", "0901 ", "0903 ", "xã Ứng Hòa</td>", "xã Ứng Hòa</th>", "Lái xe</th>")

    @settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
    @given(where=st.sampled_from(LISTS), asked=PARAMETERS)
    def look(where: str, asked: dict[str, str]) -> None:
        query = "&".join(f"{name}={value}".replace("%", "%25").replace(" ", "+") for name, value in asked.items())
        page = browser.get(f"/console/{where}?{query}").text
        assert [word for word in secret if word in page] == []
        if where.startswith("people") and "counts" not in where:
            ids = {int(found) for found in re.findall(r'/console/people/(\d+)"', page)}
            assert all(number % 2 == 1 for number in ids)

    look()


@pytest.mark.parametrize("communes", [HOA_XA, frozenset(), frozenset({"ba-dinh"})])
def test_the_directory_finds_nobody_outside_the_scope(office: Office, town: Town, communes: frozenset[str]) -> None:
    scope = Scope(communes)
    with office.database.reading() as c:
        found = directory.find_people(c, scope, Wanted(), 100)
        assert {person.commune for person in found} <= communes
        assert sum(directory.count_by_month(c, scope, ["2000-01-01T00:00:00.000Z"])) == len(found)
        assert directory.find_people(c, scope, Wanted(phone=town.other.phone), 9) == []
        assert directory.find_people(c, scope, Wanted(words=("hung",)), 9) == []
        assert needs.search_needs(c, scope, needs.Searched(utc_now().year, trade="Lái xe"), 9) == []
        with pytest.raises(LookupError):
            directory.get_in_scope(c, town.other.id, scope)
        with pytest.raises(LookupError):
            needs.get_in_scope(c, town.other_need, scope)
