"""What is said once it is known what a message means: an answer, a question back, an honest no, a way to an official.

Pure, like the conversation that calls it and decides the meaning.
"""

from __future__ import annotations

import dataclasses
import re

from bot.forms.registry import FORMS
from bot.forms.walking import FORM, ask_again, count_answers, find_form, open_form
from bot.messages import NO_FORM, AskOfficial, Because, Choice, NoteInterest, Reply, SetLanguage, Turn
from bot.orders import CANCEL, ENTRY, GROUP, MENU, NONE_OF_THESE, SEND_QUESTION
from bot.outreach.registry import OPENS
from bot.outreach.stopping import switch_pushes
from bot.placing import Placed, answer_key, local_line
from bot.scene import (
    NEAREST,
    Scene,
    close_turn,
    entry_choices,
    form_turn,
    group_choices,
    joined,
    ways_on,
    with_menu,
)
from bot.texts import LANGUAGES, quote
from content.model import Entry
from content.render import render_answer, render_segments
from intents.decide import Decision

PAGE = 8  # entries of a group shown at once: one phone screen of buttons
LONGEST_QUESTION = 4_000  # characters read of one message; a story longer than this is asked for again, shorter


def asked_back(scene: Scene) -> bool:
    """Whether the choices on offer are the ones of a question back."""
    return any(choice.action == NONE_OF_THESE for choice in scene.state.offered)


def answer(
    scene: Scene, entry: Entry, because: Because, text: str = "", lead: str = "", instead: Reply | None = None
) -> Turn:
    """The entry's answer; `instead` of its text one made for what was asked, under the same source."""
    if entry.action == "handover":
        return hand_over(scene, because)
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
    told = text or (scene.state.unanswered if asked_back(scene) else "")
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


def lead_on(scene: Scene, turn: Turn, also: str) -> Turn:
    """The same turn with the message's second question named under the answer and offered first."""
    second = scene.library.find_entry(also)
    if second is None or turn.because.kind != "answer" or len(turn.replies) != 1:
        return turn
    [offer] = entry_choices(scene, (also,))
    others = (choice for choice in turn.replies[0].choices if choice.action != offer.action)
    text = joined(turn.replies[0].text, scene.say("also", title=second.title))
    reply = Reply(text, (offer, *others))
    return dataclasses.replace(turn, replies=(reply,), state=dataclasses.replace(turn.state, offered=reply.choices))


def clarify(scene: Scene, text: str, lead: str, decision: Decision, candidates: tuple[tuple[str, float], ...]) -> Turn:
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


def fall_back(
    scene: Scene, text: str, lead: str, decision: Decision, candidates: tuple[tuple[str, float], ...]
) -> Turn:
    """The honest answer to what we have nothing on: where to ask, and the nearest there is."""
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


def place_chosen(scene: Scene, key: str) -> Turn:
    """The answer about a place picked from several of its name."""
    placed = answer_key(scene.library, key, scene.today)
    if placed is None:
        return with_menu(scene, scene.say("gone_entry"), Because("fallback", reason="địa danh không còn"))
    return show_place(scene, placed, Because("answer", placed.entry, ((placed.entry, 1.0),), "người hỏi chọn"))


def show_place(scene: Scene, placed: Placed, because: Because, text: str = "", lead: str = "") -> Turn:
    """An answer about places, above the source of the entry it belongs to; or which place is meant."""
    if placed.asks:
        reply = Reply(joined(lead, placed.reply.text), (*placed.reply.choices, *ways_on(scene)))
        asking = dataclasses.replace(because, kind="clarify", id="", reason="tên chỉ nhiều nơi")
        return close_turn(scene, [reply], asking, text, unanswered=text, awaiting="")
    home = placed.commune or scene.state.commune
    scene = dataclasses.replace(scene, state=dataclasses.replace(scene.state, commune=home))
    return answer(scene, scene.library.get_entry(placed.entry), because, text, lead, placed.reply)


def resumed(scene: Scene, turn: Turn) -> Turn:
    """An answer given while a form is open, and the form's question once more under it."""
    if not find_form(scene.state.form) or turn.because.kind != "answer" or turn.state.form != NO_FORM:
        return turn
    again = ask_again(scene.state.form, scene.setting, scene.say("form.again"))
    answered = dataclasses.replace(turn.replies[0], choices=())
    state = dataclasses.replace(turn.state, form=again.form, offered=again.reply.choices)
    return dataclasses.replace(turn, state=state, replies=(answered, again.reply))


def group_page(scene: Scene, target: str) -> Turn:
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


def switch_language(scene: Scene, language: str) -> Turn:
    """Speak this language from now on."""
    if language not in LANGUAGES:
        return with_menu(scene, scene.say("menu.title"), Because("action", "chung.menu"))
    spoken = dataclasses.replace(scene, state=dataclasses.replace(scene.state, language=language))
    return with_menu(spoken, spoken.say("language"), Because("action", reason="đổi ngôn ngữ"), SetLanguage(language))


def hand_over(scene: Scene, because: Because | None = None) -> Turn:
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


def send_question(scene: Scene, question: str) -> Turn:
    """Give the question to an official."""
    because = Because("action", "chung.gap-can-bo", reason="gửi câu hỏi cho cán bộ")
    if not question:  # the button was tapped again after the question had gone
        return with_menu(scene, scene.say("handover.nothing"), because, awaiting="")
    effect = AskOfficial(question, "handover", scene.state.recent, scene.state.topic)
    sentence = scene.say("handover.sent", question=quote(question))
    return with_menu(scene, sentence, because, effect, awaiting="", unanswered="")
