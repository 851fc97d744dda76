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
        source: what goes in, `[i, j, k]`, or several images, `[inputs, i, j, k]`.
        target: what should come out, `[i, j, k]`.
        mask: the organ, the same shape, true inside.
        spacing: voxel size in mm along i, j, k.
        labels: the same shape, tissues by number (0: none), where they are known.
    """

    source: np.ndarray
    target: np.ndarray
    mask: np.ndarray
    spacing: tuple[float, float, float]
    labels: np.ndarray | None = None


@dataclasses.dataclass(frozen=True)
class Samples:
    """Random voxels of the training people: what every baseline is fitted on.

    Attributes:
        inside: features `[voxels, features]` and normalised targets `[voxels]` inside the masks.
        shell: the same in the shell around them.
        target_range: median over the people of the targets' 0.5 and 99.5 percentiles.
        inputs: how many images go in.
    """

    inside: tuple[np.ndarray, np.ndarray]
    shell: tuple[np.ndarray, np.ndarray]
    target_range: tuple[float, float]
    inputs: int = 1


def draw_samples(
    pairs: Iterable[Pair], seed: int, voxels_per_case: int = VOXELS_PER_CASE
) -> Samples:
    """Draw `voxels_per_case` random voxels inside each pair's mask, and half as many of its shell.

    Source and target are brought to their own 0.5-99.5 percentile range inside the mask.

    Raises:
        MedGANSynthError: an image that is constant inside its mask, or an empty mask.
    """
    rng = np.random.default_rng(seed)
    drawn: dict[str, list[tuple[np.ndarray, np.ndarray]]] = {"inside": [], "shell": []}
    ranges = []
    for pair in pairs:
        mask = pair.mask > 0
        low, high = robust_range(pair.target, mask)
        ranges.append((low, high))
        inside = _sample(mask, voxels_per_case, rng)
        chosen = inside | _sample(_shell(mask), voxels_per_case // 2, rng)
        features = _features(pair.source, mask, chosen, pair.spacing, pair.labels)
        target = (pair.target[chosen].astype(np.float32) - low) / (high - low)
        for region, rows in (("inside", inside[chosen]), ("shell", ~inside[chosen])):
            drawn[region].append((features[rows], target[rows]))
    inside, shell = (
        tuple(np.concatenate(parts) for parts in zip(*drawn[region], strict=True))
        for region in ("inside", "shell")
    )
    low, high = np.median(ranges, axis=0)
    return Samples(inside, shell, (float(low), float(high)), len(_images(pair.source)))


@dataclasses.dataclass(frozen=True)
class Prepared:
    """A case's features, computed once for all baselines, and where its voxels lie."""

    features: np.ndarray
    where: np.ndarray
    inside: np.ndarray


def prepare(
    source: np.ndarray,
    mask: np.ndarray,
    spacing: tuple[float, float, float],
    labels: np.ndarray | None = None,
) -> Prepared:
    """Features of the voxels in the mask and its shell; the target is not asked for."""
    mask = mask > 0
    where = mask | _shell(mask)
    return Prepared(_features(source, mask, where, spacing, labels), where, mask[where])


class Baseline:
    """One method of `regressors.NAMES`."""

    def __init__(self, name: str, samples: Samples, seed: int = 0) -> None:
        self.name = name
        self._range = samples.target_range
        self._inside = regressors.make_regressor(name, seed, samples.inputs)
        self._shell = regressors.make_regressor(name, seed, samples.inputs)
        self._inside.fit(*samples.inside)
        self._shell.fit(*samples.shell)

    def predict(self, case: Prepared) -> np.ndarray:
        """The synthetic target: float32 `[i, j, k]` on the training targets' median range.

        Voxels beyond the mask and its shell get the low end of that range.
        """
        low, high = self._range
        values = np.empty(len(case.features), dtype=np.float32)
        for rows, regressor in ((case.inside, self._inside), (~case.inside, self._shell)):
            if rows.any():
                values[rows] = regressor.predict(case.features[rows])
        result = np.full(case.where.shape, low, dtype=np.float32)
        result[case.where] = low + values * (high - low)
        return result


def _features(
    source: np.ndarray,
    mask: np.ndarray,
    where: np.ndarray,
    spacing: tuple[float, float, float],
    labels: np.ndarray | None,
) -> np.ndarray:
    """The images themselves, what else `local_features` says of each, position, tissue."""
    sources, others = [], []
    for image in _images(source):
        low, high = robust_range(image, mask)
        scaled = (image.astype(np.float32) - low) / (high - low)
        columns = local_features(scaled, mask, where, spacing)
        sources.append(columns[:, :1])
        others.append(columns[:, 1:-3])
    tissue = np.zeros(len(columns)) if labels is None else labels[where]
    return np.column_stack([*sources, *others, columns[:, -3:], tissue.astype(np.float32)])


def _images(source: np.ndarray) -> np.ndarray:
    """`[inputs, i, j, k]`."""
    return source if source.ndim == 4 else source[None]


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
