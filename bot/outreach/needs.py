"""The desk for what people wish for: the yearly survey, taking it up again, changing and withdrawing what was told.

The questions themselves are the form `needs_survey`.
"""

from __future__ import annotations

import dataclasses
from typing import Literal

from bot.forms.communes import find_place, title
from bot.forms.groups import LABELS
from bot.forms.needs_survey import MY_NEEDS, NAME, WISH_LABELS, describe
from bot.forms.registry import FORMS
from bot.forms.walking import open_form, resume_form
from bot.messages import NO_FORM, Because, Choice, CloseNeed, FormState, Reply, Turn
from bot.orders import MENU
from bot.outreach.desk import Desk
from bot.scene import Scene, close_turn, form_turn, joined, with_menu
from storage.needs import Need

ENTRY_ID = "chung.nhu-cau"
NEW, RESUME_DRAFT, ONE, CHANGE, MET, WITHDRAW = "moi", "tiep", "xem:", "sua:", "xong:", "thoi:"


def open_needs(scene: Scene, text: str, because: Because) -> Turn:
    """Where a message about wishes leads: what was told already, what was left half-way, or the first question."""
    if scene.state.draft.name == NAME:
        return _offer_draft(scene)
    if _open_needs(scene):
        return _list(scene)
    return form_turn(scene, open_form(NAME, scene.setting, text), because)


def perform(scene: Scene, action: str) -> Turn:
    if action == NEW:
        return form_turn(_without_draft(scene), open_form(NAME, scene.setting))
    if action == RESUME_DRAFT:
        return _resume(scene)
    for prefix, do in ((ONE, _show), (CHANGE, _change), (MET, _close_as_met), (WITHDRAW, _close_as_withdrawn)):
        if action.startswith(prefix):
            kind = action.removeprefix(prefix)
            need = next((need for need in _open_needs(scene) if need.kind == kind), None)
            return do(scene, need) if need else _list(scene)
    return open_needs(scene, "", _because("xem nhu cầu"))


def _open_needs(scene: Scene) -> tuple[Need, ...]:
    return tuple(need for need in scene.known.needs if need.status == "open")


def _because(reason: str) -> Because:
    return Because("action", ENTRY_ID, reason=reason)


def _without_draft(scene: Scene) -> Scene:
    return dataclasses.replace(scene, state=dataclasses.replace(scene.state, draft=NO_FORM))


def _resume(scene: Scene) -> Turn:
    draft = scene.state.draft
    if draft.name not in FORMS:
        return with_menu(scene, scene.say("draft.none"), Because("action", reason="không có phần nào dở"))
    return form_turn(scene, resume_form(draft, scene.setting, scene.say("draft.resumed")))


def _offer_draft(scene: Scene) -> Turn:
    choices = (
        Choice(scene.say("choice.go_on"), MY_NEEDS + RESUME_DRAFT),
        Choice(scene.say("choice.start_over"), MY_NEEDS + NEW),
        Choice(scene.say("choice.menu"), MENU),
    )
    return close_turn(scene, [Reply(scene.say("draft.offer"), choices)], _because("khai dở"), awaiting="")


def _list(scene: Scene) -> Turn:
    """The wishes that are open; with only one its own page."""
    found = _open_needs(scene)
    if len(found) == 1:
        return _show(scene, found[0])
    new = Choice(scene.say("choice.tell_need"), MY_NEEDS + NEW)
    menu = Choice(scene.say("choice.menu"), MENU)
    if not found:
        return close_turn(scene, [Reply(scene.say("needs.none"), (new, menu))], _because("chưa khai"), awaiting="")
    lines = "\n".join(f"- {_line(need)}" for need in found)
    each = tuple(Choice(WISH_LABELS[need.kind], MY_NEEDS + ONE + need.kind) for need in found)
    text = joined(scene.say("needs.mine"), lines, scene.say("needs.pick"))
    said = scene.say("needs.mine")
    return close_turn(scene, [Reply(text, (*each, new, menu))], _because("xem nhu cầu"), said=said, awaiting="")


def _show(scene: Scene, need: Need) -> Turn:
    place = find_place(scene.library, need.commune)
    groups = ", ".join(LABELS[group] for group in need.group_slug.split("+") if group in LABELS)
    lines = [f"- {_line(need)}"]
    lines += [f"- Nơi ở: {title(place)}"] if place else []
    lines += [f"- Nhóm: {groups}"] if groups else []
    choices = (
        Choice(scene.say("choice.change"), MY_NEEDS + CHANGE + need.kind),
        Choice(scene.say("choice.need_met"), MY_NEEDS + MET + need.kind),
        Choice(scene.say("choice.no_more_need"), MY_NEEDS + WITHDRAW + need.kind),
        Choice(scene.say("choice.tell_need"), MY_NEEDS + NEW),
        Choice(scene.say("choice.menu"), MENU),
    )
    text = joined(scene.say("needs.mine"), "\n".join(lines))
    said = scene.say("needs.mine")
    return close_turn(scene, [Reply(text, choices)], _because("xem nhu cầu"), said=said, awaiting="")


def _line(need: Need) -> str:
    return f"{describe(need.kind, need.level, need.trade)} (khai năm {need.year})"


def _change(scene: Scene, need: Need) -> Turn:
    """The survey's questions again, for this wish only."""
    state = FormState(NAME, (("wish", need.kind),))
    return form_turn(_without_draft(scene), resume_form(state, scene.setting))


def _close_as_met(scene: Scene, need: Need) -> Turn:
    return _close(scene, need, "met", scene.say("needs.met"))


def _close_as_withdrawn(scene: Scene, need: Need) -> Turn:
    return _close(scene, need, "withdrawn", scene.say("needs.withdrawn", need=WISH_LABELS[need.kind].lower()))


def _close(scene: Scene, need: Need, status: Literal["met", "withdrawn"], sentence: str) -> Turn:
    return with_menu(scene, sentence, _because("bỏ nhu cầu"), CloseNeed(need.kind, status))


DESK = Desk(
    prefix=MY_NEEDS,
    perform=perform,
    orders={
        **dict.fromkeys(("lam tiep", "khai tiep", "tiep tuc khai"), MY_NEEDS + RESUME_DRAFT),
        **dict.fromkeys(
            (
                "nhu cau", "nhu cau cua toi", "xem nhu cau", "sua nhu cau", "doi nhu cau", "bo nhu cau", "huy nhu cau",
                "khai nhu cau", "dang ky nhu cau", "nhu cau da khai",
            ),
            MY_NEEDS,
        ),
    },
    opens={NAME: open_needs},
)  # fmt: skip
