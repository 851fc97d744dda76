"""Figures tissue by tissue: a good mean over the brain can hide a tissue that is wrong."""

from typing import Any

import numpy as np

from ..errors import MedGANSynthError
from . import metrics
from .fit import fit_affine

FEWEST = 2  # voxels of a tissue below which no figure is given
MOST = 1000


def by_tissue(
    prediction: np.ndarray, target: np.ndarray, mask: np.ndarray, labels: np.ndarray
) -> list[dict[str, Any]]:
    """One row for each label inside the mask: voxels, means, bias, mae, rmse, sd.

    The prediction has had the one affine fit over the whole mask, as for the `_fit` figures: a
    tissue cannot be repaired by a fit of its own. `bias` is mean(prediction - target).

    Args:
        prediction: `[i, j, k]`, any scale.
        target, mask: the same shape.
        labels: the same shape, whole numbers; 0 is no tissue.

    Raises:
        MedGANSynthError: what `fit_affine` refuses; labels that are no whole numbers; no label
            inside the mask.
    """
    mask = np.asarray(mask) > 0
    metrics.check_shapes(prediction, target, labels)
    found = np.unique(np.asarray(labels)[mask])
    if (found != np.rint(found)).any() or len(found) > MOST:
        raise MedGANSynthError("the label map holds no whole numbers; give a segmentation.")
    found = found[found != 0]
    if not len(found):
        raise MedGANSynthError("the label map has no label inside the mask; do the two fit?")
    fitted = fit_affine(prediction, target, mask).apply(prediction)
    rows = []
    for label in found:
        where = mask & (labels == label)
        row: dict[str, Any] = {"label": int(label), "voxels": int(np.count_nonzero(where))}
        if row["voxels"] >= FEWEST:
            row |= {
                "target_mean": float(np.mean(target[where], dtype=np.float64)),
                "prediction_mean": float(np.mean(fitted[where])),
                "bias": metrics.bias(fitted, target, where),
                "mae": metrics.mae(fitted, target, where),
                "rmse": metrics.rmse(fitted, target, where),
                "target_sd": float(np.std(target[where], dtype=np.float64)),
            }
        rows.append(row)
    return rows
