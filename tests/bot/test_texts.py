"""Every sentence of the interface exists in every language, and what people typed cannot become Markdown."""

from __future__ import annotations

import re
import string
from pathlib import Path

import pytest
from babel.messages.pofile import read_po
from hypothesis import given
from hypothesis import strategies as st

from bot.channels.markdown import to_html, to_plain
from bot.texts import LANGUAGES, LOCALE, escape, quote, say

BOT = Path(__file__).parents[2] / "bot"
CODE = "\n".join(path.read_text(encoding="utf-8") for path in BOT.rglob("*.py"))
USED = set(re.findall(r"""\bsay\(\s*(?:(?:[\w.]+|"vi"),\s*)?"([a-z_.]+)\"""", CODE))
FAMILIES = tuple(set(re.findall(r"""f"([a-z_]+\.(?:[a-z_]+\.)*)\{""", CODE)))  # say(f"session.kind.{kind}")
READ_ALOUD = {f"cannot_read.{kind}" for kind in ("photo", "voice", "file", "location", "contact", "other")}


def sentences(language: str) -> dict[str, str]:
    with (LOCALE / f"{language}.po").open("rb") as file:
        return {str(message.id): str(message.string) for message in read_po(file) if message.id}


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_sentence_used_stands_in_the_catalogue_and_no_other(language: str) -> None:
    assert len(USED) > 30
    found = sentences(language)
    assert sorted((USED | READ_ALOUD) - set(found)) == [], "used, but not in the catalogue"
    unused = [key for key in found if f'"{key}"' not in CODE and not key.startswith(FAMILIES)]
    assert unused == [], "in the catalogue, but used nowhere"
    assert all(found.values())


def test_every_language_fills_the_same_names() -> None:
    def names(sentence: str) -> set[str]:
        return {name for _, name, _, _ in string.Formatter().parse(sentence) if name}

    first, *others = (sentences(language) for language in LANGUAGES)
    for other in others:
        assert {key: names(text) for key, text in other.items()} == {key: names(text) for key, text in first.items()}


def test_button_labels_fit_a_button() -> None:
    for language in LANGUAGES:
        for key, text in sentences(language).items():
            if "choice." in key or ".outcome." in key:
                assert len(text) <= 24, text


def test_an_unknown_language_speaks_vietnamese() -> None:
    assert say("fr", "choice.menu") == say("vi", "choice.menu")


@given(st.text(alphabet=st.characters(exclude_categories=("Cc", "Cs", "Zl", "Zp")), max_size=60))
def test_what_was_typed_is_shown_as_typed(typed: str) -> None:
    shown = to_plain(f"“{quote(typed)}”")
    assert shown.replace("\n", " ").split() == f"“{' '.join(typed.split())}”".split()


@pytest.mark.parametrize(
    "typed", ["**đậm**", "[đây](https://lừa.example)", "- một\n- hai", "1. một", "<b>x</b>", "# to"]
)
def test_markup_from_people_stays_text(typed: str) -> None:
    html = to_html(escape(typed))
    assert not re.search(r"<(?!/?p>|br)", html), html


def test_a_long_quotation_is_cut() -> None:
    assert len(to_plain(quote("dài " * 100, 50))) <= 50
