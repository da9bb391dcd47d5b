"""What is told about a session is decided when it is told; and of two who want the last seat one hears the truth."""

from __future__ import annotations

import concurrent.futures
import dataclasses
import datetime
import threading

import pytest

from bot.channels.terminal import show
from bot.clock import iso
from bot.messages import Inbound, Register
from bot.outreach.session_words import USUAL
from bot.receiving import receive
from bot.reminding import remind_due
from bot.rescheduling import as_new, cancel, change
from bot.seating import leave, register
from bot.voice import Voice
from storage import outbox, people, registrations, sessions
from storage.database import Database
from storage.sessions import NewSession

NOW = datetime.datetime(2026, 11, 22, 3, 0, tzinfo=datetime.UTC)  # ten in the morning
NIGHT = datetime.datetime(2026, 11, 22, 15, 0, tzinfo=datetime.UTC)  # ten in the evening
SOON = NewSession(
    slug="phien-1",
    kind="hang-ngay",
    title="Phiên thử",
    starts_at="2026-11-24T01:00:00.000Z",
    ends_at="2026-11-24T04:30:00.000Z",
    place="144 Trần Phú",
    capacity=1,
)


@dataclasses.dataclass
class Fair:
    """A session with one seat, Lan who has it and Minh who waits."""

    database: Database
    voice: Voice
    session_id: int
    lan: people.Person
    minh: people.Person

    def told(self, person: people.Person, until: datetime.datetime) -> list[str]:
        """The texts a person has been sent by this moment, the oldest first."""
        remind_due(self.database, self.voice.library, until)
        with self.database.reading() as c:
            return [one.text for one in outbox.list_for_person(c, person.id, 0, 100)]

    def change(self, now: datetime.datetime, **changes: str | int) -> None:
        with self.database.transaction() as c:
            new = as_new(sessions.get_session(c, self.session_id), **changes)
            change(c, self.session_id, new, "console", "", iso(now))


@pytest.fixture
def fair(sqlite_database: Database, voice: Voice) -> Fair:
    with sqlite_database.transaction() as c:
        number = sessions.add_session(c, SOON, "console", "", iso(NOW))
        lan, minh = (people.get_or_create_person(c, "zalo", name, name, iso(NOW)) for name in ("lan", "minh"))
        register(c, lan, Register(number, "registered", "", "", USUAL), iso(NOW))
        register(c, minh, Register(number, "waiting", "", "", USUAL), iso(NOW))
    return Fair(sqlite_database, voice, number, lan, minh)


def at(day: int, hour: int, minute: int = 0) -> datetime.datetime:
    """A moment of November on Hanoi's clock."""
    return datetime.datetime(2026, 11, day, hour, minute, tzinfo=datetime.UTC) - datetime.timedelta(hours=7)


def test_a_cancelled_session_is_told_in_the_morning_and_never_reminded_of(fair: Fair) -> None:
    with fair.database.transaction() as c:
        cancel(c, fair.session_id, iso(NIGHT))
    assert fair.told(fair.lan, at(22, 23)) == []
    for person in (fair.lan, fair.minh):
        [text] = fair.told(person, at(23, 7, 1))
        assert "đã bị hủy" in text
    assert len(fair.told(fair.lan, at(25, 9))) == 1


def test_a_moved_session_is_told_and_reminded_of_with_its_new_time(fair: Fair) -> None:
    fair.change(NOW, starts_at="2026-11-25T02:00:00.000Z", ends_at="2026-11-25T05:00:00.000Z")
    [moved] = fair.told(fair.lan, at(22, 12))
    assert "Thứ Tư 25/11/2026, 9:00–12:00" in moved
    assert fair.told(fair.lan, at(23, 20)) == [moved]
    _, reminder = fair.told(fair.lan, at(24, 9, 1))
    assert "9:00 ngày mai, Thứ Tư 25/11/2026" in reminder
    [to_minh] = fair.told(fair.minh, at(25, 20))
    assert "danh sách chờ" in to_minh


def waiting(fair: Fair, person: people.Person) -> list[str]:
    """The kinds of what may still leave to a person."""
    with fair.database.reading() as c:
        return [one.kind for one in outbox.list_for_person(c, person.id, 0, 100) if one.status == "queued"]


def test_what_waits_in_the_outbox_does_not_leave_for_a_session_that_moved(fair: Fair) -> None:
    """A pause of the channel or the night may hold a reminder until the session is another day's."""
    assert "8:00 ngày mai" in fair.told(fair.lan, at(23, 8, 1))[0]
    fair.change(at(23, 8, 2), starts_at="2026-11-25T02:00:00.000Z", ends_at="2026-11-25T05:00:00.000Z")
    assert waiting(fair, fair.lan) == []
    fair.told(fair.lan, at(23, 8, 3))
    assert waiting(fair, fair.lan) == ["session_moved"]
    fair.change(at(23, 8, 4), status="huy")
    fair.told(fair.lan, at(23, 8, 5))
    assert waiting(fair, fair.lan) == ["session_cancelled"], "news that is old by now does not leave either"


def test_what_waits_in_the_outbox_does_not_leave_for_a_place_given_up(fair: Fair) -> None:
    fair.told(fair.lan, at(23, 8, 1))
    with fair.database.transaction() as c:
        leave(c, fair.session_id, fair.lan.id, iso(at(23, 8, 2)))
    assert waiting(fair, fair.lan) == []
    fair.told(fair.minh, at(23, 8, 3))
    assert waiting(fair, fair.minh) == ["session_seat"], "others keep theirs"


def test_what_a_sender_holds_when_the_session_moves_does_not_leave_a_second_time(fair: Fair) -> None:
    fair.told(fair.lan, at(23, 8, 1))
    moved = at(23, 8, 2)
    with fair.database.transaction() as c:
        [held] = outbox.claim(c, "zalo", "một", 1, iso(at(23, 8, 10)), iso(moved))
    fair.change(moved, starts_at="2026-11-25T02:00:00.000Z", ends_at="2026-11-25T05:00:00.000Z")
    with fair.database.transaction() as c:
        outbox.reschedule(c, held.id, iso(moved), 1, "mạng", may_have_arrived=False)
        assert outbox.claim(c, "zalo", "một", 1, iso(at(23, 8, 10)), iso(at(23, 8, 3))) == []


def test_put_off_then_given_a_day_each_is_told(fair: Fair) -> None:
    fair.change(NOW, status="hoan")
    assert "tạm hoãn" in fair.told(fair.lan, at(22, 12))[0]
    assert len(fair.told(fair.lan, at(24, 20))) == 1, "no reminder and no question about a session without a day"
    day = {"starts_at": "2026-11-28T01:00:00.000Z", "ends_at": "2026-11-28T04:00:00.000Z"}
    fair.change(at(24, 9), status="mo", **day)
    assert "Thứ Bảy 28/11/2026" in fair.told(fair.lan, at(25, 12))[1]


def test_who_moves_up_is_told_and_who_left_is_not_reminded(fair: Fair) -> None:
    with fair.database.transaction() as c:
        assert leave(c, fair.session_id, fair.lan.id, iso(NOW))
    assert "Có chỗ cho anh/chị rồi" in fair.told(fair.minh, at(22, 12))[0]
    assert "8:00 ngày mai" in fair.told(fair.minh, at(23, 8, 1))[1]
    assert fair.told(fair.lan, at(25, 9)) == []


def test_of_two_who_want_the_last_seat_one_is_told_it_is_gone(database: Database, voice: Voice) -> None:
    with database.transaction() as c:
        number = sessions.add_session(c, SOON, "console", "", iso(NOW))

    def say(name: str, text: str, choice: str = "") -> str:
        kind = "choice" if choice else "text"
        message = Inbound("zalo", name, f"{name}-{text}", kind, text=text, choice=choice)  # type: ignore[arg-type]
        turn = receive(database, voice, message, NOW).turn
        assert turn
        return "\n".join(show(reply) for reply in turn.replies)

    for name in ("lan", "minh"):
        assert "có đồng ý không" in say(name, "đăng ký", f"ph:d:{number}")
    start = threading.Barrier(2)

    def agree(name: str) -> str:
        start.wait()
        return say(name, "đồng ý")

    with concurrent.futures.ThreadPoolExecutor(2) as pool:
        first, second = sorted(pool.map(agree, ("lan", "minh")), key=lambda text: "Đã giữ chỗ" not in text)
    assert "Đã giữ chỗ" in first
    assert "hiện đã đủ chỗ" in second
    with database.reading() as c:
        assert registrations.count_places(c, [number])[number] == registrations.Places(1, 0, 0)
