"""Real addresses for routes with a part in braces: the route walk asks here for a thing to open.

One function per name of such a part, given an office; it makes the thing anew each time and returns what stands in the
address.
"""

from __future__ import annotations

import datetime
import json
import re
import secrets
from collections.abc import Callable

from bot import approving
from bot.clock import iso, utc_now
from storage import needs, people, questions, registrations, sessions, turns
from storage.audiences import Audience
from storage.broadcasts import NewBroadcast
from tests.console.office import Office


def official_id(office: Office) -> str:
    return str(office.appoint("viewer").id)


def broadcast_id(office: Office) -> str:
    """One that waits for approval, with a few people it would reach."""
    author = office.appoint("author", frozenset({"hoa-xa", "ung-hoa"}))
    new = NewBroadcast(
        "Phiên giao dịch việc làm lưu động tại Ứng Hòa",
        "Sáng **thứ Bảy 28/11** có phiên việc làm tại nhà văn hóa xã.\n\n- 25 doanh nghiệp, 900 việc\n- Mang căn cước",
        author.communes,
        audience=Audience(groups=("nong-thon", "ho-ngheo")),
    )
    with office.database.transaction() as c:
        number = approving.save(c, author, new, utc_now(), form_key=secrets.token_urlsafe(16))
        approving.submit(c, author, number, office.console.live.current, utc_now(), again=True)
    return str(number)


def question_id(office: Office) -> str:
    """One that waits, of somebody of Hòa Xá, with the talk that led to it."""
    person = office.person(f"hoi-{secrets.token_hex(4)}", "hoa-xa", "zalo")
    now = utc_now()
    with office.database.transaction() as c:
        for minutes, text, outcome, entry, reason in (
            (6, "nghỉ việc rồi thì được bao nhiêu tiền", "answer", "bhtn.muc-huong", "rõ và hơn hẳn mục sau"),
            (4, "cty k trả sổ thì sao", "clarify", "", "giữa hai mục"),
            (2, "chủ giữ sổ bảo hiểm của tôi 3 tháng nay chưa trả", "fallback", "", "không đủ giống mục nào"),
        ):
            at = iso(now - datetime.timedelta(minutes=minutes))
            because = json.dumps({"reason": reason}, ensure_ascii=False)
            turns.record_turn(c, person.id, secrets.token_hex(4), "text", text, outcome, entry, because, at)
        text = "Chủ giữ sổ bảo hiểm của tôi 3 tháng nay chưa trả, tôi nộp hồ sơ thất nghiệp kiểu gì được ạ?"
        context = json.dumps(["cty k trả sổ thì sao"], ensure_ascii=False)
        return str(questions.open_question(c, person.id, text, "handover", context, iso(now), "bhtn.muc-huong"))


def entry_id(office: Office) -> str:
    return "bhtn.muc-huong"


def session_id(office: Office) -> str:
    """One at Hòa Xá in a few days with three places taken: two of the commune, one of Ứng Hòa; and one who waits."""
    now = utc_now()
    start = iso(now + datetime.timedelta(days=3))
    new = sessions.NewSession(
        slug=f"hoa-xa-{secrets.token_hex(4)}",
        kind="luu-dong",
        title="Phiên giao dịch việc làm lưu động xã Hòa Xá",
        starts_at=start,
        ends_at=iso(now + datetime.timedelta(days=3, hours=3)),
        place="Nhà văn hóa thôn Đinh Xuyên, xã Hòa Xá",
        commune="hoa-xa",
        organiser="Trung tâm Dịch vụ việc làm Hà Nội",
        employers="Công ty May Ứng Hòa, Công ty Điện tử Thường Tín và 10 đơn vị khác",
        openings=350,
        capacity=3,
        asks="name+phone",
        note="Mang căn cước công dân và hồ sơ xin việc (nếu có).",
    )
    with office.database.transaction() as c:
        number = sessions.add_session(c, new, "console", "", iso(now))
    lan, hung, mai, nam = (
        ("Nguyễn Thị Lan", "hoa-xa"),
        ("Trần Văn Hùng", "hoa-xa"),
        ("Lê Thị Mai", "ung-hoa"),
        ("Đỗ Nam", ""),
    )
    for place, (name, commune) in enumerate((lan, hung, mai, nam)):
        person = office.person(f"phien-{number}-{place}", commune)
        with office.database.transaction() as c:
            seat: registrations.Seat = "registered" if place < 3 else "waiting"
            registrations.register(c, number, person.id, seat, name, f"091234567{place}", "1440,120", iso(now))
    return str(number)


def person_id(office: Office) -> str:
    """Somebody of Hòa Xá who told who they are and that they would like to learn to sew."""
    person = office.person(f"nguoi-{secrets.token_hex(4)}", "hoa-xa", "zalo")
    with office.database.transaction() as c:
        people.set_profile(c, person.id, "full_name", "Nguyễn Thị Lan")
        people.set_profile(c, person.id, "phone", "0912345678")
        people.add_group(c, person.id, "nong-thon", iso(utc_now()))
        year = utc_now().year
        now = iso(utc_now())
        needs.keep_need(c, person.id, "hoc-nghe", "so-cap", "May mặc", "hoa-xa", "nong-thon", year, now)
    return str(person.id)


def need_id(office: Office) -> str:
    person = int(person_id(office))
    with office.database.reading() as c:
        return str(needs.list_of_person(c, person)[0].id)


EXAMPLES: dict[str, Callable[[Office], str]] = {
    "question_id": question_id,
    "entry_id": entry_id,
    "broadcast_id": broadcast_id,
    "need_id": need_id,
    "official_id": official_id,
    "person_id": person_id,
    "session_id": session_id,
}


def address_of(path: str, office: Office) -> str:
    """The path with every part filled in. A part nobody gave an example for fails the walk by its name."""
    return re.sub(r"\{(\w+)(?::\w+)?\}", lambda part: EXAMPLES[part[1]](office), path)
