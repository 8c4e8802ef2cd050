"""Charts of the organizers' board as SVG: stacked columns over time, stacked bars by language; no script needed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from bot.conversation.hypertext import Html, join, tag

WIDTH, HEIGHT = 360, 170
_LEFT, _RIGHT, _TOP, _BOTTOM = 26, 4, 8, 30
_BAR, _BAR_GAP = 20, 12


@dataclass(frozen=True)
class Column:
    """One column or bar: its label (shown where there is room), what a reader hears, and its parts by kind."""

    label: str
    title: str
    parts: Mapping[str, int]
    mark: str = ""
    """Written below the label: the day that begins here."""


def legend(names: Mapping[str, str]) -> Html:
    """Which colour is what."""
    return tag("div", *(tag("span", tag("i", class_=kind), name) for kind, name in names.items()), class_="legend")


def columns(shown: Sequence[Column], kinds: Sequence[str], title: str) -> Html:
    """Stacked columns, in the order given."""
    top = _round_up(max((sum(column.parts.values()) for column in shown), default=1))
    height, width = HEIGHT - _TOP - _BOTTOM, WIDTH - _LEFT - _RIGHT
    drawn: list[Html] = []
    for value in sorted({0, top // 2, top} if top > 1 else {0, 1}):
        y = _TOP + height * (1 - value / top)
        drawn.append(tag("line", x1=_LEFT, x2=WIDTH - _RIGHT, y1=f"{y:.1f}", y2=f"{y:.1f}", class_="rule"))
        drawn.append(tag("text", value, x=_LEFT - 4, y=f"{y + 3:.1f}", text_anchor="end"))
    step = width / max(len(shown), 6)
    labelled = max(-(-len(shown) * 40 // width), 1)
    for place, column in enumerate(shown):
        x, y = _LEFT + place * step, _TOP + height
        parts = []
        for kind in kinds:
            size = height * column.parts.get(kind, 0) / top
            y -= size
            if size:
                parts.append(tag("rect", x=f"{x + step * 0.1:.1f}", y=f"{y:.1f}", width=f"{step * 0.8:.1f}",
                                 height=f"{size:.1f}", class_=kind))  # fmt: skip
        drawn.append(tag("g", tag("title", column.title), *parts))
        if place % labelled == 0 and x + 20 < WIDTH:
            drawn.append(tag("text", column.label, x=f"{x + step / 2:.1f}", y=HEIGHT - 18, text_anchor="middle"))
        if column.mark:
            drawn.append(tag("text", column.mark, x=f"{x:.1f}", y=HEIGHT - 4, class_="own"))
    return _drawing(drawn, HEIGHT, title)


def bars(shown: Sequence[Column], kinds: Sequence[str], title: str) -> Html:
    """Stacked horizontal bars, each with its label above and its numbers inside where they fit."""
    most = max((sum(column.parts.values()) for column in shown), default=0) or 1
    drawn: list[Html] = []
    y = 0
    for column in shown:
        drawn.append(tag("text", column.label, x=0, y=y + 10, class_="own"))
        y += 14
        x = 0.0
        for kind in kinds:
            number = column.parts.get(kind, 0)
            width = WIDTH * number / most
            if not number:
                continue
            piece = tag("rect", x=f"{x:.1f}", y=y, width=f"{width:.1f}", height=_BAR, class_=kind)
            fits = width > 8 * len(str(number)) + 4
            inside = tag("text", number, x=f"{x + width / 2:.1f}", y=y + 14, text_anchor="middle", class_="inside")
            drawn.append(tag("g", tag("title", column.title), piece, inside if fits else None))
            x += width
        y += _BAR + _BAR_GAP
    return _drawing(drawn, max(y, 1), title)


def _drawing(drawn: Sequence[Html], height: int, title: str) -> Html:
    drawing = tag("svg", tag("title", title), *drawn, viewBox=f"0 0 {WIDTH} {height}", role="img")
    return tag("div", join(drawing), class_="chart")


def _round_up(value: int) -> int:
    """The next number that reads well on an axis."""
    for step in (1, 2, 4, 6, 10, 20, 40, 60, 100, 200, 400, 600, 1000):
        if value <= step:
            return step
    return -(-value // 1000) * 1000
