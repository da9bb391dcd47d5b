"""One message in: decided, remembered and queued in one transaction, before anything is acknowledged.

A crash at any point is harmless: either nothing was written and the platform sends the message again, or all was
written and the repeat is recognised by (channel, message id). This module sends nothing and knows no platform.
"""

from __future__ import annotations

import asyncio
import dataclasses
import datetime
import json
import logging
from collections.abc import Callable

from bot.clock import iso, later, utc_now
from bot.conversation import respond
from bot.flooding import REASON, floods, notice_key
from bot.known import Known, load_known
from bot.messages import Because, Inbound, Reply, State, Turn, parse_choices, parse_state, write_choices
from bot.performing import perform
from bot.texts import say
from bot.voice import Voice
from storage import dialogues, outbox, people, seen, turns
from storage.database import Connection, Database
from storage.people import Person
from storage.registrations import SeatGone

log = logging.getLogger(__name__)

TRIES = 3  # a turn is decided again when the last seat was taken by somebody else in the same moment
REPLY_KEPT_SECONDS = 24 * 3600  # a reply that could not be sent for a day no longer answers anything


@dataclasses.dataclass(frozen=True, slots=True)
class Receipt:
    """What became of a message. `repeated`: it had been received before and nothing was done."""

    repeated: bool
    person_id: int = 0
    turn: Turn | None = None


def receive(
    database: Database, voice: Voice, inbound: Inbound, now: datetime.datetime, public_url: str = ""
) -> Receipt:
    """Handle one message completely; returns after the commit. Storage errors pass: the platform will repeat."""
    for _ in range(TRIES - 1):
        try:
            return _receive_once(database, voice, inbound, now, public_url)
        except SeatGone:
            continue
    return _receive_once(database, voice, inbound, now, public_url)


def _receive_once(
    database: Database, voice: Voice, inbound: Inbound, now: datetime.datetime, public_url: str
) -> Receipt:
    now_at = iso(now)
    with database.transaction() as connection:
        if not seen.mark_seen(connection, inbound.channel, inbound.message_id, now_at):
            return Receipt(repeated=True)
        person = people.get_or_create_person(connection, inbound.channel, inbound.address, inbound.name, now_at)
        if floods(connection, person, inbound, now):
            return _keep_unanswered(connection, person, inbound, now)
        state = parse_state(dialogues.load_dialogue(connection, person.id))
        pushed = outbox.find_offered(connection, person.id)
        if pushed:  # what was sent since the last turn is what the numbers on the screen now mean
            state = dataclasses.replace(state, offered=parse_choices(pushed))
        turn = _respond_safely(state, inbound, voice, now, load_known(connection, person, now_at, public_url))
        dialogues.save_dialogue(connection, person.id, turn.state.to_json(), now_at)
        turn_id = _record(connection, person.id, inbound, turn.because, now_at)
        for effect in turn.effects:
            perform(connection, person, effect, now_at)
        if inbound.kind == "blocked":
            people.mark_gone(connection, inbound.channel, inbound.address, "người dùng chặn bot", now_at)
        deliveries = [
            _delivery(person.id, inbound, reply, turn_id, index, now) for index, reply in enumerate(turn.replies)
        ]
        outbox.enqueue(connection, deliveries, now_at)
    return Receipt(repeated=False, person_id=person.id, turn=turn)


def _keep_unanswered(connection: Connection, person: Person, inbound: Inbound, now: datetime.datetime) -> Receipt:
    """One of too many messages: kept as it came, and told once that it is not answered."""
    turn = Turn(State(), (Reply(say(person.language, "flood")),), (), Because("silence", reason=REASON))
    turn_id = _record(connection, person.id, inbound, turn.because, iso(now))
    told = _delivery(person.id, inbound, turn.replies[0], turn_id, 0, now)
    told = dataclasses.replace(told, dedupe_key=notice_key(person, now))
    new = outbox.enqueue(connection, [told], iso(now))
    return Receipt(repeated=False, person_id=person.id, turn=turn if new else dataclasses.replace(turn, replies=()))


class Inbox:
    """The door that channels hand messages to. `wake(channel)` is called when a reply waits in the outbox.

    `public_url` is where our own pages stand for whoever reads a link on a phone, "" when that is not known.
    """

    def __init__(
        self, database: Database, voice: Callable[[], Voice], wake: Callable[[str], None], public_url: str = ""
    ) -> None:
        self._database = database
        self._voice = voice
        self._wake = wake
        self._public_url = public_url

    async def receive(self, inbound: Inbound) -> None:
        """Return once the message and its replies are committed; raise when they are not."""
        await asyncio.to_thread(receive, self._database, self._voice(), inbound, utc_now(), self._public_url)
        self._wake(inbound.channel)


def _respond_safely(state: State, inbound: Inbound, voice: Voice, now: datetime.datetime, known: Known) -> Turn:
    """A fault of ours must not swallow a person's message: they are told, and the message is kept with its reason."""
    try:
        return respond(state, inbound, voice.library, voice.companion, now, known)
    except Exception as error:
        log.exception("turn.failed", extra={"channel": inbound.channel, "message_id": inbound.message_id})
        sorry = Reply(say(state.language, "trouble"))
        return Turn(state, (sorry,), (), Because("fallback", reason=f"lỗi: {type(error).__name__}: {error}"))


def _record(connection: Connection, person_id: int, inbound: Inbound, because: Because, now_at: str) -> int:
    return turns.record_turn(
        connection,
        person_id,
        inbound.message_id,
        inbound.kind,
        inbound.text or inbound.choice,
        because.kind,
        because.id,
        json.dumps({"reason": because.reason, "candidates": because.candidates}, ensure_ascii=False),
        now_at,
    )


def _delivery(
    person_id: int, inbound: Inbound, reply: Reply, turn_id: int, index: int, now: datetime.datetime
) -> outbox.NewDelivery:
    return outbox.NewDelivery(
        person_id=person_id,
        channel=inbound.channel,
        address=inbound.address,
        text=reply.text,
        choices_json=write_choices(reply.choices),
        priority=outbox.PRIORITY_REPLY,
        due_at=iso(now),
        kind="reply",
        turn_id=turn_id,
        expires_at=later(now, REPLY_KEPT_SECONDS),
        callback_id=inbound.callback_id if index == 0 else "",
    )
