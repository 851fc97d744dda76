"""The report of `evaluate distribution` as one offline HTML page."""

from typing import Any

import numpy as np

from ..report import page, plots
from ..report.png import data_uri
from ..volume.planes import shown_planes
from ..volume.volume import Volume
from .set_loading import Cohort

SHOWN = 8


def distribution_page(
    result: dict[str, Any],
    cohorts: dict[str, Cohort],
    frequencies: list[float],
    spectra: dict[str, list[float]],
) -> str:
    """Verdict, pictures, figures and the gate.

    Args:
        result: what the command returns.
        cohorts: the sets, for the pictures.
        frequencies: cycles per voxel; spectra: of each set, in dB against the real one.
    """
    judged = result["sets"]["synthetic"]
    montage = [(_montage(cohorts[name]), name) for name in ("real", "synthetic")]
    curves = [(n, list(zip(frequencies, values, strict=True))) for n, values in spectra.items()]
    conditions = [{"what": k, "value": v} for k, v in result["conditions"].items()]
    sections = [
        ("Result", page.paragraph(result["text"], "verdict") + page.table(result["rows"])),
        (
            "Volumes",
            page.pictures(montage) + page.paragraph("The first of each set."),
        ),
        ("Gate", page.table(judged["gate"]["criteria"]) + page.paragraph(_GATE)),
        ("Figures", page.table(judged["figures"]) + page.paragraph(_FIGURES)),
        (
            "Power spectrum",
            plots.curves(
                curves, "cycles per voxel", "dB against the real set", [plots.Level("real", 0.0)]
            )
            + page.paragraph("Below 0 on the right: blurred; above: noise or invented detail."),
        ),
    ]
    by_cases = judged["extras"].get("fd_hand_by_cases")
    if by_cases:
        text = "A Frechet distance depends on the number of cases; never compare two at different."
        plot = plots.curves([("fd_hand", [tuple(p) for p in by_cases])], "cases", "fd_hand")
        sections.append(("Frechet distance by the number of cases", plot + page.paragraph(text)))
    defective = judged["extras"].get("published_defective")
    if defective:
        rows = [{"figure": k, "value": v} for k, v in defective.items()]
        sections.append(
            ("Figures as published, not for judging", page.table(rows) + page.paragraph(_DEFECTIVE))
        )
    sections.append(("What the figures hold for", page.table(conditions)))
    return page.page("Synthetic against real volumes as sets", sections)


_GATE = (
    "Each value is held against real halves of the same size; the limit is four of their standard "
    "deviations away. A criterion with too few cases is not judged, and then nothing passes."
)
_FIGURES = (
    "real_real is the same figure between two halves of the real set: that, not 0 or 1, is what a "
    "perfect generator gets. fd and kid are on hand-made features (histogram, gradient, Laplacian, "
    "spectrum) or on principal components of voxels; they are not comparable with published FIDs."
)
_DEFECTIVE = (
    "mmd_linear and mmd_kwon_compat compare mean images only, so the mean image beats real scans; "
    "ms_ssim_kwon_compat counts the last scale four times."
)


def _montage(cohort: Cohort) -> str:
    """Three planes of the first volumes, side by side."""
    columns = []
    for volume in cohort.volumes[:SHOWN]:
        planes = shown_planes(Volume(volume, cohort.affine))
        width = max(p.shape[1] for p in planes)
        columns.append(
            np.concatenate(
                [np.pad(p, ((0, 1), (0, width - p.shape[1])), constant_values=-1) for p in planes]
            )
        )
    return data_uri((np.concatenate(columns, axis=1) + 1) / 2)
