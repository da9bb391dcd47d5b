"""The nouns of one exchange: what came in, what is remembered between turns, what goes out.

Everything here is frozen and plain data. Nothing here decides, reads a clock, or knows a platform.
"""

from __future__ import annotations

import dataclasses
import json
from typing import Any, Literal

InboundKind = Literal[
    "start",  # opened the bot for the first time, or /start
    "text",
    "choice",  # tapped a button; `choice` holds its action
    "sticker",
    "photo",
    "voice",
    "file",
    "location",
    "contact",
    "other",  # anything the platform adds that we do not know
    "blocked",  # the person blocked the bot: nobody is there to answer
    "unblocked",
]


@dataclasses.dataclass(frozen=True, slots=True)
class Inbound:
    """One message from one person, as a channel's `parse_*` function read it.

    `message_id` is unique within the channel and the same when the platform repeats itself.
    `sent_at` is UTC ISO text or empty when the platform does not say.
    """

    channel: str
    address: str
    message_id: str
    kind: InboundKind
    text: str = ""
    choice: str = ""
    name: str = ""
    sent_at: str = ""
    in_group: bool = False
    addressed: bool = True  # in a group: the bot was mentioned, replied to or given a command
    forwarded: bool = False
    callback_id: str = ""  # Telegram: the tap that waits for answerCallbackQuery


@dataclasses.dataclass(frozen=True, slots=True)
class Choice:
    """A button, or a numbered line where a platform has no buttons.

    `label` is at most 24 characters; `action` at most 64 bytes (Telegram's callback_data) and says everything,
    so that a tap on an old message still means what it meant. `title` says in full what the label hints at, or "".
    """

    label: str
    action: str
    title: str = ""


def write_choices(choices: tuple[Choice, ...]) -> str:
    """Choices as the outbox keeps them."""
    return json.dumps([dataclasses.asdict(choice) for choice in choices], ensure_ascii=False)


def parse_choices(text: str) -> tuple[Choice, ...]:
    return tuple(Choice(**choice) for choice in json.loads(text or "[]"))


@dataclasses.dataclass(frozen=True, slots=True)
class Reply:
    """One bubble: Markdown text (paragraphs, **bold**, lists, links) and the choices under it."""

    text: str
    choices: tuple[Choice, ...] = ()


@dataclasses.dataclass(frozen=True, slots=True)
class FormState:
    """A form being filled in: its name and (key, value) for every step answered; the next one open is asked.

    Without a name no form is open. Values are the form's own words ("8000000", "ho-ngheo"), never sentences.
    """

    name: str = ""
    answers: tuple[tuple[str, str], ...] = ()


NO_FORM = FormState()


@dataclasses.dataclass(frozen=True, slots=True)
class State:
    """What a conversation remembers between two turns. Stored as JSON after every turn; nothing hides in memory."""

    language: str = "vi"
    topic: str = ""  # id of the entry answered last
    offered: tuple[Choice, ...] = ()  # what the numbers 1, 2, 3 … mean now
    awaiting: Literal["", "handover", "reply", "announce"] = ""  # the next text is this, not a question
    reply_to: int = 0  # the question an official has, under which the next text goes when a reply is awaited
    unanswered: str = ""  # the question last asked back or not answered, kept for "Gặp cán bộ"
    recent: tuple[str, ...] = ()  # the last few messages, newest last, for an official who takes over
    commune: str = ""  # slug of the place the person said to live in, for this conversation only
    turns: int = 0
    form: FormState = NO_FORM
    draft: FormState = NO_FORM  # a form left half-way that may be taken up again
    answered: str = ""  # id of the entry the last message was answered with, "" when it was not
    others: tuple[str, ...] = ()  # ids of the entries that came next when it was understood, best first
    news_offered_on: str = ""  # Hanoi's day on which news of the commune was last offered without being asked for

    def to_json(self) -> str:
        return json.dumps(dataclasses.asdict(self), ensure_ascii=False, separators=(",", ":"))


def parse_state(text: str) -> State:
    """Read a stored state. Unknown fields are dropped and missing ones take their default: versions may meet."""
    stored: dict[str, Any] = json.loads(text) if text else {}
    names = {field.name for field in dataclasses.fields(State)}
    known = {name: value for name, value in stored.items() if name in names}
    known["offered"] = tuple(Choice(**choice) for choice in known.get("offered", ()))
    known["recent"] = tuple(known.get("recent", ()))
    known["others"] = tuple(known.get("others", ()))
    known["form"] = _parse_form(known.get("form") or {})
    known["draft"] = _parse_form(known.get("draft") or {})
    return State(**known)


def _parse_form(stored: dict[str, Any]) -> FormState:
    answers = tuple((str(key), str(value)) for key, value in stored.get("answers", ()))
    return FormState(stored.get("name", ""), answers)


@dataclasses.dataclass(frozen=True, slots=True)
class AskOfficial:
    """Store a question for an official: `reason` is why the bot could not or should not answer."""

    text: str
    reason: Literal["handover", "unanswered"]
    recent: tuple[str, ...] = ()
    entry_id: str = ""  # what the conversation was about


@dataclasses.dataclass(frozen=True, slots=True)
class SetPushes:
    """Stop (False) or allow again (True) everything the person did not ask for: reminders, broadcasts."""

    allowed: bool


@dataclasses.dataclass(frozen=True, slots=True)
class SetLanguage:
    language: str


@dataclasses.dataclass(frozen=True, slots=True)
class GiveConsent:
    """Store an explicit agreement: its purpose, the version of the wording and the wording the person saw."""

    purpose: str
    version: str
    text: str


@dataclasses.dataclass(frozen=True, slots=True)
class WithdrawConsent:
    purpose: str


@dataclasses.dataclass(frozen=True, slots=True)
class SetProfile:
    """Remember what the person told about themselves: `field` is full_name, phone or commune."""

    field: Literal["full_name", "phone", "commune"]
    value: str


@dataclasses.dataclass(frozen=True, slots=True)
class SetGroup:
    """The person says to belong to a priority group, or (`member` False) no longer."""

    group: str
    member: bool = True


@dataclasses.dataclass(frozen=True, slots=True)
class NoteInterest:
    """The person asked about this topic (an entry's group)."""

    topic: str


@dataclasses.dataclass(frozen=True, slots=True)
class Register:
    """Take a seat in a session, or a place in its waiting list; `remind_minutes` before the start, "1440,120"."""

    session_id: int
    seat: Literal["registered", "waiting"]
    full_name: str
    phone: str
    remind_minutes: str


@dataclasses.dataclass(frozen=True, slots=True)
class GiveUpPlace:
    session_id: int


@dataclasses.dataclass(frozen=True, slots=True)
class SetReminding:
    """Change how many minutes before a session the person is reminded; "" for never."""

    session_id: int
    remind_minutes: str


@dataclasses.dataclass(frozen=True, slots=True)
class TellOutcome:
    """What came of a session, as the person says: hired, promised, not-hired or absent."""

    session_id: int
    outcome: str


@dataclasses.dataclass(frozen=True, slots=True)
class Moment:
    """When the bot will say something by itself: its step, when, and until when it is of use (UTC ISO text)."""

    step: str
    due_at: str
    expires_at: str


@dataclasses.dataclass(frozen=True, slots=True)
class KeepDeadline:
    """Remind of a deadline: days are Hanoi's as "2026-11-22"; `times` due days in all, the next one `due_on`.

    It takes the place of whatever was planned for it before; another open one of the same kind is closed.
    """

    kind: str
    base_on: str
    due_on: str
    times: int = 1
    note: str = ""
    remind: tuple[Moment, ...] = ()


@dataclasses.dataclass(frozen=True, slots=True)
class CloseDeadline:
    """A deadline is done or no longer wanted; with `due_on` only that due day of a series is done."""

    deadline_id: int
    status: Literal["done", "stopped"]
    due_on: str = ""


@dataclasses.dataclass(frozen=True, slots=True)
class KeepNeed:
    kind: str
    level: str = ""
    trade: str = ""
    commune: str = ""
    group: str = ""


@dataclasses.dataclass(frozen=True, slots=True)
class CloseNeed:
    kind: str
    status: Literal["met", "withdrawn"]


@dataclasses.dataclass(frozen=True, slots=True)
class SetCampaign:
    """Join a campaign, or (`joined` False) leave it."""

    campaign: str
    joined: bool = True


@dataclasses.dataclass(frozen=True, slots=True)
class Rate:
    """The answer about this entry helped or did not; `text` is what was asked."""

    entry_id: str
    text: str
    helpful: bool


@dataclasses.dataclass(frozen=True, slots=True)
class ReplyToOfficial:
    """The person's own words under a question an official answered or still has open."""

    question_id: int
    text: str


@dataclasses.dataclass(frozen=True, slots=True)
class CloseQuestion:
    """The person is clear: nobody needs to answer this question of theirs any more."""

    question_id: int


@dataclasses.dataclass(frozen=True, slots=True)
class LinkOfficial:
    """The person typed the one-time code that links this address to an official's account."""

    code: str


@dataclasses.dataclass(frozen=True, slots=True)
class Announce:
    """An official wrote news on their phone: for these communes, or without any for all they look after.

    `message_id` makes the same message again the same draft.
    """

    title: str
    text: str
    communes: tuple[str, ...]
    message_id: str


@dataclasses.dataclass(frozen=True, slots=True)
class DecideAnnouncement:
    """An official decides about a broadcast: submit, submit-again, discard, approve or reject (with a reason).

    `mark` begins the fingerprint of the words they read.
    """

    broadcast_id: int
    act: str
    mark: str = ""
    reason: str = ""
    callback_id: str = ""


@dataclasses.dataclass(frozen=True, slots=True)
class EraseMe:
    """Forget the person: all they told goes at once, the address once the farewell is out."""


Effect = (
    AskOfficial
    | SetPushes
    | SetLanguage
    | GiveConsent
    | WithdrawConsent
    | SetProfile
    | SetGroup
    | NoteInterest
    | Register
    | GiveUpPlace
    | SetReminding
    | TellOutcome
    | KeepDeadline
    | CloseDeadline
    | KeepNeed
    | CloseNeed
    | SetCampaign
    | Rate
    | ReplyToOfficial
    | CloseQuestion
    | LinkOfficial
    | Announce
    | DecideAnnouncement
    | EraseMe
)


@dataclasses.dataclass(frozen=True, slots=True)
class Because:
    """Why the turn is what it is: kept for the console and for `ask --jsonl`.

    `kind` is what was done; `id` the entry (or action) chosen, empty when none;
    `candidates` are (id, score in 0..1) best first, at most five.
    """

    kind: Literal["answer", "clarify", "fallback", "action", "silence"]
    id: str = ""
    candidates: tuple[tuple[str, float], ...] = ()
    reason: str = ""


@dataclasses.dataclass(frozen=True, slots=True)
class Turn:
    """The whole outcome of one message; `receiving` performs it in one transaction."""

    state: State
    replies: tuple[Reply, ...]
    effects: tuple[Effect, ...]
    because: Because
