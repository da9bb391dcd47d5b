"""The nouns of a form: steps with their questions and choices, and what is done with the answers.

A form is frozen data and pure functions. It never sees the conversation, a channel or a clock: `walking` advances it.
"""

from __future__ import annotations

import dataclasses
import datetime
from collections.abc import Callable, Mapping

from bot.known import NOTHING, Known
from bot.messages import Choice, Effect, Reply
from bot.orders import ENTRY
from content.model import Library

Answers = Mapping[str, str]
SKIPPED = "-"  # the value of a step the person would rather not answer


@dataclasses.dataclass(frozen=True, slots=True)
class Setting:
    """What a form may look at: the library in use, Hanoi's calendar day, and what is known of the person.

    `commune` is the slug of the place the person said to live in, "" when they did not.
    """

    library: Library
    today: datetime.date
    known: Known = NOTHING
    commune: str = ""


def lead_on(setting: Setting, *ids: str) -> tuple[Choice, ...]:
    """Buttons to the entries a person needs after a result; one the library no longer has is left out."""
    entries = (setting.library.find_entry(id_) for id_ in ids)
    return tuple(Choice(entry.menu, ENTRY + entry.id) for entry in entries if entry)


@dataclasses.dataclass(frozen=True, slots=True)
class Option:
    """A choice of a step. `label` is at most 24 characters.

    `words` are phrases, small and without diacritics, that mean it inside any sentence; those `alone` mean it only in a
    short answer to this very question ("không"). `title` says in full what the label hints at, or "".
    """

    value: str
    label: str
    words: tuple[str, ...] = ()
    alone: tuple[str, ...] = ()
    title: str = ""


def nothing(_text: str, _today: datetime.date) -> str:
    """The reader of a step that only has options."""
    return ""


def seek_nothing(_text: str, _setting: Setting) -> str:
    """The seeker of a step whose values need no library."""
    return ""


def never(_answers: Answers, _setting: Setting) -> bool:
    return False


def fine(_value: str) -> str:
    """The check of a step whose every readable value is acceptable."""
    return ""


def always(_answers: Answers, _setting: Setting) -> bool:
    return True


def no_options(_answers: Answers, _setting: Setting) -> tuple[Option, ...]:
    """The offer of a step whose options are always the same."""
    return ()


def no_effects(_answers: Answers, _setting: Setting) -> tuple[Effect, ...]:
    """What a form that only tells something leaves behind."""
    return ()


def as_written(value: str) -> str:
    return value


@dataclasses.dataclass(frozen=True, slots=True)
class Step:
    """One question.

    `expected` is said, with an example, when an answer is not understood. `find` reads a value that shows itself
    anywhere in a message ("8tr"), `read` one that only makes sense as the whole answer ("8"); both return "" when there
    is none. `check` returns what is wrong with a value, in Vietnamese, or "". `tell` says a value back. A step that is
    not `needed` for the answers so far is left out. `several` lets more than one option be typed ("1, 3").
    `offer` makes options from what is known (the coming sessions); they stand before the fixed ones. `question_for`
    makes a question that needs what is known. `seek` and `tell_in` are `find` and `tell` for values that only the
    library knows (a commune). A typed answer that `read` shall see has at most `most_words` words.
    """

    key: str
    question: str
    expected: str
    options: tuple[Option, ...] = ()
    find: Callable[[str, datetime.date], str] = nothing
    read: Callable[[str, datetime.date], str] = nothing
    check: Callable[[str], str] = fine
    tell: Callable[[str], str] = as_written
    needed: Callable[[Answers, Setting], bool] = always
    several: bool = False
    offer: Callable[[Answers, Setting], tuple[Option, ...]] = no_options
    question_for: Callable[[Answers, Setting], str] | None = None
    seek: Callable[[str, Setting], str] = seek_nothing
    tell_in: Callable[[str, Setting], str] | None = None
    most_words: int = 4

    def ask(self, answers: Answers, setting: Setting) -> str:
        """The question as it is asked now."""
        return self.question_for(answers, setting) if self.question_for else self.question

    def offered(self, answers: Answers, setting: Setting) -> tuple[Option, ...]:
        """The options that stand under the question now."""
        return (*self.offer(answers, setting), *self.options)

    def label(self, value: str, options: tuple[Option, ...]) -> str:
        """The value as a person reads it: `tell` of a value the step reads, or the labels of the `options` offered."""
        if self.tell is not as_written and value != SKIPPED:
            return self.tell(value)
        labels = {option.value: option.label for option in options}
        parts = value.split("+") if self.several else [value]
        return ", ".join(labels.get(part, part) for part in parts)


@dataclasses.dataclass(frozen=True, slots=True)
class Form:
    """`name` is the action that opens it; `entry` the id of the entry that explains it and names its sources.

    `invite` is the button that opens it from the entry, or ""; a form `at_once` opens without that button.
    `finish` makes the result from the answers; walking adds the sources and the ways on. `effects` is what the result
    leaves behind. A result that states no policy is not `sourced`: no sources stand under it. Without `again` no button
    offers to fill it in once more. What is `resumable` is kept when the person leaves half-way.
    """

    name: str
    entry: str
    invite: str
    again: str
    steps: tuple[Step, ...]
    finish: Callable[[Answers, Setting], Reply]
    at_once: bool = False
    effects: Callable[[Answers, Setting], tuple[Effect, ...]] = no_effects
    sourced: bool = True
    resumable: Callable[[Answers, Setting], bool] = never

    def get_step(self, key: str) -> Step:
        """The step; KeyError when there is none."""
        for step in self.steps:
            if step.key == key:
                return step
        raise KeyError(key)

    def find_open(self, answers: Answers, setting: Setting) -> Step | None:
        """The first step still to be asked; None when all is answered."""
        for step in self.steps:
            if step.key not in answers and step.needed(answers, setting):
                return step
        return None
