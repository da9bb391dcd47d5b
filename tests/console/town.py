"""A small town in the console's database: people of two communes, sessions in several states, wishes, one history."""

from __future__ import annotations

import dataclasses
import datetime

from bot.check_in_codes import code_of, get_key
from bot.clock import iso, utc_now
from bot.listing_names import list_names
from storage import consents, deadlines, needs, outbox, people, questions, registrations, sessions, turns
from storage.people import Person
from storage.sessions import NewSession
from tests.console.office import Office

NAMES = (
    "Nguyễn Thị Lan", "Trần Văn Hùng", "Lê Thị Hòa", "Phạm Văn Đức", "Hoàng Thị Thủy", "Vũ Văn Quý", "Đặng Thị Nga",
    "Bùi Văn Tiến", "Đỗ Thị Hồng Nhung", "Ngô Quốc Khánh", "Dương Thị Mỹ Duyên", "Lý Văn Sơn",
)  # fmt: skip
TITLE = "Phiên giao dịch việc làm lưu động cho lao động nông thôn"
WISHES = (("hoc-nghe", "so-cap", "May mặc"), ("tim-viec", "", "Lái xe"), ("vay-von", "", ""), ("di-nuoc-ngoai", "", ""))


@dataclasses.dataclass(frozen=True)
class Town:
    """`own` is somebody of Hòa Xá with a long history, `other` somebody of Ứng Hòa, each with the number of a wish.

    `held` is a session of today at Hòa Xá with people, `theirs` a coming one at Ứng Hòa, `city` one of the city's;
    `code` is what `own` shows at the door of `held`, `other_code` what `other` shows at the door of `theirs`.
    """

    own: Person
    other: Person
    own_need: int
    other_need: int
    held: int
    theirs: int
    city: int
    code: str
    other_code: str


def session(slug: str, commune: str, hours: float, **more: str | int) -> NewSession:
    """A session three hours long that begins in so many hours, on the hour."""
    now = utc_now().replace(minute=0, second=0, microsecond=0)
    start, end = (iso(now + datetime.timedelta(hours=at)) for at in (hours, hours + 3))
    given = {
        "kind": "luu-dong",
        "title": TITLE,
        "place": "Nhà văn hóa thôn Đinh Xuyên",
        "asks": "name+phone",
        "capacity": 40,
        **more,
    }
    return NewSession(slug, starts_at=start, ends_at=end, commune=commune, **given)  # type: ignore[arg-type]


def build(office: Office) -> Town:
    now = iso(utc_now())
    year = utc_now().year
    everybody = [
        office.person(f"dan-{n}", ("hoa-xa", "ung-hoa")[n % 2], ("zalo", "telegram")[n % 3 > 1]) for n in range(24)
    ]
    own, other = everybody[0], everybody[1]
    with office.database.transaction() as c:
        held = sessions.add_session(c, session("hoa-xa", "hoa-xa", -1), "console", "", now)
        theirs = sessions.add_session(c, session("ung-hoa", "ung-hoa", 50), "console", "", now)
        city = sessions.add_session(c, session("thanh-pho", "", 80, kind="chuyen-de"), "console", "", now)
        sessions.add_session(c, session("da-qua", "hoa-xa", -900, status="xong"), "console", "", now)
        sessions.add_session(c, session("huy", "hoa-xa", 200, status="huy"), "console", "", now)
        for n, person in enumerate(everybody):
            name = NAMES[n % len(NAMES)]
            people.set_profile(c, person.id, "full_name", name)
            people.set_profile(c, person.id, "phone", f"09{n:02}345678")
            people.add_group(c, person.id, ("nong-thon", "ho-ngheo")[n % 2], now)
            kind, level, trade = WISHES[n % 4]
            needs.keep_need(c, person.id, kind, level, trade, ("hoa-xa", "ung-hoa")[n % 2], "nong-thon", year, now)
            for where in (held, theirs, city):
                registrations.register(c, where, person.id, "registered", name, f"09{n:02}345678", "1440,120", now)
        registrations.check_in(c, held, everybody[2].id, now)
        _live(c, own, now)
        key = get_key(c)
        places = {
            where: registrations.find_registration(c, where, person.id)
            for where, person in ((held, own), (theirs, other))
        }
        codes = {where: code_of(key, place.id) for where, place in places.items() if place}
        wishes = [needs.list_of_person(c, person.id)[0].id for person in (own, other)]
    list_names(office.database)
    with office.database.reading() as c:
        own, other = people.get_person(c, own.id), people.get_person(c, other.id)
    return Town(own, other, *wishes, held, theirs, city, codes[held], codes[theirs])


def _live(c: outbox.Connection, person: Person, now: str) -> None:
    """What a year with the bot leaves behind."""
    words = ("Tôi nghỉ việc rồi thì được hưởng bao nhiêu tháng?", "còn lãi suất?", "<b>vay vốn</b> ở đâu " * 8)
    for n in range(25):
        text = words[n % 3]
        turns.record_turn(c, person.id, f"m{n}", "text", text, "answer", "bhtn.muc-huong", "{}", now)
    questions.open_question(c, person.id, "Con tôi khuyết tật thì có lớp học nghề nào không?", "hand-over", "{}", now)
    consents.give_consent(c, person.id, "nhu-cau", "2026-11-22", "Đồng ý", now)
    deadlines.keep_deadline(c, person.id, "nop-bhtn", "2026-11-02", "2027-02-02", 1, "", now)
    push = outbox.NewDelivery(person.id, person.channel, person.address, "Mai có phiên việc làm", "[]", 9, now, "x")
    outbox.enqueue(c, [push], now)
