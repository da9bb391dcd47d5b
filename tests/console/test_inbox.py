"""Questions at the console: two officials at one question, what the worker gets, and nobody else's people."""

from __future__ import annotations

import itertools
import json

import pytest

from bot.answering import CLOSE_REASONS
from bot.messages import parse_choices
from storage import audit, outbox, questions, turns
from storage.outbox import Delivery
from storage.questions import Question
from tests.conftest import NOW
from tests.console.office import Office, words_of

COMMUNE = frozenset({"hoa-xa"})


def ask(office: Office, text: str = "Chủ giữ sổ thì sao?", commune: str = "hoa-xa", address: str = "") -> int:
    person = office.person(address or f"nguoi-{text}-{commune}", commune, "zalo")
    with office.database.transaction() as c:
        return questions.open_question(c, person.id, text, "handover", json.dumps(["tin trước"]), NOW, "bhtn.muc-huong")


def stored(office: Office, number: int) -> Question:
    with office.database.reading() as c:
        return questions.get_question(c, number)


def sent(office: Office, number: int) -> list[Delivery]:
    with office.database.reading() as c:
        return outbox.list_for_person(c, questions.get_question(c, number).person_id, 0, 10)


def acts(office: Office) -> list[tuple[str, str]]:
    with office.database.reading() as c:
        return [(row.action, row.detail_json) for row in audit.list_audit(c, 20) if row.action.startswith("question")]


def test_an_answer_goes_out_once_and_stands_in_the_thread(office: Office) -> None:
    number = ask(office)
    browser = office.a("author", COMMUNE)
    page = browser.send(
        f"/console/questions/{number}", f"/console/questions/{number}/answer", text="Công ty phải trả sổ.\nGọi *ngay*."
    )
    assert "Đã gửi câu trả lời." in page.text
    assert "Công ty phải trả sổ." in page.text
    [delivery] = sent(office, number)
    assert "Công ty phải trả sổ\\." in delivery.text
    assert "\\*ngay\\*" in delivery.text, "an official's signs are no markup"
    assert stored(office, number).status == "answered"
    again = browser.post(f"/console/questions/{number}/answer", text="Lần nữa")
    assert again.status_code == 422
    assert "đã được trả lời" in again.text
    assert len(sent(office, number)) == 1
    assert acts(office) == [("question.answered", "{}")]


def test_of_two_officials_one_answers_and_the_other_is_told_who(office: Office) -> None:
    number = ask(office)
    first, second = office.appoint("author", login="lan"), office.appoint("author", login="minh")
    one, other = office.browser_of(first), office.browser_of(second)
    open_form = f"/console/questions/{number}"
    assert other.get(open_form).status_code == 200
    assert one.post(f"{open_form}/claim").status_code == 303
    refused = other.post(f"{open_form}/answer", text="Câu trả lời của Minh")
    assert refused.status_code == 422
    assert "đang do lan trả lời" in refused.text
    assert "Cán bộ lan đang trả lời câu này." in refused.text
    assert sent(office, number) == []
    assert other.post(f"{open_form}/claim").status_code == 422
    assert other.post(f"{open_form}/release").status_code == 422
    assert stored(office, number).claimed_by == "lan"
    assert one.post(f"{open_form}/release").status_code == 303
    assert other.post(f"{open_form}/answer", text="Câu trả lời của Minh").status_code == 303
    assert len(sent(office, number)) == 1


def test_what_was_typed_stays_when_the_answer_is_refused(office: Office) -> None:
    number = ask(office)
    browser = office.a("author")
    refused = browser.post(f"/console/questions/{number}/answer", text="x" * 3001)
    assert refused.status_code == 422
    assert "nhiều nhất là 3000" in refused.text
    assert "x" * 3000 in refused.text
    empty = browser.post(f"/console/questions/{number}/answer", text="  ", entry="khong.co")
    assert "Câu trả lời còn trống." in empty.text
    assert sent(office, number) == []


def test_an_approver_frees_what_somebody_left_behind(office: Office) -> None:
    number = ask(office)
    office.a("author").post(f"/console/questions/{number}/claim")
    assert office.a("approver").post(f"/console/questions/{number}/release").status_code == 303
    assert stored(office, number).claimed_by == ""


def test_pointing_to_an_entry_sends_its_summary_and_a_button(office: Office) -> None:
    number = ask(office)
    browser = office.a("author")
    shown = browser.post(f"/console/questions/{number}/look", text="Anh/chị xem mục này.", entry="bhtn.muc-huong")
    assert shown.status_code == 200
    assert "Người dân sẽ thấy" in shown.text
    assert "60%" in shown.text
    assert sent(office, number) == [], "looking sends nothing"
    assert browser.post(f"/console/questions/{number}/answer", text="", entry="bhtn.muc-huong").status_code == 303
    [delivery] = sent(office, number)
    assert "60%" in delivery.text
    assert "{{" not in delivery.text
    assert parse_choices(delivery.choices_json)[0].action.endswith("bhtn.muc-huong")
    assert "→ Mức hưởng trợ cấp thất nghiệp mỗi tháng" in browser.get(f"/console/questions/{number}").text


def test_closing_wants_a_reason_and_sends_nothing(office: Office) -> None:
    number = ask(office)
    browser = office.a("author")
    assert browser.post(f"/console/questions/{number}/close", reason="").status_code == 422
    assert browser.post(f"/console/questions/{number}/close", reason="vì thích").status_code == 422
    assert stored(office, number).status == "open"
    page = browser.follow(browser.post(f"/console/questions/{number}/close", reason="told"))
    assert CLOSE_REASONS["told"] in page.text
    assert sent(office, number) == []
    assert acts(office) == [("question.closed", '{"reason": "told"}')]


def test_the_thread_tells_what_was_said_before_and_why_the_bot_did_not_answer(office: Office) -> None:
    number = ask(office)
    person_id = stored(office, number).person_id
    with office.database.transaction() as c:
        because = json.dumps({"reason": "không đủ giống mục nào"}, ensure_ascii=False)
        turns.record_turn(c, person_id, "1", "text", "so bi giu", "fallback", "", because, NOW)
        turns.record_turn(c, person_id, "2", "choice", "b:bhtn.ho-so", "answer", "bhtn.ho-so", "{}", NOW)
    words = words_of(office.a("viewer", COMMUNE).get(f"/console/questions/{number}").text)
    assert "so bi giu" in words
    assert "Trợ lý chưa có câu trả lời – không đủ giống mục nào" in words
    assert "Trợ lý trả lời: Hồ sơ hưởng trợ cấp thất nghiệp" in words


def test_whatever_a_person_typed_is_text(office: Office) -> None:
    number = ask(office, "<script>alert(1)</script><b>sổ</b>")
    for path in ("/console/questions", f"/console/questions/{number}"):
        text = office.a("author").get(path).text
        assert "<script>alert" not in text
        assert "&lt;script&gt;alert(1)" in text


def test_a_viewer_reads_and_is_offered_no_button(office: Office) -> None:
    text = office.a("viewer").get(f"/console/questions/{ask(office)}").text
    assert "/answer" not in text
    assert "/close" not in text


def test_long_lists_come_in_pages(office: Office) -> None:
    for n in range(53):
        ask(office, f"câu số {n:02}", address="mot-nguoi")
    browser = office.a("viewer")
    first, second = (browser.get(f"/console/questions?page={page}").text for page in (1, 2))
    assert first.count('href="/console/questions/') == 50
    assert second.count('href="/console/questions/') == 3
    assert "Chờ nhận (53)" in first


# A commune's official and everybody else's people

STRANGE = ("", "hoa-xa", "ung-hoa", "khong-co", "' OR 1=1 --", "hoa-xa,ung-hoa", "%")


@pytest.mark.parametrize("kind", ["free", "claimed", "answered", "closed", "x"])
def test_no_parameter_lists_or_counts_anybody_else(office: Office, kind: str) -> None:
    for commune in ("hoa-xa", "ung-hoa", ""):
        for state in ("free", "claimed", "answered", "closed"):
            number = ask(office, f"của-[{commune or 'ai'}]-{state}", commune)
            with office.database.transaction() as c:
                if state == "claimed":
                    questions.claim(c, number, "lan", NOW)
                elif state == "answered":
                    questions.answer_question(c, number, "x", "lan", NOW)
                elif state == "closed":
                    questions.close_question(c, number, "lan", NOW)
    browser = office.a("admin", COMMUNE)
    for commune, reason, mine, page in itertools.product(STRANGE, ("", "handover", "x"), ("", "1"), ("1", "2", "-1")):
        query = f"kind={kind}&commune={commune}&reason={reason}&mine={mine}&page={page}"
        text = browser.get(f"/console/questions?{query}").text
        assert "của-[ung-hoa]" not in text, query
        assert "của-[ai]" not in text, query
        assert all(f"({count})" not in text for count in (2, 3)), query


@pytest.mark.parametrize("commune", ["ung-hoa", ""])
def test_a_question_of_another_commune_is_not_there_whatever_is_done(office: Office, commune: str) -> None:
    number = ask(office, commune=commune)
    before = stored(office, number)
    browser = office.a("admin", COMMUNE)
    assert browser.get(f"/console/questions/{number}").status_code == 404
    for act in ("claim", "release", "look", "answer", "close"):
        response = browser.post(
            f"/console/questions/{number}/{act}", text="Chào", reason="told", entry="bhtn.muc-huong"
        )
        assert response.status_code == 404, act
    assert stored(office, number) == before
    assert sent(office, number) == []
    assert acts(office) == []
