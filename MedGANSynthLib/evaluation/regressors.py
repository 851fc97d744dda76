"""The voxel-wise methods that a network has to beat.

Each predicts a voxel's target from its features: the first columns are the sources themselves, the
last one is the tissue (0: not known), those between are of `features.NAMES`. Methods of one source
take the first. Intensities are normalised by
`baselines`. `fit` sees voxels of the training people, `predict` all voxels of one
region of one case.
"""

from typing import Protocol

import numpy as np
from scipy.ndimage import distance_transform_edt

from ..errors import MedGANSynthError

TREES = {
    "max_iter": 400,
    "learning_rate": 0.06,
    "max_leaf_nodes": 63,
    "min_samples_leaf": 40,
    "l2_regularization": 1.0,
    "early_stopping": False,  # its random validation voxels would come from the training people
}


class MissingPackage(MedGANSynthError):
    """An optional package is not installed."""


class Regressor(Protocol):
    """Features `[voxels, features]` to target intensities `[voxels]`."""

    def fit(self, features: np.ndarray, target: np.ndarray) -> None: ...

    def predict(self, features: np.ndarray) -> np.ndarray: ...


class Identity:
    """The source as it is."""

    def fit(self, features: np.ndarray, target: np.ndarray) -> None:
        pass

    def predict(self, features: np.ndarray) -> np.ndarray:
        return features[:, 0]


class InvertedMatched:
    """The source turned upside down, then given the training targets' histogram.

    The voxel at rank q of the case's own source becomes the 1 - q quantile of all training
    targets.
    """

    def fit(self, features: np.ndarray, target: np.ndarray) -> None:
        self.quantiles = np.quantile(target, _LEVELS)

    def predict(self, features: np.ndarray) -> np.ndarray:
        own = np.quantile(features[:, 0], _LEVELS)
        rank = np.interp(features[:, 0], own, _LEVELS)
        return np.interp(1 - rank, _LEVELS, self.quantiles)


class LookUpTable:
    """E[target | sources]: the mean training target in each cell of equally filled source bins.

    256 bins of one source; of several, about 4096 cells, of which empty ones take the nearest.
    """

    def __init__(self, inputs: int) -> None:
        self.inputs = inputs
        self.bins = 256 if inputs == 1 else round(4096 ** (1 / inputs))

    def fit(self, features: np.ndarray, target: np.ndarray) -> None:
        levels = np.linspace(0, 1, self.bins + 1)[1:-1]
        columns = features[:, : self.inputs].T
        self.edges = [np.unique(np.quantile(source, levels)) for source in columns]
        self.shape = tuple(len(edges) + 1 for edges in self.edges)
        cells, count = self._cells(features), int(np.prod(self.shape))
        counts = np.bincount(cells, minlength=count).reshape(self.shape)
        sums = np.bincount(cells, target, minlength=count).reshape(self.shape)
        nearest = distance_transform_edt(counts == 0, return_distances=False, return_indices=True)
        self.table = (sums / np.maximum(counts, 1))[tuple(nearest)].ravel()

    def predict(self, features: np.ndarray) -> np.ndarray:
        return self.table[self._cells(features)]

    def _cells(self, features: np.ndarray) -> np.ndarray:
        columns = features[:, : self.inputs].T
        bins = [np.digitize(c, edges) for c, edges in zip(columns, self.edges, strict=True)]
        return np.ravel_multi_index(bins, self.shape)


class TissueLinear:
    """A line through source and target for each tissue.

    Where no tissues are known, the source's own three clusters take their place, as in a
    segmentation by intensity.
    """

    FEWEST = 50  # voxels that a line needs; tissues with fewer get the line of all voxels

    def fit(self, features: np.ndarray, target: np.ndarray) -> None:
        source = features[:, 0].astype(np.float64)
        self.cuts = None if features[:, -1].any() else three_clusters(source)
        self.everyone = _line(source, target)
        tissues = self._tissues(features)
        self.lines = {
            tissue: _line(source[tissues == tissue], target[tissues == tissue])
            for tissue in np.unique(tissues)
            if np.count_nonzero(tissues == tissue) >= self.FEWEST
        }

    def predict(self, features: np.ndarray) -> np.ndarray:
        source, tissues = features[:, 0].astype(np.float64), self._tissues(features)
        predicted = np.polyval(self.everyone, source)
        for tissue, line in self.lines.items():
            where = tissues == tissue
            predicted[where] = np.polyval(line, source[where])
        return predicted

    def _tissues(self, features: np.ndarray) -> np.ndarray:
        return features[:, -1] if self.cuts is None else np.digitize(features[:, 0], self.cuts)


def three_clusters(values: np.ndarray) -> np.ndarray:
    """The two cuts between the three clusters of numbers (Lloyd's algorithm from the sextiles)."""
    values = np.sort(values)
    centres = np.quantile(values, [1 / 6, 1 / 2, 5 / 6])
    for _ in range(100):
        cuts = (centres[:-1] + centres[1:]) / 2
        parts = np.split(values, np.searchsorted(values, cuts))
        moved = np.array([p.mean() if len(p) else c for p, c in zip(parts, centres, strict=True)])
        if (moved == centres).all():
            break
        centres = moved
    return cuts


def _line(source: np.ndarray, target: np.ndarray) -> np.ndarray:
    """Slope and offset by least squares; a constant source gets slope 0."""
    if source.min() == source.max():
        return np.array([0.0, target.mean()])
    return np.polyfit(source, target, 1)


class BoostedTrees:
    """Gradient-boosted regression trees (scikit-learn) on all features but the tissue."""

    def __init__(self, seed: int) -> None:
        try:
            from sklearn.ensemble import HistGradientBoostingRegressor
        except ImportError:
            raise MissingPackage(
                "the boosted-trees baseline needs scikit-learn, which is not installed; "
                "run: pip install scikit-learn"
            ) from None
        self.model = HistGradientBoostingRegressor(**TREES, random_state=seed)

    def fit(self, features: np.ndarray, target: np.ndarray) -> None:
        self.model.fit(features[:, :-1], target)

    def predict(self, features: np.ndarray) -> np.ndarray:
        return self.model.predict(features[:, :-1])


_LEVELS = np.linspace(0, 1, 1001)

NAMES = ("identity", "inverted-matched", "look-up-table", "tissue-linear", "boosted-trees")


def make_regressor(name: str, seed: int, inputs: int = 1) -> Regressor:
    """A new regressor by its name, for so many sources."""
    if name == "boosted-trees":
        return BoostedTrees(seed)
    if name == "look-up-table":
        return LookUpTable(inputs)
    return {
        "identity": Identity,
        "inverted-matched": InvertedMatched,
        "tissue-linear": TissueLinear,
    }[name]()
