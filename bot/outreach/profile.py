"""The desk for what is kept of a person: all of it in plain words, taken back one by one, or forgotten altogether.

Also asks what to call off when somebody types "hủy", and offers news of the commune at most once a month.
"""

from __future__ import annotations

import dataclasses
import datetime
from collections.abc import Iterator

from bot.clock import in_hanoi
from bot.forms.communes import find_place, title
from bot.forms.consenting import WORDINGS
from bot.forms.groups import LABELS
from bot.forms.needs_survey import MY_NEEDS, describe
from bot.forms.news_form import MY_DATA
from bot.forms.news_form import NAME as NEWS
from bot.forms.news_form import PURPOSE as NEWS_PURPOSE
from bot.forms.readers import plain
from bot.forms.walking import FORM
from bot.messages import (
    Because,
    Choice,
    Effect,
    EraseMe,
    KeepNeed,
    Register,
    Reply,
    SetGroup,
    SetProfile,
    State,
    Turn,
    WithdrawConsent,
)
from bot.orders import MENU, STOP
from bot.outreach.deadline_reminders import PREFIX as DEADLINES
from bot.outreach.desk import Desk
from bot.outreach.sessions import MINE as MY_SESSIONS
from bot.outreach.sessions import PREFIX as SESSIONS
from bot.outreach.stopping import switch_pushes
from bot.scene import Scene, close_turn, joined, with_menu
from bot.texts import quote

ENTRY_ID = "chung.xoa-du-lieu"
ERASE, ERASE_YES, ERASE_NO = "xoa", "xoa:co", "xoa:khong"
WITHDRAW, DROP, CALL_OFF = "rut:", "bo:", "huy"
SEEN_LATELY = 999  # messages counted; beyond that a person has "hơn 999"
OFFER_AGAIN = datetime.timedelta(days=30)
_ERASING = (" xoa ", " quen toi ", " quen minh ", " go bo ", " huy het ", " huy du lieu ", " xoas ")
_PURPOSES = {"dang-ky": "data.consent_register", "nhac-viec": "data.consent_remind"}


def open_data(scene: Scene, text: str, because: Because) -> Turn | None:
    """The person asked to see or to erase. A longer question about it is answered by the entry's own text."""
    if len(text.split()) > 12 or "?" in text:
        return None
    if any(words in plain(text) for words in _ERASING):
        return _ask_erase(scene)
    return _show(scene) if because.kind == "answer" else None


def perform(scene: Scene, action: str) -> Turn:
    if action == ERASE:
        return _ask_erase(scene)
    if action == ERASE_YES:
        return _erase(scene)
    if action == ERASE_NO:
        return with_menu(scene, scene.say("erase.kept"), _because("không xóa"))
    if action == CALL_OFF:
        return _ask_what_to_call_off(scene)
    if action.startswith(WITHDRAW):
        return _withdraw(scene, action.removeprefix(WITHDRAW))
    if action.startswith(DROP):
        return _drop(scene, action.removeprefix(DROP))
    return _show(scene)


def offer_news(scene: Scene, turn: Turn) -> Turn:
    """The turn with news offered under it, when the person just signed up or told a wish and was not asked lately."""
    told = any(isinstance(effect, KeepNeed | Register) for effect in turn.effects)
    person = scene.known.person
    if not told or not turn.replies or (person and not person.pushes_allowed):
        return turn
    last = turn.state.news_offered_on
    if scene.known.consented(NEWS_PURPOSE) or (last and scene.today - datetime.date.fromisoformat(last) < OFFER_AGAIN):
        return turn
    reply = turn.replies[-1]
    offer = Choice(scene.say("choice.news"), f"{FORM}{NEWS}")
    reply = Reply(joined(reply.text, scene.say("news.offer")), (offer, *reply.choices))
    state = dataclasses.replace(turn.state, offered=reply.choices, news_offered_on=scene.today.isoformat())
    return dataclasses.replace(turn, state=state, replies=(*turn.replies[:-1], reply))


def _because(reason: str) -> Because:
    return Because("action", ENTRY_ID, reason=reason)


def _show(scene: Scene, lead: str = "", *effects: Effect) -> Turn:
    """Everything held, as a list, and a choice for each part that can be taken back by itself."""
    if scene.known.person is None:
        return with_menu(scene, scene.say("data.nothing"), _because("không lưu gì"), *effects)
    lines = "\n".join(f"- {line}" for line in _lines(scene))
    text = joined(lead, scene.say("data.title"), lines, scene.say("data.kept_until"))
    choices = (*_takings_back(scene), Choice(scene.say("choice.erase"), MY_DATA + ERASE))
    choices = (*choices, Choice(scene.say("choice.menu"), MENU))
    said = scene.say("data.title")
    return close_turn(
        scene, [Reply(text, choices)], _because("xem dữ liệu"), effects=effects, said=said, awaiting="", unanswered=""
    )


def _lines(scene: Scene) -> Iterator[str]:
    yield from _told(scene)
    yield from _agreed(scene)
    yield from _counted(scene)


def _told(scene: Scene) -> Iterator[str]:
    """Who the person is, as the platform and they themselves said."""
    person = scene.known.person
    assert person is not None
    place = find_place(scene.library, person.commune)
    groups = ", ".join(LABELS.get(group, group) for group in scene.known.groups)
    if person.name:
        yield scene.say("data.name", name=quote(person.name))
    if person.full_name:
        yield scene.say("data.full_name", name=quote(person.full_name))
    if person.phone:
        yield scene.say("data.phone", phone=mask(person.phone))
    if place:
        yield scene.say("data.commune", commune=title(place))
    if groups:
        yield scene.say("data.groups", groups=groups)
    yield scene.say("data.address", channel=_channel(person.channel))


def _agreed(scene: Scene) -> Iterator[str]:
    person = scene.known.person
    assert person is not None
    for one in scene.known.consents:
        if not one.withdrawn_at:
            yield scene.say("data.consent", purpose=_purpose(scene, one.purpose), day=_day(one.given_at))
    yield scene.say("data.pushes_on") if person.pushes_allowed else scene.say("data.pushes_off")


def _counted(scene: Scene) -> Iterator[str]:
    """What came of the person's own doing, with the words that show it."""
    known = scene.known
    needs = [describe(one.kind, one.level, one.trade) for one in known.needs if one.status == "open"]
    if needs:
        yield scene.say("data.needs", needs="; ".join(needs))
    traces = known.traces
    turns = str(traces.turns) if traces.turns <= SEEN_LATELY else f"hơn {SEEN_LATELY}"
    counts: tuple[tuple[str, object], ...] = (
        ("data.registrations", sum(one.status != "cancelled" for one in known.registrations)),
        ("data.deadlines", sum(one.status == "open" for one in known.deadlines)),
        ("data.turns", turns if traces.turns else 0),
        ("data.questions", traces.questions),
        ("data.ratings", traces.ratings),
    )
    for key, count in counts:
        if count:
            yield scene.say(key, count=count, day=_day(traces.first_turn_at))


def _takings_back(scene: Scene) -> Iterator[Choice]:
    person = scene.known.person
    assert person is not None
    if person.full_name or person.phone:
        yield Choice(scene.say("choice.drop_contact"), f"{MY_DATA}{DROP}contact")
    if person.commune:
        yield Choice(scene.say("choice.drop_commune"), f"{MY_DATA}{DROP}commune")
    if scene.known.groups:
        yield Choice(scene.say("choice.drop_groups"), f"{MY_DATA}{DROP}groups")
    if scene.known.consented(NEWS_PURPOSE):
        yield Choice(scene.say("choice.change_news"), f"{FORM}{NEWS}")
    for purpose, key in (
        (NEWS_PURPOSE, "choice.withdraw_news"),
        ("nhu-cau", "choice.withdraw_needs"),
        ("dang-ky", "choice.withdraw_register"),
        ("nhac-viec", "choice.withdraw_remind"),
    ):
        if scene.known.consented(purpose):
            yield Choice(scene.say(key), f"{MY_DATA}{WITHDRAW}{purpose}")


def mask(phone: str) -> str:
    """ "0912345678" as "0912 ••• 678": enough to know one's own."""
    return f"{phone[:4]} ••• {phone[-3:]}" if len(phone) > 7 else "•••"


def _purpose(scene: Scene, purpose: str) -> str:
    if purpose in WORDINGS:
        return WORDINGS[purpose].name
    return scene.say(_PURPOSES[purpose]) if purpose in _PURPOSES else purpose


def _channel(name: str) -> str:
    return {"telegram": "Telegram", "zalo": "Zalo", "web": "web"}.get(name, name)


def _day(moment: str) -> str:
    """UTC text as Hanoi's day, "22/11/2026"."""
    return in_hanoi(moment).strftime("%d/%m/%Y") if moment else "?"


def _drop(scene: Scene, what: str) -> Turn:
    """Forget one part of the profile at once."""
    effects: dict[str, tuple[Effect, ...]] = {
        "contact": (SetProfile("full_name", ""), SetProfile("phone", "")),
        "commune": (SetProfile("commune", ""),),
        "groups": tuple(SetGroup(group, member=False) for group in scene.known.groups),
    }
    if what not in effects:
        return _show(scene)
    if what == "commune":
        scene = dataclasses.replace(scene, state=dataclasses.replace(scene.state, commune=""))
    again = Choice(scene.say("choice.my_data"), MY_DATA)
    reply = Reply(scene.say("data.dropped"), (again, Choice(scene.say("choice.menu"), MENU)))
    return close_turn(scene, [reply], _because(f"bỏ {what}"), effects=effects[what], awaiting="")


def _withdraw(scene: Scene, purpose: str) -> Turn:
    """Take an agreement back; what was kept under it goes with it."""
    if not scene.known.consented(purpose):
        return _show(scene)
    again = Choice(scene.say("choice.my_data"), MY_DATA)
    sentence = scene.say("data.withdrawn", purpose=_purpose(scene, purpose))
    reply = Reply(sentence, (again, Choice(scene.say("choice.menu"), MENU)))
    effects = (WithdrawConsent(purpose),)
    return close_turn(scene, [reply], _because(f"rút đồng ý {purpose}"), effects=effects, awaiting="")


def _ask_erase(scene: Scene) -> Turn:
    if scene.known.person is None:
        return with_menu(scene, scene.say("data.nothing"), _because("không lưu gì"))
    choices = (
        Choice(scene.say("choice.erase"), MY_DATA + ERASE_YES),
        Choice(scene.say("choice.keep_data"), MY_DATA + ERASE_NO),
    )
    return close_turn(scene, [Reply(scene.say("erase.ask"), choices)], _because("hỏi trước khi xóa"), awaiting="")


def _erase(scene: Scene) -> Turn:
    """Nothing of the conversation goes on: the next message is a stranger's."""
    effects = (EraseMe(),) if scene.known.person else ()
    return Turn(State(), (Reply(scene.say("erase.done")),), effects, _because("xóa dữ liệu"))


def _ask_what_to_call_off(scene: Scene) -> Turn:
    """ "hủy" and nothing else: the person may mean a place in a session, a reminder, a wish, or all messages."""
    known = scene.known
    choices = []
    if any(one.status != "cancelled" and known.find_session(one.session_id) for one in known.registrations):
        choices.append(Choice(scene.say("choice.call_off_session"), SESSIONS + MY_SESSIONS))
    if any(one.status == "open" for one in known.deadlines):
        choices.append(Choice(scene.say("choice.call_off_deadline"), DEADLINES))
    if any(one.status == "open" for one in known.needs):
        choices.append(Choice(scene.say("choice.call_off_need"), MY_NEEDS))
    if not choices:
        return switch_pushes(scene, allowed=False)
    choices += [Choice(scene.say("choice.stop"), STOP), Choice(scene.say("choice.menu"), MENU)]
    because = Because("action", "chung.dung-tin", reason="hủy: hỏi hủy việc gì")
    return close_turn(scene, [Reply(scene.say("call_off.ask"), tuple(choices))], because, awaiting="")


DESK = Desk(
    prefix=MY_DATA,
    perform=perform,
    orders={
        **dict.fromkeys(
            ("du lieu cua toi", "xem du lieu", "xem du lieu cua toi", "du lieu", "thong tin cua toi", "ho so cua toi"),
            MY_DATA,
        ),
        **dict.fromkeys(
            (
                "xoa du lieu", "xoa du lieu cua toi", "xoa het du lieu", "xoa tat ca du lieu", "xoa het", "quen toi di",
                "xoa toan bo du lieu", "xoa tai khoan", "xoa thong tin cua toi", "xoa het thong tin",
            ),
            MY_DATA + ERASE,
        ),
        **dict.fromkeys(("huy", "huy bo", "huy di"), MY_DATA + CALL_OFF),
        **dict.fromkeys(
            ("nhan tin cua xa", "nhan tin xa", "nhan tin cua phuong", "nhan tin phuong", "nhan tin xa phuong"),
            f"{FORM}{NEWS}",
        ),
    },
    opens={"my_data": open_data},
)  # fmt: skip
