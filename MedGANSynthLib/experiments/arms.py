"""The arms of the augmentation study: what each network is trained on."""

import dataclasses
from collections.abc import Callable

import numpy as np

from ..data.labelled import as_channel, as_labels
from ..evaluation.set_features import components

PCA_AXES = 32

Maker = Callable[[int], tuple[np.ndarray, np.ndarray]]
"""How many -> images `[n, rows, cols]` in [-1, 1] and labels."""


@dataclasses.dataclass(frozen=True)
class Arm:
    """One way to train.

    Attributes:
        name: in the tables.
        images: `[n, rows, cols]`.
        labels: the same shape.
        classical: whether batches are changed at random besides.
    """

    name: str
    images: np.ndarray
    labels: np.ndarray
    classical: bool = False


def make_arms(
    images: np.ndarray, labels: np.ndarray, synthetic: Maker | None, classes: int, seed: int
) -> list[Arm]:
    """Real alone, real with classical augmentation, with synthetic and with PCA pairs.

    The PCA pairs stand for any cheap generator: a synthetic arm that does not beat them owes
    nothing to its network.

    Args:
        synthetic: makes synthetic pairs; None leaves those arms out.
    """
    n = len(images)
    arms = [Arm("real", images, labels), Arm("real + classical", images, labels, classical=True)]

    def joined(name: str, made: tuple[np.ndarray, np.ndarray]) -> Arm:
        return Arm(name, np.concatenate([images, made[0]]), np.concatenate([labels, made[1]]))

    if synthetic is not None:
        made = synthetic(2 * n)
        for share, name in ((0.5, "0.5"), (1.0, "1"), (2.0, "2")):
            count = max(1, round(share * n))
            arms.append(joined(f"real + synthetic x{name}", tuple(part[:count] for part in made)))
        arms.append(Arm("synthetic only", *(part[:n] for part in made)))
    arms.append(joined("real + PCA x1", pca_pairs(images, labels, n, classes, seed)))
    return arms


def pca_pairs(
    images: np.ndarray, labels: np.ndarray, count: int, classes: int, seed: int
) -> tuple[np.ndarray, np.ndarray]:
    """Pairs from a Gaussian over the principal components of images and labels together."""
    both = np.stack([images, as_channel(labels, classes)], axis=1)
    rows = both.reshape(len(both), -1).astype(np.float64)
    mean, axes, spread = components(rows, PCA_AXES)
    codes = np.random.default_rng(seed).standard_normal((count, len(axes)))
    made = (mean + (codes * spread) @ axes).reshape(count, *both.shape[1:])
    return np.clip(made[:, 0], -1, 1).astype(np.float32), as_labels(made[:, 1], classes)
