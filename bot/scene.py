"""All that one turn is decided from, and how every turn ends: its choices, what it remembers, its way on.

It decides nothing about meaning; `conversation` does.
"""

from __future__ import annotations

import dataclasses
import datetime
from typing import Literal

from bot.forms.form import Setting
from bot.forms.registry import FORMS
from bot.forms.walking import Moved
from bot.known import NOTHING, Known
from bot.messages import NO_FORM, Because, Choice, Effect, FormState, Inbound, Reply, State, Turn
from bot.orders import ENTRY, GROUP, HANDOVER, MENU
from bot.texts import quote, say
from content.model import Library
from intents.match import Matcher

NEAREST = 0.2  # below this score a "nearest topic" is noise, and the main topics help more
AT_ONCE = {name for name, form in FORMS.items() if form.at_once}  # forms the main menu offers by themselves


@dataclasses.dataclass(frozen=True, slots=True)
class Scene:
    """All that a turn is decided from; passed around so that no function below takes six arguments."""

    state: State
    inbound: Inbound
    library: Library
    matcher: Matcher
    today: datetime.date
    known: Known = NOTHING

    def say(self, key: str, **values: object) -> str:
        return say(self.state.language, key, **values)

    @property
    def setting(self) -> Setting:
        return Setting(self.library, self.today, self.known, self.state.commune)


def with_menu(scene: Scene, sentence: str, because: Because, *effects: Effect, **changes: str) -> Turn:
    offers = tuple(entry.id for entry in scene.library.entries.values() if entry.action in AT_ONCE)
    options = (*entry_choices(scene, offers), *group_choices(scene), *ways_on(scene, menu=False))
    changes = {"awaiting": "", **changes}
    return close_turn(scene, [Reply(sentence, options)], because, effects=effects, form=NO_FORM, **changes)


def group_choices(scene: Scene) -> tuple[Choice, ...]:
    return tuple(Choice(group.menu, GROUP + group.slug) for group in scene.library.groups if group.slug != "chung")


def entry_choices(scene: Scene, ids: tuple[str, ...], *, titled: bool = False) -> tuple[Choice, ...]:
    """`titled` where entries of several groups stand side by side and a button alone would not tell them apart."""
    entries = (scene.library.find_entry(id_) for id_ in ids)
    return tuple(Choice(entry.menu, ENTRY + entry.id, entry.title if titled else "") for entry in entries if entry)


def ways_on(scene: Scene, *, menu: bool = True) -> tuple[Choice, ...]:
    official = Choice(scene.say("choice.official"), HANDOVER)
    return (official, Choice(scene.say("choice.menu"), MENU)) if menu else (official,)


def joined(*parts: str) -> str:
    return "\n\n".join(part for part in parts if part)


def keep_silent(scene: Scene, reason: str, *effects: Effect) -> Turn:
    return Turn(scene.state, (), effects, Because("silence", reason=reason))


def close_turn(
    scene: Scene,
    replies: list[Reply],
    because: Because,
    heard: str = "",
    *,
    effects: tuple[Effect, ...] = (),
    said: str = "",
    form: FormState = NO_FORM,
    **changes: str,
) -> Turn:
    """Close a turn: numbers now mean the last reply's choices, and an official can read what led here.

    A form that is not carried on is closed; one that can be taken up again is kept as a draft.
    """
    line = heard or scene.inbound.text or scene.inbound.kind
    spoken = said or replies[-1].text.split("\n", 1)[0]
    recent = (*scene.state.recent, f"Người hỏi: {quote(line, 300)}", f"Bot: {quote(spoken, 120)}")[-8:]
    offered = replies[-1].choices
    state = dataclasses.replace(
        scene.state,
        offered=offered,
        recent=recent,
        turns=scene.state.turns + 1,
        form=form,
        draft=_draft_after(scene, form),
        answered=because.id if because.kind == "answer" else "",
        others=tuple(id_ for id_, score in because.candidates if id_ != because.id and score >= NEAREST),
        **changes,  # type: ignore[arg-type]
    )
    return Turn(state, tuple(replies), effects, because)


def _draft_after(scene: Scene, form: FormState) -> FormState:
    """The draft once `form` is open: what is being left, unless nothing of it may be kept; none of the open form."""
    left = scene.state.form
    if form.name:
        return scene.state.draft if scene.state.draft.name != form.name else NO_FORM
    if left.name in FORMS and left.answers and FORMS[left.name].resumable(dict(left.answers), scene.setting):
        return left
    return scene.state.draft


def form_turn(scene: Scene, moved: Moved, because: Because | None = None, **changes: str) -> Turn:
    """Say what a form says next. What was answered stays out of the lines an official reads: it may be private."""
    if moved.ended == "left":
        sentence = "form.left_for_now" if _draft_after(scene, NO_FORM) != NO_FORM else "form.left"
        return with_menu(scene, scene.say(sentence), Because("action", moved.entry, reason=moved.reason))
    kind: Literal["answer", "action"] = "answer" if moved.ended else "action"
    because = dataclasses.replace(because or Because(kind), kind=kind, id=moved.entry, reason=moved.reason)
    reply, changes = moved.reply, {"awaiting": "", **changes}
    if moved.ended:
        reply = Reply(reply.text, (*reply.choices, *ways_on(scene)))
        changes["topic"] = moved.entry
    heard = scene.say("form.answer")
    turn = close_turn(scene, [reply], because, heard, effects=moved.effects, form=moved.form, **changes)
    # A result is not rated, and what led to it is not kept as unfinished.
    state = dataclasses.replace(turn.state, draft=NO_FORM, answered="") if moved.ended else turn.state
    return dataclasses.replace(turn, state=state)
