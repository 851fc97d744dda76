"""Precision, recall, density and coverage (Kynkaanniemi et al. 2019; Naeem et al. 2020)."""

import numpy as np

from ..errors import MedGANSynthError

NEAREST = 5
FEWEST = 2 * NEAREST
"""With fewer cases on either side, balls of `NEAREST` neighbours reach across most of a set."""


def prdc(squared: np.ndarray, n: int, k: int = NEAREST) -> dict[str, float]:
    """The four shares, from squared distances of all cases, the first `n` of them real.

    A ball around each case reaches to its k-th nearest neighbour in its own set. Precision: fakes
    in a real ball. Recall: reals in a fake ball. Density: real balls that hold a fake, over k; it
    may exceed 1. Coverage: real balls that hold a fake at all. Being on the edge is being outside.

    Args:
        squared: `[n + m, n + m]`.

    Raises:
        MedGANSynthError: no more than k cases on either side.
    """
    m = len(squared) - n
    if min(n, m) <= k:
        raise MedGANSynthError(
            f"precision and recall of {k} neighbours need at least {k + 1} cases on either side, "
            f"not {min(n, m)}."
        )
    real = _radii(squared[:n, :n], k)
    fake = _radii(squared[n:, n:], k)
    across = squared[:n, n:]
    in_real = across < real[:, None]
    return {
        "precision": float(in_real.any(axis=0).mean()),
        "recall": float((across < fake[None]).any(axis=1).mean()),
        "density": float(in_real.sum(axis=0).mean() / k),
        "coverage": float((across.min(axis=1) < real).mean()),
    }


def _radii(own: np.ndarray, k: int) -> np.ndarray:
    """Squared distance to the k-th nearest other case."""
    others = own.copy()
    np.fill_diagonal(others, np.inf)
    return np.partition(others, k - 1, axis=1)[:, k - 1]
