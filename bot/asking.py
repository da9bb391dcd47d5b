"""Asking without a platform: `main.py ask` and `main.py chat`. Nothing is stored and nothing is sent."""

from __future__ import annotations

import itertools
import json
from collections.abc import Iterable, Iterator
from typing import Any

from bot.channels.terminal import show
from bot.clock import utc_now
from bot.conversation import respond
from bot.messages import Inbound, State, Turn
from bot.voice import Voice

GREETING = Inbound("terminal", "terminal", "0", "start")


def ask_once(voice: Voice, text: str, state: State | None = None, number: int = 1) -> Turn:
    inbound = Inbound("terminal", "terminal", str(number), "text", text=text)
    return respond(state or State(), inbound, voice.library, voice.companion, utc_now())


def describe(text: str, turn: Turn) -> dict[str, Any]:
    """One line of `ask --jsonl`: {text, kind, id, candidates, reply}."""
    because = turn.because
    return {
        "text": text,
        "kind": because.kind,
        "id": because.id or None,
        "candidates": [{"id": name, "score": score} for name, score in because.candidates],
        "reply": "\n\n".join(show(reply) for reply in turn.replies),
    }


def _parse_question(line: str) -> str | None:
    try:
        text = json.loads(line)["text"]
    except (ValueError, KeyError, TypeError, RecursionError):
        return None
    return text if isinstance(text, str) else None


def answer_lines(voice: Voice, lines: Iterable[str]) -> Iterator[str]:
    """JSON lines in, JSON lines out; a line that is not {"text": …} gets an {"error": …} line, so that none is lost."""
    for line in lines:
        if not line.strip():
            continue
        text = _parse_question(line)
        if text is None:
            yield json.dumps(
                {"error": 'Cần một dòng JSON có dạng {"text": "câu hỏi"}.', "line": line.strip()[:200]},
                ensure_ascii=False,
            )
            continue
        yield json.dumps(describe(text, ask_once(voice, text)), ensure_ascii=False)


def converse(voice: Voice, lines: Iterable[str]) -> Iterator[str]:
    """A conversation: yields every bubble as plain text, the greeting first."""
    turn = respond(State(), GREETING, voice.library, voice.companion, utc_now())
    yield from (show(reply) for reply in turn.replies)
    for number, line in zip(itertools.count(1), lines):
        turn = ask_once(voice, line, turn.state, number)
        yield from (show(reply) for reply in turn.replies)
