"""Reading what a form sent. Pure: text in, values out; what is wrong is a sentence for the field.

A handler collects the sentences in `errors: dict[field, sentence]` and renders its page again with status 422.
"""

from __future__ import annotations

import datetime
import re
import unicodedata
from collections.abc import Iterable

from starlette.datastructures import FormData, UploadFile


def read_text(form: FormData, name: str, limit: int = 200) -> str:
    """One line: NFC, no control characters, inner spaces single, cut at `limit`; "" when absent."""
    return " ".join(_plain(form, name).split())[:limit]


def read_lines(form: FormData, name: str, limit: int = 4000) -> str:
    """A text of several lines, each line end a "\\n"."""
    return _plain(form, name).replace("\r\n", "\n").strip()[:limit]


def read_secret(form: FormData, name: str) -> str:
    """Exactly what was typed, in NFC so that every keyboard gives the same password."""
    value = form.get(name, "")
    return unicodedata.normalize("NFC", value) if isinstance(value, str) else ""


def read_choice(form: FormData, name: str, choices: Iterable[str]) -> str:
    """The one chosen, or "" when it is none of `choices`."""
    value = form.get(name, "")
    return value if isinstance(value, str) and value in set(choices) else ""


def read_many(form: FormData, name: str, choices: Iterable[str]) -> frozenset[str]:
    """All that were ticked and exist."""
    return frozenset(value for value in form.getlist(name) if isinstance(value, str)) & frozenset(choices)


def read_tick(form: FormData, name: str) -> bool:
    return form.get(name) not in {None, "", "0"}


def read_number(form: FormData, name: str, least: int, most: int) -> int | None:
    """A whole number within bounds, "1.000" read as a thousand; None otherwise."""
    text = re.sub(r"[\s.]", "", read_text(form, name))
    return int(text) if re.fullmatch(r"\d{1,15}", text) and least <= int(text) <= most else None


def read_date(form: FormData, name: str) -> datetime.date | None:
    """A date as a browser's field sends it (2026-11-22) or as people write it (22/11/2026)."""
    text = read_text(form, name, 10)
    for shape in ("%Y-%m-%d", "%d/%m/%Y"):
        try:
            return datetime.datetime.strptime(text, shape).replace(tzinfo=datetime.UTC).date()
        except ValueError:
            continue
    return None


def read_file(form: FormData, name: str) -> tuple[str, bytes] | None:
    """(file name without folders, content) of an uploaded file; None when none was chosen."""
    value = form.get(name)
    if not isinstance(value, UploadFile) or not value.filename:
        return None
    return re.split(r"[\\/]", value.filename)[-1][-100:], value.file.read()


def _plain(form: FormData, name: str) -> str:
    value = form.get(name, "")
    if not isinstance(value, str):
        return ""
    kept = (letter for letter in value if letter in "\n\r\t" or unicodedata.category(letter) not in {"Cc", "Cs"})
    return unicodedata.normalize("NFC", "".join(kept)).strip()
