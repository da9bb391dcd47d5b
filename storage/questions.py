"""What people asked that a human must see: a thread each, from open to answered or closed, and open again.

The question is its first line; the officials' answers and the person's own further words follow as messages.
"""

from __future__ import annotations

import dataclasses
from typing import Any, Literal

from storage.database import Connection
from storage.scope import WHOLE_CITY, Scope

Status = Literal["open", "answered", "closed"]


@dataclasses.dataclass(frozen=True, slots=True)
class Question:
    """`status` is open, answered or closed. `answer` and `official` are the last answer's, empty before the first.

    `reason` is why the bot did not answer; `context_json` what was said before; `entry_id` what the talk was about.
    `claimed_by` is the official who took it, "" for nobody. `reopened_at` is when the person last wrote under it, ""
    while only asked; `closed_reason` a slug of whoever closed it, "" for none; `commune` is where the person lives, as
    far as they said.
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
    claimed_by: str
    claimed_at: str
    entry_id: str
    reopened_at: str
    closed_reason: str
    commune: str

    @property
    def waiting_since_at(self) -> str:
        """Since when the person waits for an answer, if it is open."""
        return self.reopened_at or self.created_at


@dataclasses.dataclass(frozen=True, slots=True)
class Message:
    """What followed a question: `author` is worker or official; `official` the name, "" for the worker's words."""

    id: int
    question_id: int
    author: str
    official: str
    text: str
    created_at: str


_COLUMNS = ", ".join(
    "p.commune" if field.name == "commune" else f"q.{field.name}" for field in dataclasses.fields(Question)
)
_FROM = f"SELECT {_COLUMNS} FROM questions AS q JOIN people AS p ON p.id = q.person_id"  # noqa: S608
_WAITING_SINCE = "CASE WHEN q.reopened_at <> '' THEN q.reopened_at ELSE q.created_at END"


def open_question(
    c: Connection, person_id: int, text: str, reason: str, context_json: str, now: str, entry_id: str = ""
) -> int:
    """Store a question for an official; return its id."""
    row = c.row(
        """
        INSERT INTO questions (
            person_id, text, reason, context_json, status, answer, official, created_at, settled_at, entry_id
        )
        VALUES (:person_id, :text, :reason, :context_json, 'open', '', '', :now, '', :entry_id)
        RETURNING id
        """,
        {
            "person_id": person_id,
            "text": text,
            "reason": reason,
            "context_json": context_json,
            "now": now,
            "entry_id": entry_id,
        },
    )
    assert row is not None
    return int(row["id"])


def is_asked(c: Connection, person_id: int, text: str, since: str) -> bool:
    """Whether the very same words of the person wait for an answer already, asked at `since` or later."""
    row = c.row(
        """
        SELECT id FROM questions
        WHERE person_id = :person_id AND text = :text AND status = 'open' AND created_at >= :since LIMIT 1
        """,
        {"person_id": person_id, "text": text, "since": since},
    )
    return row is not None


def list_questions(c: Connection, status: Status, limit: int, scope: Scope = WHOLE_CITY) -> list[Question]:
    """Questions with this status of people in scope, the longest waiting first."""
    rows = c.rows(
        f"{_FROM} WHERE q.status = :status AND {scope.where('p.commune')} ORDER BY {_WAITING_SINCE}, q.id LIMIT :limit",
        {"status": status, "limit": limit, **scope.params},
    )
    return [Question(**row) for row in rows]


@dataclasses.dataclass(frozen=True, slots=True)
class Sift:
    """Which questions a list shows: `kind` is free (open, taken by nobody), claimed, answered or closed.

    `reason` (why the bot did not answer) and `claimed_by` narrow it further; "" does not.
    """

    kind: Literal["free", "claimed", "answered", "closed"]
    reason: str = ""
    claimed_by: str = ""


_KINDS = {
    "free": "q.status = 'open' AND q.claimed_by = ''",
    "claimed": "q.status = 'open' AND q.claimed_by <> ''",
    "answered": "q.status = 'answered'",
    "closed": "q.status = 'closed'",
}
_SIFTED = "(:reason = '' OR q.reason = :reason) AND (:claimed_by = '' OR q.claimed_by = :claimed_by)"


def list_sifted(c: Connection, scope: Scope, sift: Sift, limit: int, skip: int = 0) -> list[Question]:
    """Questions of people in scope: open ones the longest waiting first, settled ones the newest first."""
    order = "q.id DESC" if sift.kind in {"answered", "closed"} else f"{_WAITING_SINCE}, q.id"
    rows = c.rows(
        f"""
        {_FROM} WHERE {_KINDS[sift.kind]} AND {_SIFTED} AND {scope.where("p.commune")}
        ORDER BY {order} LIMIT :limit OFFSET :skip
        """,
        {"reason": sift.reason, "claimed_by": sift.claimed_by, "limit": limit, "skip": skip, **scope.params},
    )
    return [Question(**row) for row in rows]


def count_sifted(c: Connection, scope: Scope, sift: Sift) -> int:
    """How many `list_sifted` would list in all."""
    row = c.row(
        f"""
        SELECT COUNT(*) AS n FROM questions AS q JOIN people AS p ON p.id = q.person_id
        WHERE {_KINDS[sift.kind]} AND {_SIFTED} AND {scope.where("p.commune")}
        """,  # noqa: S608
        {"reason": sift.reason, "claimed_by": sift.claimed_by, **scope.params},
    )
    return int(row["n"]) if row else 0


def list_of_person(c: Connection, person_id: int, limit: int) -> list[Question]:
    """A person's questions, the newest first."""
    rows = c.rows(
        f"{_FROM} WHERE q.person_id = :person_id ORDER BY q.id DESC LIMIT :limit",
        {"person_id": person_id, "limit": limit},
    )
    return [Question(**row) for row in rows]


def find_question(c: Connection, question_id: int, scope: Scope = WHOLE_CITY) -> Question | None:
    """The question with this id, or None when there is none or the person is out of scope."""
    row = c.row(f"{_FROM} WHERE q.id = :id AND {scope.where('p.commune')}", {"id": question_id, **scope.params})
    return Question(**row) if row else None


def get_question(c: Connection, question_id: int, scope: Scope = WHOLE_CITY) -> Question:
    """The question with this id; LookupError when there is none in scope."""
    question = find_question(c, question_id, scope)
    if question is None:
        raise LookupError(f"Không có câu hỏi số {question_id}.")
    return question


def list_messages(c: Connection, question_id: int) -> list[Message]:
    """What followed a question, oldest first."""
    rows = c.rows(
        """
        SELECT id, question_id, author, official, text, created_at FROM question_messages
        WHERE question_id = :id ORDER BY id
        """,
        {"id": question_id},
    )
    return [Message(**row) for row in rows]


def claim(c: Connection, question_id: int, official: str, now: str) -> bool:
    """Take an open question, so that two do not answer it. False when somebody else has it or it is not open."""
    return _changed(
        c,
        """
        UPDATE questions
        SET claimed_by = :official, claimed_at = CASE WHEN claimed_by = '' THEN :now ELSE claimed_at END
        WHERE id = :id AND status = 'open' AND claimed_by IN ('', :official)
        """,
        {"id": question_id, "official": official, "now": now},
    )


def release(c: Connection, question_id: int) -> bool:
    """Give a question back to everybody. False when nobody had it."""
    return _changed(
        c,
        "UPDATE questions SET claimed_by = '', claimed_at = '' WHERE id = :id AND claimed_by <> ''",
        {"id": question_id},
    )


def answer_question(c: Connection, question_id: int, answer: str, official: str, now: str) -> int | None:
    """Answer an open question; the id of the message. None when it is not open (somebody was faster): send nothing."""
    if not _settle(c, question_id, "answered", answer, official, now):
        return None
    return _add_message(c, question_id, "official", official, answer, now)


def close_question(c: Connection, question_id: int, official: str, now: str, reason: str = "") -> bool:
    """Close a question that is not closed yet: the person is clear, or nothing is left to answer.

    `reason` is a slug, "" when none was given.
    """
    return _changed(
        c,
        """
        UPDATE questions SET status = 'closed', settled_at = :now, closed_reason = :reason,
            official = CASE WHEN official = '' THEN :official ELSE official END
        WHERE id = :id AND status <> 'closed'
        """,
        {"id": question_id, "official": official, "now": now, "reason": reason},
    )


def reply(c: Connection, question_id: int, person_id: int, text: str, now: str) -> bool:
    """The person's further words under a question of their own, which is open again. False when it is not theirs."""
    theirs = _changed(
        c,
        """
        UPDATE questions SET status = 'open', settled_at = '', closed_reason = '', reopened_at = :now
        WHERE id = :id AND person_id = :person_id
        """,
        {"id": question_id, "person_id": person_id, "now": now},
    )
    if theirs:
        _add_message(c, question_id, "worker", "", text, now)
    return theirs


def _add_message(c: Connection, question_id: int, author: str, official: str, text: str, now: str) -> int:
    row = c.row(
        """
        INSERT INTO question_messages (question_id, person_id, author, official, text, created_at)
        SELECT id, person_id, :author, :official, :text, :now FROM questions WHERE id = :id
        RETURNING id
        """,
        {"id": question_id, "author": author, "official": official, "text": text, "now": now},
    )
    assert row is not None
    return int(row["id"])


def _settle(c: Connection, question_id: int, status: Status, answer: str, official: str, now: str) -> bool:
    return _changed(
        c,
        """
        UPDATE questions SET status = :status, answer = :answer, official = :official, settled_at = :now
        WHERE id = :id AND status = 'open'
        """,
        {"id": question_id, "status": status, "answer": answer, "official": official, "now": now},
    )


def _changed(c: Connection, sql: str, params: dict[str, Any]) -> bool:
    return c.execute(sql, params) == 1


def list_long_waiting(c: Connection, since: str, kind: str, limit: int) -> list[Question]:
    """Open questions waiting since then or longer, for which no reminder of this kind was planned since they wait."""
    rows = c.rows(
        f"""
        {_FROM}
        WHERE q.status = 'open' AND {_WAITING_SINCE} <= :since AND NOT EXISTS (
            SELECT 1 FROM reminders AS r
            WHERE r.person_id = q.person_id AND r.kind = :kind AND r.subject = 'question:' || q.id
                AND r.created_at >= {_WAITING_SINCE}
        )
        ORDER BY q.id LIMIT :limit
        """,  # noqa: S608
        {"since": since, "kind": kind, "limit": limit},
    )
    return [Question(**row) for row in rows]


def count_open(c: Connection) -> int:
    """How many questions wait for an official."""
    row = c.row("SELECT COUNT(*) AS n FROM questions WHERE status = 'open'")
    return int(row["n"]) if row else 0


def oldest_open_at(c: Connection) -> str | None:
    """Since when the longest waiting question waits, or None when none does."""
    row = c.row(f"SELECT MIN({_WAITING_SINCE}) AS since FROM questions AS q WHERE q.status = 'open'")  # noqa: S608
    return str(row["since"]) if row and row["since"] else None
