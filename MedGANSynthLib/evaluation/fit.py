"""One affine change of intensity, the same for every voxel, that brings a prediction nearest.

MR intensities have no unit; a method is not to blame for a wrong scale, so the headline figures
are taken after this fit and the raw ones stand beside them. Two numbers per case cannot repair a
wrong picture, but note that a negative slope inverts the contrast: the slope is always reported.
"""

import dataclasses

import numpy as np

from .metrics import inside


@dataclasses.dataclass(frozen=True)
class AffineFit:
    """target = slope * prediction + offset."""

    slope: float
    offset: float

    def apply(self, image: np.ndarray) -> np.ndarray:
        """The image on the target's scale, float64."""
        return self.slope * np.asarray(image, dtype=np.float64) + self.offset


def fit_affine(prediction: np.ndarray, target: np.ndarray, mask: np.ndarray | None) -> AffineFit:
    """Ordinary least squares over the mask's voxels; a constant prediction gets slope 0.

    Raises:
        MedGANSynthError: different shapes, an empty mask, or a voxel that is not finite.
    """
    p, t = inside(prediction, target, mask)
    p_mean, t_mean = p.mean(), t.mean()
    variance = np.mean((p - p_mean) ** 2)
    slope = 0.0 if p.min() == p.max() else float(np.mean((p - p_mean) * (t - t_mean)) / variance)
    return AffineFit(slope, float(t_mean - slope * p_mean))
