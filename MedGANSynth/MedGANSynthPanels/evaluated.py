"""What an evaluation brings into the scene: a table of figures, two plots, a map of the errors."""

import math
from pathlib import Path
from typing import Any

import numpy as np
import slicer
from slicer.i18n import tr as _

from .evaluate_words import said, words_of_definitions
from .tables import COLORS, add_points, columns_of, new_chart, new_table, read_rows
from .volumes_in import Original, enter_hierarchy, place_volume

VARIANTS = ("_raw", "_fit")
COLUMNS = ("as it is", "after the fit")
MEANING = "what it is"
COLOR_NODE = "MedGANSynth error"
STRONG = 0.25
"""The error that gets full colour, as a share of the reference's intensity range."""
_WHITE, _RED, _BLUE = (1.0, 1.0, 1.0), (0.84, 0.10, 0.11), (0.17, 0.40, 0.75)
_STEPS = 255  # odd, so that no error is white


def figure_rows(row: dict[str, Any], definitions: dict[str, str]) -> list[dict[str, Any]]:
    """A case's flat figures as rows: "figure", the two `COLUMNS` of values, and `MEANING`.

    A figure that does not apply is not a number. Those that the fit changes come first.
    """
    meanings = meanings_of(definitions)
    as_it_is, fitted = COLUMNS
    rows: dict[str, dict[str, Any]] = {}
    for key, value in row.items():
        if key in ("case", "subject", "method", "error"):
            continue
        name = key[: -len(VARIANTS[0])] if key.endswith(VARIANTS) else key
        cells = {"figure": name, as_it_is: math.nan, fitted: math.nan}
        cells = rows.setdefault(name, {**cells, MEANING: meanings.get(name, "")})
        column = fitted if key.endswith(VARIANTS[1]) else as_it_is
        cells[column] = math.nan if value is None else float(value)
    return sorted(rows.values(), key=lambda cells: math.isnan(cells[fitted]))


def meanings_of(definitions: dict[str, str]) -> dict[str, str]:
    """The library's definitions by the name of each figure, in the panel's words."""
    words = words_of_definitions()
    return {
        name: said(text, words) for names, text in definitions.items() for name in names.split(", ")
    }


def histogram_chart(folder: Path, name: str, low: float = 0.0, high: float = 1.0):
    """How often each intensity is found, in the reference's unit from `low` to `high`.

    Raises:
        OSError: the report has no such table.
    """
    rows = read_rows(folder / "histogram.csv")
    columns = columns_of(rows)
    ends = [np.array(columns.pop(end), float) for end in ("from", "to")]
    columns = {_spoken(method): shares for method, shares in columns.items()}
    place = _("intensity")
    table = new_table(
        _("{name}: intensities").format(name=name),
        {place: list(low + (ends[0] + ends[1]) / 2 * (high - low)), **columns},
    )
    chart = new_chart(table.GetName(), place, _("share of the voxels"))
    for number, column in enumerate(columns):
        add_points(chart, table, place, column, COLORS[number % len(COLORS)], lines=True)
    return chart


def difference_chart(folder: Path, name: str, low: float = 0.0, high: float = 1.0):
    """Differences against means (Bland, Altman 1986), with their mean and 1.96 deviations.

    Raises:
        OSError: the report has no such table.
    """
    rows, scale = read_rows(folder / "differences.csv"), high - low
    chart = new_chart(
        _("{name}: differences").format(name=name),
        _("mean of the two"),
        _("result - reference, after the fit"),
    )
    for number, key in enumerate(dict.fromkeys(row["method"] for row in rows)):
        mine, method = [row for row in rows if row["method"] == key], _spoken(key)
        means = low + scale * np.array([row["mean"] for row in mine], float)
        differences = scale * np.array([row["difference"] for row in mine], float)
        color = COLORS[number % len(COLORS)]
        points = new_table(f"{chart.GetName()} {method}", {"mean": means, method: differences})
        add_points(chart, points, "mean", method, color, lines=False)
        middle, width = differences.mean(), 1.96 * differences.std()
        levels = {_("mean"): middle, "+1.96 sd": middle + width, "-1.96 sd": middle - width}
        ends = {"mean": [means.min(), means.max()]}
        ends |= {f"{method} {level}": [at, at] for level, at in levels.items()}
        table = new_table(f"{chart.GetName()} {method} {_('levels')}", ends)
        table.SetHideFromEditors(True)
        for level in list(ends)[1:]:
            add_points(chart, table, "mean", level, color, lines=True)
    return chart


def place_error_map(original: Original, array: np.ndarray, name: str, span: float):
    """The map as a volume on the reference's grid, under its transform and beside it.

    White is no error, red too bright, blue too dark.

    Args:
        array: float32 [k, j, i], result - reference.
        span: the reference's intensity range.

    Raises:
        PanelError: the reference has gone or was changed.
    """
    node = place_volume(original, array, name)
    display = node.GetDisplayNode()
    display.SetWindowLevelMinMax(-STRONG * span, STRONG * span)
    display.SetAndObserveColorNodeID(_colors().GetID())
    return node


def beside(reference, *nodes) -> None:
    """Put nodes where the reference is in the subject hierarchy."""
    for node in nodes:
        enter_hierarchy(reference, node)


def _spoken(method: str) -> str:
    """What the library's tables call what was compared."""
    return {"real": _("reference"), "prediction": _("result")}.get(method, method)


def _colors():
    """The scene's one colour table from blue over white to red."""
    node = slicer.mrmlScene.GetFirstNodeByName(COLOR_NODE)
    if node is not None:
        return node
    node = slicer.mrmlScene.AddNewNodeByClass("vtkMRMLColorTableNode", COLOR_NODE)
    node.SetTypeToUser()
    node.SetNumberOfColors(_STEPS)
    for number in range(_STEPS):
        share = 2 * number / (_STEPS - 1) - 1
        strong = _RED if share > 0 else _BLUE
        color = [w + abs(share) * (s - w) for w, s in zip(_WHITE, strong, strict=True)]
        node.SetColor(number, f"{share * STRONG:+.3f}", *color, 1.0)
    return node
