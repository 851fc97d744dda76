"""Realism rho, variance sigma and diversity delta of a set of images (Delplace 2019, equation 6).

As published, and in a form that does not depend on how many images there are. None of them is
better when larger: images without any detail lie wholly in the eigenvectors (rho 1), noise has the
largest sigma. The figures of real images that were not used for the fit are where they should lie.
"""

import dataclasses

import numpy as np

from ..errors import MedGANSynthError

COMPONENTS = 16
PUBLISHED_COUNT = 11_328
"""Images of the published study, to which its sigma is scaled."""

_SHARE = 0.01  # of the whole variance that an eigenvalue must exceed to count


@dataclasses.dataclass(frozen=True)
class Eigenspace:
    """The principal components of real images.

    Attributes:
        mean: `[d]`.
        vectors: unit eigenvectors `[components, d]`, the largest eigenvalue first.
        explained: their share of the whole variance.
    """

    mean: np.ndarray
    vectors: np.ndarray
    explained: float


def fit_eigenspace(images: np.ndarray, components: int = COMPONENTS) -> Eigenspace:
    """Principal components of `[n, ...]` in [-1, 1], n above `components`.

    Raises:
        MedGANSynthError: too few images.
    """
    flat = _flat(images)
    if len(flat) <= components:
        raise MedGANSynthError(
            f"{len(flat)} images are too few for {components} components; give more."
        )
    mean = flat.mean(0)
    centred = flat - mean
    # Of the two covariances, n x n and d x d, the smaller one: their eigenvalues are the same.
    if len(flat) < flat.shape[1]:
        values, left = np.linalg.eigh(centred @ centred.T)
        vectors = left[:, ::-1][:, :components].T @ centred
    else:
        values, right = np.linalg.eigh(centred.T @ centred)
        vectors = right[:, ::-1][:, :components].T
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    values = values[::-1].clip(min=0)
    return Eigenspace(mean, vectors, float(values[:components].sum() / values.sum()))


def rho(images: np.ndarray, space: Eigenspace) -> float:
    """Realism, 0 to 1: the mean length of the images' directions inside the eigenspace.

    Each image less the training mean, divided by its length, projected. An image that is the mean
    itself has no direction and counts 0.
    """
    centred = _flat(images) - space.mean
    lengths = np.linalg.norm(centred, axis=1)
    inside = np.linalg.norm(centred @ space.vectors.T, axis=1)
    return float(np.mean(np.divide(inside, lengths, where=lengths > 0, out=np.zeros_like(inside))))


def sigma(images: np.ndarray) -> float:
    """The whole variance: the sum over pixels of the (unbiased) variance over images."""
    return float(_flat(images).var(0, ddof=1).sum())


def sigma_delplace(images: np.ndarray) -> float:
    """The published code's sigma, scaled to the number of images of the published study.

    Its covariance is one of images, not of pixels: the trace sums the variance over each image's
    pixels (less the set's mean image), so it grows with the number of images.
    """
    centred = _flat(images)
    centred = centred - centred.mean(0)
    return float(PUBLISHED_COUNT * centred.var(1, ddof=1).mean())


def delta(images: np.ndarray) -> int:
    """How many eigenvalues of the pixels' covariance exceed a hundredth of the whole variance.

    Compare only at one number of images: few images have few directions. 0 where all are alike.
    """
    centred = _flat(images)
    centred = centred - centred.mean(0)
    return _leading(np.linalg.eigvalsh(_smaller_gram(centred)))


def delta_delplace(images: np.ndarray) -> int:
    """As `delta`, of the published covariance: each image less its own mean over the pixels."""
    centred = _flat(images)
    centred = centred - centred.mean(0)
    centred -= centred.mean(1, keepdims=True)
    return _leading(np.linalg.eigvalsh(_smaller_gram(centred)))


def figures(images: np.ndarray, space: Eigenspace) -> dict[str, float]:
    """All of them by name."""
    return {
        "rho": rho(images, space),
        "sigma": sigma(images),
        "delta": delta(images),
        "sigma_delplace": sigma_delplace(images),
        "delta_delplace": delta_delplace(images),
    }


def real_ranges(
    images: np.ndarray, space: Eigenspace, count: int, draws: int = 20, seed: int = 0
) -> dict[str, tuple[float, float]]:
    """Least and largest figures of random sets of `count` of these real images.

    Args:
        count: images in a set, at most half of them, else the sets are nearly one.
    """
    rng = np.random.default_rng(seed)
    drawn = [
        figures(images[rng.choice(len(images), count, replace=False)], space) for _ in range(draws)
    ]
    return {name: (min(d[name] for d in drawn), max(d[name] for d in drawn)) for name in drawn[0]}


def reading(value: float, real: tuple[float, float]) -> str:
    """ "below", "within" or "above" what real images have; both sides are wrong."""
    if value < real[0]:
        return "below"
    return "above" if value > real[1] else "within"


def _leading(values: np.ndarray) -> int:
    total = values.sum()
    return int((values > _SHARE * total).sum()) if total > 1e-12 else 0


def _smaller_gram(centred: np.ndarray) -> np.ndarray:
    wide = len(centred) < centred.shape[1]
    return centred @ centred.T if wide else centred.T @ centred


def _flat(images: np.ndarray) -> np.ndarray:
    return np.asarray(images, np.float64).reshape(len(images), -1)
