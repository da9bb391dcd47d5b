"""An official's side of a hand-over: the open questions as threads, taking one, answering it, closing it.

An answer takes the same road out as all else. The console and the command line both come through here; who may see
whose questions is said by the scope they give.
"""

from __future__ import annotations

import dataclasses
import datetime
import json

from bot.clock import in_hanoi, iso, later, utc_now
from bot.composing import Say, Skip
from bot.messages import Choice, Reply, write_choices
from bot.orders import ENTRY
from bot.outreach.questions import answer_choices
from bot.texts import escape, quote, say
from content.figures import find_value
from content.model import Library
from content.render import render_answer
from storage import audit, outbox, people, questions, reminders
from storage.database import Connection, Database
from storage.people import Person
from storage.questions import Message, Question
from storage.reminders import NewReminder, Reminder
from storage.scope import WHOLE_CITY, Scope

LISTED = 50
ANSWER_KEPT_SECONDS = 14 * 24 * 3600
LONGEST_ANSWER = 3_000
WAITING = "question_waiting"  # the reminder that owns up to a question nobody answered
WAITING_KEPT = datetime.timedelta(days=2)
NOTICES_AT_ONCE = 500
CONTACTS = "chung.lien-he"


# Why a question is closed without an answer of ours: slug → as officials read it.
CLOSE_REASONS = {
    "told": "Đã trả lời qua điện thoại hoặc trực tiếp",
    "double": "Trùng với câu khác của cùng người",
    "not-ours": "Không thuộc việc của cơ quan, đã chỉ nơi khác",
    "no-question": "Không phải câu hỏi, hoặc đọc không ra",
}


@dataclasses.dataclass(frozen=True, slots=True)
class Pointer:
    """An entry an official points to: its title, its summary of today as Markdown, and the button that opens it."""

    title: str
    summary: str
    choice: Choice


class NotDone(Exception):
    """The question is not in a state for it; the sentence says why, in Vietnamese."""


def point_to(library: Library, entry_id: str, on: datetime.date) -> Pointer | None:
    """The entry as it is pointed to on a day; None when the library has no such entry."""
    entry = library.find_entry(entry_id)
    if entry is None:
        return None
    summary = render_answer(library, entry, on).short
    return Pointer(entry.title, summary, Choice(entry.menu, ENTRY + entry.id))


def send_answer(
    database: Database,
    question_id: int,
    text: str,
    official: str,
    scope: Scope = WHOLE_CITY,
    pointer: Pointer | None = None,
) -> Question:
    """Store the answer and queue it to the person in one transaction; the question as it was before.

    With a pointer the text may be empty. LookupError when there is no such question in scope; NotDone when the text is
    not fit or the question not open.
    """
    text = text.strip()
    if not text and not pointer:
        raise NotDone("Câu trả lời còn trống.")
    if len(text) > LONGEST_ANSWER:
        raise NotDone(f"Câu trả lời dài {len(text)} ký tự, nhiều nhất là {LONGEST_ANSWER}.")
    now = utc_now()
    with database.transaction() as c:
        question = questions.get_question(c, question_id, scope)
        if question.status != "open":
            raise NotDone(f"Câu hỏi số {question_id} đã được trả lời hoặc đã đóng.")
        if not questions.claim(c, question_id, official, iso(now)):
            raise NotDone(f"Câu hỏi số {question_id} đang do {question.claimed_by} trả lời.")
        kept = "\n".join(part for part in (text, f"→ {pointer.title}" if pointer else "") if part)
        message_id = questions.answer_question(c, question_id, kept, official, iso(now))
        if message_id is None:
            raise NotDone(f"Câu hỏi số {question_id} đã được trả lời hoặc đã đóng.")
        person = people.get_person(c, question.person_id)
        reply = word_answer(question, person.language, text, pointer)
        outbox.enqueue(c, [_delivery(person, reply, message_id, now)], iso(now))
        reminders.cancel_subject(c, _subject(question), "đã có trả lời", iso(now))
        audit.record(c, official, "question.answered", f"question:{question_id}", "{}", iso(now))
    return question


def word_answer(question: Question, language: str, text: str, pointer: Pointer | None = None) -> Reply:
    """What the person gets: whose question it answers, the official's words as typed, the entry pointed to."""
    lead = say(language, "official_answer", question=quote(question.text))
    more, clear = say(language, "choice.ask_more"), say(language, "choice.clear")
    parts = (lead, escape(text), pointer.summary if pointer else "")
    open_entry = (pointer.choice,) if pointer else ()
    body = "\n\n".join(part for part in parts if part)
    return Reply(body, (*open_entry, *answer_choices(question.id, more, clear)))


def _delivery(person: Person, reply: Reply, message_id: int, now: datetime.datetime) -> outbox.NewDelivery:
    return outbox.NewDelivery(
        person_id=person.id,
        channel=person.channel,
        address=person.address,
        text=reply.text,
        choices_json=write_choices(reply.choices),
        priority=outbox.PRIORITY_REPLY,
        due_at=iso(now),
        kind="official_answer",
        expires_at=later(now, ANSWER_KEPT_SECONDS),
        dedupe_key=f"answer:{message_id}",
    )


def claim(database: Database, question_id: int, official: str, scope: Scope = WHOLE_CITY) -> None:
    """Take an open question, so that two do not answer it. LookupError, NotDone as for `send_answer`."""
    now = iso(utc_now())
    with database.transaction() as c:
        question = questions.get_question(c, question_id, scope)
        if not questions.claim(c, question_id, official, now):
            taken = f"đang do {question.claimed_by} trả lời" if question.status == "open" else "không còn mở"
            raise NotDone(f"Câu hỏi số {question_id} {taken}.")
        audit.record(c, official, "question.claimed", f"question:{question_id}", "{}", now)


def release(database: Database, question_id: int, official: str, scope: Scope = WHOLE_CITY) -> None:
    """Give a question back to everybody. LookupError, NotDone as for `send_answer`."""
    now = iso(utc_now())
    with database.transaction() as c:
        questions.get_question(c, question_id, scope)
        if not questions.release(c, question_id):
            raise NotDone(f"Câu hỏi số {question_id} chưa có ai nhận.")
        audit.record(c, official, "question.released", f"question:{question_id}", "{}", now)


def close(database: Database, question_id: int, official: str, scope: Scope = WHOLE_CITY, reason: str = "") -> None:
    """Close a question without (another) answer; the person is not told. `reason` is one of CLOSE_REASONS or "".

    LookupError, NotDone as for `send_answer`.
    """
    now = iso(utc_now())
    with database.transaction() as c:
        question = questions.get_question(c, question_id, scope)
        if not questions.close_question(c, question_id, official, now, reason):
            raise NotDone(f"Câu hỏi số {question_id} đã đóng rồi.")
        reminders.cancel_subject(c, _subject(question), "câu hỏi đã đóng", now)
        detail = json.dumps({"reason": reason} if reason else {})
        audit.record(c, official, "question.closed", f"question:{question_id}", detail, now)


def carry_out(database: Database, question_id: int | None, do: str, text: str, official: str) -> str:
    """What `main.py questions` says: the open ones without a number, one thread with only a number, else what was done.

    `do` is claim, release, close or "". LookupError, NotDone as for `send_answer`.
    """
    if question_id is None:
        return list_open(database)
    if do:
        {"claim": claim, "release": release, "close": close}[do](database, question_id, official)
        return f"Xong: {show_thread(database, question_id)}"
    if not text:
        return show_thread(database, question_id)
    send_answer(database, question_id, text, official)
    return f"Đã gửi câu trả lời cho câu hỏi số {question_id}."


def list_open(database: Database) -> str:
    """The open questions, the longest waiting first, as an official reads them on a screen."""
    with database.reading() as c:
        waiting = questions.list_questions(c, "open", LISTED)
        threads = [(question, questions.list_messages(c, question.id)) for question in waiting]
        count = questions.count_open(c)
    if not waiting:
        return "Không có câu hỏi nào đang chờ."
    blocks = [write_thread(question, messages) for question, messages in threads]
    left = [f"… và {count - LISTED} câu nữa."] if count > LISTED else []
    return "\n\n".join(
        [
            *blocks,
            *left,
            'Trả lời: python main.py questions SỐ "câu trả lời" --by "tên cán bộ"; nhận: --claim; đóng: --close',
        ]
    )


def show_thread(database: Database, question_id: int) -> str:
    """One question with all that was written under it. LookupError when there is none."""
    with database.reading() as c:
        return write_thread(questions.get_question(c, question_id), questions.list_messages(c, question_id))


def write_thread(question: Question, messages: list[Message]) -> str:
    """A question as text: who waits since when, the words, what led to it, what followed."""
    since = f"{in_hanoi(question.waiting_since_at):%d/%m/%Y %H:%M}"
    head = [f"#{question.id}", f"hỏi lại từ {since}" if question.reopened_at else f"hỏi từ {since}"]
    head += [f"nơi ở {question.commune}"] if question.commune else []
    head += [f"{question.claimed_by} đang trả lời"] if question.claimed_by and question.status == "open" else []
    lines = [" · ".join(head), f"  {question.text}"]
    lines += [f"    {line}" for line in json.loads(question.context_json or "[]")]
    for message in messages:
        who = "Người hỏi" if message.author == "worker" else f"Cán bộ {message.official}"
        lines.append(f"  {who}, {in_hanoi(message.created_at):%d/%m %H:%M}: {message.text}")
    return "\n".join(lines)


# The honest notice to who has waited long


def plan_notices(database: Database, now: datetime.datetime, days: int) -> int:
    """Plan a notice to everybody whose question has waited for so many days, once per wait; how many are new."""
    with database.transaction() as c:
        waiting = questions.list_long_waiting(c, iso(days_before(now, days)), WAITING, NOTICES_AT_ONCE)
        return reminders.plan(
            c,
            [
                NewReminder(
                    person_id=question.person_id,
                    kind=WAITING,
                    subject=_subject(question),
                    step="",
                    dedupe_key=f"{WAITING}:{question.id}:{question.waiting_since_at}",
                    due_at=iso(now),
                    expires_at=iso(now + WAITING_KEPT),
                )
                for question in waiting
            ],
            iso(now),
        )


def days_before(now: datetime.datetime, days: int) -> datetime.datetime:
    """The moment so many weekdays ago: nobody answers on Saturdays and Sundays."""
    moment = now
    while days:
        moment -= datetime.timedelta(days=1)
        days -= in_hanoi(moment).weekday() < 5
    return moment


def compose_waiting(
    c: Connection, library: Library, reminder: Reminder, person: Person, now: datetime.datetime
) -> Say | Skip:
    """Composer: own up that nobody has answered yet, and name other ways to ask."""
    question = questions.find_question(c, int(reminder.subject.removeprefix("question:")))
    if question is None or question.status != "open":
        return Skip("đã có trả lời hoặc đã đóng")
    asked = f"{in_hanoi(question.waiting_since_at):%d/%m}"
    centre = find_value(library.figures, "gdvl.trung_tam", in_hanoi(now).date())
    text = say(person.language, "question.waiting", date=asked, question=quote(question.text))
    ways = say(person.language, "question.other_ways", centre=centre)
    contacts = library.find_entry(CONTACTS)
    more = (Choice(contacts.menu, ENTRY + contacts.id),) if contacts else ()
    clear = say(person.language, "choice.clear")
    return Say(f"{text}\n\n{ways}", (*more, answer_choices(question.id, "", clear)[1]))


def _subject(question: Question) -> str:
    return f"question:{question.id}"
