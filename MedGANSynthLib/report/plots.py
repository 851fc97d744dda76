"""Plots with axes of their own: points, curves and counts. Standard library only."""

import math
from collections.abc import Sequence
from typing import NamedTuple

from .svg import COLOURS, line, svg, upwards, words

_LEFT, _TOP, _WIDTH, _TALL = 70, 10, 380, 240
_GAP = 6  # between the outermost points and the frame
_ROW = 16  # of the legend

Point = tuple[float, float]


class Level(NamedTuple):
    """A dashed line across a plot at the height `value`."""

    name: str
    value: float


def scatter(
    groups: Sequence[tuple[str, Sequence[Point]]],
    across: str,
    up: str,
    levels: Sequence[Level] = (),
) -> str:
    """Points `(x, y)` of several groups, each in its own colour."""
    points = [p for _, group in groups for p in group]
    frame = _Frame(points, levels)
    parts = frame.parts(across, up, levels)
    for number, (_name, group) in enumerate(groups):
        colour = COLOURS[number % len(COLOURS)]
        parts += [
            f'<circle cx="{frame.x(x):.1f}" cy="{frame.y(y):.1f}" r="2.5" fill="{colour}" '
            'fill-opacity="0.6"/>'
            for x, y in group
        ]
    parts += frame.legend([name for name, _ in groups], levels)
    return svg(_LEFT + _WIDTH + 190, _TOP + _TALL + 46, parts, up)


def curves(
    groups: Sequence[tuple[str, Sequence[Point]]],
    across: str,
    up: str,
    levels: Sequence[Level] = (),
) -> str:
    """A line through the points `(x, y)` of each group."""
    frame = _Frame([p for _, group in groups for p in group], levels)
    parts = frame.parts(across, up, levels)
    for number, (_name, group) in enumerate(groups):
        colour = COLOURS[number % len(COLOURS)]
        trace = " ".join(f"{frame.x(x):.1f},{frame.y(y):.1f}" for x, y in group)
        parts.append(
            f'<polyline points="{trace}" fill="none" stroke="{colour}" stroke-width="1.5"/>'
        )
    parts += frame.legend([name for name, _ in groups], levels)
    return svg(_LEFT + _WIDTH + 190, _TOP + _TALL + 46, parts, up)


def histogram(
    groups: Sequence[tuple[str, Sequence[float]]], edges: Sequence[float], across: str
) -> str:
    """Shares of each group in the bins between `edges`, as steps.

    Args:
        groups: name and one count or share for each bin.
        edges: one more than there are bins, rising.
    """
    steps = []
    for name, counts in groups:
        total = sum(counts) or 1.0
        trace: list[Point] = []
        for low, high, count in zip(edges[:-1], edges[1:], counts, strict=True):
            trace += [(low, count / total), (high, count / total)]
        steps.append((name, trace))
    return curves(steps, across, "share")


def ticks(low: float, high: float, about: int = 5) -> list[float]:
    """Round numbers from `low` to `high`, about so many."""
    raw = (high - low) / about
    unit = 10.0 ** math.floor(math.log10(raw))
    step = next(unit * m for m in (1, 2, 5, 10) if unit * m >= raw)
    return [step * n for n in range(math.ceil(low / step), math.floor(high / step) + 1)]


class _Frame:
    """The axes of a plot: where a value lies on the page."""

    def __init__(self, points: Sequence[Point], levels: Sequence[Level]) -> None:
        heights = [y for _, y in points] + [level.value for level in levels]
        self.across = _span([x for x, _ in points])
        self.up = _span(heights)

    def x(self, value: float) -> float:
        low, high = self.across
        return _LEFT + _WIDTH * (value - low) / (high - low)

    def y(self, value: float) -> float:
        low, high = self.up
        return _TOP + _TALL * (1 - (value - low) / (high - low))

    def parts(self, across: str, up: str, levels: Sequence[Level]) -> list[str]:
        bottom = _TOP + _TALL + _GAP
        parts = [
            f'<rect x="{_LEFT - _GAP}" y="{_TOP - _GAP}" width="{_WIDTH + 2 * _GAP}" '
            f'height="{_TALL + 2 * _GAP}" fill="none" stroke="#888888"/>'
        ]
        parts += [words(self.x(v), bottom + 14, f"{v:z.4g}", "middle") for v in ticks(*self.across)]
        parts += [
            words(_LEFT - _GAP - 4, self.y(v) + 4, f"{v:z.4g}", "end") for v in ticks(*self.up)
        ]
        for name, value in levels:
            y = self.y(value)
            parts.append(line(_LEFT - _GAP, y, _LEFT + _WIDTH + _GAP, y, "#444444", "4 3"))
            parts.append(words(_LEFT + _WIDTH + 12, y + 4, f"{name} {value:z.3g}"))
        parts.append(words(_LEFT + _WIDTH / 2, bottom + 32, across, "middle"))
        parts.append(upwards(14, _TOP + _TALL / 2, up))
        return parts

    def legend(self, names: Sequence[str], levels: Sequence[Level]) -> list[str]:
        """The groups' names in their colours, where no level has its own."""
        taken = [self.y(level.value) + 4 for level in levels]
        parts, y = [], _TOP + 14.0
        for number, name in enumerate(names):
            while any(abs(y - other) < _ROW for other in taken):
                y += _ROW
            parts.append(words(_LEFT + _WIDTH + 12, y, name, colour=COLOURS[number % len(COLOURS)]))
            y += _ROW
        return parts


def _span(values: Sequence[float]) -> tuple[float, float]:
    """The range of the values, never of width zero."""
    low, high = min(values, default=0.0), max(values, default=1.0)
    if low == high:
        low, high = low - 0.5, high + 0.5
    return low, high
