"""The real library, and one person filling in a form: what was typed goes in, what the form says comes out."""

from __future__ import annotations

import dataclasses
import datetime
from collections.abc import Callable
from pathlib import Path

import pytest

from bot.forms.form import Setting
from bot.forms.walking import Moved, explain, hear, open_form
from bot.messages import NO_FORM, FormState
from content.load import load_library

ROOT = Path(__file__).parents[2]
TODAY = datetime.date(2026, 11, 22)


@pytest.fixture(scope="session")
def setting() -> Setting:
    return Setting(load_library(ROOT / "content", on=TODAY), TODAY)


@dataclasses.dataclass
class Filling:
    """A form being filled in by `say`; `last` is what it said last."""

    setting: Setting
    last: Moved

    @property
    def state(self) -> FormState:
        return self.last.form

    @property
    def answers(self) -> dict[str, str]:
        return dict(self.state.answers)

    @property
    def text(self) -> str:
        return self.last.reply.text

    def say(self, *typed: str) -> Filling:
        for text in typed:
            assert self.state != NO_FORM, f"the form had ended before “{text}”"
            self.last = hear(self.state, text, self.setting) or explain(self.state, self.setting)
        return self


Fill = Callable[..., Filling]


@pytest.fixture
def fill(setting: Setting) -> Fill:
    """Open a form, with the message that led to it."""

    def begin(name: str, text: str = "") -> Filling:
        return Filling(setting, open_form(name, setting, text))

    return begin
