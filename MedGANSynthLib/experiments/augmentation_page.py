"""The augmentation study as one offline HTML page."""

from typing import Any

import numpy as np

from ..report import page, plots
from ..report.png import data_uri
from .arms import Arm

SHOWN = 8


def augmentation_page(result: dict[str, Any], arms: list[Arm]) -> str:
    """Figures, comparisons, people, and examples of what each arm was trained on."""
    conditions = [{"what": k, "value": v} for k, v in result["conditions"].items()]
    names = [arm.name for arm in arms]
    groups = [
        (
            f"class {value}",
            [
                (float(names.index(row["arm"]) + 1), row["dice"])
                for row in result["people"]
                if row["class"] == value and row["dice"] is not None
            ],
        )
        for value in sorted({row["class"] for row in result["people"]})
    ]
    legend = ", ".join(f"{number}: {name}" for number, name in enumerate(names, 1))
    tiles = [(_examples(arm), arm.name) for arm in arms]
    sections = [
        ("Result", page.paragraph(result["text"], "verdict") + page.table(result["rows"])),
        ("Against real alone", page.table(result["comparisons"]) + page.paragraph(_TEST)),
        ("People and seeds", plots.scatter(groups, "arm", "Dice") + page.paragraph(legend)),
        ("What the arms were trained on", page.pictures(tiles)),
        ("What the figures hold for", page.table(conditions)),
    ]
    return page.page("Do synthetic images help a segmentation network?", sections)


_TEST = (
    "difference: the arm minus real alone, paired by person, mean over seeds; 95 % bootstrap "
    "interval over people; p of Wilcoxon's signed-rank test, p_holm corrected for all arms of one "
    "figure. Every arm had the same number of optimiser steps."
)


def _examples(arm: Arm) -> str:
    """The arm's last images over their labels."""
    images = np.concatenate(list(arm.images[-SHOWN:]), axis=1)
    labels = np.concatenate(list(arm.labels[-SHOWN:]), axis=1)
    top = max(int(arm.labels.max()), 1)
    return data_uri(np.concatenate([(images + 1) / 2, labels / top]))
