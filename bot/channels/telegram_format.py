"""What a reply looks like on Telegram: our Markdown as Telegram's HTML, choices as buttons.

Pure. Uses only the part of Telegram's HTML that we need (b, a) and escapes the rest; never sends.
"""

from __future__ import annotations

import html

from telegram import InlineKeyboardButton, InlineKeyboardMarkup

from bot.channels import markdown
from bot.channels.markdown import Span
from bot.messages import Choice


def to_telegram_html(text: str) -> str:
    """Markdown → text for parse_mode HTML: always balanced; what shows is never longer than `to_plain`."""
    return markdown.write(markdown.parse(text), _spans)


def keyboard(choices: tuple[Choice, ...]) -> InlineKeyboardMarkup | None:
    """One button a row: the labels are sentences for people with large fonts. None without choices."""
    if not choices:
        return None
    return InlineKeyboardMarkup([[InlineKeyboardButton(c.label, callback_data=c.action)] for c in choices])


def _spans(spans: tuple[Span, ...]) -> str:
    return "".join(_link(href, run) if href else _styled(run) for href, run in markdown.group_by_link(spans))


def _link(href: str, run: tuple[Span, ...]) -> str:
    """Telegram drops tel: links but makes a number in the text tappable by itself."""
    if href.lower().startswith("tel:"):
        return html.escape(markdown.plain_spans(run), quote=False)
    return f'<a href="{html.escape(href)}">{_styled(run)}</a>'


def _styled(run: tuple[Span, ...]) -> str:
    shown = ((span.bold, html.escape(span.text, quote=False)) for span in run)
    return "".join(f"<b>{text}</b>" if bold else text for bold, text in shown)
