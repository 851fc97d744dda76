"""RMSE made free of units, in the ways that papers do it; the name says which.

They differ by factors, and two of them move when background is added to the mask: by the mean it
gets worse, by the range better. `metrics.rmse_over_sd` is the one that the headline uses.
"""

import numpy as np

from ..errors import MedGANSynthError
from .metrics import inside


def nrmse_range(prediction: np.ndarray, target: np.ndarray, mask: np.ndarray | None) -> float:
    """RMSE / (max - min) of the target inside the mask (scikit-image's "min-max")."""
    p, t = inside(prediction, target, mask)
    return _over(_rmse(p, t), t.max() - t.min(), "constant")


def nrmse_mean(prediction: np.ndarray, target: np.ndarray, mask: np.ndarray | None) -> float:
    """RMSE / |mean| of the target inside the mask (scikit-image's "mean")."""
    p, t = inside(prediction, target, mask)
    return _over(_rmse(p, t), abs(t.mean()), "0 on average")


def nrmse_l2(prediction: np.ndarray, target: np.ndarray, mask: np.ndarray | None) -> float:
    """|prediction - target| / |target|, lengths of vectors (scikit-image's "euclidean").

    torchmetrics' "l2" divides the RMSE by the length instead: smaller by the root of the number of
    voxels.
    """
    p, t = inside(prediction, target, mask)
    return _over(_rmse(p, t), np.sqrt(np.mean(t**2)), "0 everywhere")


def _rmse(p: np.ndarray, t: np.ndarray) -> float:
    return float(np.sqrt(np.mean((p - t) ** 2)))


def _over(error: float, size: float, problem: str) -> float:
    if size == 0:
        raise MedGANSynthError(f"NRMSE is undefined: the target is {problem} inside the mask.")
    return error / float(size)
