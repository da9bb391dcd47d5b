"""A person's history in an official's words: what was asked, told, promised and sent, as lines under headings."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping

from bot.console.telling import day, moment
from bot.forms.consenting import WORDINGS
from bot.forms.needs_survey import LEVEL_LABELS, WISH_LABELS
from bot.outreach.due import KINDS
from storage import consents, deadlines, needs, outbox, questions, registrations, sessions, turns
from storage.consents import Consent
from storage.database import Connection
from storage.deadlines import Deadline
from storage.needs import Need
from storage.scope import WHOLE_CITY

CHANNEL_NAMES = {"zalo": "Zalo", "telegram": "Telegram", "web": "Trang chat"}
_ALWAYS = "9999"
LATEST = 20  # of each kind, the newest
OUTCOMES = {
    "answer": "đã trả lời",
    "clarify": "hỏi lại",
    "fallback": "chưa có câu trả lời",
    "action": "đã làm",
    "silence": "không cần trả lời",
}
QUESTIONS = {"open": "đang chờ", "answered": "đã trả lời", "closed": "đã đóng"}
PLACES = {"registered": "có chỗ", "waiting": "danh sách chờ", "cancelled": "đã hủy"}
NEED_STATUSES = {"open": "Đang cần", "met": "Đã đáp ứng", "withdrawn": "Đã rút"}
DEADLINES = {"open": "đang nhắc", "done": "đã xong", "stopped": "đã thôi nhắc"}
DELIVERIES = {
    "queued": "chờ gửi",
    "sending": "đang gửi",
    "sent": "đã gửi",
    "refused": "kênh từ chối",
    "gone": "không tới được",
    "expired": "quá hạn",
    "cancelled": "đã hủy",
}
_CONSENTS = {"dang-ky": "đăng ký phiên"}


@dataclasses.dataclass(frozen=True, slots=True)
class Part:
    """One kind of what is kept: lines of (when, what, how it stands), newest first; `more`: some are left out."""

    title: str
    lines: tuple[tuple[str, str, str], ...]
    more: bool = False


def tell_history(c: Connection, person_id: int, titles: Mapping[str, str]) -> tuple[Part, ...]:
    """Everything about a person but their own row, who was found in the official's scope before; `titles`: entries'."""
    return (
        _part("Nhu cầu", [_need(need) for need in reversed(needs.list_of_person(c, person_id))]),
        _part("Phiên giao dịch", _registrations(c, person_id)),
        _part("Câu hỏi gửi cán bộ", _questions(c, person_id)),
        _part("Hạn cần nhớ", [_deadline(one) for one in reversed(deadlines.list_of_person(c, person_id))]),
        _part("Đã đồng ý", [_consent(one) for one in reversed(consents.list_consents(c, person_id))]),
        _part("Đã hỏi bot", _turns(c, person_id, titles)),
        _part("Tin đã gửi", _deliveries(c, person_id)),
    )


def tell_need(kind: str, level: str, trade: str) -> str:
    """ "Học nghề: May mặc, sơ cấp (3–12 tháng)"."""
    about = [part for part in (trade, LEVEL_LABELS.get(level, "").lower()) if part]
    return f"{WISH_LABELS.get(kind, kind)}{': ' if about else ''}{', '.join(about)}"


def _part(title: str, lines: list[tuple[str, str, str]]) -> Part:
    return Part(title, tuple(lines[:LATEST]), len(lines) > LATEST)


def _need(need: Need) -> tuple[str, str, str]:
    return day(need.created_at), tell_need(need.kind, need.level, need.trade), NEED_STATUSES[need.status]


def _registrations(c: Connection, person_id: int) -> list[tuple[str, str, str]]:
    held = registrations.list_of_person(c, person_id)
    known = {session.id: session for session in sessions.list_held(c, person_id, LATEST + 1)}
    return [
        (
            day(known[one.session_id].starts_at),
            known[one.session_id].title,
            "có mặt" if one.checked_in_at else PLACES[one.status],
        )
        for one in sorted(held, key=lambda one: -one.id)
        if one.session_id in known
    ]


def _questions(c: Connection, person_id: int) -> list[tuple[str, str, str]]:
    asked = questions.list_of_person(c, person_id, LATEST + 1)
    return [(moment(one.created_at), one.text, QUESTIONS[one.status]) for one in asked]


def _deadline(one: Deadline) -> tuple[str, str, str]:
    return day(one.due_on), KINDS[one.kind].title if one.kind in KINDS else one.kind, DEADLINES[one.status]


def _consent(one: Consent) -> tuple[str, str, str]:
    purpose = WORDINGS[one.purpose].name if one.purpose in WORDINGS else _CONSENTS.get(one.purpose, one.purpose)
    state = f"rút ngày {day(one.withdrawn_at)}" if one.withdrawn_at else "còn hiệu lực"
    return moment(one.given_at), purpose[0].upper() + purpose[1:], state


def _turns(c: Connection, person_id: int, titles: Mapping[str, str]) -> list[tuple[str, str, str]]:
    return [
        (
            moment(turn.created_at),
            turn.text or "(không phải chữ)",
            titles.get(turn.entry_id, "") or OUTCOMES[turn.outcome],
        )
        for turn in reversed(turns.list_latest(c, WHOLE_CITY, person_id, _ALWAYS, LATEST + 1))
    ]


def _deliveries(c: Connection, person_id: int) -> list[tuple[str, str, str]]:
    """What went out by itself; replies stand in the conversation."""
    return [
        (moment(one.created_at), one.text[:200], f"{DELIVERIES[one.status]}{': ' + one.reason if one.reason else ''}")
        for one in outbox.list_pushes(c, person_id, LATEST + 1)
    ]
