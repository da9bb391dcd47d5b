"""The desk of deadlines ("hn:"): what a person is reminded of, and to change, finish or stop each.

Pure. The day itself is asked by the forms; what is written is effects.
"""

from __future__ import annotations

import datetime
import re

from bot.calculators.figures_of import NoFigure
from bot.forms.days import tell_long
from bot.forms.registry import FORMS
from bot.forms.walking import FORM, ask_again, open_form
from bot.messages import Because, Choice, CloseDeadline, FormState, Reply, Turn
from bot.orders import ENTRY, plain_words
from bot.outreach.deadline_reminders import PREFIX, tell_left
from bot.outreach.desk import Desk
from bot.outreach.due import COLLECT, FILE, KINDS, REPAY, REPORT, find_next, list_windows
from bot.scene import Scene, close_turn, form_turn, ways_on
from storage.deadlines import Deadline

ENTRY_ID = "chung.nhac-viec"
SHOW, ASKED, STOP, DONE, CHANGE, KEEP_FILING = "", "nho", "thoi", "xong", "doi", "nop"


def perform(scene: Scene, rest: str) -> Turn:
    """ "" lists; "nho" does what the message asks to be reminded of; "thoi", "xong", "doi" with ":<id>" act on one;
    "nop:<day>" offers to keep the day of filing.
    """
    verb, _, target = rest.partition(":")
    if verb == ASKED:
        return open_desk(scene, scene.inbound.text, Because("action", ENTRY_ID, reason="nhờ nhắc"))
    if verb == KEEP_FILING:
        return _keep_filing(scene, target)
    if verb == STOP and not target:
        return _stop(scene)
    number, _, due_on = target.partition(":")
    deadline = next((one for one in _list_open(scene) if str(one.id) == number), None)
    if verb == SHOW or deadline is None:
        return _show(scene, scene.say("deadlines.gone") if number else "")
    if verb == DONE:
        return _close(scene, deadline, CloseDeadline(deadline.id, "done", due_on))
    if verb == STOP:
        return _close(scene, deadline, CloseDeadline(deadline.id, "stopped"))
    return _show_one(scene, deadline)


# What people call each deadline, folded; a message that names just one goes straight to its question.
_NAMED = {
    FILE: re.compile(r" nop (?:ho so|don|giay|bhtn|bao hiem|that nghiep|tro cap) | han nop "),
    REPORT: re.compile(r" (?:thong )?(?:khai )?bao (?:cao )?(?:tinh hinh )?(?:tim )?(?:kiem )?viec "),
    COLLECT: re.compile(r" quyet dinh "),
    REPAY: re.compile(r" tra (?:no|gop|lai|von|tien|ngan hang) | (?:ky|han) (?:no|vay) | dao han "),
}


def open_desk(scene: Scene, text: str, because: Because) -> Turn:
    """The one deadline a message names, else the list, for whoever asks to be reminded or what they are reminded of."""
    words = f" {plain_words(text)} "
    named = [kind for kind, pattern in _NAMED.items() if pattern.search(words)]
    if len(named) == 1 and all(one.kind != named[0] for one in _list_open(scene)):
        return form_turn(scene, open_form(KINDS[named[0]].form, scene.setting, text), because)
    return _show(scene, because=because)


def _list_open(scene: Scene) -> list[Deadline]:
    """What still comes, the next due first."""
    kept = [one for one in scene.known.deadlines if one.status == "open" and one.kind in KINDS]
    coming = [(due, one) for one in kept if (due := _next_due(scene, one)) is not None]
    return [one for _, one in sorted(coming, key=lambda pair: (pair[0], pair[1].id))]


def _next_due(scene: Scene, deadline: Deadline) -> datetime.date | None:
    """The next due day; None when all have passed."""
    base = datetime.date.fromisoformat(deadline.base_on)
    try:
        windows = list_windows(deadline.kind, base, deadline.times, deadline.note, scene.library, scene.today)
    except NoFigure:
        return datetime.date.fromisoformat(deadline.due_on)
    window = find_next(windows, scene.today)
    return window.due if window else None


def _line(scene: Scene, deadline: Deadline) -> str:
    due = _next_due(scene, deadline)
    assert due is not None
    return f"**{KINDS[deadline.kind].title}**: {tell_long(due)}, {tell_left(due, scene.today)}"


def _show(scene: Scene, lead: str = "", because: Because | None = None) -> Turn:
    because = because or Because("action", ENTRY_ID, reason="xem hạn")
    kept = _list_open(scene)
    offers = _offers({one.kind for one in kept})
    if not kept:
        parts = [lead, scene.say("deadlines.none")]
        return _said(scene, "\n\n".join(part for part in parts if part), offers, because)
    lines = "\n".join(f"- {_line(scene, one)}" for one in kept)
    own = tuple(Choice(KINDS[one.kind].label, f"{PREFIX}{CHANGE}:{one.id}", KINDS[one.kind].title) for one in kept)
    parts = [lead, scene.say("deadlines.list"), lines, scene.say("deadlines.which"), _paused(scene)]
    return _said(scene, "\n\n".join(part for part in parts if part), (*own, *offers), because)


def _paused(scene: Scene) -> str:
    person = scene.known.person
    return "" if person is None or person.pushes_allowed else scene.say("deadlines.paused")


def _offers(kept: set[str]) -> tuple[Choice, ...]:
    """Buttons to the forms of what is not kept yet."""
    missing = (kind for kind in KINDS if kind not in kept)
    return tuple(Choice(FORMS[KINDS[kind].form].invite, FORM + KINDS[kind].form) for kind in missing)


def _show_one(scene: Scene, deadline: Deadline) -> Turn:
    """One deadline and all that can be done with it."""
    kind = KINDS[deadline.kind]
    due = _next_due(scene, deadline)
    entry = scene.library.find_entry(kind.entry)
    done = f"{PREFIX}{DONE}:{deadline.id}" + (f":{due}" if kind.series else "")
    choices = (
        Choice(scene.say("deadlines.change"), FORM + kind.form),
        Choice(scene.say("deadlines.done"), done),
        Choice(scene.say("deadlines.stop"), f"{PREFIX}{STOP}:{deadline.id}"),
        *((Choice(entry.menu, ENTRY + entry.id),) if entry else ()),
    )
    return _said(scene, _line(scene, deadline), choices, Because("action", ENTRY_ID, reason="xem một hạn"))


def _stop(scene: Scene) -> Turn:
    """ "thôi nhắc": the only one there is, or which one."""
    kept = _list_open(scene)
    if not kept:
        return _show(scene)
    if len(kept) == 1:
        return _close(scene, kept[0], CloseDeadline(kept[0].id, "stopped"))
    choices = tuple(Choice(KINDS[one.kind].label, f"{PREFIX}{STOP}:{one.id}", KINDS[one.kind].title) for one in kept)
    because = Because("action", ENTRY_ID, reason="hỏi thôi nhắc việc nào")
    return _said(scene, scene.say("deadlines.stop_which"), choices, because)


def _close(scene: Scene, deadline: Deadline, effect: CloseDeadline) -> Turn:
    key = "deadlines.closed_stopped"
    if effect.status == "done":
        key = "deadlines.closed_once" if effect.due_on else "deadlines.closed_done"
    because = Because("action", ENTRY_ID, reason=f"hạn {deadline.id}: {effect.status}")
    reply = Reply(scene.say(key, name=KINDS[deadline.kind].name), (_list_choice(scene), *ways_on(scene)))
    return close_turn(scene, [reply], because, effects=(effect,), awaiting="")


def _list_choice(scene: Scene) -> Choice:
    return Choice(scene.say("deadlines.mine"), PREFIX)


def _keep_filing(scene: Scene, day: str) -> Turn:
    """The filing form with its day already answered: one tap more keeps it."""
    try:
        datetime.date.fromisoformat(day)
    except ValueError:
        return _show(scene)
    moved = ask_again(FormState(KINDS[FILE].form, (("day", day),)), scene.setting)
    return form_turn(scene, moved)


def _said(scene: Scene, text: str, choices: tuple[Choice, ...], because: Because) -> Turn:
    because = Because("action", because.id or ENTRY_ID, because.candidates, because.reason)
    return close_turn(scene, [Reply(text, (*choices, *ways_on(scene)))], because, awaiting="")


DESK = Desk(
    prefix=PREFIX,
    perform=perform,
    orders={
        **dict.fromkeys(
            ("han cua toi", "xem han cua toi", "cac han cua toi", "viec can nhac", "lich nhac", "lich nhac cua toi"),
            PREFIX,
        ),
        **dict.fromkeys(
            (
                "thoi nhac",
                "thoi nhac viec nay",
                "dung nhac",
                "dung nhac nua",
                "tat nhac",
                "khong nhac nua",
                "huy nhac",
                "thoi khong nhac nua",
                "dung nhac viec nay",
            ),
            PREFIX + STOP,
        ),
    },
    opens={"deadlines": open_desk},
    begins={
        f"{verb} {whom}": PREFIX + ASKED
        for verb in ("nhac", "nho nhac", "nhac viec", "hay nhac")
        for whom in ("toi", "em", "minh", "tui", "giup", "ho", "anh", "chi", "co", "chu", "bac", "con", "chau")
    },
)
