"""What workers read of a broadcast on every channel: made from what an official wrote, checked and previewed.

Pure. The words are made when a broadcast is submitted and never change after that.
"""

from __future__ import annotations

import dataclasses
import hashlib
import re

from bot.channels.choices import for_buttons
from bot.channels.markdown import to_html, to_plain
from bot.channels.telegram_format import to_telegram_html
from bot.messages import Choice, Reply, write_choices
from bot.orders import ENTRY
from bot.previewing import telegram_length, zalo_bubbles
from bot.texts import escape, say
from content.model import Library
from content.wording import TELEGRAM_LENGTH, ZALO_LENGTH
from storage.audiences import Audience

TITLE_LENGTH = 120
TEXT_LENGTH = 3_000  # characters: with title and footer it stays one Telegram message
ZALO_BUBBLES = 3  # more than that in a row is a nuisance
_LINK = re.compile(r"https://[^\s<>()\[\]\\]{3,500}")


@dataclasses.dataclass(frozen=True, slots=True)
class Shown:
    """A broadcast as the three channels show it, with its length on each. `web` and `telegram` are safe HTML."""

    web: str
    telegram: str
    buttons: tuple[str, ...]
    telegram_length: int
    zalo: tuple[str, ...]
    complaints: tuple[str, ...]


def word(library: Library | None, title: str, text: str, entry_id: str, link_url: str) -> Reply:
    """The bubble workers get. An entry the library does not have is left out."""
    entry = library.find_entry(entry_id) if library and entry_id else None
    link = f"[{say('vi', 'broadcast.link')}]({link_url})" if link_url else ""
    parts = (f"**{escape(title)}**", text, link, say("vi", "broadcast.footer"))
    choices = (Choice(entry.menu, ENTRY + entry.id, entry.title),) if entry else ()
    return Reply("\n\n".join(part for part in parts if part), choices)


def show(reply: Reply) -> Shown:
    """How the channels will show it, and what is wrong with that."""
    text, choices = for_buttons(reply.text, reply.choices)
    telegram, zalo = telegram_length(reply), tuple(zalo_bubbles(reply))
    complaints = []
    if telegram > TELEGRAM_LENGTH:
        complaints.append(f"Telegram chỉ nhận {TELEGRAM_LENGTH:,} ký tự một tin.".replace(",", "."))
    if len(zalo) > ZALO_BUBBLES:
        complaints.append(f"Trên Zalo tin bị cắt thành {len(zalo)} tin; nên rút còn nhiều nhất {ZALO_BUBBLES}.")
    return Shown(
        to_html(text),
        to_telegram_html(text),
        tuple(choice.label for choice in choices),
        telegram,
        zalo,
        tuple(complaints),
    )


def check(title: str, text: str, link_url: str) -> dict[str, str]:
    """What keeps it from being saved: field → sentence."""
    errors = {}
    if not title:
        errors["title"] = "Cần có tiêu đề."
    elif len(title) > TITLE_LENGTH:
        errors["title"] = f"Tiêu đề dài quá {TITLE_LENGTH} ký tự."
    if not to_plain(text).strip():
        errors["text"] = "Cần có nội dung."
    elif len(text) > TEXT_LENGTH:
        errors["text"] = f"Nội dung dài {len(text)} ký tự, quá {TEXT_LENGTH}."
    if link_url and not _LINK.fullmatch(link_url):
        errors["link_url"] = "Địa chỉ phải bắt đầu bằng https:// và không có dấu cách, dấu ngoặc."
    return errors


def fingerprint(reply: Reply, audience: Audience, communes: frozenset[str] | None) -> str:
    """The same for the same words to the same people."""
    whom = "*" if communes is None else " ".join(sorted(communes))
    said = "\0".join((reply.text, write_choices(reply.choices), audience.to_json(), whom))
    return hashlib.sha256(said.encode()).hexdigest()


__all__ = ["ZALO_LENGTH", "Shown", "check", "fingerprint", "show", "word"]
