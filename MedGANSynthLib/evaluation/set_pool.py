"""Real and synthetic volumes side by side, with what costs time computed once."""

from functools import cached_property

import numpy as np

from .set_diversity import pair_similarity, random_pairs
from .set_features import HAND, components, hand_features, radial_power
from .set_mmd import flat, rbf_kernel, squared_distances, width_of

DATA_RANGE = 2.0
SPECTRUM = np.linspace(0.0, 0.5, 21)
_FINE = slice(HAND.index("power_0.2_0.3"), None)


class Side:
    """One set of volumes `[n, i, j, k]` in [-1, 1], and what belongs to it alone."""

    def __init__(self, volumes: np.ndarray, seed: int) -> None:
        self.volumes, self.seed = volumes, seed

    def __len__(self) -> int:
        return len(self.volumes)

    @cached_property
    def features(self) -> np.ndarray:
        """Hand-made features, `[n, 14]`."""
        return hand_features(self.volumes)

    @cached_property
    def spectra(self) -> np.ndarray:
        """Power by frequency (bins of `SPECTRUM`) of each volume."""
        return np.array([radial_power(v.astype(np.float64), SPECTRUM) for v in self.volumes])

    @cached_property
    def pairs(self) -> np.ndarray:
        """Random pairs of cases."""
        return random_pairs(len(self), self.seed)

    @cached_property
    def similarity(self) -> tuple[np.ndarray, np.ndarray] | None:
        """SSIM and MS-SSIM of those pairs; None where volumes are too small."""
        return pair_similarity(self.volumes, self.pairs, DATA_RANGE)


class Pool:
    """Cases 0 to n - 1 are real, the m others synthetic."""

    def __init__(self, real: Side, fake: Side) -> None:
        self.real, self.fake = real, fake
        self.n, self.m = len(real), len(fake)

    @cached_property
    def _rows(self) -> np.ndarray:
        rows = flat(np.concatenate([self.real.volumes, self.fake.volumes]))
        rows -= rows[: self.n].mean(axis=0)  # near zero, where differences keep their digits
        return rows

    @cached_property
    def squared(self) -> np.ndarray:
        """Squared distances of the voxels."""
        return squared_distances(self._rows)

    @cached_property
    def kernel(self) -> np.ndarray:
        """Gaussian kernel on voxels, as wide as the median distance of two real volumes."""
        return rbf_kernel(self.squared, self.width)

    @property
    def width(self) -> float:
        """The kernel's width, a squared distance."""
        return width_of(self.squared[: self.n, : self.n])

    @cached_property
    def hand(self) -> np.ndarray:
        """Hand-made features in the real set's standard deviations from its mean."""
        mean, spread = self.real.features.mean(axis=0), self.real.features.std(axis=0)
        both = np.concatenate([self.real.features, self.fake.features])
        return (both - mean) / np.where(spread > 0, spread, 1.0)

    @cached_property
    def hand_squared(self) -> np.ndarray:
        """Squared distances of the hand-made features."""
        return squared_distances(self.hand)

    @cached_property
    def coordinates(self) -> np.ndarray:
        """The volumes as points `[n + m, n + m]` with the same distances and angles."""
        values, vectors = np.linalg.eigh(self._rows @ self._rows.T)
        return vectors * np.sqrt(np.maximum(values, 0.0))

    def pca(self, count: int) -> np.ndarray:
        """Voxels along the real set's leading principal axes."""
        _, axes, _ = components(self.coordinates[: self.n], count)
        return self.coordinates @ axes.T

    @cached_property
    def fine_power(self) -> np.ndarray:
        """Natural logarithm of the power of waves shorter than 5 voxels, for each case."""
        return np.concatenate([s.features[:, _FINE].mean(axis=1) for s in (self.real, self.fake)])

    @cached_property
    def alike(self) -> tuple[np.ndarray, np.ndarray] | None:
        """SSIM and MS-SSIM of random pairs inside each set, NaN for other pairs."""
        tables = tuple(np.full((self.n + self.m,) * 2, np.nan) for _ in range(2))
        for side, first in ((self.real, 0), (self.fake, self.n)):
            if side.similarity is None:
                return None
            a, b = side.pairs.T + first
            for table, value in zip(tables, side.similarity, strict=True):
                table[a, b] = table[b, a] = value
        return tables
