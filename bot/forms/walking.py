"""How every form is walked: opened, answered by a tap, a number or a sentence, gone back in, left, finished.

Pure: from the form's state and one message to its next state and the next thing said. It knows no particular form
(`registry` lists them) and does not know what else a message may mean: the conversation asks it first.
"""

from __future__ import annotations

import dataclasses
import re

from bot.forms.form import SKIPPED, Answers, Form, Setting, Step, nothing
from bot.forms.readers import asks, match_options, plain
from bot.forms.registry import FORMS
from bot.messages import NO_FORM, Choice, Effect, FormState, Reply
from content.render import render_answer

# "f:<form>" opens, "f:<form>:<step>:<value>" answers a step. They stand in buttons on phones for years.
FORM = "f:"
BACK, LEAVE = "<", "x"

LEAVE_WORDS = {
    "thoi",
    "huy",
    "thoat",
    "huy bo",
    "bo qua het",
    "thoi khong can",
    "khong can",
    "thoi khong tinh",
    "cancel",
}
BACK_WORDS = {"quay lai", "tro lai", "lui lai", "back", "cau truoc", "buoc truoc", "sua cau truoc"}
_NUMBERS = re.compile(r" (?:(?:so|chon|cau|muc|y) )?(\d{1,2}(?: (?:va )?\d{1,2})*) ")
_TYPED_CONTROLS = ("(Gõ “thôi” để dừng.)", "(Gõ “quay lại” để sửa câu trước, “thôi” để dừng.)")
_YES_OR_NO = re.compile(r" co (?:\w+ )+(?:khong|ko|k) $")  # "có mất tiền không" asks; its last word answers nothing
SHORT = 4  # words: an answer to the question rather than a question of its own


@dataclasses.dataclass(frozen=True, slots=True)
class Moved:
    """What became of a form, explained by `entry`. `form` is NO_FORM when it `ended`: "done" with a result, or "left".

    `sure` is false when the message could as well be a question of its own. `reason` is for the console. `effects` is
    what a finished form leaves behind.
    """

    entry: str
    form: FormState
    reply: Reply
    reason: str
    ended: str = ""
    sure: bool = True
    effects: tuple[Effect, ...] = ()


@dataclasses.dataclass(frozen=True, slots=True)
class _Heard:
    """What a message answers: step key → value. `complaint` says why a value was not taken."""

    found: dict[str, str]
    complaint: str = ""
    sure: bool = True


def find_form(state: FormState) -> Form | None:
    """The form that is open; None also for one this version no longer has."""
    return FORMS.get(state.name)


def resume_form(state: FormState, setting: Setting, lead: str = "") -> Moved:
    """Go on with the answers given before. KeyError for an unknown form."""
    return _go_on(FORMS[state.name], dict(state.answers), {}, setting, lead)


def open_form(name: str, setting: Setting, text: str = "", lead: str = "") -> Moved:
    """Begin a form, with whatever the message that led to it already says. KeyError for an unknown form."""
    form = FORMS[name]
    found = _find_all(form, text, setting, {}, skip=())
    found = {key: value for key, value in found.items() if not _complaint(form.get_step(key), value, {}, setting)}
    entry = setting.library.find_entry(form.entry) if form.at_once else None
    short = render_answer(setting.library, entry, setting.today).short if entry else ""
    leads = (lead, short, _understood(form, found, {}, setting))
    return _go_on(form, {}, found, setting, "\n\n".join(part for part in leads if part))


def count_answers(name: str, setting: Setting, text: str) -> int:
    """How many of the form's steps a message that asks for it already answers."""
    return len(_find_all(FORMS[name], text, setting, {}, skip=()))


def tap(state: FormState, action: str, setting: Setting) -> Moved | None:
    """Perform a form's button, also an old one; None when the form is not known any more."""
    name, _, rest = action.removeprefix(FORM).partition(":")
    form = FORMS.get(name)
    if form is None:
        return None
    answers = dict(state.answers) if state.name == name else {}
    key, _, value = rest.partition(":")
    if key == LEAVE:
        return _leave(form)
    if key == BACK:
        return _go_back(form, answers, setting)
    step = next((step for step in form.steps if step.key == key), None)
    if step is None or value not in {option.value for option in step.offered(answers, setting)}:
        return _go_on(form, answers if key else {}, {}, setting, "")
    return _go_on(form, answers, {key: value}, setting, "")


def hear(state: FormState, text: str, setting: Setting) -> Moved | None:
    """Take a typed message as part of the open form; None when the form finds nothing in it."""
    form = FORMS[state.name]
    answers = dict(state.answers)
    words = plain(text).strip()
    if words in LEAVE_WORDS:
        return _leave(form)
    if words in BACK_WORDS:
        return _go_back(form, answers, setting)
    step = form.find_open(answers, setting)
    if step is None:
        return _go_on(form, answers, {}, setting, "")
    control = _control(form, step, answers, setting, words)
    if control:
        return tap(state, control, setting)
    heard = _listen(form, step, text, answers, setting)
    if heard.complaint:
        return _again(form, step, answers, setting, "", heard.complaint)
    if not heard.found:
        return None
    lead = _understood(form, heard.found, answers, setting)
    return dataclasses.replace(_go_on(form, answers, heard.found, setting, lead), sure=heard.sure)


def ask_again(state: FormState, setting: Setting, lead: str = "") -> Moved:
    """The open question once more, after `lead`."""
    form, answers = FORMS[state.name], dict(state.answers)
    step = form.find_open(answers, setting)
    if step is None:
        return _go_on(form, answers, {}, setting, lead)
    return _again(form, step, answers, setting, lead, step.ask(answers, setting))


def explain(state: FormState, setting: Setting) -> Moved:
    """What the open question expects, with an example: for an answer that was not understood."""
    form, answers = FORMS[state.name], dict(state.answers)
    step = form.find_open(answers, setting)
    if step is None:
        return _go_on(form, answers, {}, setting, "")
    return _again(form, step, answers, setting, "", step.expected)


def _control(form: Form, step: Step, answers: Answers, setting: Setting, words: str) -> str:
    """The action of "Quay lại" or "Thôi" when its number was typed."""
    count = len(step.offered(answers, setting))
    controls = _choices(form, step, answers, setting)[count:]
    return next((choice.action for n, choice in enumerate(controls, count + 1) if words == str(n)), "")


def _listen(form: Form, step: Step, text: str, answers: Answers, setting: Setting) -> _Heard:
    """What a message answers: the open step first, then whatever else of the form shows itself in it."""
    whole = _read_whole(step, text, answers, setting)
    if whole:
        return _Heard({step.key: whole}, _complaint(step, whole, answers, setting))
    found = _find_all(form, text, setting, answers, skip=answers)
    if step.key not in found:
        found = _find_all(form, text, setting, answers, skip=())
    for key, value in found.items():
        complaint = _complaint(form.get_step(key), value, answers, setting)
        if complaint:
            return _Heard({}, complaint)
    return _Heard(found, sure=len(found) > 1 or len(text.split()) <= SHORT or not asks(text))


def _complaint(step: Step, value: str, answers: Answers, setting: Setting) -> str:
    """What is wrong with a value; nothing is wrong with an option."""
    options = {option.value for option in step.offered(answers, setting)}
    return "" if set(value.split("+")) <= options else step.check(value)


def _read_whole(step: Step, text: str, answers: Answers, setting: Setting) -> str:
    """The message as nothing but the answer: option numbers, a label, or what the step itself reads."""
    words = plain(text)
    options = step.offered(answers, setting)
    numbers = _NUMBERS.fullmatch(words)
    if numbers and options and not re.search(r"\d[.,]\d", text):
        picked = [int(number) for number in re.findall(r"\d+", numbers[1])]
        if all(1 <= number <= len(options) for number in picked) and (step.several or len(picked) == 1):
            return "+".join(dict.fromkeys(options[number - 1].value for number in picked))
    for option in options:
        if words == plain(option.label):
            return option.value
    if len(words.split()) > step.most_words:
        return ""
    short = len(words.split()) <= SHORT and not _YES_OR_NO.search(words)
    spoken = match_options(text, options, alone=True) if short else ()
    return spoken[0] if len(spoken) == 1 else step.read(text, setting.today) or step.seek(text, setting)


def _find_all(
    form: Form, text: str, setting: Setting, answers: Answers, skip: Answers | tuple[str, ...]
) -> dict[str, str]:
    """Every step's value that shows itself in the message, without the steps to `skip`."""
    found = {}
    for step in form.steps:
        if step.key in skip or not text:
            continue
        value = step.find(text, setting.today) or step.seek(text, setting)
        options = match_options(text, step.offered(answers, setting))
        if not value and (len(options) == 1 or (options and step.several)):
            value = "+".join(options)
        if value:
            found[step.key] = value
    return found


def _understood(form: Form, found: dict[str, str], answers: Answers, setting: Setting) -> str:
    """What was read, said back so that it can be corrected; nothing for what was skipped."""
    steps = [(form.get_step(key), value) for key, value in found.items() if value != SKIPPED]
    labels = (
        step.tell_in(value, setting) if step.tell_in else step.label(value, step.offered(answers, setting))
        for step, value in steps
    )
    said = [label for label in labels if label]
    return f"Tôi hiểu: {'; '.join(said)}." if said else ""


def _go_on(form: Form, answers: Answers, found: dict[str, str], setting: Setting, lead: str) -> Moved:
    """Take the answers in and ask the next question, or give the result."""
    given = {**answers, **found}
    step = form.find_open(given, setting)
    state = FormState(form.name, tuple(given.items()))
    if step is not None:
        return Moved(
            form.entry,
            state,
            _question(form, step, given, setting, lead, step.ask(given, setting)),
            f"biểu mẫu {form.name}: hỏi {step.key}",
        )
    result = form.finish(given, setting)
    entry = setting.library.find_entry(form.entry)
    parts = [lead, result.text]
    if entry and form.sourced:
        parts.append(render_answer(setting.library, entry, setting.today).footer)
    text = "\n\n".join(part for part in parts if part)
    again = (Choice(form.again, FORM + form.name),) if form.again else ()
    return Moved(
        form.entry,
        NO_FORM,
        Reply(text, (*result.choices, *again)),
        f"biểu mẫu {form.name}: xong",
        ended="done",
        effects=form.effects(given, setting),
    )


def _again(form: Form, step: Step, answers: Answers, setting: Setting, lead: str, sentence: str) -> Moved:
    state = FormState(form.name, tuple(answers.items()))
    reply = _question(form, step, answers, setting, lead, sentence)
    return Moved(form.entry, state, reply, f"biểu mẫu {form.name}: hỏi lại {step.key}")


def _go_back(form: Form, answers: Answers, setting: Setting) -> Moved:
    """Forget the answer before the open question, in the form's order; at the first question there is none."""
    given = dict(answers)
    last = next((step for step in reversed(form.steps) if step.key in given), None)
    if last:
        del given[last.key]
    return _go_on(form, given, {}, setting, "")


def _leave(form: Form) -> Moved:
    return Moved(form.entry, NO_FORM, Reply(""), f"biểu mẫu {form.name}: thôi", ended="left")


def _question(form: Form, step: Step, answers: Answers, setting: Setting, lead: str, sentence: str) -> Reply:
    hint = "" if step.read is nothing else _TYPED_CONTROLS[bool(answers)]
    text = "\n\n".join(part for part in (lead, sentence, hint) if part)
    return Reply(text, _choices(form, step, answers, setting))


def _choices(form: Form, step: Step, answers: Answers, setting: Setting) -> tuple[Choice, ...]:
    """The step's options, then "Quay lại" and "Thôi": not where a number is asked, for a typed 5 must stay a five."""
    prefix = f"{FORM}{form.name}:"
    offered = step.offered(answers, setting)
    options = tuple(Choice(option.label, f"{prefix}{step.key}:{option.value}", option.title) for option in offered)
    if step.read is not nothing:
        return options
    back = (Choice("Quay lại", prefix + BACK),) if answers else ()
    return (*options, *back, Choice("Thôi", prefix + LEAVE))
