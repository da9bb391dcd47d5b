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
from bot.forms.walking import FORM, LEAVE_WORDS, ask_again, count_answers, explain, find_form, hear, open_form, tap
from bot.known import NOTHING, Known
from bot.messages import (
    NO_FORM,
    AskOfficial,
    Because,
    Choice,
    Inbound,
    NoteInterest,
    Reply,
    SetLanguage,
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
    MENU,
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
from bot.placing import PLACE, Placed, answer_about, answer_key, find_home, local_line, tells_home
from bot.scene import (
    NEAREST,
    Scene,
    close_turn,
    entry_choices,
    form_turn,
    group_choices,
    joined,
    keep_silent,
    ways_on,
    with_menu,
)
from bot.texts import LANGUAGES, quote
from content.model import Entry, Library
from content.render import render_answer, render_segments
from intents.decide import Decision, decide
from intents.match import Matcher

PAGE = 8  # entries of a group shown at once: one phone screen of buttons
LONGEST_QUESTION = 4_000  # characters read of one message; a story longer than this is asked for again, shorter

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
    chosen = None if find_form(scene.state.form) and not _asked_back(scene) else _typed_choice(scene, text, plain)
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
    offered, asked_back = scene.state.offered, _asked_back(scene)
    stops = "dừng" in text.lower()  # folds like "đúng"
    if asked_back and plain in NO_WORDS:
        return _perform(scene, NONE_OF_THESE)
    if asked_back and plain in YES_WORDS and len(offered) == 2 and not stops:
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


def _asked_back(scene: Scene) -> bool:
    return any(choice.action == NONE_OF_THESE for choice in scene.state.offered)


def _perform(scene: Scene, action: str) -> Turn:
    """What a tap, a number or an order does. An action no version knows any more shows the menu, never an error."""
    if action.startswith(ENTRY):
        entry = scene.library.find_entry(action.removeprefix(ENTRY))
        if entry:
            because = Because("answer", entry.id, ((entry.id, 1.0),), "người hỏi chọn")
            return _resumed(scene, _answer(scene, entry, because))
        return with_menu(scene, scene.say("gone_entry"), Because("fallback", reason="mục không còn"))
    for prefix, perform in ((GROUP, _group_page), (PLACE, _place), (LANGUAGE, _language)):
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
        return _placed(scene, placed, Because("answer", placed.entry, candidates, decision.reason), text, lead)
    entry = _form_meant(scene, text, decision) or scene.library.find_entry(decision.id)
    if entry:
        turn = _answer(scene, entry, Because("answer", entry.id, candidates, decision.reason), text, lead)
        return _lead_on(scene, turn, decision.also)
    if decision.kind == "clarify" and decision.choices:
        return _clarify(scene, text, lead, decision, candidates)
    return _fallback(scene, text, lead, decision, candidates)


def _nearer(scene: Scene, text: str) -> Turn | None:
    """The list of sessions once more, when all that is said after it is where the person lives."""
    entry = scene.library.find_entry(scene.state.topic)
    if entry is None or entry.action != "sessions" or scene.inbound.in_group or not tells_home(scene.library, text):
        return None
    return OPENS[entry.action](scene, "", Because("answer", entry.id, ((entry.id, 1.0),), "cho biết nơi ở"))


def _lead_on(scene: Scene, turn: Turn, also: str) -> Turn:
    """The same turn with the message's second question named under the answer and offered first."""
    second = scene.library.find_entry(also)
    if second is None or turn.because.kind != "answer" or len(turn.replies) != 1:
        return turn
    [offer] = entry_choices(scene, (also,))
    others = (choice for choice in turn.replies[0].choices if choice.action != offer.action)
    text = joined(turn.replies[0].text, scene.say("also", title=second.title))
    reply = Reply(text, (offer, *others))
    return dataclasses.replace(turn, replies=(reply,), state=dataclasses.replace(turn.state, offered=reply.choices))


def _clarify(scene: Scene, text: str, lead: str, decision: Decision, candidates: tuple[tuple[str, float], ...]) -> Turn:
    """Ask which of a few entries is meant. A form that is open waits for the answer."""
    options = (
        *entry_choices(scene, decision.choices, titled=True),
        Choice(scene.say("choice.none"), NONE_OF_THESE),
    )
    return close_turn(
        scene,
        [Reply(joined(lead, scene.say("clarify")), options)],
        Because("clarify", "", candidates, decision.reason),
        text,
        form=scene.state.form,
        unanswered=text[:LONGEST_QUESTION],
        awaiting="",
    )


def _place(scene: Scene, key: str) -> Turn:
    placed = answer_key(scene.library, key, scene.today)
    if placed is None:
        return with_menu(scene, scene.say("gone_entry"), Because("fallback", reason="địa danh không còn"))
    return _placed(scene, placed, Because("answer", placed.entry, ((placed.entry, 1.0),), "người hỏi chọn"))


def _placed(scene: Scene, placed: Placed, because: Because, text: str = "", lead: str = "") -> Turn:
    """An answer about places, above the source of the entry it belongs to; or which place is meant."""
    if placed.asks:
        reply = Reply(joined(lead, placed.reply.text), (*placed.reply.choices, *ways_on(scene)))
        asking = dataclasses.replace(because, kind="clarify", id="", reason="tên chỉ nhiều nơi")
        return close_turn(scene, [reply], asking, text, unanswered=text, awaiting="")
    home = placed.commune or scene.state.commune
    scene = dataclasses.replace(scene, state=dataclasses.replace(scene.state, commune=home))
    return _answer(scene, scene.library.get_entry(placed.entry), because, text, lead, placed.reply)


def _fallback(
    scene: Scene, text: str, lead: str, decision: Decision, candidates: tuple[tuple[str, float], ...]
) -> Turn:
    outside = scene.library.outside.get(decision.outside)
    nearest = outside.near if outside else tuple(c.id for c in decision.candidates[:3] if c.score >= NEAREST)
    near = entry_choices(scene, nearest)
    options = (*near, *ways_on(scene)) if near else (*group_choices(scene), *ways_on(scene, menu=False))
    sentence = scene.say("fallback.near" if near else "fallback")
    if outside:
        sentence = render_segments(outside.text, scene.library.figures, scene.today)
    reply = Reply(joined(lead, sentence), options)
    return close_turn(
        scene,
        [reply],
        Because("fallback", "", candidates, decision.reason),
        text,
        unanswered=text,
        awaiting="",
    )


def _answer(
    scene: Scene, entry: Entry, because: Because, text: str = "", lead: str = "", instead: Reply | None = None
) -> Turn:
    """The entry's answer; `instead` of its text one made for what was asked, under the same source."""
    if entry.action == "handover":
        return _handover(scene, because)
    if entry.action == "stop_pushes":
        return switch_pushes(scene, allowed=False, because=because)
    if entry.action == "resume_pushes":
        return switch_pushes(scene, allowed=True, because=because)
    if entry.action == "menu":
        return with_menu(scene, scene.say("menu.title"), dataclasses.replace(because, kind="action"))
    opens = OPENS.get(entry.action) if not scene.inbound.in_group else None
    opened = opens(scene, text, because) if opens else None
    if opened:
        return opened
    form = FORMS.get(entry.action) if not scene.inbound.in_group else None
    told = text or (scene.state.unanswered if _asked_back(scene) else "")
    if form and (form.at_once or count_answers(form.name, scene.setting, told)):
        return form_turn(scene, open_form(form.name, scene.setting, told, lead), because)
    answer = render_answer(scene.library, entry, scene.today)
    parts = [lead, instead.text if instead else answer.text]
    if answer.sources_line:
        parts.append("" if instead else local_line(scene.library, scene.state.commune, entry.group))
        parts.append(answer.sources_line)
        parts.append(scene.say("reviewed", date=answer.reviewed))
    if answer.overdue:
        parts.append(scene.say("overdue"))
    small_talk = entry.group == "chung"
    invite = (Choice(form.invite, FORM + form.name),) if form and form.invite else ()
    options = (*invite, *entry_choices(scene, entry.next), *ways_on(scene))
    options = tuple({option.label: option for option in options}.values())  # an entry may lead to an official by itself
    options = (*instead.choices, *options) if instead else options
    topic = scene.state.topic if small_talk else entry.id
    interest = () if small_talk or scene.inbound.in_group else _interests(scene, entry)
    reply = Reply(joined(*parts), options)
    # What was asked stays at hand: when the answer does not help, "Gặp cán bộ" sends these words and not an empty form.
    return close_turn(
        scene,
        [reply],
        because,
        text or entry.menu,
        effects=interest,
        topic=topic,
        unanswered=text,
        awaiting="",
        said=entry.title,
    )


def _interests(scene: Scene, entry: Entry) -> tuple[NoteInterest, ...]:
    """The entry's group, and the entry itself when a series of messages is for those who ask about it."""
    asked = any(entry.id in campaign.topics for campaign in scene.library.campaigns.values())
    return (NoteInterest(entry.group), *((NoteInterest(entry.id),) if asked else ()))


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
        return _resumed(scene, _answer(scene, entry, because, text))
    if heard:
        return form_turn(scene, heard)
    if decision.kind == "clarify" and decision.choices and asks(text):
        return _clarify(scene, text, "", decision, candidates)
    return form_turn(scene, explain(form, scene.setting), unanswered=text)


def _resumed(scene: Scene, turn: Turn) -> Turn:
    """An answer given while a form is open, and the form's question once more under it."""
    if not find_form(scene.state.form) or turn.because.kind != "answer" or turn.state.form != NO_FORM:
        return turn
    again = ask_again(scene.state.form, scene.setting, scene.say("form.again"))
    answered = dataclasses.replace(turn.replies[0], choices=())
    state = dataclasses.replace(turn.state, form=again.form, offered=again.reply.choices)
    return dataclasses.replace(turn, state=state, replies=(answered, again.reply))


def _start(scene: Scene) -> Turn:
    """/start, also with a deep link: Telegram allows no dot there, so `bhtn_muc-huong` means `bhtn.muc-huong`."""
    entry = scene.library.find_entry(scene.inbound.text.strip().replace("_", ".", 1))
    if entry:
        return _answer(scene, entry, Because("answer", entry.id, ((entry.id, 1.0),), "đường dẫn tới mục"))
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


def _handover(scene: Scene, because: Because | None = None) -> Turn:
    """Offer to send the words already typed, or ask for them. A group is no place for a person's own case."""
    because = dataclasses.replace(
        because or Because("action", "chung.gap-can-bo"), kind="action", id="chung.gap-can-bo"
    )
    if scene.inbound.in_group:
        return close_turn(scene, [Reply(scene.say("handover.in_group"))], because)
    cancel = Choice(scene.say("choice.cancel"), CANCEL)
    waiting = scene.state.unanswered
    if not waiting:
        return close_turn(scene, [Reply(scene.say("handover.ask"), (cancel,))], because, awaiting="handover")
    send = Choice(scene.say("choice.send"), SEND_QUESTION)
    offer = Reply(scene.say("handover.offer", question=quote(waiting)), (send, cancel))
    return close_turn(scene, [offer], because, awaiting="handover")


def _handover_text(scene: Scene, raw: str, plain: str) -> Turn:
    if plain in CANCEL_WORDS:
        return _perform(scene, CANCEL)
    order = _order(scene, raw, plain)
    if order:
        return _perform(dataclasses.replace(scene, state=dataclasses.replace(scene.state, awaiting="")), order)
    return _send_question(scene, raw[:LONGEST_QUESTION])


def _send_question(scene: Scene, question: str) -> Turn:
    because = Because("action", "chung.gap-can-bo", reason="gửi câu hỏi cho cán bộ")
    if not question:  # the button was tapped again after the question had gone
        return with_menu(scene, scene.say("handover.nothing"), because, awaiting="")
    effect = AskOfficial(question, "handover", scene.state.recent, scene.state.topic)
    sentence = scene.say("handover.sent", question=quote(question))
    return with_menu(scene, sentence, because, effect, awaiting="", unanswered="")


def _language(scene: Scene, language: str) -> Turn:
    if language not in LANGUAGES:
        return with_menu(scene, scene.say("menu.title"), Because("action", "chung.menu"))
    spoken = dataclasses.replace(scene, state=dataclasses.replace(scene.state, language=language))
    return with_menu(spoken, spoken.say("language"), Because("action", reason="đổi ngôn ngữ"), SetLanguage(language))


def _group_page(scene: Scene, target: str) -> Turn:
    """`bhtn` or `bhtn:2`: one page of a group's entries, the featured ones first."""
    slug, _, number = target.partition(":")
    group = next((g for g in scene.library.groups if g.slug == slug), None)
    if group is None:
        return with_menu(scene, scene.say("menu.title"), Because("action", "chung.menu"))
    entries = scene.library.list_entries(slug)
    page = int(number) if re.fullmatch(r"[1-9][0-9]?", number) else 1
    shown = entries[(page - 1) * PAGE : page * PAGE] or entries[:PAGE]
    options = [Choice(entry.menu, ENTRY + entry.id) for entry in shown]
    if page * PAGE < len(entries):
        options.append(Choice(scene.say("choice.more"), f"{GROUP}{slug}:{page + 1}"))
    options.append(Choice(scene.say("choice.menu"), MENU))
    reply = Reply(scene.say("group", title=group.title), tuple(options))
    return close_turn(scene, [reply], Because("action", "chung.menu", reason=f"nhóm {slug}"), group.menu, awaiting="")


_PLAIN_ACTIONS: Mapping[str, Callable[[Scene], Turn]] = {
    HANDOVER: _handover,
    SEND_QUESTION: lambda scene: _send_question(scene, scene.state.unanswered),
    NONE_OF_THESE: _none_of_these,
    CANCEL: lambda scene: with_menu(scene, scene.say("cancelled"), Because("action", reason="thôi, không gửi")),
    STOP: lambda scene: switch_pushes(scene, allowed=False),
    RESUME: lambda scene: switch_pushes(scene, allowed=True),
}
