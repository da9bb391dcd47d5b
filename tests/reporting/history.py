"""A seeded random past of the bot, written into a database and kept as plain rows for counting by hand."""

from __future__ import annotations

import dataclasses
import datetime
import random
from typing import Any

from bot.clock import iso
from storage.database import Connection, Database

COMMUNES = ("hoa-xa", "ung-hoa", "hoan-kiem", "")
BEGIN = datetime.datetime(2026, 9, 20, tzinfo=datetime.UTC)
DAYS = 90
# The last and first moments of months on Hanoi's clock, and one that is another day in London.
BORDERS = (
    "2026-10-31T16:59:59.999Z",
    "2026-10-31T17:00:00.000Z",
    "2026-11-30T16:59:59.999Z",
    "2026-11-30T23:30:00.000Z",
)
UNHEARD = (
    "tôi bị công ty nợ lương hai tháng thì làm sao",
    "thủ tục xin giấy phép lái xe",
    "con tôi học đại học có được vay không",
    "xin việc bảo vệ gần nhà",
    "mấy giờ cán bộ làm việc",
)
Rows = list[dict[str, Any]]


@dataclasses.dataclass(frozen=True)
class History:
    """Every row as it was inserted, ids included."""

    people: Rows
    groups: Rows
    turns: Rows
    sessions: Rows
    registrations: Rows
    needs: Rows
    questions: Rows
    messages: Rows
    reminders: Rows
    broadcasts: Rows
    deliveries: Rows
    ratings: Rows


def make_history(seed: int, people: int = 40, per_person: int = 8) -> History:
    """The same rows for the same seed; each person has `per_person` messages and a share of the rest."""
    r = random.Random(seed)

    def at() -> str:
        return (
            iso(BEGIN + datetime.timedelta(seconds=r.randrange(DAYS * 86400)))
            if r.random() > 0.1
            else r.choice(BORDERS)
        )

    ids = range(1, people + 1)
    crowd = [
        {
            "id": n,
            "channel": r.choice(("zalo", "zalo", "telegram", "web")),
            "address": f"a{n}",
            "commune": r.choice(COMMUNES),
        }
        for n in ids
    ]
    turns = [
        {
            "person_id": n,
            "text": r.choice(UNHEARD),
            "outcome": (outcome := r.choices(("answer", "clarify", "fallback", "action"), (60, 12, 10, 18))[0]),
            "entry_id": r.choice(("bhtn.muc-huong", "bhtn.ho-so", "vay.lai-suat", "dtn.nghe-nao"))
            if outcome == "answer"
            else "",
            "created_at": at(),
        }
        for n in ids
        for _ in range(per_person)
    ]
    for person in crowd:
        person["created_at"] = min(turn["created_at"] for turn in turns if turn["person_id"] == person["id"])
    sessions = [
        {
            "id": n,
            "kind": r.choice(("hang-ngay", "luu-dong", "chuyen-de")),
            "title": f"Phiên giao dịch việc làm số {n}",
            "starts_at": at(),
            "commune": r.choice(COMMUNES),
            "status": r.choice(("xong", "mo", "huy")),
        }
        for n in range(1, 9)
    ]
    registrations = [
        {
            "session_id": r.randint(1, 8),
            "person_id": n,
            "status": (status := r.choice(("registered", "registered", "waiting", "cancelled"))),
            "checked_in_at": (came := at() if status == "registered" and r.random() < 0.6 else ""),
            "outcome": r.choice(("", "hired", "promised", "not-hired")) if came else r.choice(("", "absent")),
        }
        for n in ids
        if r.random() < 0.7
    ]
    needs = [
        {
            "person_id": n,
            "kind": r.choice(("hoc-nghe", "tim-viec", "vay-von")),
            "level": r.choice(("", "so-cap")),
            "trade": r.choice(("Nấu ăn", "May mặc", "Lái xe", "")),
            "status": r.choice(("open", "met", "withdrawn")),
            "created_at": at(),
        }
        for n in ids
    ]
    questions, messages = _questions(r, ids, at)
    broadcasts = [
        {"id": n, "title": f"Mời dự phiên giao dịch việc làm đợt {n}", "started_at": at() if n < 6 else ""}
        for n in range(1, 7)
    ]
    return History(
        people=crowd,
        groups=[
            {"person_id": n, "group_slug": r.choice(("ho-ngheo", "nong-thon", "bhtn"))} for n in ids if r.random() < 0.8
        ],
        turns=turns,
        sessions=sessions,
        registrations=registrations,
        needs=needs,
        questions=questions,
        messages=messages,
        reminders=[
            {
                "person_id": n,
                "kind": r.choice(("session_before", "han-nop-bhtn")),
                "status": r.choice(("planned", "queued", "skipped")),
                "due_at": at(),
            }
            for n in ids
        ],
        broadcasts=broadcasts,
        deliveries=[
            {"broadcast_id": b, "person_id": n, "status": r.choice(("sent", "sent", "sent", "gone", "queued"))}
            for b in range(1, 6)
            for n in ids
            if r.random() < 0.7
        ],
        ratings=[{"person_id": n, "helpful": r.randint(0, 1), "created_at": at()} for n in ids if r.random() < 0.5],
    )


def _questions(r: random.Random, ids: range, at: Any) -> tuple[Rows, Rows]:
    questions: Rows = []
    messages: Rows = []
    for n in ids:
        created = at()
        status = r.choice(("open", "answered", "answered", "closed"))
        answered = iso(datetime.datetime.fromisoformat(created) + datetime.timedelta(hours=r.randint(1, 60)))
        settled = "" if status == "open" else answered
        questions.append({"id": n, "person_id": n, "status": status, "created_at": created, "settled_at": settled})
        if status == "answered" and r.random() < 0.5:
            messages.append({"question_id": n, "person_id": n, "author": "official", "created_at": answered})
    return questions, messages


_DEFAULTS: dict[str, dict[str, Any]] = {
    "people": {"name": "", "language": "vi", "pushes_allowed": 1, "gone_at": "", "gone_reason": "", "last_seen_at": ""},
    "person_groups": {"created_at": ""},
    "turns": {"channel_message_id": "", "inbound_kind": "text", "because_json": "{}"},
    "sessions": {
        **dict.fromkeys(("ends_at", "place", "link", "exchange", "organiser", "employers", "audience", "asks"), ""),
        **dict.fromkeys(("note", "source_digest", "created_at", "updated_at"), ""),
        "openings": 0,
        "capacity": 0,
        "taken": 0,
        "source": "file",
    },
    "registrations": dict.fromkeys(
        ("full_name", "phone", "remind_minutes", "since_at", "created_at", "updated_at"), ""
    ),
    "needs": {"commune": "", "group_slug": "", "note": "", "year": 2026, "updated_at": ""},
    "questions": {"text": "Tôi hỏi", "reason": "hand-over", "context_json": "{}", "answer": "", "official": ""},
    "question_messages": {"official": "Lan", "text": "Trả lời"},
    "reminders": {
        "subject": "",
        "step": "",
        "expires_at": "",
        "reason": "",
        "attempts": 0,
        "created_at": "",
        "settled_at": "",
    },
    "officials": {
        "id": 1,
        "login": "lan",
        "name": "Lan",
        "role": "author",
        "whole_city": 1,
        "must_change_password": 0,
        **dict.fromkeys(("password_hash", "totp_secret", "disabled_at", "last_sign_in_at", "created_at"), ""),
        "totp_last_step": 0,
    },
    "broadcasts": {
        **dict.fromkeys(
            ("text", "entry_id", "link_url", "send_at", "repeat", "rejected_reason", "body", "fingerprint"), ""
        ),
        **dict.fromkeys(("created_at", "updated_at", "submitted_at", "approved_at", "expanded_at", "finished_at"), ""),
        "status": "done",
        "audience_json": "{}",
        "whole_city": 1,
        "urgent": 0,
        "author_id": 1,
        "choices_json": "[]",
        "cursor": 0,
        "queued": 0,
        "counts_json": "{}",
    },
    "outbox": {
        **dict.fromkeys(("text", "callback_id", "reason", "due_at", "expires_at", "lease_owner", "leased_until"), ""),
        **dict.fromkeys(("platform_message_id", "created_at", "settled_at"), ""),
        "channel": "zalo",
        "choices_json": "[]",
        "priority": 9,
        "kind": "broadcast",
        "claims": 0,
        "attempts": 0,
        "may_repeat": 0,
    },
    "ratings": {"entry_id": "bhtn.ho-so", "text": ""},
}


def write_history(database: Database, history: History) -> None:
    """Into an empty, migrated database."""
    with database.transaction() as c:
        _insert(c, "people", history.people)
        _insert(c, "person_groups", history.groups)
        _insert(c, "turns", history.turns)
        _insert(c, "sessions", [{**row, "slug": f"phien-{row['id']}"} for row in history.sessions])
        _insert(c, "registrations", history.registrations)
        _insert(c, "needs", history.needs)
        _insert(c, "questions", history.questions)
        _insert(c, "question_messages", history.messages)
        reminders = [{**row, "dedupe_key": str(n)} for n, row in enumerate(history.reminders)]
        _insert(c, "reminders", reminders)
        if not c.rows("SELECT id FROM officials WHERE id = 1"):
            _insert(c, "officials", [{}])
        _insert(c, "broadcasts", [{**row, "form_key": f"k{row['id']}"} for row in history.broadcasts])
        # At most one message is on its way to a person: what is under way waits in the queue.
        _insert(c, "outbox", [{**row, "address": f"a{row['person_id']}"} for row in history.deliveries])
        _insert(c, "ratings", history.ratings)


def _insert(c: Connection, table: str, rows: Rows) -> None:
    whole = [{**_DEFAULTS[table], **row} for row in rows]
    if not whole:
        return
    names = sorted(whole[0])
    # The ids are ours, so that the rows can be counted by hand.
    override = " OVERRIDING SYSTEM VALUE" if c.dialect == "postgresql" and "id" in names else ""
    values = ", ".join(f":{name}" for name in names)
    c.execute_many(f"INSERT INTO {table} ({', '.join(names)}){override} VALUES ({values})", whole)
