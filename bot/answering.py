"""An official's side of a hand-over: read the open questions, answer one; the answer takes the same road out as all
else.
"""

from __future__ import annotations

import json

from bot.clock import iso, later, utc_now
from bot.texts import escape, quote, say
from storage import audit, outbox, people, questions
from storage.database import Database

LISTED = 50
ANSWER_KEPT_SECONDS = 14 * 24 * 3600
LONGEST_ANSWER = 3_000


def list_open(database: Database) -> str:
    """The open questions, oldest first, as an official reads them on a screen."""
    with database.reading() as connection:
        waiting = questions.list_questions(connection, "open", LISTED)
    if not waiting:
        return "Không có câu hỏi nào đang chờ."
    blocks = []
    for question in waiting:
        context = "\n".join(f"    {line}" for line in json.loads(question.context_json or "[]"))
        blocks.append(
            f"#{question.id} · {question.created_at[:16].replace('T', ' ')} UTC\n  {question.text}"
            + (f"\n{context}" if context else "")
        )
    return "\n\n".join(blocks) + '\n\nTrả lời: python main.py questions SỐ "câu trả lời" --by "tên cán bộ"'


def answer(database: Database, question_id: int, text: str | None, official: str) -> str:
    """Store the answer and queue it to the person in one transaction; says what happened, in Vietnamese.

    LookupError when there is no such question.
    """
    text = (text or "").strip()
    if not text:
        return 'Câu trả lời còn trống. Cách gõ: python main.py questions SỐ "câu trả lời"'
    if len(text) > LONGEST_ANSWER:
        return f"Câu trả lời dài {len(text)} ký tự, nhiều nhất là {LONGEST_ANSWER}."
    now = utc_now()
    with database.transaction() as connection:
        question = questions.get_question(connection, question_id)
        if not questions.answer_question(connection, question_id, text, official, iso(now)):
            return f"Câu hỏi số {question_id} đã được trả lời hoặc đã đóng."
        person = people.get_person(connection, question.person_id)
        lead = say(person.language, "official_answer", question=quote(question.text))
        delivery = outbox.NewDelivery(
            person_id=person.id,
            channel=person.channel,
            address=person.address,
            text=f"{lead}\n\n{escape(text)}",
            choices_json="[]",
            priority=outbox.PRIORITY_REPLY,
            due_at=iso(now),
            kind="official_answer",
            expires_at=later(now, ANSWER_KEPT_SECONDS),
            dedupe_key=f"answer:{question_id}",
        )
        outbox.enqueue(connection, [delivery], iso(now))
        audit.record(connection, official, "question.answered", f"question:{question_id}", "{}", iso(now))
    return f"Đã gửi câu trả lời cho câu hỏi số {question_id}."
