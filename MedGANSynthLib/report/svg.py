"""The strokes that charts are made of: SVG as text. Standard library only."""

from collections.abc import Sequence
from html import escape

COLOURS = ("#0072b2", "#d55e00", "#009e73", "#cc79a7", "#e69f00", "#56b4e9", "#666666", "#000000")
"""Okabe and Ito's palette, which colour-blind people can tell apart."""

TEXT = 'font-family="sans-serif" font-size="12"'


def svg(width: float, height: float, parts: Sequence[str], label: str) -> str:
    """A whole picture; `label` is read out to those who do not see it."""
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" role="img" aria-label="{escape(label)}" '
        f'width="{width:.0f}" height="{height:.0f}" viewBox="0 0 {width:.0f} {height:.0f}">'
        + "".join(parts)
        + "</svg>"
    )


def line(x1: float, y1: float, x2: float, y2: float, colour: str, dash: str = "") -> str:
    """A straight line between two points."""
    dashed = f' stroke-dasharray="{dash}"' if dash else ""
    return (
        f'<line x1="{x1:.1f}" y1="{y1:.1f}" x2="{x2:.1f}" y2="{y2:.1f}" '
        f'stroke="{colour}" stroke-width="1.5"{dashed}/>'
    )


def words(x: float, y: float, text: str, anchor: str = "start", colour: str = "#000000") -> str:
    """Words at a point; `anchor` says which end of them lies there."""
    return (
        f'<text {TEXT} x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}" fill="{colour}">'
        f"{escape(text)}</text>"
    )


def upwards(x: float, y: float, text: str) -> str:
    """Words that run upwards, centred at a point, for an axis."""
    return (
        f'<text {TEXT} text-anchor="middle" transform="translate({x:.1f} {y:.1f}) rotate(-90)">'
        f"{escape(text)}</text>"
    )


def shade(value: float | None) -> str:
    """White for 0 or less to blue for 1; grey for nothing."""
    if value is None:
        return "#f4f4f4"
    share = min(max(value, 0.0), 1.0)
    red, green, blue = (round(255 - share * (255 - c)) for c in (86, 180, 233))
    return f"#{red:02x}{green:02x}{blue:02x}"
