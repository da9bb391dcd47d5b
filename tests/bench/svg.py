"""Small charts as SVG text: bars and lines, readable in a browser and on GitHub without any script.

It draws the numbers it is given; it must not measure or round anything but coordinates.
"""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

COLOURS = ("#1a6b4a", "#d08a1d", "#7a8794")
_WIDTH, _LEFT, _RIGHT, _TOP = 720, 230, 70, 64
_INK, _FAINT = "#1f2933", "#d9dee3"


def bars(
    title: str,
    names: Sequence[str],
    series: Sequence[tuple[str, Sequence[tuple[float, str]]]],
    reach: tuple[float, float],
) -> str:
    """Horizontal bars from zero, for each name one a series, (value, label) each. `reach`: least and most value."""
    thick, gap = 14, 12
    row = thick * len(series) + gap
    least, most = reach
    scale = (_WIDTH - _LEFT - _RIGHT) / (most - least)
    zero = _LEFT - least * scale
    parts = [_legend([name for name, _ in series])]
    for at, name in enumerate(names):
        top = _TOP + at * row
        parts.append(_text(_LEFT - 10 if least == 0 else 220, top + row / 2 - gap / 2 + 4, name, anchor="end"))
        for number, (_, values) in enumerate(series):
            value, label = values[at]
            x = zero + min(value, 0) * scale
            y = top + number * thick
            parts.append(
                f'<rect x="{x:.1f}" y="{y:.1f}" width="{abs(value) * scale:.1f}" height="{thick - 2}" '
                f'fill="{COLOURS[number]}"/>'
            )
            parts.append(_text(max(zero, x + abs(value) * scale) + 5, y + thick - 4, label, size=11))
    height = _TOP + len(names) * row + 10
    parts.append(f'<path d="M{zero:.1f} {_TOP - 6}V{height - 10}" stroke="{_INK}"/>')
    return _frame(title, parts, height)


def lines(
    title: str,
    series: Sequence[tuple[str, Sequence[tuple[float, float]]]],
    axes: tuple[str, str],
    reach: tuple[float, float],
    ticks: tuple[Sequence[tuple[float, str]], Sequence[tuple[float, str]]],
    diagonal: bool = False,
) -> str:
    """Lines with points: each series (x, y) pairs, axes from zero to `reach`; `ticks` are (value, label) of x and y."""
    left, width, height, bottom = 80, 560, 300, 64 + 300
    across, up = width / reach[0], height / reach[1]

    def place(x: float, y: float) -> tuple[float, float]:
        return left + x * across, bottom - y * up

    parts = [_legend([name for name, _ in series])]
    for value, label in ticks[0]:
        x, y = place(value, 0)
        parts += [_text(x, y + 18, label, anchor="middle", size=11)]
    for value, label in ticks[1]:
        x, y = place(0, value)
        parts.append(f'<path d="M{x:.1f} {y:.1f}H{left + width}" stroke="{_FAINT}"/>')
        parts.append(_text(x - 8, y + 4, label, anchor="end", size=11))
    if diagonal:
        (x, y), (to_x, to_y) = place(0, 0), place(*reach)
        parts.append(f'<path d="M{x:.1f} {y:.1f}L{to_x:.1f} {to_y:.1f}" stroke="{_INK}" stroke-dasharray="4 4"/>')
    for number, (_, points) in enumerate(series):
        placed = [place(*point) for point in points]
        path = "L".join(f"{x:.1f} {y:.1f}" for x, y in placed)
        parts.append(f'<path d="M{path}" fill="none" stroke="{COLOURS[number]}" stroke-width="2.5"/>')
        parts += [f'<circle cx="{x:.1f}" cy="{y:.1f}" r="4" fill="{COLOURS[number]}"/>' for x, y in placed]
    parts.append(_text(left + width / 2, bottom + 40, axes[0], anchor="middle"))
    parts.append(_text(left, _TOP - 12, axes[1], anchor="start", size=11))
    return _frame(title, parts, bottom + 52)


def _legend(names: Sequence[str]) -> str:
    parts, x = [], 320
    for number, name in enumerate(names):
        parts.append(f'<rect x="{x}" y="34" width="12" height="12" fill="{COLOURS[number]}"/>')
        parts.append(_text(x + 17, 44, name, size=12))
        x += 40 + 7 * len(name)
    return "".join(parts) if len(names) > 1 else ""


def _text(x: float, y: float, text: str, *, anchor: str = "start", size: int = 13) -> str:
    return (
        f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}" font-size="{size}" fill="{_INK}">{escape(text)}</text>'
    )


def _frame(title: str, parts: Sequence[str], height: float) -> str:
    head = (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_WIDTH} {height:.0f}" role="img" '
        f'font-family="system-ui, sans-serif"><title>{escape(title)}</title>'
        f'<rect width="{_WIDTH}" height="{height:.0f}" fill="#fff"/>'
    )
    heading = f'<text x="16" y="24" font-size="16" font-weight="600" fill="{_INK}">{escape(title)}</text>'
    return "\n".join([head, heading, *parts, "</svg>", ""])
