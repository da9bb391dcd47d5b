"""What the bot says: one pure function from (state, message) to (state, replies, effects, because).

No clock, disk, network or database here; `receiving` performs the turn. Read `respond` first: it is the order in which
a message is understood. Sentences come from `texts`, answers from `content`, meaning from `intents`.
"""

from __future__ import annotations

import dataclasses
import datetime
import re
from collections.abc import Callable, Mapping

from bot.clock import in_hanoi
from bot.forms.readers import asks
from bot.forms.registry import FORMS
from bot.forms.walking import FORM, LEAVE_WORDS, ask_again, count_answers, explain, find_form, hear, tap
from bot.known import NOTHING, Known
from bot.messages import (
    Because,
    Inbound,
    Reply,
    SetPushes,
    State,
    Turn,
)
from bot.orders import (
    AGREE_WORDS,
    CANCEL,
    CANCEL_WORDS,
    ENTRY,
    GROUP,
    HANDOVER,
    LANGUAGE,
    NO,
    NO_WORDS,
    NONE_OF_THESE,
    RESUME,
    SEND_QUESTION,
    STOP,
    YES,
    YES_WORDS,
    find_order,
    plain_words,
    wants_quiet,
)
from bot.outreach.announcing import hear_announcement
from bot.outreach.profile import offer_news
from bot.outreach.questions import hear_reply
from bot.outreach.ratings import rate
from bot.outreach.registry import BEGINS, OPENS, ORDERS, find_desk
from bot.outreach.stopping import switch_pushes
from bot.placing import PLACE, answer_about, find_home, tells_home
from bot.replying import (
    LONGEST_QUESTION,
    answer,
    asked_back,
    clarify,
    fall_back,
    group_page,
    hand_over,
    lead_on,
    place_chosen,
    resumed,
    send_question,
    show_place,
    switch_language,
)
from bot.scene import (
    NEAREST,
    Scene,
    close_turn,
    form_turn,
    group_choices,
    keep_silent,
    ways_on,
    with_menu,
)
from content.model import Entry, Library
from intents.decide import Decision, decide
from intents.match import Matcher

UNREADABLE = {"sticker", "photo", "voice", "file", "location", "contact", "other"}


def respond(
    state: State,
    inbound: Inbound,
    library: Library,
    matcher: Matcher,
    now: datetime.datetime,
    known: Known = NOTHING,
) -> Turn:
    """Decide one message. `now` is an aware time: figures and review dates follow Hanoi's calendar day."""
    if known.person and known.person.commune and not state.commune:
        state = dataclasses.replace(state, commune=known.person.commune)
    scene = Scene(state, inbound, library, matcher, in_hanoi(now).date(), known)
    return offer_news(scene, _decide(scene))


def _decide(scene: Scene) -> Turn:
    inbound = scene.inbound
    if inbound.in_group and not inbound.addressed:
        return keep_silent(scene, "nhóm: không gọi tới bot")
    if inbound.kind == "blocked":
        return keep_silent(scene, "người dùng chặn bot", SetPushes(allowed=False))
    if inbound.kind == "unblocked":
        return keep_silent(scene, "người dùng bỏ chặn bot")
    if inbound.kind == "start":
        return _start(scene)
    if inbound.kind == "choice":
        return _perform(scene, inbound.choice)
    if inbound.kind in UNREADABLE and not inbound.text.strip():
        return _unreadable(scene)
    return _text(scene, inbound.text)


def _text(scene: Scene, raw: str) -> Turn:
    """A typed message: a number or label on offer, an order, words for an official, or a question."""
    text = " ".join(raw.split())
    if not text:
        return with_menu(scene, scene.say("empty"), Because("fallback", reason="tin nhắn rỗng"))
    words = plain_words(text).split()
    plain = " ".join(words)
    chosen = None if find_form(scene.state.form) and not asked_back(scene) else _typed_choice(scene, text, plain)
    if chosen is None and find_form(scene.state.form):
        chosen = _form_text(scene, text[:LONGEST_QUESTION], plain)
    if chosen is not None:
        return chosen
    if text.startswith("/"):
        plain = words[0] if words else "menu"
    if scene.state.awaiting == "handover":
        return _handover_text(scene, raw.strip(), plain)
    order = _order(scene, text, plain)
    if scene.state.awaiting == "announce" and not order:
        return hear_announcement(scene, raw)
    if scene.state.awaiting == "reply" and not order:
        return hear_reply(scene, raw.strip()[:LONGEST_QUESTION], plain)
    if order:
        return _perform(scene, order)
    about_answer = rate(scene, text)
    if about_answer:
        return about_answer
    return _new_question(scene, text, plain)


def _new_question(scene: Scene, text: str, plain: str) -> Turn:
    """A typed message that answers nothing we said and orders nothing."""
    begun = next((action for words, action in BEGINS.items() if plain.startswith(words)), "")
    if begun and not scene.inbound.in_group and not asks(text):
        return _perform(scene, begun)
    if plain in AGREE_WORDS | YES_WORDS | NO_WORDS | CANCEL_WORDS:  # to nothing we asked
        return with_menu(scene, scene.say("menu.title"), Because("action", "chung.menu", reason="vâng hoặc không"))
    if not plain:
        return with_menu(scene, scene.say("only_signs"), Because("fallback", reason="chỉ có dấu hoặc biểu tượng"))
    if len(text) > LONGEST_QUESTION:
        scene_text = text[:LONGEST_QUESTION]
        return _question(scene, scene_text, lead=scene.say("too_long", limit=LONGEST_QUESTION))
    if scene.inbound.forwarded:
        return _question(scene, text, lead=scene.say("forwarded"))
    if scene.inbound.kind in UNREADABLE:
        return _question(scene, text, lead=scene.say("caption"))
    return _question(scene, text)


def _typed_choice(scene: Scene, text: str, plain: str) -> Turn | None:
    """The offered choice that a typed number, label, yes or no stands for; None when it is something else."""
    offered = scene.state.offered
    number = re.fullmatch(r"(?:(?:so|chon|cau|muc|y)\s+)?(?:thu\s+)?(\d{1,2})", plain)
    if number and offered and int(number[1]) > 0:
        index = int(number[1])
        if index <= len(offered):
            return _perform(scene, offered[index - 1].action)
        if find_form(scene.state.form):  # the number answers the form instead
            return None
        return close_turn(
            scene,
            [Reply(scene.say("number_range", last=len(offered)), offered)],
            Because("clarify", reason="số ngoài danh sách"),
        )
    for choice in offered:
        if plain and plain == plain_words(choice.label):
            return _perform(scene, choice.action)
    return _yes_or_no(scene, text, plain)


def _yes_or_no(scene: Scene, text: str, plain: str) -> Turn | None:
    """What a typed yes or no says to the choices on offer; None when none of them asks for it."""
    offered, asking = scene.state.offered, asked_back(scene)
    stops = "dừng" in text.lower()  # folds like "đúng"
    if asking and plain in NO_WORDS:
        return _perform(scene, NONE_OF_THESE)
    if asking and plain in YES_WORDS and len(offered) == 2 and not stops:
        return _perform(scene, offered[0].action)
    if len(offered) == 2 and offered[0].action.endswith(YES) and offered[1].action.endswith(NO):
        if plain in AGREE_WORDS and not stops:
            return _perform(scene, offered[0].action)
        if plain in NO_WORDS | CANCEL_WORDS:
            return _perform(scene, offered[1].action)
    if any(choice.action == SEND_QUESTION for choice in offered):
        if plain in YES_WORDS or plain == "gui":
            return _perform(scene, SEND_QUESTION)
        if plain in CANCEL_WORDS:
            return _perform(scene, CANCEL)
    return None


def _order(scene: Scene, text: str, plain: str) -> str:
    """The action a whole message orders, ours or a desk's, or ""."""
    found = find_order(text, plain) or ("" if scene.inbound.in_group else ORDERS.get(plain, ""))
    return found or (STOP if wants_quiet(text) else "")


def _perform(scene: Scene, action: str) -> Turn:
    """What a tap, a number or an order does. An action no version knows any more shows the menu, never an error."""
    if action.startswith(ENTRY):
        entry = scene.library.find_entry(action.removeprefix(ENTRY))
        if entry:
            because = Because("answer", entry.id, ((entry.id, 1.0),), "người hỏi chọn")
            return resumed(scene, answer(scene, entry, because))
        return with_menu(scene, scene.say("gone_entry"), Because("fallback", reason="mục không còn"))
    for prefix, perform in ((GROUP, group_page), (PLACE, place_chosen), (LANGUAGE, switch_language)):
        if action.startswith(prefix):
            return perform(scene, action.removeprefix(prefix))
    if action.startswith(FORM) and not scene.inbound.in_group:
        moved = tap(scene.state.form, action, scene.setting)
        if moved:
            return form_turn(scene, moved)
    desk = find_desk(action)
    if desk and not scene.inbound.in_group:
        return desk.perform(scene, action.removeprefix(desk.prefix))
    return _PLAIN_ACTIONS.get(action, _menu)(scene)


def _menu(scene: Scene) -> Turn:
    return with_menu(scene, scene.say("menu.title"), Because("action", "chung.menu"))


def _question(scene: Scene, text: str, lead: str = "") -> Turn:
    """The heart: understand, then answer, ask back, or say honestly that there is no answer."""
    home = find_home(scene.library, text) or scene.state.commune
    scene = dataclasses.replace(scene, state=dataclasses.replace(scene.state, commune=home))
    nearer = _nearer(scene, text)
    if nearer:
        return nearer
    decision = decide(scene.matcher, text, scene.state.topic)
    candidates = tuple((c.id, round(c.score, 3)) for c in decision.candidates[:5])
    nearest = next((c.id for c in decision.candidates[:1] if c.score >= NEAREST), "")
    sure = decision.kind == "answer"
    placed = answer_about(scene.library, text, nearest, scene.state.topic, scene.today, sure=sure)
    if placed:
        return show_place(scene, placed, Because("answer", placed.entry, candidates, decision.reason), text, lead)
    entry = _form_meant(scene, text, decision) or scene.library.find_entry(decision.id)
    if entry:
        turn = answer(scene, entry, Because("answer", entry.id, candidates, decision.reason), text, lead)
        return lead_on(scene, turn, decision.also)
    if decision.kind == "clarify" and decision.choices:
        return clarify(scene, text, lead, decision, candidates)
    return fall_back(scene, text, lead, decision, candidates)


def _nearer(scene: Scene, text: str) -> Turn | None:
    """The list of sessions once more, when all that is said after it is where the person lives."""
    entry = scene.library.find_entry(scene.state.topic)
    if entry is None or entry.action != "sessions" or scene.inbound.in_group or not tells_home(scene.library, text):
        return None
    return OPENS[entry.action](scene, "", Because("answer", entry.id, ((entry.id, 1.0),), "cho biết nơi ở"))


def _form_meant(scene: Scene, text: str, decision: Decision) -> Entry | None:
    """Of the entries that may be meant, the one whose form the message already answers twice: numbers make it sure."""
    nearest = (candidate.id for candidate in decision.candidates[:3] if candidate.score >= NEAREST)
    for id_ in dict.fromkeys((*decision.choices, *nearest)):
        entry = scene.library.find_entry(id_)
        form = FORMS.get(entry.action) if entry else None
        if form and count_answers(form.name, scene.setting, text) > 1:
            return entry
    return None


def _form_text(scene: Scene, text: str, plain: str) -> Turn | None:
    """A typed message while a form is open: an answer, or a question of its own after which the form asks again.

    None for orders (menu, handover, stop): they leave the form. A message for another form moves to that one.
    """
    form = scene.state.form
    leaves = plain in LEAVE_WORDS  # "hủy" leaves the form first, whatever it orders outside of one
    if text.startswith("/") or (not leaves and _order(scene, text, plain)):
        return None
    heard = hear(form, text, scene.setting)
    if heard and heard.sure:
        return form_turn(scene, heard)
    decision = decide(scene.matcher, text, FORMS[form.name].entry)
    candidates = tuple((c.id, round(c.score, 3)) for c in decision.candidates[:5])
    entry = scene.library.find_entry(decision.id) if decision.kind == "answer" else None
    own = entry is not None and entry.action == form.name and (heard or FORMS[form.name].at_once or not asks(text))
    if entry and not own:
        because = Because("answer", entry.id, candidates, f"giữa biểu mẫu: {decision.reason}")
        return resumed(scene, answer(scene, entry, because, text))
    if heard:
        return form_turn(scene, heard)
    if decision.kind == "clarify" and decision.choices and asks(text):
        return clarify(scene, text, "", decision, candidates)
    return form_turn(scene, explain(form, scene.setting), unanswered=text)


def _start(scene: Scene) -> Turn:
    """/start, also with a deep link: Telegram allows no dot there, so `bhtn_muc-huong` means `bhtn.muc-huong`."""
    entry = scene.library.find_entry(scene.inbound.text.strip().replace("_", ".", 1))
    if entry:
        return answer(scene, entry, Because("answer", entry.id, ((entry.id, 1.0),), "đường dẫn tới mục"))
    return with_menu(scene, scene.say("greeting"), Because("action", "chung.chao"), awaiting="")


def _unreadable(scene: Scene) -> Turn:
    kind = scene.inbound.kind
    if find_form(scene.state.form):
        lead = "" if kind == "sticker" else scene.say(f"cannot_read.{kind}")
        return form_turn(scene, ask_again(scene.state.form, scene.setting, lead))
    if kind == "sticker":
        return with_menu(scene, scene.say("sticker"), Because("fallback", reason="nhãn dán"))
    return with_menu(scene, scene.say(f"cannot_read.{kind}"), Because("fallback", reason=f"không đọc được: {kind}"))


def _none_of_these(scene: Scene) -> Turn:
    if find_form(scene.state.form):
        return form_turn(scene, ask_again(scene.state.form, scene.setting, scene.say("form.again")))
    reply = Reply(scene.say("none_of_these"), (*group_choices(scene), *ways_on(scene, menu=False)))
    return close_turn(
        scene, [reply], Because("fallback", reason="không phải ý nào đã đưa ra"), scene.say("choice.none")
    )


def _handover_text(scene: Scene, raw: str, plain: str) -> Turn:
    if plain in CANCEL_WORDS:
        return _perform(scene, CANCEL)
    order = _order(scene, raw, plain)
    if order:
        return _perform(dataclasses.replace(scene, state=dataclasses.replace(scene.state, awaiting="")), order)
    return send_question(scene, raw[:LONGEST_QUESTION])


_PLAIN_ACTIONS: Mapping[str, Callable[[Scene], Turn]] = {
    HANDOVER: hand_over,
    SEND_QUESTION: lambda scene: send_question(scene, scene.state.unanswered),
    NONE_OF_THESE: _none_of_these,
    CANCEL: lambda scene: with_menu(scene, scene.say("cancelled"), Because("action", reason="thôi, không gửi")),
    STOP: lambda scene: switch_pushes(scene, allowed=False),
    RESUME: lambda scene: switch_pushes(scene, allowed=True),
}
