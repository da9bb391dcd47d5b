"""The web chat as a channel: the outbox row is itself the mail, a browser that is open is woken to read it.

It answers for what one address may see, in which order, and from where to go on after a break. It must not
talk HTTP (bot/web does), write to the database, or decide what to say.
"""

from __future__ import annotations

import asyncio
import dataclasses
import secrets
from collections.abc import Callable
from typing import TypeVar

from bot.channels.contract import Limits, Outgoing
from bot.messages import Choice, parse_choices
from storage import outbox, people, turns
from storage.database import Connection, Database

NAME = "web"
HISTORY_LETTERS = 200  # bubbles shown when a page is opened afresh
STREAMS_PER_ADDRESS = 4  # browsers allow six connections to one host: two stay free for sending
PAGE = 500

Row = TypeVar("Row", turns.StoredTurn, outbox.Delivery)


@dataclasses.dataclass(frozen=True, slots=True)
class Cursor:
    """How far a browser has read: up to this turn and this delivery, except the deliveries still `waiting`.

    A reminder is stored long before it is due; answers with higher ids are shown meanwhile. Its id waits
    here, or it would be skipped when its hour comes.
    """

    turn: int = 0
    delivery: int = 0
    waiting: tuple[int, ...] = ()

    def __str__(self) -> str:
        return ".".join(map(str, (self.turn, self.delivery, *self.waiting)))


def parse_cursor(text: str) -> Cursor:
    """Read `str(cursor)`, as a browser hands it back.

    Anything else is the beginning: repeats do less harm than gaps.
    """
    parts = text.split(".")
    if len(text) > 1000 or not all(part.isascii() and part.isdigit() and len(part) < 19 for part in parts):
        return Cursor()
    numbers = [int(part) for part in parts]
    return Cursor(numbers[0], numbers[1], tuple(numbers[2:])) if len(numbers) >= 2 else Cursor()


@dataclasses.dataclass(frozen=True, slots=True)
class Letter:
    """One bubble as the browser gets it; `cursor` is where to go on after it.

    `author` is "person" (then `id` is the id their browser gave it) or "bot" (then `id` is the delivery's).
    `text` is what the person typed, or the bot's Markdown.
    """

    author: str
    id: str
    text: str
    at: str
    cursor: Cursor
    kind: str = ""  # of a person's message: text, choice, start
    choices: tuple[Choice, ...] = ()


def message_id(address: str, client_id: str) -> str:
    """The id of a message in the whole channel. With the address in it nobody can use up another's ids."""
    return f"{address}:{client_id}"


class Stream:
    """One open browser tab. `wake` makes it look again; after `close` it ends, and `replaced` says why."""

    def __init__(self) -> None:
        self.closed = False
        self.replaced = False
        self._awake = asyncio.Event()

    def wake(self) -> None:
        self._awake.set()

    def close(self, *, replaced: bool = False) -> None:
        self.closed = True
        self.replaced = replaced
        self._awake.set()

    async def wait(self, seconds: float) -> bool:
        """Until woken (True) or until the time is over (False)."""
        try:
            await asyncio.wait_for(self._awake.wait(), seconds)
        except TimeoutError:
            return False
        self._awake.clear()
        return True


class Mailbox:
    """What each web address can read, and which of its tabs are open. Streams live on the event loop only."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._streams: dict[str, list[Stream]] = {}
        self._closing = False

    def history(self, address: str, after: Cursor) -> tuple[list[Letter], Cursor]:
        """Everything shown after the cursor, oldest first, and the new cursor. Blocking: call it in a thread.

        From the beginning only the last `HISTORY_LETTERS` are given.
        """
        with self._database.reading() as connection:
            person = people.find_person(connection, NAME, address)
            if person is None:
                return [], after
            said = read_all(connection, turns.list_turns, person.id, after.turn)
            first_open = min((*after.waiting, after.delivery + 1)) - 1
            mail = read_all(connection, outbox.list_for_person, person.id, first_open)
        waiting = set(after.waiting)
        mail = [delivery for delivery in mail if delivery.id > after.delivery or delivery.id in waiting]
        letters, cursor = arrange(said, mail, after)
        return (letters if after != Cursor() else letters[-HISTORY_LETTERS:]), cursor

    def open_stream(self, address: str) -> Stream:
        """A new tab. The oldest one gives way when there are too many."""
        streams = self._streams.setdefault(address, [])
        while len(streams) >= STREAMS_PER_ADDRESS:
            streams.pop(0).close(replaced=True)
        stream = Stream()
        stream.closed = self._closing
        streams.append(stream)
        return stream

    def leave(self, address: str, stream: Stream) -> None:
        streams = self._streams.get(address, [])
        if stream in streams:
            streams.remove(stream)
        if not streams:
            self._streams.pop(address, None)

    def count_streams(self) -> int:
        return sum(len(streams) for streams in self._streams.values())

    def wake(self, address: str) -> None:
        for stream in self._streams.get(address, ()):
            stream.wake()

    def close(self) -> None:
        """End every stream for good, so that the server can stop; browsers come back by themselves."""
        self._closing = True
        for streams in self._streams.values():
            for stream in streams:
                stream.close()


def read_all(
    connection: Connection,
    read_page: Callable[[Connection, int, int, int], list[Row]],
    person_id: int,
    after_id: int,
) -> list[Row]:
    rows: list[Row] = []
    while True:
        page = read_page(connection, person_id, after_id, PAGE)
        rows += page
        if len(page) < PAGE:
            return rows
        after_id = page[-1].id


def arrange(said: list[turns.StoredTurn], mail: list[outbox.Delivery], after: Cursor) -> tuple[list[Letter], Cursor]:
    """Put turns and deliveries in the order people saw them, each with the cursor that follows it.

    A reply stands right after the turn it answers; anything else stands where it was sent. What is not
    sent yet waits; what was dropped is passed over.
    """
    said_at: dict[int, str] = {}
    latest = ""
    for turn in said:
        latest = max(latest, turn.created_at)  # a clock set back must not reorder a conversation
        said_at[turn.id] = latest
    line = [((said_at[turn.id], turn.id, 0, 0), person_letter(turn)) for turn in said]
    waiting: set[int] = set()
    for delivery in mail:
        if delivery.turn_id is not None:
            at = said_at.get(delivery.turn_id, delivery.created_at)
            line.append(((at, delivery.turn_id, 1, delivery.id), bot_letter(delivery)))
        elif delivery.status == "sent":
            line.append(((delivery.settled_at, after.turn, 2, delivery.id), bot_letter(delivery)))
        elif delivery.status in {"queued", "sending"}:
            waiting.add(delivery.id)
    line.sort(key=lambda place: place[0])

    letters: list[Letter] = []
    unread = waiting | {int(letter.id) for _, letter in line if letter.author == "bot"}
    turn_id, delivery_id = after.turn, after.delivery
    for _, letter in line:
        if letter.author == "bot":
            unread.discard(int(letter.id))
            delivery_id = max(delivery_id, int(letter.id))
        else:
            turn_id = letter.cursor.turn
        skipped = tuple(sorted(number for number in unread if number <= delivery_id))
        letters.append(dataclasses.replace(letter, cursor=Cursor(turn_id, delivery_id, skipped)))
    end = max((delivery.id for delivery in mail), default=0)
    return letters, Cursor(turn_id, max(after.delivery, end), tuple(sorted(waiting)))


def person_letter(turn: turns.StoredTurn) -> Letter:
    client_id = turn.channel_message_id.rpartition(":")[2]
    return Letter("person", client_id, turn.text, turn.created_at, Cursor(turn=turn.id), kind=turn.inbound_kind)


def bot_letter(delivery: outbox.Delivery) -> Letter:
    choices = parse_choices(delivery.choices_json)
    shown_at = delivery.created_at if delivery.turn_id is not None else delivery.settled_at
    return Letter("bot", str(delivery.id), delivery.text, shown_at, Cursor(), choices=choices)


class WebChannel:
    """Sending is waking: the row the sender holds is what the browser reads. Nothing here can fail."""

    name = NAME
    limits = Limits(per_second=1000, chat_interval=0, in_flight=64, text_length=4096)
    webhook = None

    def __init__(self, mailbox: Mailbox) -> None:
        self._mailbox = mailbox

    async def start(self) -> None:
        """Nothing to open: browsers come by themselves."""

    async def stop(self) -> None:
        """End the open streams; without it the server would wait for browsers that never leave."""
        self._mailbox.close()

    async def send(self, outgoing: Outgoing) -> str:
        self._mailbox.wake(outgoing.address)
        return secrets.token_hex(8)

    def status(self) -> dict[str, str]:
        return {"state": "ok"}
