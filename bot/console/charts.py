"""Charts as SVG inside a page: drawn by pygal, coloured by console.css, read aloud by title and description.

Every number of a chart also stands in a table beside it; a chart alone must never carry a meaning.
"""

from __future__ import annotations

import dataclasses
import itertools
import sys
from collections.abc import Sequence
from typing import Any
from xml.etree.ElementTree import Element

from markupsafe import Markup

from bot.console.telling import number

_WIDTH = 360  # units of the drawing: the pixels of a phone, so that its text stays readable there
_COLUMNS_HEIGHT = 240
_FONT = 14
_BAR = 30  # height of one bar with its space
_LETTERS = 22  # a longer name is cut in the drawing and whole in the table
_MOST_LABELS = 5


@dataclasses.dataclass(frozen=True, slots=True)
class Chart:
    """One panel of the dashboard: the drawing and the same numbers as a table. No rows: nothing to show yet."""

    name: str
    title: str
    note: str
    svg: Markup
    header: tuple[str, ...]
    rows: tuple[tuple[str | int, ...], ...]

    @property
    def is_cut(self) -> bool:
        """Whether the drawing shortens a name: then the table is needed to read it."""
        return any(cut(str(row[0])) != row[0] for row in self.rows)


def cut(name: str) -> str:
    """A name as it fits beside a bar."""
    return name if len(name) <= _LETTERS else f"{name[: _LETTERS - 1].rstrip()}…"


def bars(name: str, title: str, note: str, header: tuple[str, ...], rows: Sequence[tuple[str | int, ...]]) -> Chart:
    """One horizontal bar a row, or several stacked: the first cell names it, the others are the numbers."""
    if not any(any(row[1:]) for row in rows):
        return Chart(name, title, note, Markup(), header, ())
    kind = "HorizontalBar" if len(header) == 2 else "HorizontalStackedBar"
    # From below: pygal puts the first bar at the foot.
    upwards = list(reversed(rows))
    svg = _draw(kind, name, title, header, upwards, 40 + _BAR * len(rows), print_values=len(header) == 2)
    return Chart(name, title, note, svg, header, tuple(rows))


def columns(name: str, title: str, note: str, header: tuple[str, ...], rows: Sequence[tuple[str | int, ...]]) -> Chart:
    """Stacked columns along time: the first cell is the day or month."""
    if not any(any(row[1:]) for row in rows):
        return Chart(name, title, note, Markup(), header, ())
    return Chart(
        name, title, note, _draw("StackedBar", name, title, header, list(rows), _COLUMNS_HEIGHT), header, tuple(rows)
    )


def _draw(
    kind: str,
    name: str,
    title: str,
    header: tuple[str, ...],
    rows: list[tuple[str | int, ...]],
    height: int,
    **more: Any,
) -> Markup:
    # 12 MB that a process nobody watches never needs.
    import pygal  # noqa: PLC0415
    from pygal.style import Style  # noqa: PLC0415

    # On import pygal puts a finder of an old kind, for plug-ins we have none of, among Python's: every later import
    # then warns.
    sys.meta_path[:] = [finder for finder in sys.meta_path if type(finder).__name__ != "PluginImportFixer"]

    style = Style(label_font_size=_FONT, major_label_font_size=_FONT, value_font_size=_FONT)
    most = max(sum(int(value) for value in row[1:]) for row in rows)
    graph = getattr(pygal, kind)(
        width=_WIDTH,
        height=height,
        margin=4,
        spacing=6,
        style=style,
        js=[],
        no_prefix=True,
        disable_xml_declaration=True,
        show_legend=False,
        truncate_label=-1,  # names come cut already; days are never
        formatter=number,
        print_values_position="top",
        range=(0, most * (1.18 if more else 1.02)),  # room for the number behind the longest bar
        y_labels=ticks(most),
        **more,
    )
    labels = [cut(str(row[0])) for row in rows]
    graph.x_labels = labels
    if kind == "StackedBar" and len(labels) > _MOST_LABELS:
        graph.x_labels_major_every = -(-len(labels) // _MOST_LABELS)
        graph.show_minor_x_labels = False
    for place, series in enumerate(header[1:], 1):
        graph.add(series, [int(row[place]) for row in rows])
    graph.add_xml_filter(lambda root: _made_ours(root, name, title, _summary(header, rows)))
    return Markup(graph.render(is_unicode=True))  # noqa: S704 - pygal builds a tree and escapes what it holds


def ticks(most: int) -> list[int]:
    """Three to five round whole numbers from 0 up to `most`; a count has no half."""
    steps = (factor * 10**power for power in range(12) for factor in (1, 2, 5))
    step = next(step for step in steps if most // step <= 4)
    return list(range(0, most + 1, step))


def _summary(header: tuple[str, ...], rows: Sequence[tuple[str | int, ...]]) -> str:
    """What somebody who does not see the drawing is told: the totals, and where the numbers are."""
    totals = (f"{series}: {number(sum(int(row[place]) for row in rows))}" for place, series in enumerate(header[1:], 1))
    return f"Tổng cộng {'; '.join(totals)}. Từng con số ở bảng bên dưới."


def _made_ours(root: Element, name: str, title: str, description: str) -> Element:
    """Without script, style and tooltips, which the page's policy forbids; with a title and a description."""
    for parent in list(root.iter()):
        for child in list(parent):
            if not isinstance(child.tag, str) or child.tag.rpartition("}")[2] in {"defs", "title", "desc", "script"}:
                parent.remove(child)
        parent.attrib.pop("style", None)
        parent.attrib.pop("id", None)
    for overlay in [
        (parent, child)
        for parent in root.iter()
        for child in list(parent)
        if "tooltip-overlay" in child.get("class", "")
    ]:
        overlay[0].remove(overlay[1])
    root.set("class", "chart")
    root.set("role", "img")
    root.set("aria-labelledby", f"{name}-title {name}-desc")
    for place, (tag, text) in enumerate((("title", title), ("desc", description))):
        told = root.makeelement(tag, {"id": f"{name}-{tag}"})
        told.text = text
        root.insert(place, told)
    return root


def shares(counts: dict[str, int], names: dict[str, str], most: int) -> list[tuple[str | int, ...]]:
    """The largest `most` as rows, the rest of them together in a last one."""
    ordered = sorted(counts.items(), key=lambda item: (-item[1], item[0]))
    rows: list[tuple[str | int, ...]] = [(names.get(slug, slug), count) for slug, count in ordered[:most]]
    rest = sum(count for _, count in itertools.islice(ordered, most, None))
    return [*rows, (f"{len(ordered) - most} nơi, loại khác", rest)] if rest else rows
