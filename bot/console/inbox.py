"""The questions officials have to answer: the lists, one thread, taking it, answering it, closing it.

What an answer is and how it goes out is `answering`'s; whose questions are shown is said by the official's scope.
"""

from __future__ import annotations

import datetime
import json
from collections.abc import Callable

from starlette.requests import Request
from starlette.responses import Response

from bot import announcing, answering
from bot.answering import CLOSE_REASONS, NotDone, Pointer
from bot.clock import in_hanoi, parse_iso, utc_now
from bot.console.access import Official
from bot.console.entry_choosing import entry_choices
from bot.console.forms import read_choice, read_lines, read_text
from bot.console.frame import console_of, database_of, form_of, page, redirect, wake
from bot.console.paging import PER_PAGE, PageOf, offset, page_number
from bot.orders import ENTRY
from content.model import Library
from storage import officials, people, questions, turns
from storage.questions import Question, Sift
from storage.turns import StoredTurn

HOME = "/console/questions"
TURNS_SHOWN = 8
OLD_DAYS = 2
KINDS = {"free": "Chờ nhận", "claimed": "Đang trả lời", "answered": "Đã trả lời", "closed": "Đã đóng"}
REASONS = {"handover": "Người dân xin gặp cán bộ", "unanswered": "Trợ lý chưa trả lời được"}
OUTCOMES = {
    "answer": "Trợ lý trả lời",
    "clarify": "Trợ lý hỏi lại",
    "fallback": "Trợ lý chưa có câu trả lời",
    "action": "Trợ lý làm theo",
    "silence": "Trợ lý không đáp",
}


def show_inbox(request: Request, official: Official) -> Response:
    """One kind of questions at a time; `?commune=`, `?reason=` and `?mine=1` narrow it."""
    query = request.query_params
    console = console_of(request)
    communes = {slug: name for slug, name in console.commune_names.items() if official.scope.covers(slug)}
    commune = query.get("commune", "") if query.get("commune", "") in communes else ""
    scope = official.scope.narrowed(frozenset({commune})) if commune else official.scope
    reason = query.get("reason", "") if query.get("reason", "") in REASONS else ""
    mine = official.login if query.get("mine") == "1" else ""
    sifts = {kind: Sift(kind, reason, mine) for kind in ("free", "claimed", "answered", "closed")}
    sift = sifts.get(query.get("kind", ""), sifts["claimed" if mine else "free"])
    number = page_number(query)
    with database_of(request).reading() as c:
        counts = {kind: questions.count_sifted(c, scope, one) for kind, one in sifts.items()}
        rows = questions.list_sifted(c, scope, sift, PER_PAGE, offset(number))
        names = {row.login: row.name for row in officials.list_officials(c)}
    now = utc_now()
    return page(
        request,
        official,
        "inbox.html",
        paged=PageOf([(row, tell_age(row, now), is_old(row, now)) for row in rows], number, counts[sift.kind]),
        kind=sift.kind,
        tabs=[(key, label, counts[key]) for key, label in KINDS.items()],
        kept={"commune": commune, "reason": reason, "mine": "1" if mine else ""},
        communes=list(communes.items()),
        reasons=REASONS,
        names=names,
    )


def show_question(request: Request, official: Official) -> Response:
    return _question_page(request, official)


def claim(request: Request, official: Official) -> Response:
    number = _number(request)
    return _done(
        request,
        official,
        lambda: answering.claim(database_of(request), number, official.login, official.scope),
        "Anh/chị đã nhận câu hỏi này.",
    )


def release(request: Request, official: Official) -> Response:
    """Give it back: one's own, or, for those who approve, anybody's."""
    number = _number(request)
    with database_of(request).reading() as c:
        question = questions.get_question(c, number, official.scope)
    if question.claimed_by not in {"", official.login} and not official.may("approver"):
        return _question_page(request, official, "Chỉ người đã nhận hoặc người duyệt mới trả lại câu hỏi này được.")
    return _done(
        request,
        official,
        lambda: answering.release(database_of(request), number, official.login, official.scope),
        "Đã trả lại để người khác nhận.",
    )


def look(request: Request, official: Official) -> Response:
    """What the worker would get, under the form as it was typed. Sends nothing."""
    text, pointer = _typed(request)
    if not text and not pointer:
        return _question_page(request, official, "Viết câu trả lời hoặc chọn một mục trước đã.")
    return _question_page(request, official, looked_at=True)


def answer(request: Request, official: Official) -> Response:
    number = _number(request)
    text, pointer = _typed(request)
    try:
        question = answering.send_answer(database_of(request), number, text, official.login, official.scope, pointer)
    except NotDone as refused:
        return _question_page(request, official, str(refused))
    with database_of(request).reading() as c:
        wake(request, people.get_person(c, question.person_id).channel)
    return redirect(request, f"{HOME}/{number}", "Đã gửi câu trả lời.")


def close(request: Request, official: Official) -> Response:
    """Close without answering, for one of the reasons there are."""
    number = _number(request)
    reason = read_choice(form_of(request), "reason", CLOSE_REASONS)
    if not reason:
        return _question_page(request, official, "Cần chọn lý do đóng câu hỏi.")
    return _done(
        request,
        official,
        lambda: answering.close(database_of(request), number, official.login, official.scope, reason),
        "Đã đóng câu hỏi. Người hỏi không nhận tin nào.",
    )


def tell_age(question: Question, now: datetime.datetime) -> str:
    """How long the person has waited, or, of a settled question, waited."""
    until = parse_iso(question.settled_at) if question.settled_at else now
    minutes = max(0, int((until - parse_iso(question.waiting_since_at)).total_seconds() // 60))
    if minutes < 60:
        return f"{minutes} phút"
    return f"{minutes // 60} giờ" if minutes < 48 * 60 else f"{minutes // 60 // 24} ngày"


def is_old(question: Question, now: datetime.datetime) -> bool:
    """Whether an open question has waited so long that it must not be overlooked."""
    return question.status == "open" and (now - parse_iso(question.waiting_since_at)).days >= OLD_DAYS


def _done(request: Request, official: Official, act: Callable[[], None], said: str) -> Response:
    try:
        act()
    except NotDone as refused:
        return _question_page(request, official, str(refused))
    return redirect(request, f"{HOME}/{_number(request)}", said)


def _number(request: Request) -> int:
    return int(request.path_params["question_id"])


def _typed(request: Request) -> tuple[str, Pointer | None]:
    """The official's words, and the entry pointed to."""
    form = form_of(request)
    pointer = answering.point_to(
        console_of(request).live.current, read_text(form, "entry", 80), in_hanoi(utc_now()).date()
    )
    return read_lines(form, "text", answering.LONGEST_ANSWER + 1), pointer


def _question_page(request: Request, official: Official, error: str = "", *, looked_at: bool = False) -> Response:
    """One thread with all that may be done about it; `error` is why the last act was not done."""
    console = console_of(request)
    with database_of(request).reading() as c:
        question = questions.get_question(c, _number(request), official.scope)
        messages = questions.list_messages(c, question.id)
        talk = turns.list_latest(c, official.scope, question.person_id, question.created_at, TURNS_SHOWN)
        person = people.get_person(c, question.person_id)
        names = {row.login: row.name for row in officials.list_officials(c)}
    text, pointer = _typed(request)
    now = utc_now()
    library = console.live.current
    about = library.find_entry(question.entry_id)
    return page(
        request,
        official,
        "question.html",
        422 if error else 200,
        question=question,
        messages=messages,
        talk=[_tell_turn(turn, library) for turn in talk],
        before=_before(question) if not talk else [],
        about=about.title if about else "",
        age=tell_age(question, now),
        old=is_old(question, now),
        channel=person.channel,
        names=names,
        reasons=REASONS,
        close_reasons=CLOSE_REASONS,
        kinds=KINDS,
        kind="free" if question.status == "open" and not question.claimed_by else question.status,
        mine=question.claimed_by == official.login,
        may_answer=official.may("author") and question.claimed_by in {"", official.login},
        may_release=official.may("approver") or question.claimed_by == official.login,
        may_write=official.may("author"),
        may_edit=official.may("admin") and official.communes is None,
        choices=entry_choices(console, question.text) if question.status == "open" else None,
        typed={"text": text, "entry": pointer.choice.action.removeprefix(ENTRY) if pointer else ""},
        shown=announcing.show(answering.word_answer(question, person.language, text, pointer)) if looked_at else None,
        error=error,
    )


def _before(question: Question) -> list[str]:
    """The person's last messages as they were stored with the question, for when the turns are gone."""
    kept = json.loads(question.context_json or "[]")
    return [str(line) for line in kept] if isinstance(kept, list) else []


def _tell_turn(turn: StoredTurn, library: Library) -> tuple[str, str, str, str]:
    """(time, what the person wrote or tapped, what the bot did, why)."""
    entry = library.find_entry(turn.entry_id)
    tapped = library.find_entry(turn.text.removeprefix(ENTRY))
    said = turn.text if turn.inbound_kind == "text" else f"[bấm chọn{f': {tapped.title}' if tapped else ''}]"
    did = OUTCOMES[turn.outcome] + (f": {entry.title}" if entry else "")
    because = json.loads(turn.because_json or "{}")
    return turn.created_at, said, did, str(because.get("reason", "")) if turn.outcome != "action" else ""
