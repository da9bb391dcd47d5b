"""The life of a broadcast as officials decide it: written, tried, submitted, approved by somebody else, stopped.

The one place that says who may take which step, for the console, the phone and the command line alike. Every step and
its row in the audit log are one transaction. What cannot be done raises NotDone with the sentence to show.
"""

from __future__ import annotations

import datetime
import json
from collections.abc import Iterable

from bot.announcing import check, fingerprint, word
from bot.broadcasting import next_firing, seen_since
from bot.clock import iso
from bot.console.access import Official, official_of
from bot.messages import Choice, write_choices
from bot.outreach.announcing import PREFIX
from bot.texts import quote, say
from content.model import Library
from storage import audiences, broadcasts, officials, outbox, people
from storage.audiences import Count
from storage.audit import record
from storage.broadcasts import Broadcast, NewBroadcast
from storage.database import Connection

ALIKE = datetime.timedelta(hours=24)
REASON_LENGTH = 500
ASKED_KEPT = datetime.timedelta(days=7)


class NotDone(ValueError):
    """What was asked cannot be done; the sentence says why, in Vietnamese."""


class Alike(NotDone):
    """The same words went to the same people within a day: it may be submitted when the official says so again."""


def save(
    c: Connection,
    official: Official,
    new: NewBroadcast,
    now: datetime.datetime,
    *,
    form_key: str,
    broadcast_id: int = 0,
) -> int:
    """Store a draft, or write an own one anew (a draft again, also when it waited for approval); return its id."""
    if not official.may("author"):
        raise NotDone("Vai trò của anh/chị chưa được soạn tin.")
    errors = check(new.title, new.text, new.link_url)
    if errors:
        raise NotDone(" ".join(errors.values()))
    _check_reach(official, new.communes)
    if new.urgent and not official.may("admin"):
        raise NotDone("Chỉ quản trị được gửi tin khẩn vào giờ yên tĩnh.")
    if new.repeat:
        next_firing(new.repeat, now)
    if not broadcast_id:
        saved = broadcasts.add_draft(c, form_key, new, official.id, iso(now))
        _log(c, official.login, "broadcast.write", saved, now)
        return saved
    if _get(c, official, broadcast_id).author_id != official.id:
        raise NotDone("Chỉ người soạn được sửa tin này.")
    if not broadcasts.change_draft(c, broadcast_id, new, iso(now)):
        raise NotDone("Tin đã được duyệt hoặc đã gửi nên không sửa được nữa.")
    _log(c, official.login, "broadcast.write", broadcast_id, now)
    return broadcast_id


def count(c: Connection, official: Official, broadcast: Broadcast | NewBroadcast, now: datetime.datetime) -> Count:
    """Who would get it now, of those the official may see."""
    scope = official.scope if broadcast.communes is None else official.scope.narrowed(broadcast.communes)
    return audiences.count_audience(c, broadcast.audience, scope, seen_since(broadcast.audience.seen_days, now))


def submit(
    c: Connection,
    official: Official,
    broadcast_id: int,
    library: Library | None,
    now: datetime.datetime,
    *,
    again: bool,
) -> set[str]:
    """Freeze the words and ask for approval; return the channels on which approvers are asked. Twice is once.

    Raises Alike when the same went out within a day, unless `again`. `library` is not needed without an entry.
    """
    found = _get(c, official, broadcast_id)
    if found.author_id != official.id or not official.may("author"):
        raise NotDone("Chỉ người soạn được gửi duyệt tin này.")
    if found.urgent and not official.may("admin"):
        raise NotDone("Chỉ quản trị được gửi tin khẩn vào giờ yên tĩnh.")
    _check_reach(official, found.communes)
    if found.entry_id and library is None:
        raise NotDone("Tin này kèm một mục trả lời: anh/chị gửi duyệt ở bảng điều khiển.")
    reply = word(library, found.title, found.text, found.entry_id, found.link_url)
    mark = fingerprint(reply, found.audience, found.communes)
    alike = None if again else broadcasts.find_alike(c, mark, found.id, iso(now - ALIKE))
    if alike:
        raise Alike(f"Tin số {alike} có cùng nội dung, cùng người nhận vừa được gửi trong 24 giờ qua.")
    if not broadcasts.submit(c, found.id, reply.text, write_choices(reply.choices), mark, iso(now)):
        return set()
    _log(c, official.login, "broadcast.submit", found.id, now)
    return _ask_approvers(c, official, found, mark, now)


def approve(c: Connection, official: Official, broadcast_id: int, mark: str, now: datetime.datetime) -> set[str]:
    """Let it go; `mark` is the fingerprint of what the approver read. Returns the channels the author is told on."""
    found = _check_judge(c, official, broadcast_id)
    if found.urgent and not official.may("admin"):
        raise NotDone("Tin khẩn chỉ quản trị được duyệt.")
    if not broadcasts.approve(c, found.id, official.id, mark, iso(now)):
        raise NotDone("Tin vừa được sửa, rút lại, hoặc đã có người duyệt. Anh/chị mở lại để xem.")
    _log(c, official.login, "broadcast.approve", found.id, now)
    return _tell(
        c, found.author_id, say("vi", "broadcast.approved", title=quote(found.title), name=quote(official.name)), now
    )


def reject(c: Connection, official: Official, broadcast_id: int, reason: str, now: datetime.datetime) -> set[str]:
    """Give it back to its author with a reason; returns the channels the author is told on."""
    found = _check_judge(c, official, broadcast_id)
    if not reason:
        raise NotDone("Cần ghi lý do để người soạn biết sửa gì.")
    if not broadcasts.reject(c, found.id, official.id, reason[:REASON_LENGTH], iso(now)):
        raise NotDone("Tin không còn chờ duyệt.")
    _log(c, official.login, "broadcast.reject", found.id, now)
    told = say(
        "vi", "broadcast.rejected", title=quote(found.title), name=quote(official.name), reason=quote(reason, 400)
    )
    return _tell(c, found.author_id, told, now)


def stop(c: Connection, official: Official, broadcast_id: int, act: str, now: datetime.datetime) -> None:
    """`act` is pause, resume or cancel: for its author, and for approvers whose scope covers it. Twice is once."""
    found = _get(c, official, broadcast_id)
    if not may_stop(official, found):
        raise NotDone("Chỉ người soạn hoặc người duyệt được dừng tin này.")
    step = {"pause": broadcasts.pause, "resume": broadcasts.resume, "cancel": broadcasts.cancel}[act]
    if step(c, found.id, iso(now)):
        _log(c, official.login, f"broadcast.{act}", found.id, now)


def discard(c: Connection, official: Official, broadcast_id: int, now: datetime.datetime) -> None:
    """Throw an own draft away."""
    found = _get(c, official, broadcast_id)
    if found.author_id != official.id:
        raise NotDone("Chỉ người soạn được bỏ bản nháp này.")
    if not broadcasts.discard(c, found.id):
        raise NotDone("Tin đã gửi duyệt nên không bỏ được; anh/chị có thể hủy.")
    _log(c, official.login, "broadcast.discard", found.id, now)


def try_on_me(
    c: Connection, official: Official, broadcast_id: int, library: Library, now: datetime.datetime
) -> set[str]:
    """Send it to the official's own linked chat accounts; return their channels. Raises NotDone when there is none."""
    found = _get(c, official, broadcast_id)
    if not official.may("author"):
        raise NotDone("Vai trò của anh/chị chưa được gửi thử.")
    reply = word(library, found.title, found.text, found.entry_id, found.link_url)
    told = _tell(c, official.id, reply.text, now, reply.choices)
    if not told:
        raise NotDone("Anh/chị chưa liên kết Telegram hay Zalo. Bấm vào tên mình ở đầu trang để liên kết rồi thử lại.")
    _log(c, official.login, "broadcast.try", found.id, now)
    return told


def may_judge(official: Official, found: Broadcast) -> bool:
    """Whether this official may approve or reject it: an approver of all its communes who did not write it."""
    return official.may("approver") and official.id != found.author_id and covers(official, found.communes)


def may_stop(official: Official, found: Broadcast) -> bool:
    own = official.id == found.author_id and official.may("author")
    return (own or official.may("approver")) and covers(official, found.communes)


def covers(official: Official, communes: frozenset[str] | None) -> bool:
    """Whether everybody in these communes (None: the whole city) is in the official's scope."""
    return official.communes is None or (communes is not None and communes <= official.communes)


def _check_reach(official: Official, communes: frozenset[str] | None) -> None:
    if communes is not None and not communes:
        raise NotDone("Cần chọn ít nhất một xã, phường.")
    if not covers(official, communes):
        raise NotDone("Có xã, phường ngoài phạm vi anh/chị phụ trách.")


def _check_judge(c: Connection, official: Official, broadcast_id: int) -> Broadcast:
    found = _get(c, official, broadcast_id)
    if found.author_id == official.id:
        raise NotDone("Tin phải do người khác duyệt, không phải người soạn.")
    if not may_judge(official, found):
        raise NotDone("Vai trò hoặc phạm vi của anh/chị chưa được duyệt tin này.")
    return found


def _get(c: Connection, official: Official, broadcast_id: int) -> Broadcast:
    return broadcasts.get_broadcast(c, broadcast_id, official.scope)


def _ask_approvers(c: Connection, official: Official, found: Broadcast, mark: str, now: datetime.datetime) -> set[str]:
    asked: set[str] = set()
    sentence = say("vi", "broadcast.ask", number=found.id, title=quote(found.title), name=quote(official.name))
    reply = f"{sentence}\n\n{found.text}"
    choices = (
        Choice(say("vi", "choice.approve"), f"{PREFIX}duyet:{found.id}:{mark[:12]}"),
        Choice(say("vi", "choice.reject"), f"{PREFIX}tuchoi:{found.id}:{mark[:12]}"),
    )
    for row in officials.list_officials(c):
        judge = official_of(row)
        if not row.disabled_at and may_judge(judge, found) and (judge.may("admin") or not found.urgent):
            asked |= _tell(c, judge.id, reply, now, choices)
    return asked


def _tell(
    c: Connection, official_id: int, text: str, now: datetime.datetime, choices: Iterable[Choice] = ()
) -> set[str]:
    """Queue a message to an official's chat accounts; return the channels."""
    deliveries = [
        outbox.NewDelivery(
            person_id=person.id,
            channel=person.channel,
            address=person.address,
            text=text,
            choices_json=write_choices(tuple(choices)),
            priority=outbox.PRIORITY_REPLY,
            due_at=iso(now),
            kind="official",
            expires_at=iso(now + ASKED_KEPT),
        )
        for linked in officials.list_addresses(c, official_id)
        if (person := people.find_person(c, linked.channel, linked.address)) and not person.gone_at
    ]
    outbox.enqueue(c, deliveries, iso(now))
    return {delivery.channel for delivery in deliveries}


def _log(c: Connection, login: str, action: str, broadcast_id: int, now: datetime.datetime) -> None:
    record(c, login, action, f"broadcast:{broadcast_id}", json.dumps({}), iso(now))
