"""An entry as a worker reads it on one day: texts with that day's figures, the source line, the review date.

It decides nothing about bubbles, buttons or channels, and reads no clock: the day is given.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date

from content.figures import find_value, format_value
from content.model import Answer, Entry, Figure, Library, Segment, Source

WAITING = "(đang chờ số liệu mới)"


def render_answer(library: Library, entry: Entry, on: date) -> Answer:
    """Render `entry` for the day `on`. Never raises for an entry of this library.

    A figure without a value on that day is written as "(đang chờ số liệu mới)" and makes the answer
    `overdue`: an old amount is never given as today's.
    """
    texts = library.texts[entry.id]
    short = render_segments(texts.short, library.figures, on)
    body = render_segments(texts.body, library.figures, on)
    text = f"{short}\n\n{body}" if body else short
    overdue = on > entry.review_by or WAITING in text
    sources = sources_line(entry.sources)
    reviewed = f"{entry.reviewed:%d/%m/%Y}"
    return Answer(
        id=entry.id,
        title=entry.title,
        short=short,
        text=text,
        sources_line=sources,
        reviewed=reviewed,
        overdue=overdue,
        footer=_footer(sources, reviewed, overdue=overdue),
    )


def render_segments(segments: Iterable[Segment], figures: Mapping[str, Figure], on: date) -> str:
    """Join literal pieces and the figures' values on the day `on`."""
    pieces = []
    for segment in segments:
        if isinstance(segment, str):
            pieces.append(segment)
            continue
        value = find_value(figures, segment.figure, on)
        unit = figures[segment.figure].unit
        pieces.append(WAITING if value is None else format_value(value, unit, segment.filter))
    return "".join(pieces)


def sources_line(sources: Iterable[Source]) -> str:
    """ "Nguồn: Luật Việc làm 74/2025/QH15, Điều 39.1, 40; …": places in one document are named together."""
    places: dict[str, list[str]] = {}
    for source in sources:
        named = places.setdefault(source.doc, [])
        if source.at and source.at not in named:
            named.append(source.at)
    parts = [", ".join((doc, *_merge(named))) for doc, named in places.items()]
    return "Nguồn: " + "; ".join(parts) if parts else ""


def _merge(places: list[str]) -> list[str]:
    """["Điều 14.1", "Điều 16.2"] as ["Điều 14.1", "16.2"]: the word is said once while it stays the same."""
    merged = []
    word = ""
    for place in places:
        first, _, rest = place.partition(" ")
        merged.append(rest if rest and first == word else place)
        word = first
    return merged


def _footer(sources: str, reviewed: str, *, overdue: bool) -> str:
    lines = [sources, f"Rà soát ngày {reviewed}."] if sources else []
    if overdue:
        lines.append("Thông tin này đã quá hạn rà soát, có thể đã thay đổi. Anh/chị nên hỏi lại cán bộ trước khi làm.")
    return "\n".join(lines)
