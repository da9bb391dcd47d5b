"""Carries out what an official asked for from their phone, and tells them what came of it.

The rules are `approving`'s, with the role and scope the linked account has at this moment. Each answer is a delivery in
the same transaction.
"""

from __future__ import annotations

from bot import approving
from bot.announcing import word
from bot.approving import Alike, NotDone
from bot.clock import later, parse_iso
from bot.console import linking
from bot.console.access import ROLE_NAMES, Official, official_of
from bot.messages import Announce, Choice, DecideAnnouncement, LinkOfficial, write_choices
from bot.outreach.announcing import PREFIX
from bot.texts import quote, say
from storage import broadcasts, officials, outbox
from storage.broadcasts import NewBroadcast
from storage.database import Connection
from storage.people import Person

_KEPT_SECONDS = 24 * 3600
_NOT_OFFICIAL = "Tài khoản chat này chưa liên kết với cán bộ nào."


def link_official(c: Connection, person: Person, effect: LinkOfficial, now: str) -> None:
    linked = linking.link(c, person.channel, person.address, effect.code, now) if effect.code else None
    if linked is None:
        _say(c, person, say("vi", "announce.bad_code"), now)
        return
    _say(c, person, say("vi", "announce.linked", name=quote(linked.name), role=ROLE_NAMES[linked.role]), now)


def announce(c: Connection, person: Person, effect: Announce, now: str) -> None:
    """Keep the draft, then show it as workers will see it, with the count and what can be done now."""
    official = _official(c, person)
    if official is None:
        _say(c, person, _NOT_OFFICIAL, now)
        return
    communes = frozenset(effect.communes) or official.communes
    new = NewBroadcast(effect.title, effect.text, communes)
    moment = parse_iso(now)
    try:
        number = approving.save(c, official, new, moment, form_key=f"{person.channel}:{effect.message_id}")
    except NotDone as refused:
        _say(c, person, str(refused), now)
        return
    count = approving.count(c, official, new, moment)
    body = word(None, new.title, new.text, "", "").text
    sentence = say("vi", "announce.draft", number=number, total=count.total, meant=count.meant)
    choices = (
        Choice(say("vi", "choice.submit"), f"{PREFIX}gui:{number}"),
        Choice(say("vi", "choice.drop"), f"{PREFIX}bo:{number}"),
    )
    _say(c, person, f"{sentence}\n\n{body}", now, choices)


def decide(c: Connection, person: Person, effect: DecideAnnouncement, now: str) -> None:
    official = _official(c, person)
    if official is None:
        _say(c, person, _NOT_OFFICIAL, now, callback_id=effect.callback_id)
        return
    choices: tuple[Choice, ...] = ()
    try:
        told = _decided(c, official, effect, now)
    except Alike as alike:
        told = f"{alike} Anh/chị vẫn gửi duyệt chứ?"
        choices = (Choice(say("vi", "choice.submit_again"), f"{PREFIX}hoilai:{effect.broadcast_id}"),)
    except (NotDone, LookupError) as refused:
        told = str(refused.args[0])
    _say(c, person, told, now, choices, effect.callback_id)


def _decided(c: Connection, official: Official, effect: DecideAnnouncement, now: str) -> str:
    """Do it; return what to tell the official. Raises NotDone, or LookupError for what is not theirs to see."""
    number, moment = effect.broadcast_id, parse_iso(now)
    match effect.act:
        case "submit" | "submit-again":
            approving.submit(c, official, number, None, moment, again=effect.act == "submit-again")
            return say("vi", "announce.submitted", number=number)
        case "discard":
            approving.discard(c, official, number, moment)
            return say("vi", "announce.dropped")
    mark = broadcasts.get_broadcast(c, number, official.scope).fingerprint
    if not effect.mark or not mark.startswith(effect.mark):
        raise NotDone("Tin vừa được sửa hoặc rút lại. Anh/chị đọc bản mới rồi duyệt.")
    if effect.act == "approve":
        approving.approve(c, official, number, mark, moment)
        return say("vi", "announce.approved", number=number)
    approving.reject(c, official, number, effect.reason, moment)
    return say("vi", "announce.rejected", number=number)


def _official(c: Connection, person: Person) -> Official | None:
    row = officials.find_by_address(c, person.channel, person.address)
    return official_of(row) if row else None


def _say(
    c: Connection,
    person: Person,
    text: str,
    now: str,
    choices: tuple[Choice, ...] = (),
    callback_id: str = "",
) -> None:
    delivery = outbox.NewDelivery(
        person_id=person.id,
        channel=person.channel,
        address=person.address,
        text=text,
        choices_json=write_choices(choices),
        priority=outbox.PRIORITY_REPLY,
        due_at=now,
        kind="official",
        expires_at=later(parse_iso(now), _KEPT_SECONDS),
        callback_id=callback_id,
    )
    outbox.enqueue(c, [delivery], now)
