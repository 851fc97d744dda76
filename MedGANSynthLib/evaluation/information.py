"""Mutual information: how much one image says about the other, whatever the contrast."""

import numpy as np

from .metrics import inside

BINS = 100


def normalised_mutual_information(
    prediction: np.ndarray, target: np.ndarray, mask: np.ndarray | None, bins: int = BINS
) -> float:
    """(H(X) + H(Y)) / H(X, Y) over the mask's voxels (Studholme, Hill, Hawkes 1999).

    From 1 (they say nothing about each other) to 2 (each follows from the other). Entropies are
    those of histograms with `bins` equal bins from the least to the largest value.

    Raises:
        MedGANSynthError: different shapes, an empty mask, or a voxel that is not finite.
    """
    joint, _, _ = np.histogram2d(*inside(prediction, target, mask), bins=bins)
    own = _entropy(joint.sum(axis=1)) + _entropy(joint.sum(axis=0))
    both = _entropy(joint.ravel())
    return own / both if both > 0 else 2.0  # two constants: each follows from the other


def _entropy(counts: np.ndarray) -> float:
    shares = counts[counts > 0] / counts.sum()
    return float(-np.sum(shares * np.log(shares)))
