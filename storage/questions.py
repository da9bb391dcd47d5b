"""What people asked that a human must see, from open to answered or closed."""

from __future__ import annotations

import dataclasses

from storage.database import Connection


@dataclasses.dataclass(frozen=True, slots=True)
class Question:
    """`status` is open, answered or closed; `answer`, `official` and `settled_at` are empty while it is open.

    `reason` is why the bot did not answer; `context_json` what was said before.
    """

    id: int
    person_id: int
    text: str
    reason: str
    context_json: str
    status: str
    answer: str
    official: str
    created_at: str
    settled_at: str


_COLUMNS = "id, person_id, text, reason, context_json, status, answer, official, created_at, settled_at"


def open_question(c: Connection, person_id: int, text: str, reason: str, context_json: str, now: str) -> int:
    """Store a question for an official; return its id."""
    row = c.row(
        """
        INSERT INTO questions (
            person_id, text, reason, context_json, status, answer, official, created_at, settled_at
        )
        VALUES (:person_id, :text, :reason, :context_json, 'open', '', '', :now, '')
        RETURNING id
        """,
        {"person_id": person_id, "text": text, "reason": reason, "context_json": context_json, "now": now},
    )
    assert row is not None
    return int(row["id"])


def list_questions(c: Connection, status: str, limit: int) -> list[Question]:
    """Questions with this status, the longest waiting first."""
    rows = c.rows(
        f"SELECT {_COLUMNS} FROM questions WHERE status = :status ORDER BY id LIMIT :limit",  # noqa: S608
        {"status": status, "limit": limit},
    )
    return [Question(**row) for row in rows]


def get_question(c: Connection, question_id: int) -> Question:
    """The question with this id; LookupError when there is none."""
    row = c.row(f"SELECT {_COLUMNS} FROM questions WHERE id = :id", {"id": question_id})  # noqa: S608
    if row is None:
        raise LookupError(f"Không có câu hỏi số {question_id}.")
    return Question(**row)


def answer_question(c: Connection, question_id: int, answer: str, official: str, now: str) -> bool:
    """Answer an open question. False when it is not open (somebody was faster): send nothing then."""
    return _settle(c, question_id, "answered", answer, official, now)


def close_question(c: Connection, question_id: int, official: str, now: str) -> bool:
    """Close an open question without an answer. False when it is not open any more."""
    return _settle(c, question_id, "closed", "", official, now)


def _settle(c: Connection, question_id: int, status: str, answer: str, official: str, now: str) -> bool:
    return (
        c.execute(
            """
            UPDATE questions SET status = :status, answer = :answer, official = :official, settled_at = :now
            WHERE id = :id AND status = 'open'
            """,
            {"id": question_id, "status": status, "answer": answer, "official": official, "now": now},
        )
        == 1
    )


def count_open(c: Connection) -> int:
    """How many questions wait for an official."""
    row = c.row("SELECT COUNT(*) AS n FROM questions WHERE status = 'open'")
    return int(row["n"]) if row else 0


def oldest_open_at(c: Connection) -> str | None:
    """Since when the longest waiting question waits, or None when none does."""
    row = c.row("SELECT created_at FROM questions WHERE status = 'open' ORDER BY id LIMIT 1")
    return str(row["created_at"]) if row else None
