"""Confusion matrices side by side, as SVG text. Standard library only."""

from collections.abc import Sequence

from .svg import shade, svg, words

_WIDE, _HIGH, _ACROSS, _TOP, _LEFT = 88, 46, 3, 46, 72


def confusions(
    tables: Sequence[tuple[str, Sequence[Sequence[int]]]],
    truths: Sequence[str],
    answers: Sequence[str],
    label: str,
) -> str:
    """One matrix `(name, counts[truth][answer])` for each reader, shaded by the share of its row.

    Args:
        truths, answers: what rows and columns stand for.
    """
    wide, tall = _LEFT + _WIDE * len(answers) + 16, _TOP + _HIGH * len(truths) + 14
    parts = []
    for number, (name, counts) in enumerate(tables):
        left = _LEFT + wide * (number % _ACROSS)
        top = _TOP + tall * (number // _ACROSS)
        middle = left + _WIDE * len(answers) / 2
        parts.append(words(middle, top - 24, name, "middle"))
        for column, answer in enumerate(answers):
            parts.append(words(left + _WIDE * (column + 0.5), top - 6, answer, "middle"))
        for row, truth in enumerate(truths):
            y = top + _HIGH * row
            parts.append(words(left - 6, y + _HIGH / 2 + 4, truth, "end"))
            for column, count in enumerate(counts[row]):
                x, share = left + _WIDE * column, count / max(1, sum(counts[row]))
                parts.append(
                    f'<rect x="{x}" y="{y}" width="{_WIDE - 2}" height="{_HIGH - 2}" '
                    f'fill="{shade(share)}"/>'
                )
                middle = x + _WIDE / 2 - 1
                parts.append(words(middle, y + _HIGH / 2 - 2, str(count), "middle"))
                parts.append(words(middle, y + _HIGH / 2 + 14, f"{100 * share:.0f} %", "middle"))
    lines = -(-len(tables) // _ACROSS)
    return svg(wide * min(len(tables), _ACROSS), tall * lines, parts, label)
