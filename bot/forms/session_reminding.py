"""The form that changes when a person is reminded of a session they have a place in: one question.

It reads lengths of time before the start; the quiet hours are kept by whoever plans the reminder.
"""

from __future__ import annotations

import datetime
import re

from bot.forms.form import Answers, Form, Option, Setting, Step
from bot.forms.readers import plain
from bot.messages import Choice, Effect, Reply, SetReminding
from bot.outreach.session_words import DAY_MINUTES, USUAL, label_of, line_of, tell_before, tell_reminding, tell_when
from bot.texts import escape
from storage.sessions import Session

NAME = "session_reminding"
NEVER = "khong"
MOST_DAYS = 14
_LENGTH = re.compile(r" (?:(\d{1,4})|(mot|hai|ba|bon|nam|sau|bay)) (ngay|hom|gio|tieng|h|phut|p|tuan)(?= )")
_WORDS = {"mot": 1, "hai": 2, "ba": 3, "bon": 4, "nam": 5, "sau": 6, "bay": 7}
_UNITS = {"ngay": DAY_MINUTES, "hom": DAY_MINUTES, "tuan": 7 * DAY_MINUTES, "phut": 1, "p": 1}


def read_lengths(text: str, _today: datetime.date) -> str:
    """Minutes before the start named in an answer ("trước 3 ngày và 2 tiếng" is "4320,120"); "" when there are none."""
    words = plain(re.sub(r"(\d)([a-z])", r"\1 \2", text.lower()))
    found = [int(match[1] or _WORDS[match[2]]) * _UNITS.get(match[3], 60) for match in _LENGTH.finditer(words)]
    return ",".join(str(minutes) for minutes in sorted(set(found), reverse=True))


def check_lengths(value: str) -> str:
    minutes = [int(one) for one in value.split(",")]
    if min(minutes) < 30 or max(minutes) > MOST_DAYS * DAY_MINUTES:
        return f"Tôi nhắc được sớm nhất {MOST_DAYS} ngày và muộn nhất 30 phút trước giờ. Anh/chị chọn lại giúp tôi."
    return ""


def _session(answers: Answers, setting: Setting) -> Session | None:
    session = setting.known.find_session(answers.get("session", ""))
    return session if session and setting.known.find_place(session.id) else None


def _own(_answers: Answers, setting: Setting) -> tuple[Option, ...]:
    held = [one for one in setting.known.sessions if setting.known.find_place(one.id)]
    return tuple(Option(str(one.id), label_of(one), title=line_of(one)) for one in held)


def _ask_when(answers: Answers, setting: Setting) -> str:
    session = _session(answers, setting)
    head = f"**{escape(session.title)}**, {tell_when(session)}. " if session else ""
    return f"{head}Anh/chị muốn tôi nhắc trước bao lâu? Chọn một dòng, hoặc gõ “trước 3 ngày và 5 tiếng”."


def finish(answers: Answers, setting: Setting) -> Reply:
    session = _session(answers, setting)
    if session is None:
        return Reply("Anh/chị chưa giữ chỗ ở phiên nào nên chưa có gì để nhắc.", (Choice("Lịch phiên", "ph:ds"),))
    choices = (Choice("Phiên của tôi", "ph:toi"), Choice("Đổi giờ nhắc", f"ph:n:{session.id}"))
    if answers["when"] == NEVER:
        return Reply(f"Vâng, tôi không nhắc phiên này nữa: {tell_when(session)}. Chỗ của anh/chị vẫn giữ.", choices)
    told = tell_reminding(session, answers["when"], setting.known.now)
    late = " Tôi không nhắn từ 21 giờ đến 7 giờ nên giờ nhắc có thể xê dịch." if answers["when"] else ""
    return Reply(f"Đã đổi giờ nhắc. {told}{late}", choices)


def effects(answers: Answers, setting: Setting) -> tuple[Effect, ...]:
    session = _session(answers, setting)
    if session is None:
        return ()
    return (SetReminding(session.id, "" if answers["when"] == NEVER else answers["when"]),)


def tell_lengths(value: str) -> str:
    """ "4320,120" as "trước 3 ngày và 2 giờ"."""
    if value == NEVER:
        return "không nhắc"
    return f"nhắc trước {' và '.join(tell_before(int(minutes)) for minutes in value.split(','))}"


FORM = Form(
    name=NAME,
    entry="gdvl.huy-dang-ky",
    invite="",
    again="",
    sourced=False,
    finish=finish,
    effects=effects,
    steps=(
        Step(
            key="session",
            question="Anh/chị muốn đổi giờ nhắc của phiên nào?",
            expected="Anh/chị chọn một phiên bằng số đứng trước nó, hoặc gõ “thôi”.",
            offer=_own,
            needed=lambda answers, setting: bool(_own(answers, setting)),
        ),
        Step(
            key="when",
            question="",
            question_for=_ask_when,
            expected="Tôi cần biết nhắc trước bao lâu, ví dụ “trước 3 ngày”, “5 tiếng”, hoặc “không nhắc”.",
            options=(
                Option(USUAL, "Trước 1 ngày và 2 giờ"),
                Option("1440", "Trước 1 ngày"),
                Option("120", "Trước 2 giờ"),
                Option("4320", "Trước 3 ngày"),
                Option(NEVER, "Không nhắc", alone=("khong", "khong nhac", "dung nhac", "thoi khong nhac", "ko nhac")),
            ),
            find=read_lengths,
            read=read_lengths,
            check=check_lengths,
            tell=tell_lengths,
            needed=lambda answers, setting: _session(answers, setting) is not None,
        ),
    ),
)
