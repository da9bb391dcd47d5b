"""Our small Markdown, read once into a tiny frozen block model, and written for each surface that shows it.

Answers for: paragraphs, `**bold**`, `- ` and `1. ` lists and http/https/tel links (and our own to a calendar file),
safely: whatever the text (answers quote what people typed), what comes out is balanced and escaped. Everything else in
Markdown is kept as the characters that were typed. A line break in the source is a line break on the screen.
Must not know a platform's limits or send anything; Telegram's own HTML is written in `telegram_format`.
"""

from __future__ import annotations

import dataclasses
import functools
import html
import itertools
import re
from collections.abc import Callable, Iterable, Iterator

from markdown_it import MarkdownIt
from markdown_it.token import Token

_WEB_LINK = re.compile(r"https?://[^\s/?#]|/lich/phien-[0-9]+\.ics$", re.IGNORECASE)
_PHONE_LINK = re.compile(r"tel:\+?[0-9().*#-]+", re.IGNORECASE)
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f\x85\u2028\u2029]")


@dataclasses.dataclass(frozen=True, slots=True)
class Span:
    """Text in one style, line breaks as `\\n`. `href` is empty or an http, https or tel address."""

    text: str
    bold: bool = False
    href: str = ""


@dataclasses.dataclass(frozen=True, slots=True)
class Paragraph:
    spans: tuple[Span, ...]


@dataclasses.dataclass(frozen=True, slots=True)
class Listing:
    """A list; `first` is the number of its first item, None for bullets. An item is its blocks."""

    items: tuple[tuple[Block, ...], ...]
    first: int | None = None


Block = Paragraph | Listing
WriteSpans = Callable[[tuple[Span, ...]], str]


class _SmallMarkdown(MarkdownIt):
    def validateLink(self, url: str) -> bool:  # noqa: N802 (the library's name)
        """Anything but these stays as the characters that were typed."""
        return bool(_WEB_LINK.match(url) or _PHONE_LINK.fullmatch(url))


_reader = _SmallMarkdown("zero").enable(["list", "emphasis", "link", "escape", "newline"])


@functools.lru_cache(maxsize=256)  # a broadcast renders one text for every recipient
def parse(text: str) -> tuple[Block, ...]:
    """Read Markdown into blocks. Never fails: what is not our Markdown is text."""
    return tuple(_blocks(iter(_reader.parse(clean(text)))))


def clean(text: str) -> str:
    """Line ends as `\\n`, no control characters, no half surrogates: safe for every platform and database."""
    whole = text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
    return _CONTROL.sub(" ", whole.replace("\r\n", "\n").replace("\r", "\n"))


def utf16_length(text: str) -> int:
    """Length in UTF-16 code units, which is how Telegram counts."""
    return len(text) + sum(character > "\uffff" for character in text)


def to_plain(text: str) -> str:
    """Text for the terminal and Zalo: "• " bullets, numbers as typed, links as "chữ (https://…)"."""
    return write(parse(text), plain_spans)


def to_html(text: str) -> str:
    """HTML for the web: p, br, strong, ul, ol and a (new window, no opener); everything else is escaped."""
    return "".join(_html_block(block) for block in parse(text))


def write(blocks: Iterable[Block], spans: WriteSpans) -> str:
    """Lay blocks out as lines of text, writing the inside of a paragraph with `spans`.

    A list follows its lead line directly; other blocks are set apart by an empty line.
    """
    out = ""
    after_paragraph = False
    for block in blocks:
        if out:
            out += "\n" if after_paragraph and isinstance(block, Listing) else "\n\n"
        after_paragraph = isinstance(block, Paragraph)
        out += spans(block.spans) if isinstance(block, Paragraph) else _write_items(block, spans)
    return out


def plain_spans(spans: tuple[Span, ...]) -> str:
    return "".join(_plain_link(href, label) if href else label for href, label in _by_link(spans, _bare))


def group_by_link(spans: tuple[Span, ...]) -> Iterator[tuple[str, tuple[Span, ...]]]:
    """Neighbouring spans of one link together: (href, spans), href empty outside links."""
    for href, run in itertools.groupby(spans, key=lambda span: span.href):
        yield href, tuple(run)


def split_text(text: str, limit: int) -> list[str]:
    """Cut Markdown into pieces that fit `limit` UTF-16 units, both as typed and as `to_plain` writes them.

    Cuts at the end of a paragraph, else of a line, a sentence, a word; a bold run or a link is cut only when
    it is longer than a whole piece. No piece is blank; order and visible characters stay. `limit` ≥ 20.
    """
    if limit < 20:
        raise ValueError("limit must be at least 20")

    def fits(piece: str) -> bool:
        return utf16_length(piece) <= limit and utf16_length(to_plain(piece)) <= limit

    pieces = _pack([clean(text)], (_paragraphs, _lines, _sentences, _words, _halves), fits)
    return [piece for piece in (piece.strip() for piece in pieces) if piece]


def _pack(parts: list[str], cuts: tuple[Callable[[str], list[str]], ...], fits: Callable[[str], bool]) -> list[str]:
    """Join neighbouring parts while they fit; a part too long on its own is cut by the next finer way."""
    packed: list[str] = []
    current = ""
    for part in parts:
        if fits((current + part).strip()):
            current += part
            continue
        if current.strip():
            packed.append(current)
        current = part
        if not fits(part.strip()):
            *whole, current = _pack(cuts[0](part), cuts[1:] or cuts, fits)
            packed += whole
    return [*packed, current]


def _paragraphs(text: str) -> list[str]:
    return re.findall(r".+?(?:\n[^\S\n]*\n\s*|\Z)", text, re.DOTALL)


def _lines(text: str) -> list[str]:
    return text.splitlines(keepends=True)


def _sentences(text: str) -> list[str]:
    """Words gathered up to one that ends a sentence; going by words keeps bold runs and links whole."""
    sentences = [""]
    for word in _words(text):
        sentences[-1] += word
        if word.rstrip().endswith((".", "!", "?", "…", ";")) and word[-1].isspace():
            sentences.append("")
    return [sentence for sentence in sentences if sentence]


def _words(text: str) -> list[str]:
    return re.findall(r"\s*(?:\*\*[^*\n]+\*\*|\[[^\]\n]*\]\([^)\s]*\)|\S)*?(?:\s+|\Z)", text)


def _halves(text: str) -> list[str]:
    middle = (len(text) + 1) // 2
    return [text[:middle], text[middle:]]


def _blocks(tokens: Iterator[Token], until: str = "") -> Iterator[Block]:
    for token in tokens:
        if token.type == until:
            return
        if token.type == "inline":
            yield Paragraph(tuple(_spans(token.children or [])))
        elif token.type in ("bullet_list_open", "ordered_list_open"):
            first = int(token.attrs.get("start", 1)) if token.type == "ordered_list_open" else None
            yield Listing(tuple(_items(tokens, token.type.replace("open", "close"))), first)


def _items(tokens: Iterator[Token], until: str) -> Iterator[tuple[Block, ...]]:
    for token in tokens:
        if token.type == until:
            return
        yield tuple(_blocks(tokens, "list_item_close"))


def _spans(tokens: list[Token]) -> Iterator[Span]:
    bold = 0
    href = ""
    for token in tokens:
        if token.type in ("strong_open", "strong_close") and token.markup == "**":
            bold += token.nesting
        elif token.type == "link_open":
            href = str(token.attrs["href"])
        elif token.type == "link_close":
            href = ""
        else:
            # Italics and __bold__ are not ours: their marks are kept, so that 2*3*4 stays 2*3*4.
            shown = "\n" if token.type in ("softbreak", "hardbreak") else token.content or token.markup
            if shown:
                yield Span(shown, bold > 0, href)


def _write_items(block: Listing, spans: WriteSpans) -> str:
    lines = []
    for number, item in enumerate(block.items, start=block.first or 0):
        mark = "•" if block.first is None else f"{number}."
        lines.append(f"{mark} {write(item, spans)}".rstrip())
    return "\n".join(lines)


def _bare(spans: tuple[Span, ...]) -> str:
    return "".join(span.text for span in spans)


def _by_link(spans: tuple[Span, ...], label: WriteSpans) -> Iterator[tuple[str, str]]:
    return ((href, label(run)) for href, run in group_by_link(spans))


def _plain_link(href: str, label: str) -> str:
    scheme, _, rest = href.partition(":")
    if scheme.lower() == "tel":
        same = _digits(rest) == _digits(label)
        return label if same else f"{label} ({rest})"
    return href if label.strip() in (href, rest.strip("/")) else f"{label} ({href})"


def _digits(text: str) -> str:
    return re.sub(r"\D", "", text)


def _html_block(block: Block) -> str:
    if isinstance(block, Paragraph):
        return f"<p>{_html_spans(block.spans)}</p>"
    items = "".join(f"<li>{_html_item(item)}</li>" for item in block.items)
    if block.first is None:
        return f"<ul>{items}</ul>"
    return f'<ol start="{block.first}">{items}</ol>' if block.first != 1 else f"<ol>{items}</ol>"


def _html_item(item: tuple[Block, ...]) -> str:
    """One paragraph in an item needs no p of its own."""
    if len(item) == 1 and isinstance(item[0], Paragraph):
        return _html_spans(item[0].spans)
    return "".join(_html_block(block) for block in item)


def _html_spans(spans: tuple[Span, ...]) -> str:
    return "".join(
        f'<a href="{html.escape(href)}" rel="noopener noreferrer" target="_blank">{label}</a>' if href else label
        for href, label in _by_link(spans, _html_run)
    )


def _html_run(spans: tuple[Span, ...]) -> str:
    shown = ((span, html.escape(span.text).replace("\n", "<br>")) for span in spans)
    return "".join(f"<strong>{text}</strong>" if span.bold else text for span, text in shown)
