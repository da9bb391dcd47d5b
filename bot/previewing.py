"""An entry as every platform will show it: `main.py preview`, for whoever writes it and has no phone at hand.

The reply is the conversation's own, on any day and for a person of any commune; nothing is stored and nothing is sent.
"""

from __future__ import annotations

import datetime
import functools
import html
import re

from bot.channels.choices import for_buttons
from bot.channels.markdown import to_plain, utf16_length
from bot.channels.telegram_format import keyboard, to_telegram_html
from bot.channels.zalo import to_bubbles
from bot.clock import HANOI
from bot.conversation import respond
from bot.messages import Choice, Inbound, Reply, State
from bot.orders import ENTRY
from content.fields import suggest
from content.model import Library
from content.wording import TELEGRAM_LENGTH, ZALO_LENGTH
from intents.cache import build_here
from intents.match import Example, Matcher

_BOLD, _UNDERLINED, _PLAIN = "\x1b[1m", "\x1b[4m", "\x1b[0m"
_TAG = re.compile(r"<(/?)(b|a)\b[^>]*>")


def preview(library: Library, entry_id: str, on: datetime.date, commune: str = "", *, styled: bool = False) -> str:
    """The entry on the day `on` as Telegram, Zalo and the web show it, with its length on each.

    `commune` is the slug of the asker's, or empty. `styled` writes bold and links with a terminal's escape codes.
    Raises LookupError, with a sentence for the admin, for an entry or a commune that does not exist.
    """
    replies = answer_of(library, entry_id, on, commune)
    title = library.get_entry(entry_id).title
    parts = [f"{entry_id} · {title} · ngày {on:%d/%m/%Y}" + (f" · {commune}" if commune else "")]
    for reply in replies:
        parts += [_telegram(reply, styled=styled), _zalo(reply), _web(reply)]
    return "\n\n".join(parts)


def answer_of(library: Library, entry_id: str, on: datetime.date, commune: str = "") -> tuple[Reply, ...]:
    """What a person of `commune` gets who taps the entry at noon of the day `on`. Raises LookupError."""
    entry = library.find_entry(entry_id)
    if entry is None:
        raise LookupError(f"Không có mục `{entry_id}`. {suggest(entry_id, library.entries)}".strip())
    slugs = [place.slug for place in library.places]
    if commune and commune not in slugs:
        raise LookupError(f"Không có xã, phường `{commune}` trong places.yaml. {suggest(commune, slugs)}".strip())
    tapped = Inbound("preview", "preview", "1", "choice", choice=ENTRY + entry.id)
    noon = datetime.datetime.combine(on, datetime.time(12), HANOI)
    return respond(State(commune=commune), tapped, library, _matcher(), noon).replies


@functools.cache
def _matcher() -> Matcher:
    """Nothing typed is understood here, and a tap needs no matcher: the smallest there is will do."""
    return build_here([Example("chung.menu", "danh mục")])


def zalo_bubbles(reply: Reply) -> list[str]:
    """A reply as the messages Zalo takes."""
    return to_bubbles(reply.text, reply.choices)


def telegram_length(reply: Reply) -> int:
    """UTF-16 units of what shows, as Telegram counts."""
    return utf16_length(_shown(to_telegram_html(for_buttons(reply.text, reply.choices)[0]), styled=False))


def _telegram(reply: Reply, *, styled: bool) -> str:
    text, choices = for_buttons(reply.text, reply.choices)
    head = f"=== Telegram: {telegram_length(reply)} / {TELEGRAM_LENGTH} ký tự"
    return "\n\n".join(part for part in (head, _shown(to_telegram_html(text), styled=styled), _rows(choices)) if part)


def _shown(markup: str, *, styled: bool) -> str:
    """Telegram's HTML as it looks: tags become a terminal's bold and underline, or nothing."""

    def look(tag: re.Match[str]) -> str:
        if not styled:
            return ""
        return _PLAIN if tag[1] else {"b": _BOLD, "a": _UNDERLINED}[tag[2]]

    return html.unescape(_TAG.sub(look, markup))


def _rows(choices: tuple[Choice, ...]) -> str:
    buttons = keyboard(choices)
    rows = buttons.inline_keyboard if buttons else ()
    return "\n".join(" ".join(f"[ {button.text} ]" for button in row) for row in rows)


def _zalo(reply: Reply) -> str:
    bubbles = zalo_bubbles(reply)
    parts = [f"=== Zalo: {len(bubbles)} tin, mỗi tin tối đa {ZALO_LENGTH} ký tự"]
    for number, bubble in enumerate(bubbles, 1):
        parts.append(f"--- tin {number}: {len(bubble)} ký tự\n\n{bubble}")
    return "\n\n".join(parts)


def _web(reply: Reply) -> str:
    text, choices = for_buttons(reply.text, reply.choices)
    plain = to_plain(text)
    buttons = "   ".join(f"( {choice.label} )" for choice in choices)
    return "\n\n".join(part for part in (f"=== Web: {len(plain)} ký tự", plain, buttons) if part)
