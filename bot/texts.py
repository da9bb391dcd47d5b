"""The interface's own sentences in the reader's language, from `bot/locale/<language>.po`.

Answers about policy are content, not texts: they live in `content/`. A message id names its place ("menu.title"), never
the wording, so that a translator changes a sentence without touching code.
"""

from __future__ import annotations

import functools
import gettext
import io
import re
from pathlib import Path

from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po

LOCALE = Path(__file__).parent / "locale"
DEFAULT_LANGUAGE = "vi"
LANGUAGES = ("vi", "en")


@functools.cache
def load_texts(language: str) -> gettext.NullTranslations:
    """Read one catalogue; a sentence missing in another language falls back to Vietnamese."""
    with (LOCALE / f"{language}.po").open("rb") as file:
        catalogue = read_po(file, locale=language)
    compiled = io.BytesIO()
    write_mo(compiled, catalogue)
    compiled.seek(0)
    texts = gettext.GNUTranslations(compiled)
    if language != DEFAULT_LANGUAGE:
        texts.add_fallback(load_texts(DEFAULT_LANGUAGE))
    return texts


def say(language: str, key: str, **values: object) -> str:
    """The sentence for `key`, its {names} filled. A name the translator forgot raises KeyError in the tests.

    What a person typed may hold `**` or `[x](y)`: `quote` such values before they are put into Markdown.
    """
    sentence = load_texts(language if language in LANGUAGES else DEFAULT_LANGUAGE).gettext(key)
    return sentence.format(**values) if values else sentence


def escape(text: str) -> str:
    """Text that a person or official typed, shown as typed: no Markdown in it, a new line is a new paragraph."""
    escaped = re.sub(r"([\\`*_\[\]()<>#&~+.!|-])", r"\\\1", text)
    return re.sub(r"\s*\n\s*", "\n\n", escaped.strip())


def quote(text: str, limit: int = 120) -> str:
    """One line of what a person typed, cut at `limit` characters and safe inside our Markdown."""
    line = " ".join(text.split())
    return escape(line if len(line) <= limit else line[: limit - 1].rstrip() + "…")
