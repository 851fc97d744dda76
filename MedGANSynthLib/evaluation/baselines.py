"""Translation without a network: what any model has to beat inside the mask.

The methods are those of `regressors`. They are fitted on the people that the network is trained
on, inside their masks. Because in-plane SSIM also looks a few voxels beyond the mask's border,
each method is fitted a second time, apart, on the shell of voxels around it, so that no baseline
loses by leaving that shell blank.
"""

import dataclasses
from collections.abc import Iterable

import numpy as np
from scipy.ndimage import binary_dilation

from . import regressors
from .features import local_features
from .intensities import robust_range
from .ssim import RADIUS

VOXELS_PER_CASE = 40_000


@dataclasses.dataclass(frozen=True)
class Pair:
    """One person's images on one grid.

    Attributes:
        source: what goes in, `[i, j, k]`.
        target: what should come out, the same shape.
        mask: the organ, the same shape, true inside.
        spacing: voxel size in mm along i, j, k.
    """

    source: np.ndarray
    target: np.ndarray
    mask: np.ndarray
    spacing: tuple[float, float, float]


class Baseline:
    """One method of `regressors.NAMES`, fitted on pairs and applied to a source and its mask."""

    def __init__(self, name: str, seed: int = 0) -> None:
        self.name = name
        self._seed = seed
        self._inside = regressors.make_regressor(name, seed)
        self._shell = regressors.make_regressor(name, seed)

    def fit(self, pairs: Iterable[Pair], voxels_per_case: int = VOXELS_PER_CASE) -> "Baseline":
        """Fit on `voxels_per_case` random voxels of each pair (seeded); half as many of its shell.

        Source and target are brought to their own 0.5-99.5 percentile range inside the mask; what
        comes out is put on the training targets' median range.
        """
        rng = np.random.default_rng(self._seed)
        samples: dict[str, list[tuple[np.ndarray, np.ndarray]]] = {"inside": [], "shell": []}
        ranges = []
        for pair in pairs:
            mask = pair.mask > 0
            low, high = robust_range(pair.target, mask)
            ranges.append((low, high))
            target = (pair.target.astype(np.float32) - low) / (high - low)
            inside = _sample(mask, voxels_per_case, rng)
            chosen = inside | _sample(_shell(mask), voxels_per_case // 2, rng)
            features = _features(pair.source, mask, chosen, pair.spacing)
            for region, rows in (("inside", inside[chosen]), ("shell", ~inside[chosen])):
                samples[region].append((features[rows], target[chosen][rows]))
        self._range = np.median(ranges, axis=0)
        for region, regressor in (("inside", self._inside), ("shell", self._shell)):
            features, targets = zip(*samples[region], strict=True)
            regressor.fit(np.concatenate(features), np.concatenate(targets))
        return self

    def predict(
        self, source: np.ndarray, mask: np.ndarray, spacing: tuple[float, float, float]
    ) -> np.ndarray:
        """The synthetic target: float32 `[i, j, k]` on the training targets' median range.

        Voxels beyond the mask and its shell get the low end of that range.
        """
        mask = mask > 0
        result = np.zeros(source.shape, dtype=np.float32)
        where = mask | _shell(mask)
        features, inside = _features(source, mask, where, spacing), mask[where]
        values = np.empty(len(features), dtype=np.float32)
        for rows, regressor in ((inside, self._inside), (~inside, self._shell)):
            if rows.any():
                values[rows] = regressor.predict(features[rows])
        result[where] = values
        low, high = self._range
        return (low + result * (high - low)).astype(np.float32)


def _features(
    source: np.ndarray, mask: np.ndarray, where: np.ndarray, spacing: tuple[float, float, float]
) -> np.ndarray:
    low, high = robust_range(source, mask)
    return local_features((source.astype(np.float32) - low) / (high - low), mask, where, spacing)


def _shell(mask: np.ndarray) -> np.ndarray:
    return binary_dilation(mask, iterations=RADIUS) & ~mask


def _sample(where: np.ndarray, count: int, rng: np.random.Generator) -> np.ndarray:
    """A mask of `count` random voxels of `where` (all, when it has fewer)."""
    index = np.flatnonzero(where)
    if len(index) > count:
        index = rng.choice(index, size=count, replace=False)
    chosen = np.zeros(where.shape, dtype=bool)
    chosen.ravel()[index] = True
    return chosen
