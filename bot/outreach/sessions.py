"""The desk of job-fair sessions: what comes up and near whom, one session in full, a person's own places.

Pure: from the calendar as it is known to a turn. Taking a place is the form `registration`; nothing here invents a day,
and without a calendar the entries' own honest words stand.
"""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Callable, Mapping

from bot.forms.registration import FULL
from bot.forms.registration import NAME as REGISTRATION
from bot.forms.session_reminding import NAME as REMINDING
from bot.forms.walking import resume_form
from bot.messages import (
    Because,
    Choice,
    Effect,
    FormState,
    GiveUpPlace,
    NoteInterest,
    Register,
    Reply,
    TellOutcome,
    Turn,
)
from bot.orders import plain_words
from bot.outreach.desk import Desk
from bot.outreach.session_filters import Wanted, choose, find_wanted, nearest_first, parse_code
from bot.outreach.session_words import (
    OUTCOMES,
    calendar_link,
    kind_name,
    label_of,
    line_of,
    tell_code,
    tell_date,
    tell_reminding,
    tell_seats,
    tell_when,
    tell_where,
)
from bot.scene import Scene, close_turn, entry_choices, form_turn, joined, ways_on
from bot.texts import escape
from storage.registrations import Registration
from storage.sessions import Session

PREFIX = "ph:"
PAGE = 5
LIST, DETAILS, MINE, TAKE, LEAVE, LEFT, REMIND, SWAP, SWAPPED, OUTCOME = (
    *("ds", "x", "toi", "d", "h", "hx", "n", "c", "cc", "kq"),
)
_WHEN = re.compile(
    r" (?:nao|khi nao|bao gio|hom nao|ngay|lich|sap toi|sap|gan day|tuan|thang|mai|hom nay|thu \d|cn|dang ky|ghi ten) "
)
_OFF = re.compile(r" (?:huy|bo|rut|thoi|khong di|ko di|ban) ")
_MOVE = re.compile(r" (?:doi|chuyen|doi sang) ")


def perform(scene: Scene, rest: str) -> Turn:
    """Do what follows the prefix in an action; the list for one that no version knows."""
    verb, _, argument = rest.partition(":")
    return _VERBS.get(verb, _list)(scene, argument)


def open_list(scene: Scene, text: str, because: Because) -> Turn | None:
    """The calendar as the message wants it; None while it is empty, or when no day is asked for."""
    if not _coming(scene):
        return None
    words = f" {plain_words(text)} "
    if text and because.id != "gdvl.lich" and not _WHEN.search(words):
        return None
    if not text and because.id != "gdvl.lich":
        return None
    return _show(scene, find_wanted(text, scene.today), 1, because)


def open_registration(scene: Scene, text: str, because: Because) -> Turn | None:
    """The session the message names, or those to choose from; None while none can be registered for."""
    free = [one for one in _coming(scene) if one.open]
    if not free:
        return None
    wanted = find_wanted(text, scene.today)
    fits = choose(free, wanted)
    if len(fits) == 1 and wanted.first:
        return _tell(scene, fits[0], because)
    return _show(scene, wanted, 1, because, lead=scene.say("session.which"))


def open_mine(scene: Scene, text: str, because: Because) -> Turn | None:
    """The person's own places; None while there is neither a place nor a calendar."""
    held = _own(scene)
    if not held and not _coming(scene):
        return None
    words = f" {plain_words(text)} "
    if len(held) == 1 and _MOVE.search(words) and held[0].open:
        return _swap(scene, str(held[0].id))
    if len(held) == 1 and _OFF.search(words):
        return _leave(scene, str(held[0].id))
    if not held and find_wanted(text, scene.today) != Wanted():
        return open_list(scene, text, dataclasses.replace(because, id="gdvl.lich"))
    return _mine(scene, "", because)


def _coming(scene: Scene) -> list[Session]:
    """What can still be gone to: neither called off, nor finished, nor without a day."""
    return [one for one in scene.known.sessions if one.status in {"mo", "day", "du-kien"}]


def _own(scene: Scene) -> list[Session]:
    """The sessions the person holds a place in and that are not over, or put off, the soonest first."""
    held = [one for one in scene.known.own_sessions if scene.known.find_place(one.id)]
    still = [one for one in held if one.ends_at > scene.known.now or one.status == "hoan"]
    return sorted(still, key=lambda one: one.starts_at)


def _list(scene: Scene, argument: str) -> Turn:
    code, _, page = argument.rpartition(":")
    wanted = parse_code(code) if code else Wanted()
    return _show(scene, wanted, int(page) if re.fullmatch(r"[1-9]\d?", page) else 1, Because("action", "gdvl.lich"))


def _show(scene: Scene, wanted: Wanted, page: int, because: Because, lead: str = "") -> Turn:
    """A page of the sessions wanted; the nearest ones, and why, when there are none."""
    coming = _coming(scene)
    if not coming:
        ways = (*entry_choices(scene, ("gdvl.lich", "gdvl.dia-diem")), *ways_on(scene))
        return _close(scene, scene.say("session.none"), ways, because)
    fits = choose(coming, wanted)
    leads = [_unfulfilled(scene, wanted, found=bool(fits)), lead]
    if not fits:
        wanted, fits, page = Wanted(), coming, 1
    elif len(fits) == 1 and len(coming) > 1 and not wanted.unread and not wanted.past:
        return _tell(scene, fits[0], because, joined(*leads, _heading(scene, wanted, fits)))
    near = nearest_first(fits, scene.state.commune, scene.library)
    shown = near[(page - 1) * PAGE : page * PAGE] or near[:PAGE]
    leads.append(_heading(scene, wanted, near))
    choices = [_choice(scene, one, DETAILS) for one in shown]
    if page * PAGE < len(near):
        choices.append(Choice(scene.say("session.choice.more"), f"{PREFIX}{LIST}:{wanted.code}:{page + 1}"))
    if _own(scene):
        choices.append(Choice(scene.say("session.choice.mine"), PREFIX + MINE))
    return _close(scene, joined(*leads), (*choices, *ways_on(scene)), because)


def _heading(scene: Scene, wanted: Wanted, sessions: list[Session]) -> str:
    place = next((one for one in scene.library.places if one.slug == scene.state.commune), None)
    key = "session.list.day" if wanted.first == wanted.last else "session.list.days"
    days = ""
    if wanted.first and wanted.last:
        first, last = (tell_date(day, scene.state.language) for day in (wanted.first, wanted.last))
        days = scene.say(key, first=first, last=last)
    kind = scene.say("session.list.kind", kind=scene.say(f"session.kind.{wanted.kind}")) if wanted.kind else ""
    count = len(sessions)
    head = scene.say("session.list.one" if count == 1 else "session.list", count=count, kind=kind, days=days)
    near = scene.say("session.list.near", place=f"{place.kind} {place.name}") if place else ""
    if count == 1:
        return head
    return joined(head, near or scene.say("session.list.where"))


def _unfulfilled(scene: Scene, wanted: Wanted, *, found: bool) -> str:
    """Why what was wanted is not what is shown; "" when it is."""
    if wanted.unread:
        return scene.say("session.unread_day", day=escape(wanted.unread))
    if wanted.past:
        return scene.say("session.past_day")
    return "" if found else scene.say("session.none_then")


def _choice(scene: Scene, session: Session, verb: str) -> Choice:
    return Choice(label_of(session), f"{PREFIX}{verb}:{session.id}", line_of(session, scene.state.language))


def _details(scene: Scene, argument: str) -> Turn:
    session = scene.known.find_session(argument)
    if session is None:
        return _gone(scene)
    return _tell(scene, session, Because("action", "gdvl.lich", reason=f"phiên {session.id}"))


def _gone(scene: Scene) -> Turn:
    """An old button of a session that is over or unknown."""
    coming = (Choice(scene.say("session.choice.others"), PREFIX + LIST),) if _coming(scene) else ()
    because = Because("action", "gdvl.lich", reason="phiên không còn")
    return _close(scene, scene.say("session.gone"), (*coming, *ways_on(scene)), because)


def _tell(scene: Scene, session: Session, because: Because, lead: str = "") -> Turn:
    """One session in full, and what this person can do with it."""
    language = scene.state.language
    place = scene.known.find_place(session.id)
    groups = ", ".join(scene.say(f"session.group.{group}") for group in session.audience.split(",") if group)
    facts = (
        ("when", tell_when(session, language)),
        ("where", tell_where(session)),
        ("kind", kind_name(session, language)),
        ("organiser", escape(session.organiser)),
        ("employers", escape(session.employers)),
        ("openings", str(session.openings) if session.openings else ""),
        ("audience", groups),
        ("seats", "" if place and session.open else tell_seats(session, language)),
        ("note", escape(session.note)),
    )
    lines = "\n".join(f"- {scene.say(f'session.fact.{key}', value=value)}" for key, value in facts if value)
    standing = _standing(scene, session, place)
    text = joined(lead, f"**{escape(session.title)}**\n{lines}", standing, scene.say("session.no_fee"))
    return _close(scene, text, (*_can_do(scene, session, place), *ways_on(scene)), because)


def _standing(scene: Scene, session: Session, place: Registration | None) -> str:
    if place is None:
        return ""
    if place.status == "waiting":
        return scene.say("session.you_wait")
    language = scene.state.language
    reminding = tell_reminding(session, place.remind_minutes, scene.known.now, language)
    if session.status in {"huy", "hoan", "xong"}:
        reminding = ""
    kept = " ".join(part for part in (scene.say("session.you_have"), reminding) if part)
    if session.status not in {"mo", "day", "du-kien"}:
        return kept
    return joined(kept, tell_code(place, scene.known, language), calendar_link(session, scene.known, language))


def _can_do(scene: Scene, session: Session, place: Registration | None) -> tuple[Choice, ...]:
    def choice(key: str, verb: str) -> Choice:
        return Choice(scene.say(f"session.choice.{key}"), f"{PREFIX}{verb}:{session.id}")

    over = session.ends_at <= scene.known.now and session.status != "hoan"
    others = Choice(scene.say("session.choice.others"), PREFIX + LIST)
    if over or session.status in {"huy", "xong"}:
        return (others,)
    if place is None:
        take = choice("wait" if session.full else "take", TAKE)
        return (take, others) if session.open else (others,)
    if place.status == "waiting":
        return (*((choice("take", TAKE),) if session.open and not session.full else ()), choice("leave", LEAVE), others)
    return (choice("remind", REMIND), choice("swap", SWAP), choice("cancel", LEAVE), others)


def _take(scene: Scene, argument: str) -> Turn:
    """Begin to register; with consent given before and nothing to ask this is the whole way."""
    session = scene.known.find_session(argument)
    if session is None:
        return _gone(scene)
    form = scene.state.form
    kept = [(key, value) for key, value in form.answers if form.name == REGISTRATION and key in {"name", "phone"}]
    full = ((FULL, str(session.id)),) if session.full else ()
    state = FormState(REGISTRATION, (("session", str(session.id)), *full, *kept))
    return form_turn(scene, resume_form(state, scene.setting))


def _mine(scene: Scene, _argument: str, because: Because | None = None) -> Turn:
    because = because or Because("action", "gdvl.huy-dang-ky", reason="phiên của tôi")
    held = _own(scene)
    if not held:
        others = (Choice(scene.say("session.choice.coming"), PREFIX + LIST),) if _coming(scene) else ()
        return _close(scene, scene.say("session.mine.none"), (*others, *ways_on(scene)), because)
    choices = []
    for session in held:
        place = scene.known.find_place(session.id)
        status = place.status if place else ""
        line = f"{line_of(session, scene.state.language, own=True)}: {scene.say(f'session.mine.{status}')}"
        choices.append(Choice(label_of(session), f"{PREFIX}{DETAILS}:{session.id}", line))
    return _close(scene, scene.say("session.mine", count=len(held)), (*choices, *ways_on(scene)), because)


def _leave(scene: Scene, argument: str) -> Turn:
    """Ask before a place is given up: a tap is easily a slip."""
    session = scene.known.find_session(argument)
    place = scene.known.find_place(session.id) if session else None
    if session is None or place is None:
        return _mine(scene, "")
    key = "session.leave.waiting" if place.status == "waiting" else "session.leave"
    text = scene.say(key, title=escape(session.title), when=tell_when(session, scene.state.language))
    choices = (
        Choice(scene.say("session.choice.leave_now"), f"{PREFIX}{LEFT}:{session.id}"),
        Choice(scene.say("session.choice.keep"), f"{PREFIX}{DETAILS}:{session.id}"),
    )
    return _close(scene, text, choices, Because("action", "gdvl.huy-dang-ky", reason="hỏi lại trước khi hủy"))


def _left(scene: Scene, argument: str) -> Turn:
    session = scene.known.find_session(argument)
    if session is None or scene.known.find_place(session.id) is None:
        return _mine(scene, "")
    choices = (Choice(scene.say("session.choice.others"), PREFIX + LIST), *ways_on(scene))
    text = scene.say("session.left", title=escape(session.title), when=tell_when(session, scene.state.language))
    because = Because("action", "gdvl.huy-dang-ky", reason="hủy đăng ký")
    return _close(scene, text, choices, because, GiveUpPlace(session.id))


def _remind(scene: Scene, argument: str) -> Turn:
    session = scene.known.find_session(argument)
    place = scene.known.find_place(session.id) if session else None
    if session is None or place is None:
        return _mine(scene, "")
    return form_turn(scene, resume_form(FormState(REMINDING, (("session", str(session.id)),)), scene.setting))


def _swap(scene: Scene, argument: str) -> Turn:
    """Which session to come to instead."""
    session = scene.known.find_session(argument)
    if session is None or scene.known.find_place(session.id) is None:
        return _mine(scene, "")
    free = [one for one in _coming(scene) if one.open and scene.known.find_place(one.id) is None]
    near = nearest_first(free, session.commune or scene.state.commune, scene.library)[: PAGE + 1]
    because = Because("action", "gdvl.huy-dang-ky", reason="đổi phiên")
    keep = Choice(scene.say("session.choice.keep"), f"{PREFIX}{DETAILS}:{session.id}")
    if not near:
        return _close(scene, scene.say("session.swap.none"), (keep, *ways_on(scene)), because)
    choices = [
        Choice(label_of(one), f"{PREFIX}{SWAPPED}:{session.id}:{one.id}", line_of(one, scene.state.language))
        for one in near
    ]
    text = scene.say("session.swap", title=escape(session.title), when=tell_when(session, scene.state.language))
    return _close(scene, text, (*choices, keep), because)


def _swapped(scene: Scene, argument: str) -> Turn:
    """Move to another session at once, when it has a seat and asks no more than is known; else tell the way there."""
    old_id, _, new_id = argument.partition(":")
    old, new = scene.known.find_session(old_id), scene.known.find_session(new_id)
    place = scene.known.find_place(old.id) if old else None
    if old is None or new is None or place is None:
        return _mine(scene, "")
    because = Because("action", "gdvl.huy-dang-ky", reason="đổi phiên")
    told = {"": True, "name": bool(place.full_name), "name+phone": bool(place.full_name and place.phone)}
    if not new.open or new.full or not told[new.asks] or scene.known.find_place(new.id):
        return _tell(scene, new, because, scene.say("session.swap.first"))
    name, phone = (place.full_name if new.asks else "", place.phone if new.asks == "name+phone" else "")
    effects = (Register(new.id, "registered", name, phone, place.remind_minutes), GiveUpPlace(old.id))
    text = scene.say(
        "session.swapped",
        old=tell_when(old, scene.state.language),
        title=escape(new.title),
        when=tell_when(new, scene.state.language),
        where=tell_where(new),
        reminding=tell_reminding(new, place.remind_minutes, scene.known.now, scene.state.language),
    )
    text = joined(text, calendar_link(new, scene.known, scene.state.language))
    choices = (Choice(scene.say("session.choice.mine"), PREFIX + MINE), *ways_on(scene))
    return _close(scene, text, choices, because, *effects)


def _outcome(scene: Scene, argument: str) -> Turn:
    """What came of a session; the answer leads to what helps next."""
    session_id, _, outcome = argument.partition(":")
    because = Because("action", "gdvl.ket-qua", reason=f"sau phiên: {outcome}")
    known = any(str(one.session_id) == session_id for one in scene.known.registrations)
    if outcome not in OUTCOMES or not known:
        return _gone(scene)
    helps = {"hired": ("bhtn.co-viec-moi",), "not-hired": ("vl.tim-viec", "dtn.muc-ho-tro"), "absent": ("gdvl.lich",)}
    choices = entry_choices(scene, helps.get(outcome, ("vl.tim-viec",)))
    if _coming(scene) and outcome != "hired":
        choices = (Choice(scene.say("session.choice.coming"), PREFIX + LIST),)
    text = scene.say(f"session.told.{outcome}")
    return _close(scene, text, (*choices, *ways_on(scene)), because, TellOutcome(int(session_id), outcome))


def _close(scene: Scene, text: str, choices: tuple[Choice, ...], because: Because, *effects: Effect) -> Turn:
    interest = (NoteInterest("gdvl"),) if because.kind == "answer" else ()
    reply = Reply(text, choices)
    return close_turn(scene, [reply], because, effects=(*interest, *effects), awaiting="", topic="gdvl.lich")


_VERBS: Mapping[str, Callable[[Scene, str], Turn]] = {
    LIST: _list,
    DETAILS: _details,
    MINE: _mine,
    TAKE: _take,
    LEAVE: _leave,
    LEFT: _left,
    REMIND: _remind,
    SWAP: _swap,
    SWAPPED: _swapped,
    OUTCOME: _outcome,
}

DESK = Desk(
    prefix=PREFIX,
    perform=perform,
    orders={
        **dict.fromkeys(
            (
                *(
                    "phien cua toi",
                    "cac phien cua toi",
                    "xem phien cua toi",
                    "phien toi da dang ky",
                    "phien da dang ky",
                ),
                *("dang ky cua toi", "xem dang ky", "phien cua em", "phien cua minh", "toi da dang ky phien nao"),
            ),
            PREFIX + MINE,
        ),
    },
    opens={"sessions": open_list, REGISTRATION: open_registration, "my_sessions": open_mine},
)
