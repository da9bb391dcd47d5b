"""News written and approved on officials' own phones: the console's rules, and nothing for anybody else."""

from __future__ import annotations

import dataclasses
import itertools

import pytest

from bot.clock import utc_now
from bot.console import linking
from bot.console.access import Official, Role
from bot.messages import Choice, Inbound, parse_choices
from bot.outreach.announcing import find_communes
from bot.receiving import receive
from bot.voice import Voice
from storage import broadcasts, outbox, people
from storage.broadcasts import Broadcast
from storage.database import Database
from storage.scope import WHOLE_CITY
from tests.bot.test_broadcasting import HOA_XA, appoint, crowd

NEWS = "Mời dự phiên việc làm\nSáng thứ Bảy tại Hòa Xá.\n- 25 doanh nghiệp"
_numbers = itertools.count(1)


@dataclasses.dataclass
class Phone:
    """Somebody's chat with the bot on a real database."""

    database: Database
    voice: Voice
    address: str

    def say(self, text: str, message_id: str = "") -> str:
        return self._send(Inbound("zalo", self.address, message_id or f"m{next(_numbers)}", "text", text))

    def tap(self, label: str) -> str:
        choice = next(choice for choice in self.choices if choice.label == label)
        return self._send(
            Inbound("zalo", self.address, f"m{next(_numbers)}", "choice", text=label, choice=choice.action)
        )

    def _send(self, inbound: Inbound) -> str:
        receive(self.database, self.voice, inbound, utc_now())
        return self.last.text

    @property
    def last(self) -> outbox.Delivery:
        with self.database.reading() as c:
            person = people.find_person(c, "zalo", self.address)
            assert person
            return outbox.list_for_person(c, person.id, 0, 100)[-1]

    @property
    def choices(self) -> tuple[Choice, ...]:
        return parse_choices(self.last.choices_json)


def phone_of(database: Database, voice: Voice, role: Role, communes: frozenset[str] | None = HOA_XA) -> Phone:
    """The phone of a new official, linked as they do it."""
    official = appoint(database, role, communes)
    phone = Phone(database, voice, f"phone-{official.id}")
    assert "Đã liên kết" in phone.say(f"/lienket {code_for(database, official)}")
    return phone


def code_for(database: Database, official: Official) -> str:
    with database.transaction() as c:
        return linking.offer_code(c, official)


def only_broadcast(database: Database) -> Broadcast:
    with database.reading() as c:
        (found,) = broadcasts.list_broadcasts(c, WHOLE_CITY, (), 10, 0)
    return found


def test_written_submitted_and_approved_on_two_phones(sqlite_database: Database, voice: Voice) -> None:
    crowd(sqlite_database, 4)
    crowd(sqlite_database, 3, "ung-hoa")
    author, approver = (phone_of(sqlite_database, voice, role) for role in ("author", "approver"))
    assert "dòng đầu là tiêu đề" in author.say("/thongbao")
    draft = author.say(NEWS)
    assert "Sẽ tới **4 người**" in draft
    assert "**Mời dự phiên việc làm**" in draft
    assert "đã gửi duyệt" in author.tap("Gửi duyệt")
    assert "gửi anh/chị duyệt tin số" in approver.last.text
    assert "Sáng thứ Bảy tại Hòa Xá." in approver.last.text
    assert "Đã duyệt tin số" in approver.tap("Duyệt")
    assert "đã **duyệt** tin" in author.last.text
    found = only_broadcast(sqlite_database)
    assert (found.status, found.communes) == ("approved", HOA_XA)


def test_sent_back_with_a_reason(sqlite_database: Database, voice: Voice) -> None:
    author, approver = (phone_of(sqlite_database, voice, role) for role in ("author", "approver"))
    author.say(f"/thongbao\n{NEWS}")
    author.tap("Gửi duyệt")
    assert "Vì sao" in approver.tap("Từ chối")
    approver.say("1")
    assert only_broadcast(sqlite_database).rejected_reason == "Sai thông tin."
    assert "**chưa duyệt**" in author.last.text


def test_a_tap_on_words_that_were_changed_approves_nothing(sqlite_database: Database, voice: Voice) -> None:
    author, approver = (phone_of(sqlite_database, voice, role) for role in ("author", "approver"))
    author.say(f"/thongbao\n{NEWS}")
    author.tap("Gửi duyệt")
    with sqlite_database.transaction() as c:
        c.execute("UPDATE broadcasts SET fingerprint = 'another'")
    assert "đọc bản mới" in approver.tap("Duyệt")
    assert only_broadcast(sqlite_database).status == "submitted"


def test_nobody_approves_their_own_by_forging_the_tap(sqlite_database: Database, voice: Voice) -> None:
    author = phone_of(sqlite_database, voice, "approver")
    author.say(f"/thongbao\n{NEWS}")
    author.tap("Gửi duyệt")
    found = only_broadcast(sqlite_database)
    forged = f"tb:duyet:{found.id}:{found.fingerprint[:12]}"
    receive(sqlite_database, voice, Inbound("zalo", author.address, "f", "choice", choice=forged), utc_now())
    assert "người khác duyệt" in author.last.text
    assert only_broadcast(sqlite_database).status == "submitted"


def test_communes_are_named_and_none_outside_the_scope(sqlite_database: Database, voice: Voice) -> None:
    author = phone_of(sqlite_database, voice, "author", frozenset({"hoa-xa", "ung-hoa"}))
    assert "không tìm thấy" in author.say(f"/thongbao Hòa Xạ Lạ\n{NEWS}")
    assert "ngoài phạm vi" in author.say(f"/thongbao phường Láng\n{NEWS}")
    author.say(f"/thongbao xã Hòa Xá\n{NEWS}")
    assert only_broadcast(sqlite_database).communes == HOA_XA


def test_the_same_message_again_is_the_same_draft(sqlite_database: Database, voice: Voice) -> None:
    author = phone_of(sqlite_database, voice, "author")
    for _ in range(2):
        author.say(f"/thongbao\n{NEWS}", message_id="same")
    only_broadcast(sqlite_database)


def test_a_draft_is_dropped_and_writing_is_left(sqlite_database: Database, voice: Voice) -> None:
    author = phone_of(sqlite_database, voice, "author")
    author.say("/thongbao")
    assert "chưa gửi gì" in author.say("thôi")
    author.say("/thongbao")
    assert "tiêu đề ở dòng đầu" in author.say("chỉ một dòng")
    author.say(NEWS)
    assert "chưa gửi gì" in author.tap("Bỏ bản nháp")
    with sqlite_database.reading() as c:
        assert broadcasts.count_broadcasts(c, WHOLE_CITY, ()) == 0


@pytest.mark.parametrize("said", ["/thongbao", f"/thongbao\n{NEWS}"])
def test_a_worker_gets_no_further_than_a_sentence(sqlite_database: Database, voice: Voice, said: str) -> None:
    worker = Phone(sqlite_database, voice, "worker")
    assert "dành cho cán bộ" in worker.say(said)
    receive(
        sqlite_database, voice, Inbound("zalo", "worker", "f", "choice", choice="tb:duyet:1:000000000000"), utc_now()
    )
    assert "dành cho cán bộ" in worker.last.text
    with sqlite_database.reading() as c:
        assert broadcasts.count_broadcasts(c, WHOLE_CITY, ()) == 0


def test_a_viewer_may_not_write(sqlite_database: Database, voice: Voice) -> None:
    assert "chưa được soạn tin" in phone_of(sqlite_database, voice, "viewer").say(f"/thongbao\n{NEWS}")


@pytest.mark.parametrize("code", ["", "sai-ma"])
def test_a_wrong_code_links_nothing(sqlite_database: Database, voice: Voice, code: str) -> None:
    phone = Phone(sqlite_database, voice, "x")
    assert "Mã liên kết sai" in phone.say(f"/lienket {code}".strip())
    assert "dành cho cán bộ" in phone.say("/thongbao")


def test_names_of_communes_with_and_without_diacritics(voice: Voice) -> None:
    found = find_communes([" hoa xa", "Xã Ứng Hòa", "phường Láng", "Sao Hỏa"], voice.library.places)
    assert found == (("hoa-xa", "ung-hoa", "lang"), ["Sao Hỏa"])
