"""Where a person sits at each channel: what they do there, and what they see of the answer.

Behind every seat stands the real receive path on a real database. Nothing here decides what should be seen.
"""

from __future__ import annotations

import asyncio
import dataclasses
import datetime
import json
import re
import uuid

from bot.channels.choices import for_buttons
from bot.channels.contract import Outgoing
from bot.channels.markdown import to_plain
from bot.channels.telegram import TelegramChannel
from bot.channels.terminal import show
from bot.channels.web import Cursor, Mailbox
from bot.channels.zalo import ZaloChannel
from bot.clock import iso
from bot.known import NOTHING, Known, load_known
from bot.messages import Choice, Inbound, Reply, State, Turn, parse_choices, parse_state
from bot.receiving import receive
from bot.voice import Voice
from bot.web.chat import parse_message
from storage import dialogues, outbox, people
from storage.database import Database
from tests.bot.conftest import NOW
from tests.fakes.telegram_platform import FakeTelegram
from tests.fakes.zalo_platform import FakeZalo

TELEGRAM_FIELDS = {
    "sticker": {"sticker": {}},
    "photo": {"photo": [{}]},
    "voice": {"voice": {}},
    "file": {"document": {}},
    "location": {"location": {}},
    "contact": {"contact": {}},
    "other": {"dice": {}},
}
ZALO_EVENTS = {
    "sticker": "message.sticker.received",
    "photo": "message.image.received",
    "voice": "message.voice.received",
}


@dataclasses.dataclass
class Desk:
    """The bot behind every channel: the real receive path on a real database, at the hour `now` of the transcript.

    `turn` is what the last message led to.
    """

    database: Database
    voice: Voice
    now: datetime.datetime = NOW
    turn: Turn | None = None
    handled: asyncio.Queue[list[outbox.Delivery] | Exception] = dataclasses.field(default_factory=asyncio.Queue)
    read_up_to: int = 0

    async def receive(self, inbound: Inbound) -> None:
        try:
            receipt = await asyncio.to_thread(receive, self.database, self.voice, inbound, self.now)
        except Exception as error:
            self.handled.put_nowait(error)  # a channel would try again for ever, and the test only wait
            raise
        assert not receipt.repeated
        self.turn = receipt.turn
        self.handled.put_nowait(self.new_mail(receipt.person_id))

    def new_mail(self, person_id: int) -> list[outbox.Delivery]:
        """What has been queued since, sent at once."""
        with self.database.transaction() as c:
            mail = outbox.list_for_person(c, person_id, self.read_up_to, 100)
            outbox.settle_sent(c, [(delivery.id, "") for delivery in mail], iso(self.now))
        self.read_up_to = max((delivery.id for delivery in mail), default=self.read_up_to)
        return mail

    async def answers(self) -> list[Outgoing]:
        async with asyncio.timeout(10):
            mail = await self.handled.get()
        if isinstance(mail, Exception):
            raise mail
        return outgoing(mail)

    def person(self, channel: str, address: str) -> people.Person | None:
        with self.database.reading() as c:
            return people.find_person(c, channel, address)

    def remembered(self, channel: str, address: str) -> tuple[State, Known]:
        """What the next message from there will be answered from."""
        with self.database.transaction() as c:
            person = people.find_person(c, channel, address)
            if not person:
                return State(), NOTHING
            return parse_state(dialogues.load_dialogue(c, person.id)), load_known(c, person, iso(self.now))


def outgoing(mail: list[outbox.Delivery]) -> list[Outgoing]:
    return [Outgoing(one.address, one.text, parse_choices(one.choices_json), one.callback_id) for one in mail]


class Seat:
    """Where a person sits: what they do on this channel, and what they see of the answer.

    `do` returns False when the platform has no way to do it. `seen` and `meant` are the same when nothing got lost.
    """

    name = ""
    address = ""
    types_numbers = False

    def __init__(self, desk: Desk) -> None:
        self.desk = desk
        self.offered: tuple[Choice, ...] = ()
        self.screen: list[str] = []

    async def live(self, inbound: Inbound) -> object:
        """Do one step; returns what became visible."""
        if not await self.do(inbound):
            message_id = f"truc-tiep:{inbound.message_id}"
            await self.desk.receive(
                dataclasses.replace(inbound, channel=self.name, address=self.address, message_id=message_id)
            )
        return await self.see(await self.desk.answers())

    async def do(self, inbound: Inbound) -> bool:
        raise NotImplementedError

    async def see(self, answers: list[Outgoing]) -> object:
        raise NotImplementedError

    def meant(self, replies: tuple[Reply, ...]) -> object:
        """A whole text with its numbered choices, for those who type."""
        return [words(show(reply)) for reply in replies]

    def number_of(self, action: str) -> str:
        """The number that stands before a choice on the screen, where the person reads it."""
        choice = next(choice for choice in self.offered if choice.action == action)
        line = re.compile(rf"^(\d+)\. {re.escape(choice.title or choice.label)}$", re.MULTILINE)
        found = line.findall(self.screen[-1])
        assert len(found) == 1, f"{choice} không có số trong:\n{self.screen[-1]}"
        return found[0]


class TerminalSeat(Seat):
    name = "terminal"
    address = "test"
    types_numbers = True

    async def do(self, inbound: Inbound) -> bool:
        if inbound.kind not in {"text", "choice"} or inbound.in_group or inbound.forwarded:
            return False
        text = self.number_of(inbound.choice) if inbound.kind == "choice" else inbound.text
        await self.desk.receive(Inbound(self.name, self.address, inbound.message_id, "text", text))
        return True

    async def see(self, answers: list[Outgoing]) -> object:
        bubbles = [show(Reply(answer.text, answer.choices)) for answer in answers]
        self.screen += bubbles
        return [words(bubble) for bubble in bubbles]


class WebSeat(Seat):
    name = "web"
    address = "0" * 32

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk)
        self.mailbox = Mailbox(desk.database)
        self.cursor = Cursor()

    async def do(self, inbound: Inbound) -> bool:
        body: dict[str, object] = {"id": str(uuid.uuid4())}
        if inbound.kind == "start":
            body |= {"start": True}
        elif inbound.kind == "choice":
            body |= {"choice": inbound.choice, "label": inbound.text}
        elif inbound.kind == "text" and inbound.text.strip() and not inbound.in_group and not inbound.forwarded:
            body |= {"text": inbound.text}
        else:
            return False
        await self.desk.receive(parse_message(json.dumps(body).encode(), self.address))
        return True

    async def see(self, _answers: list[Outgoing]) -> object:
        letters, self.cursor = self.mailbox.history(self.address, self.cursor)
        return [(letter.text, letter.choices) for letter in letters if letter.author == "bot"]

    def meant(self, replies: tuple[Reply, ...]) -> object:
        return [(reply.text, reply.choices) for reply in replies]


class TelegramSeat(Seat):
    name = "telegram"

    def __init__(self, desk: Desk, platform: FakeTelegram, channel: TelegramChannel, *, in_group: bool) -> None:
        super().__init__(desk)
        self.platform, self.channel = platform, channel
        self.chat = -77 if in_group else 1001
        self.address = str(self.chat)
        platform.chats[self.chat] = "open"

    async def do(self, inbound: Inbound) -> bool:
        if inbound.in_group != (self.chat < 0):
            return False
        more = {"forward_origin": {"type": "hidden_user"}} if inbound.forwarded else {}
        if inbound.kind == "blocked":
            self.platform.block(self.chat)
        elif inbound.kind == "start":
            self.platform.say(self.chat, "/start")
        elif inbound.kind == "choice":
            buttons = self.platform.sent_to(self.chat)[-1].buttons
            [data] = [data for label, data in buttons if re.sub(r"^\d+\. ", "", label) == inbound.text]
            self.platform.tap(self.chat, data)
        elif inbound.kind == "text":
            called = f"@{self.platform.username} " if inbound.in_group and inbound.addressed else ""
            self.platform.say(self.chat, called + inbound.text, **more)
        else:
            person = {"id": abs(self.chat), "is_bot": False, "first_name": "Hoa"}
            message = {"from": person, "chat": {"id": self.chat, "type": "private"}, "date": 1, "message_id": 1}
            caption = {"caption": inbound.text} if inbound.text else {}
            self.platform.push({"message": message | TELEGRAM_FIELDS[inbound.kind] | caption | more}, self.chat)
        return True

    async def see(self, answers: list[Outgoing]) -> object:
        before = len(self.platform.sent_to(self.chat))
        for answer in answers:
            await self.channel.send(answer)
        return [(words(sent.text), sent.buttons) for sent in self.platform.sent_to(self.chat)[before:]]

    def meant(self, replies: tuple[Reply, ...]) -> object:
        drawn = [for_buttons(reply.text, reply.choices) for reply in replies]
        return [(words(to_plain(text)), tuple((c.label, c.action) for c in choices)) for text, choices in drawn]


class ZaloSeat(Seat):
    name = "zalo"
    types_numbers = True

    def __init__(self, desk: Desk, platform: FakeZalo, channel: ZaloChannel, *, in_group: bool) -> None:
        super().__init__(desk)
        self.platform, self.channel = platform, channel
        self.in_group = in_group
        self.address = "nhom-77" if in_group else "6ede9afa66b88fe6d6a9"
        platform.chats[self.address] = "open"

    async def do(self, inbound: Inbound) -> bool:
        if inbound.in_group != self.in_group or inbound.forwarded:
            return False
        if inbound.kind in ZALO_EVENTS:
            self.platform.act(self.address, ZALO_EVENTS[inbound.kind], caption=inbound.text)
        elif inbound.kind == "start":
            self.platform.say(self.address, "/start")
        elif inbound.kind == "choice":
            self.platform.say(self.address, self.number_of(inbound.choice))
        elif inbound.kind == "text":
            called = f"@{self.platform.name} " if inbound.in_group and inbound.addressed else ""
            chat = {"id": self.address, "chat_type": "GROUP" if inbound.in_group else "PRIVATE"}
            self.platform.say(self.address, called + inbound.text, chat=chat)
        else:
            return False
        return True

    async def see(self, answers: list[Outgoing]) -> object:
        shown = []
        for answer in answers:
            before = len(self.platform.sent_to(self.address))
            await self.channel.send(answer)
            bubbles = [sent.text for sent in self.platform.sent_to(self.address)[before:]]
            self.screen.append("\n".join(bubbles))
            shown.append(words(self.screen[-1]))
        return shown


def words(text: str) -> list[str]:
    """What is read: Telegram hides the address behind a link's words, the others write it after them."""
    return re.sub(r" \((https?://|\+?\d)[^)\s]*\)", "", text).split()
