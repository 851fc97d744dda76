"""The report of a paired evaluation as one offline HTML page."""

from typing import Any

import numpy as np

from ..report import page, plots
from ..report.png import data_uri
from .judging import EDGES, Judged, Sheet
from .pictures import STRONG, difference_colours, stacked

_UNIT = "0 and 1: the target's 0.5 and 99.5 percentiles inside the mask"


def paired_page(result: dict[str, Any], judged: Judged) -> str:
    """Figures, pictures and plots of `evaluate paired`.

    Args:
        result: what the command returns.
        judged: what was kept for pictures and plots.
    """
    sections = [
        ("Result", page.paragraph(result["text"], "verdict") + page.table(result["rows"])),
        ("Cases", _by_case(judged.rows)),
        ("Slices", "".join(_sheet(sheet) for sheet in judged.sheets)),
        ("Differences against means", _bland_altman(judged)),
        ("Intensities inside the mask", _histogram(judged)),
    ]
    if judged.tissues:
        sections.append(("Tissues", _tissues(judged.tissues)))
    conditions = [{"what": k, "value": v} for k, v in result["conditions"].items()]
    definitions = [{"figure": k, "is": v} for k, v in result["definitions"].items()]
    sections += [
        ("What the figures hold for", page.table(conditions)),
        ("Definitions", page.table(definitions)),
    ]
    return page.page("Synthetic against real volumes of the same people", sections)


def _by_case(rows: list[dict[str, Any]]) -> str:
    cases = list(dict.fromkeys(row["case"] for row in rows))
    groups: dict[str, list[tuple[float, float]]] = {}
    for row in rows:
        if row["error"] is None:
            place = (float(cases.index(row["case"]) + 1), row["rmse_sd_fit"])
            groups.setdefault(row["method"], []).append(place)
    failed = [row for row in rows if row["error"] is not None]
    html = plots.scatter(list(groups.items()), "case", "rmse_sd_fit (1: the target's mean)")
    if failed:
        html += page.paragraph(f"{len(failed)} failed and enter no mean:", "notice")
        html += page.table(failed, ("case", "method", "error"))
    return html


def _sheet(sheet: Sheet) -> str:
    target = stacked(sheet.target)
    tiles = [(data_uri(target), f"{sheet.case}: real")]
    for method, slices in sheet.methods.items():
        image = stacked(slices)
        tiles.append((data_uri(image), method))
        tiles.append((data_uri(difference_colours(image - target)), f"{method} - real"))
    note = (
        f"Red: brighter than the real volume, blue: darker; full colour at {STRONG:g} of the data "
        "range. After one affine fit inside the mask."
    )
    return page.pictures(tiles) + page.paragraph(note)


def _bland_altman(judged: Judged) -> str:
    html = ""
    for method, shown in judged.methods.items():
        if not shown.differences:
            continue
        bias, spread = float(np.mean(shown.differences)), float(np.std(shown.differences))
        levels = [
            plots.Level("mean", bias),
            plots.Level("+1.96 sd", bias + 1.96 * spread),
            plots.Level("-1.96 sd", bias - 1.96 * spread),
        ]
        points = list(zip(shown.means, shown.differences, strict=True))
        html += plots.scatter([(method, points)], "mean of the two", "synthetic - real", levels)
    return html + page.paragraph(
        f"Random voxels inside the mask, after the affine fit; {_UNIT}. A slope means that bright "
        "tissue is drawn towards the mean, which blurred pictures do."
    )


def _histogram(judged: Judged) -> str:
    groups = [("real", judged.target.counts.tolist())]
    groups += [(name, shown.counts.tolist()) for name, shown in judged.methods.items()]
    return plots.histogram(groups, EDGES.tolist(), _UNIT)


def _tissues(rows: list[dict[str, Any]]) -> str:
    groups: dict[str, list[tuple[float, float]]] = {}
    for row in rows:
        if row.get("bias") is not None:
            mean = (row["target_mean"] + row["prediction_mean"]) / 2
            groups.setdefault(row["method"], []).append((mean, row["bias"]))
    plot = plots.scatter(list(groups.items()), "mean of the two", "synthetic - real, by tissue")
    return plot + page.table(_tissue_means(rows))


def _tissue_means(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Means over cases for each method and label."""
    table = []
    for method in dict.fromkeys(row["method"] for row in rows):
        mine = [r for r in rows if r["method"] == method and r.get("bias") is not None]
        for label in sorted({row["label"] for row in mine}):
            same = [row for row in mine if row["label"] == label]
            entry = {"method": method, "label": label, "cases": len(same)}
            entry |= {n: float(np.mean([r[n] for r in same])) for n in ("bias", "mae", "rmse")}
            table.append(entry)
    return table
