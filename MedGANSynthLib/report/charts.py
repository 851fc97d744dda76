"""Small charts as SVG text, for a page that needs nothing from elsewhere. Standard library only."""

from collections.abc import Sequence
from html import escape

from .svg import COLOURS, TEXT, line, shade, svg, upwards, words


def forest(
    rows: Sequence[tuple[str, float, float, float]],
    centre: float,
    band: tuple[float, float] | None,
    label: str,
) -> str:
    """Estimates with intervals `(name, value, low, high)` on 0 to 1, a line at `centre`, and the
    margin of equivalence as a band."""
    left, width, step = 130, 420, 24
    height = step * len(rows) + 50

    def x(value: float) -> float:
        return left + width * value

    parts = []
    if band is not None:
        parts.append(
            f'<rect x="{x(band[0]):.1f}" y="8" width="{width * (band[1] - band[0]):.1f}" '
            f'height="{height - 48}" fill="#eeeeee"/>'
        )
    parts.append(line(x(centre), 8, x(centre), height - 40, "#888888", "4 3"))
    for number, (name, value, low, high) in enumerate(rows):
        y = 20 + step * number
        parts.append(words(left - 8, y + 4, name, "end"))
        parts.append(line(x(low), y, x(high), y, COLOURS[0]))
        parts.append(f'<circle cx="{x(value):.1f}" cy="{y}" r="4" fill="{COLOURS[0]}"/>')
        parts.append(words(left + width + 8, y + 4, f"{value:.2f} ({low:.2f}-{high:.2f})"))
    parts += _ticks(left, width, height - 40)
    parts.append(words(left + width / 2, height - 6, label, "middle"))
    return svg(left + width + 130, height, parts, label)


def roc_plot(curves: Sequence[tuple[str, Sequence[tuple[float, float]]]]) -> str:
    """ROC curves `(name, [(false alarm rate, hit rate), ...])`."""
    left, size = 45, 300

    def place(point: tuple[float, float]) -> str:
        return f"{left + size * point[0]:.1f},{10 + size * (1 - point[1]):.1f}"

    parts = [
        f'<rect x="{left}" y="10" width="{size}" height="{size}" fill="none" stroke="#888888"/>',
        line(left, 10 + size, left + size, 10, "#888888", "4 3"),
    ]
    for number, (name, points) in enumerate(curves):
        colour = COLOURS[number % len(COLOURS)]
        trace = " ".join(place(p) for p in points)
        parts.append(
            f'<polyline points="{trace}" fill="none" stroke="{colour}" stroke-width="1.5"/>'
        )
        y = 24 + 16 * number
        parts.append(line(left + size + 14, y - 4, left + size + 34, y - 4, colour))
        parts.append(words(left + size + 40, y, name))
    parts += _ticks(left, size, 10 + size)
    parts.append(words(left + size / 2, size + 46, "real cases called synthetic", "middle"))
    parts.append(upwards(14, 10 + size / 2, "synthetic cases called synthetic"))
    height = max(size + 56, 24 + 16 * len(curves))
    longest = max((len(name) for name, _ in curves), default=0)
    return svg(left + size + 60 + 8 * longest, height, parts, "ROC curves")


def heat_map(names: Sequence[str], values: dict[tuple[str, str], float | None]) -> str:
    """Kappa of each pair of readers, -1 to 1; a dash where it is not defined."""
    longest = max(map(len, names), default=0)
    left, top, cell = 20 + 8 * longest, 22 + 4 * longest, 46
    parts = []
    for i, row in enumerate(names):
        parts.append(words(left - 8, top + cell * i + cell / 2 + 4, row, "end"))
        parts.append(
            f'<text {TEXT} transform="translate({left + cell * i + cell / 2} {top - 6}) '
            f'rotate(-30)">{escape(row)}</text>'
        )
        for j, column in enumerate(names):
            value = 1.0 if i == j else values.get((row, column), values.get((column, row)))
            parts.append(
                f'<rect x="{left + cell * j}" y="{top + cell * i}" width="{cell - 2}" '
                f'height="{cell - 2}" fill="{shade(value)}"/>'
            )
            text = "-" if value is None else f"{value:z.2f}"
            parts.append(
                words(left + cell * j + cell / 2 - 1, top + cell * i + cell / 2 + 4, text, "middle")
            )
    size = cell * len(names)
    return svg(left + size + 8 * longest, top + size + 8, parts, "kappa")


def lines(curves: Sequence[tuple[str, Sequence[tuple[float, float]]]], across: str, up: str) -> str:
    """Curves of `(trial, share)` with shares 0 to 1, and a line at a half."""
    left, width, tall = 55, 460, 200
    places = [x for _, points in curves for x, _ in points] or [0.0, 1.0]
    first, last = min(places), max(places)
    span = last - first or 1.0
    parts = [
        f'<rect x="{left}" y="10" width="{width}" height="{tall}" fill="none" stroke="#888888"/>',
        line(left, 10 + tall / 2, left + width, 10 + tall / 2, "#888888", "4 3"),
    ]
    for number, (name, points) in enumerate(curves):
        colour = COLOURS[number % len(COLOURS)]
        trace = " ".join(
            f"{left + width * (x - first) / span:.1f},{10 + tall * (1 - y):.1f}" for x, y in points
        )
        parts.append(
            f'<polyline points="{trace}" fill="none" stroke="{colour}" stroke-width="1.5"/>'
        )
        y = 24 + 16 * number
        parts.append(line(left + width + 12, y - 4, left + width + 32, y - 4, colour))
        parts.append(words(left + width + 38, y, name))
    for share in (0.0, 0.5, 1.0):
        parts.append(words(left - 6, 14 + tall * (1 - share), f"{share:g}", "end"))
    parts.append(words(left, tall + 28, f"{first:g}", "middle"))
    parts.append(words(left + width, tall + 28, f"{last:g}", "middle"))
    parts.append(words(left + width / 2, tall + 36, across, "middle"))
    parts.append(upwards(18, 10 + tall / 2, up))
    height = max(tall + 46, 24 + 16 * len(curves))
    return svg(left + width + 160, height, parts, up)


def bars(groups: Sequence[tuple[str, Sequence[float]]], names: Sequence[str], label: str) -> str:
    """Bars side by side: for each group one value for each of `names`."""
    left, tall, bar = 60, 180, 16
    most = max((v for _, values in groups for v in values), default=1.0) or 1.0
    step = bar * len(names) + 18
    parts = [line(left, 10 + tall, left + step * len(groups), 10 + tall, "#888888")]
    for g, (group, values) in enumerate(groups):
        start = left + 8 + step * g
        for n, value in enumerate(values):
            size = tall * value / most
            parts.append(
                f'<rect x="{start + bar * n}" y="{10 + tall - size:.1f}" width="{bar - 2}" '
                f'height="{size:.1f}" fill="{COLOURS[n % len(COLOURS)]}">'
                f"<title>{escape(group)}, {escape(names[n])}: {value:.3g}</title></rect>"
            )
        parts.append(words(start + bar * len(names) / 2, tall + 26, group, "middle"))
    for n, name in enumerate(names):
        y = tall + 46 + 16 * n
        parts.append(
            f'<rect x="{left}" y="{y - 9}" width="10" height="10" fill="{COLOURS[n % 8]}"/>'
        )
        parts.append(words(left + 16, y, name))
    parts.append(words(left - 4, 18, f"{most:.3g}", "end"))
    parts.append(words(left - 4, 14 + tall, "0", "end"))
    parts.append(upwards(18, 10 + tall / 2, label))
    width = max(left + step * len(groups) + 20, 320)
    return svg(width, tall + 54 + 16 * len(names), parts, label)


def _ticks(left: float, width: float, y: float) -> list[str]:
    return [
        words(left + width * share, y + 16, f"{share:g}", "middle")
        for share in (0.0, 0.25, 0.5, 0.75, 1.0)
    ]
