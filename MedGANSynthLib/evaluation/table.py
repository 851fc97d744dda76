"""Result tables: CSV that a spreadsheet cannot mistake for formulas, and means over people."""

import csv
import io
import math
from collections.abc import Sequence
from typing import Any

import numpy as np

from .bootstrap import bootstrap_interval, subject_means

_FORMULA = tuple("=+-@" + "\uff1d\uff0b\uff0d\uff20")  # and their full-width forms
_CONTROL = dict.fromkeys([*range(32), 127], " ")


def to_csv(rows: Sequence[dict[str, Any]]) -> str:
    """Rows as CSV text; the columns are all keys in order of first appearance.

    A text that a spreadsheet would run as a formula gets a leading apostrophe, control characters
    (line ends too) become spaces; numbers stay as they are.
    """
    columns = list(dict.fromkeys(key for row in rows for key in row))
    stream = io.StringIO()
    writer = csv.writer(stream, lineterminator="\n")
    writer.writerow([_cell(name) for name in columns])
    writer.writerows([_cell(row.get(name)) for name in columns] for row in rows)
    return stream.getvalue()


def _cell(value: Any) -> Any:
    if isinstance(value, str):
        text = value.translate(_CONTROL)
        return "'" + text if text.lstrip().startswith(_FORMULA) else text
    if isinstance(value, float):
        return value + 0.0  # no zero below zero
    return "" if value is None else value


def summarise(
    rows: Sequence[dict[str, Any]], names: Sequence[str], seed: int
) -> dict[str, dict[str, Any]]:
    """Mean, standard deviation, range and 95 % bootstrap interval over subjects of named figures.

    `low` and `high` are the interval, None with fewer than `bootstrap.FEWEST_PEOPLE` subjects;
    `least` and `most` are the subject with the smallest and the largest mean.

    Failed rows (with `error`) have no figures and are counted by the caller. An infinite figure
    (the PSNR of identical images) is left out of the mean and counted as `infinite`; a figure
    that does not apply (None) is left out and shows in `cases`.
    """
    summary = {}
    for name in names:
        given = [(row[name], row["subject"]) for row in rows if row.get(name) is not None]
        finite = [(v, s) for v, s in given if not math.isinf(v)]
        entry: dict[str, Any] = {"cases": len(finite), "infinite": len(given) - len(finite)}
        if finite:
            values, subjects = zip(*finite, strict=True)
            means = subject_means(values, subjects)
            interval = bootstrap_interval(values, subjects, seed)
            entry |= {
                "subjects": len(means),
                "mean": float(means.mean()),
                "sd": float(np.std(means, ddof=1)) if len(means) > 1 else None,
                "low": interval[0] if interval else None,
                "high": interval[1] if interval else None,
                "least": float(means.min()),
                "most": float(means.max()),
            }
        summary[name] = entry
    return summary
