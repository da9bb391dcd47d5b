"""The words that were not answered well: whose, which, and that finding them reads no more than it must."""

from __future__ import annotations

import pytest

from storage import people, questions, ratings, turns, wordings
from storage.database import Connection, Database
from storage.questions import Sift
from storage.scope import WHOLE_CITY, Scope
from tests.conftest import NOW

FROM, UNTIL = "2026-11-01T00:00:00.000Z", "2026-12-01T00:00:00.000Z"


def person(c: Connection, address: str, commune: str = "") -> int:
    found = people.get_or_create_person(c, "zalo", address, "", NOW)
    people.set_profile(c, found.id, "commune", commune)
    return found.id


def turn(c: Connection, person_id: int, text: str, outcome: str = "fallback", kind: str = "text", at: str = NOW) -> int:
    return turns.record_turn(c, person_id, f"{text}{at}", kind, text, outcome, "", "{}", at)


def texts(c: Connection, scope: Scope = WHOLE_CITY, limit: int = 100) -> list[str]:
    return [one.text for one in wordings.list_wordings(c, scope, FROM, UNTIL, limit)]


def test_not_answered_asked_back_and_not_helpful_are_listed_newest_first(database: Database) -> None:
    with database.transaction() as c:
        one = person(c, "1")
        turn(c, one, "chưa trả lời", at="2026-11-02T00:00:00.000Z")
        turn(c, one, "hỏi lại", "clarify", at="2026-11-03T00:00:00.000Z")
        turn(c, one, "đã trả lời", "answer", at="2026-11-04T00:00:00.000Z")
        ratings.add_rating(c, one, "bhtn.muc-huong", "chưa đúng ý", "2026-11-05T00:00:00.000Z", helpful=False)
        ratings.add_rating(c, one, "bhtn.muc-huong", "đúng ý", "2026-11-05T00:00:00.000Z", helpful=True)
        ratings.add_rating(c, one, "bhtn.muc-huong", "", "2026-11-05T00:00:00.000Z", helpful=False)
        turn(c, one, "tháng trước", at="2026-10-31T23:59:59.999Z")
        turn(c, one, "tháng sau", at=UNTIL)
        assert texts(c) == ["chưa đúng ý", "hỏi lại", "chưa trả lời"]
        assert texts(c, limit=2) == ["chưa đúng ý", "hỏi lại"]


@pytest.mark.parametrize(
    ("text", "outcome", "kind", "left"),
    [
        ("b:bhtn.muc-huong", "answer", "choice", False),
        ("2", "answer", "text", False),
        ("hỏi câu khác", "answer", "text", True),
        ("22", "fallback", "text", True),
    ],
)
def test_whoever_chose_what_was_offered_was_helped(
    database: Database, text: str, outcome: str, kind: str, left: bool
) -> None:
    with database.transaction() as c:
        one, other = person(c, "1"), person(c, "2")
        turn(c, one, "câu mơ hồ", "clarify")
        turn(c, other, "người khác xen vào", "answer")
        turn(c, one, text, outcome, kind)
        assert ("câu mơ hồ" in texts(c)) is left


def test_a_scope_sees_only_its_people(database: Database) -> None:
    with database.transaction() as c:
        theirs, others, unknown = person(c, "1", "hoa-xa"), person(c, "2", "ung-hoa"), person(c, "3")
        numbers = {
            commune: turn(c, one, f"của {commune}")
            for commune, one in (("hoa-xa", theirs), ("ung-hoa", others), ("", unknown))
        }
        for one in (theirs, others):
            ratings.add_rating(c, one, "x.y", f"chê {one}", NOW, helpful=False)
        scope = Scope(frozenset({"hoa-xa"}))
        assert sorted(texts(c, scope)) == sorted(["của hoa-xa", f"chê {theirs}"])
        assert texts(c, Scope(frozenset())) == []
        assert wordings.find_wording(c, scope, "fallback", numbers["hoa-xa"]) is not None
        for commune in ("ung-hoa", ""):
            assert wordings.find_wording(c, scope, "fallback", numbers[commune]) is None
            assert wordings.find_wording(c, WHOLE_CITY, "fallback", numbers[commune]) is not None
        assert wordings.find_wording(c, scope, "rating", 2) is None
        assert wordings.find_wording(c, WHOLE_CITY, "clarify", numbers[""]) is None


def test_closing_again_moves_the_time_on(database: Database) -> None:
    with database.transaction() as c:
        wordings.close_wordings(c, ["a", "b"], "lan", "2026-11-01T00:00:00.000Z")
        wordings.close_wordings(c, ["b"], "minh", "2026-11-09T00:00:00.000Z")
        assert wordings.list_closed(c, "2026-11-02T00:00:00.000Z") == {"b": "2026-11-09T00:00:00.000Z"}


def test_finding_them_walks_the_indices_of_a_month(sqlite_database: Database) -> None:
    seen: list[str] = []
    for scope in (WHOLE_CITY, Scope(frozenset({"hoa-xa"}))):
        with sqlite_database.reading() as c:
            spy = Spy(c)
            wordings.list_wordings(spy, scope, FROM, UNTIL, 10)
            for sql, params in spy.asked:
                plan = c.rows(f"EXPLAIN QUERY PLAN {sql}", params)
                seen += [row["detail"] for row in plan]
    looked = [line for line in seen if line.startswith(("SCAN", "SEARCH"))]
    assert not [line for line in looked if line.startswith("SCAN")], looked
    assert any("turns_statistics (outcome=? AND created_at>?" in line for line in looked)
    assert any("ratings_by_time" in line for line in looked)


@pytest.mark.parametrize("kind", ["free", "claimed", "answered", "closed"])
@pytest.mark.parametrize("scope", [WHOLE_CITY, Scope(frozenset({"hoa-xa"}))], ids=["city", "commune"])
def test_the_inbox_reads_no_table_from_end_to_end(sqlite_database: Database, kind: str, scope: Scope) -> None:
    with sqlite_database.reading() as c:
        spy = Spy(c)
        questions.list_sifted(spy, scope, Sift(kind), 50)  # type: ignore[arg-type]
        [(sql, params)] = spy.asked
        plan = [row["detail"] for row in c.rows(f"EXPLAIN QUERY PLAN {sql}", params)]
    assert not [line for line in plan if line.startswith("SCAN")], plan


class Spy:
    """Passes everything on to a real connection and remembers what was asked."""

    def __init__(self, c: Connection) -> None:
        self.dialect = c.dialect
        self.asked: list[tuple[str, dict[str, object]]] = []
        self._c = c

    def rows(self, sql: str, params: dict[str, object]) -> list[dict[str, object]]:
        self.asked.append((sql, params))
        return self._c.rows(sql, params)


# The inbox's lists


def test_questions_are_sifted_by_state_reason_and_who_took_them(database: Database) -> None:
    with database.transaction() as c:
        one = person(c, "1", "hoa-xa")
        ids = [
            questions.open_question(
                c, one, f"câu {n}", ("handover", "unanswered")[n % 2], "[]", f"2026-11-0{9 - n}T00:00:00.000Z"
            )
            for n in range(6)
        ]
        questions.claim(c, ids[0], "lan", NOW)
        questions.claim(c, ids[1], "minh", NOW)
        questions.answer_question(c, ids[2], "trả lời", "lan", NOW)
        questions.close_question(c, ids[3], "lan", NOW, "double")

        def listed(*sift: str) -> list[int]:
            wanted = Sift(*sift)  # type: ignore[arg-type]
            found = [row.id for row in questions.list_sifted(c, WHOLE_CITY, wanted, 10)]
            assert questions.count_sifted(c, WHOLE_CITY, wanted) == len(found)
            return found

        assert listed("free") == [ids[5], ids[4]], "the longest waiting first"
        assert listed("free", "handover") == [ids[4]]
        assert listed("claimed") == [ids[1], ids[0]]
        assert listed("claimed", "", "minh") == [ids[1]]
        assert listed("answered") == [ids[2]]
        assert listed("closed") == [ids[3]]
        assert questions.get_question(c, ids[3]).closed_reason == "double"
        assert [row.id for row in questions.list_sifted(c, WHOLE_CITY, Sift("free"), 1, 1)] == [ids[4]]


def test_a_scope_lists_and_counts_only_its_people(database: Database) -> None:
    with database.transaction() as c:
        for place, commune in enumerate(("hoa-xa", "ung-hoa", "")):
            questions.open_question(c, person(c, str(place), commune), commune, "handover", "[]", NOW)
        for communes, expected in ((None, 3), (frozenset({"hoa-xa"}), 1), (frozenset[str](), 0)):
            assert questions.count_sifted(c, Scope(communes), Sift("free")) == expected
            assert len(questions.list_sifted(c, Scope(communes), Sift("free"), 10)) == expected


def test_a_person_who_writes_again_clears_the_reason_of_closing(database: Database) -> None:
    with database.transaction() as c:
        one = person(c, "1")
        number = questions.open_question(c, one, "câu", "handover", "[]", NOW)
        questions.close_question(c, number, "lan", NOW, "told")
        assert questions.reply(c, number, one, "còn nữa", NOW)
        assert questions.get_question(c, number).closed_reason == ""


def test_the_talk_before_a_question_ends_with_it_and_stays_in_scope(database: Database) -> None:
    with database.transaction() as c:
        one = person(c, "1", "hoa-xa")
        for minute in range(6):
            turn(c, one, f"tin {minute}", at=f"2026-11-22T01:0{minute}:00.000Z")
        found = turns.list_latest(c, WHOLE_CITY, one, "2026-11-22T01:04:00.000Z", 3)
        assert [each.text for each in found] == ["tin 2", "tin 3", "tin 4"]
        assert turns.list_latest(c, Scope(frozenset({"ung-hoa"})), one, NOW, 3) == []
