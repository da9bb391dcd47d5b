"""Telegram's HTML subset, read the way the platform reads it, with its own words for what is wrong.

Answers for: text after entities, or `EntityError`. Offsets in the messages are byte offsets, as there.
"""

import html
import re

TAGS = frozenset(
    "a b strong i em s strike del u ins tg-spoiler tg-emoji tg-time span pre code blockquote".split()  # noqa: SIM905
)
_ENTITY = re.compile(r"&(?:(#x[0-9a-f]{1,8}|#[0-9]{1,8})|(lt|gt|amp|quot)(?![a-z]));?", re.IGNORECASE)
_ATTRIBUTE = re.compile(r"""\s*([^\s=>]*)\s*(=?)\s*(?:"([^"]*)"|'([^']*)'|([A-Za-z0-9.-]*)(?=[\s>]))?""")


class EntityError(Exception):
    """What the platform says after "Bad Request: can't parse entities: "."""


def parse_html(text: str) -> str:
    """The visible text of Telegram HTML."""
    out: list[str] = []
    open_tags: list[str] = []
    position = 0
    while (begin := text.find("<", position)) >= 0:
        out.append(_decode(text[position:begin]))
        offset = len(text[:begin].encode())
        read = _end_tag if text.startswith("/", begin + 1) else _start_tag
        position = read(text, begin, offset, open_tags)
    if open_tags:
        raise EntityError(f"Can't find end tag corresponding to start tag {open_tags[-1]}")
    out.append(_decode(text[position:]))
    return "".join(out)


def _start_tag(text: str, begin: int, offset: int, open_tags: list[str]) -> int:
    name_match = re.compile(r"[^\s>]*").match(text, begin + 1)
    name = name_match.group().lower()
    position = name_match.end()
    if position >= len(text):
        raise EntityError(f"Unclosed start tag at byte offset {offset}")
    if name not in TAGS:
        raise EntityError(f'Unsupported start tag "{name}" at byte offset {offset}')
    attributes = {}
    while not (rest := re.compile(r"\s*>").match(text, position)):
        attribute = _ATTRIBUTE.match(text, position)
        key, equals, *values = attribute.groups()
        position = attribute.end()
        if not key:
            raise EntityError(f'Empty attribute name in the tag "{name}" at byte offset {offset}')
        if not equals:
            raise EntityError(
                f'Expected equal sign in declaration of an attribute of the tag "{name}" at byte offset {offset}'
            )
        if all(value is None for value in values) or position >= len(text):
            raise EntityError(f"Unclosed start tag at byte offset {offset}")
        attributes[key] = next(value for value in values if value is not None)
    if name == "span" and attributes.get("class") != "tg-spoiler":
        raise EntityError(f'Tag "span" must have class "tg-spoiler" at byte offset {offset}')
    open_tags.append(name)
    return rest.end()


def _end_tag(text: str, begin: int, offset: int, open_tags: list[str]) -> int:
    if not open_tags:
        raise EntityError(f"Unexpected end tag at byte offset {offset}")
    match = re.compile(r"</([^\s>]*)\s*(>?)").match(text, begin)
    name = match[1].lower()
    if not match[2]:
        raise EntityError(f"Unclosed end tag at byte offset {offset}")
    expected = open_tags.pop()
    if name and name != expected:
        raise EntityError(f'Unmatched end tag at byte offset {offset}, expected "</{expected}>", found "</{name}>"')
    return match.end()


def _decode(text: str) -> str:
    return _ENTITY.sub(lambda match: html.unescape(match.group().rstrip(";") + ";"), text)
