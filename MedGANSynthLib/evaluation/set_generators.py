"""Useless generators, to be put beside a real one: each beats some metric, none is worth anything.

They make volumes of the training people's, `[n, i, j, k]` in [-1, 1] with background -1.
"""

from collections.abc import Callable

import numpy as np
from scipy.ndimage import gaussian_filter

from .set_features import components

Maker = Callable[[np.ndarray, int, np.random.Generator], np.ndarray]

FEW = 5
NOISE = 0.05
BLUR = 1.0


def copies(training: np.ndarray, n: int, rng: np.random.Generator) -> np.ndarray:
    """Training people as they are."""
    return training[_draw(training, n, rng)]


def noisy_copies(training: np.ndarray, n: int, rng: np.random.Generator) -> np.ndarray:
    """Training people with noise."""
    made = copies(training, n, rng)
    return np.clip(made + rng.normal(0, NOISE, made.shape).astype(np.float32), -1, 1)


def augmented_copies(training: np.ndarray, n: int, rng: np.random.Generator) -> np.ndarray:
    """Training people mirrored half of the time, moved by up to a voxel."""
    made = copies(training, n, rng).copy()
    for volume in made:
        if rng.random() < 0.5:
            volume[:] = volume[::-1].copy()
        shift = rng.integers(-1, 2, volume.ndim)
        shift[np.array(volume.shape) == 1] = 0
        volume[:] = np.roll(volume, shift, range(volume.ndim))
    return made


def few_repeated(training: np.ndarray, n: int, rng: np.random.Generator) -> np.ndarray:
    """The same few people again and again: a collapse."""
    return training[_draw(training, FEW, rng)][np.arange(n) % min(FEW, len(training))]


def mean_image(training: np.ndarray, n: int, rng: np.random.Generator) -> np.ndarray:
    """The mean of all people, always."""
    return np.repeat(training.mean(axis=0, keepdims=True), n, axis=0)


def mean_and_noise(training: np.ndarray, n: int, rng: np.random.Generator) -> np.ndarray:
    """The mean with noise of each voxel's own spread."""
    spread = training.std(axis=0)
    noise = rng.standard_normal((n, *spread.shape), np.float32)
    return np.clip(training.mean(axis=0) + spread * noise, -1, 1).astype(np.float32)


def pca_gauss_16(training: np.ndarray, n: int, rng: np.random.Generator) -> np.ndarray:
    """A Gaussian in the space of 16 principal components."""
    return _pca_gauss(training, n, rng, 16)


def pca_gauss(training: np.ndarray, n: int, rng: np.random.Generator) -> np.ndarray:
    """A Gaussian with the training people's mean and covariance."""
    return _pca_gauss(training, n, rng, len(training))


def blurred(training: np.ndarray, n: int, rng: np.random.Generator) -> np.ndarray:
    """Training people out of focus."""
    made = copies(training, n, rng)
    widths = [BLUR if side > 1 else 0 for side in made.shape[1:]]
    return np.stack([gaussian_filter(volume, widths) for volume in made])


def darker(training: np.ndarray, n: int, rng: np.random.Generator) -> np.ndarray:
    """Training people at nine tenths of their brightness."""
    return (0.9 * (copies(training, n, rng) + 1) - 1).astype(np.float32)


def white_noise(training: np.ndarray, n: int, rng: np.random.Generator) -> np.ndarray:
    """Noise with the mean and spread of all voxels."""
    noise = rng.normal(training.mean(), training.std(), (n, *training.shape[1:]))
    return np.clip(noise, -1, 1).astype(np.float32)


GENERATORS: dict[str, Maker] = {
    "copies": copies,
    "noisy-copies": noisy_copies,
    "augmented-copies": augmented_copies,
    "few-repeated": few_repeated,
    "mean-image": mean_image,
    "mean-and-noise": mean_and_noise,
    "pca-gauss-16": pca_gauss_16,
    "pca-gauss": pca_gauss,
    "blurred": blurred,
    "darker": darker,
    "white-noise": white_noise,
}


def _draw(training: np.ndarray, n: int, rng: np.random.Generator) -> np.ndarray:
    """Every person once before anybody comes again."""
    rounds = [rng.permutation(len(training)) for _ in range(-(-n // len(training)))]
    return np.concatenate(rounds)[:n]


def _pca_gauss(training: np.ndarray, n: int, rng: np.random.Generator, count: int) -> np.ndarray:
    rows = training.reshape(len(training), -1).astype(np.float64)
    mean, axes, spread = components(rows, count)
    made = mean + (rng.standard_normal((n, len(axes))) * spread) @ axes
    return np.clip(made, -1, 1).astype(np.float32).reshape(n, *training.shape[1:])
