"""Distances between two sets by kernels: maximum mean discrepancy and KID.

Both are unbiased: about 0 where the sets come from one distribution, also slightly below.
"""

import numpy as np

from ..errors import MedGANSynthError


def mmd_rbf(real: np.ndarray, fake: np.ndarray) -> float:
    """Squared maximum mean discrepancy with a Gaussian kernel (Gretton et al. 2012, lemma 6).

    The unbiased U-statistic, up to 2. The kernel's width is the median distance between two real
    volumes.

    Args:
        real, fake: `[n, ...]` and `[m, ...]`, at least two each.
    """
    squared = squared_distances(np.concatenate([flat(real), flat(fake)]))
    n = len(real)
    return unbiased(rbf_kernel(squared, width_of(squared[:n, :n])), n)


def mmd_permutation(kernel: np.ndarray, n: int, seed: int, permutations: int = 999) -> float:
    """p of `unbiased(kernel, n)` when cases are shuffled between the sets; at least 1 / 1000.

    Args:
        kernel: of all cases, the first `n` of them real, `[n + m, n + m]`.
    """
    rng = np.random.default_rng(seed)
    observed = unbiased(kernel, n)
    larger = 0
    for _ in range(permutations):
        order = rng.permutation(len(kernel))
        larger += unbiased(kernel[np.ix_(order, order)], n) >= observed
    return (1 + larger) / (1 + permutations)


def unbiased(kernel: np.ndarray, n: int) -> float:
    """The U-statistic of MMD^2 from a kernel matrix whose first `n` rows are the one set."""
    own, other = kernel[:n, :n], kernel[n:, n:]
    return _without_self(own) + _without_self(other) - 2 * float(kernel[:n, n:].mean())


def rbf_kernel(squared: np.ndarray, width: float) -> np.ndarray:
    """exp(-d^2 / (2 width)) of squared distances."""
    return np.exp(-squared / (2 * width))


def width_of(squared: np.ndarray) -> float:
    """Median squared distance of two different cases; 1 where all are the same."""
    return float(np.median(squared[np.triu_indices(len(squared), 1)])) or 1.0


def kid(
    real: np.ndarray, fake: np.ndarray, seed: int, subsets: int = 100, size: int = 50
) -> tuple[float, float]:
    """Kernel inception distance (Binkowski et al. 2018) on given features: mean and sd of subsets.

    Kernel (x.y / d + 1)^3, unbiased, on random subsets of `size` cases (all, where there are
    fewer).

    Args:
        real, fake: features `[n, d]` and `[m, d]`.
    """
    rng = np.random.default_rng(seed)
    size = min(size, len(real), len(fake))
    values = []
    for _ in range(subsets):
        picks = [a[rng.choice(len(a), size, replace=False)] for a in (real, fake)]
        both = np.concatenate(picks).astype(np.float64)
        values.append(unbiased((both @ both.T / both.shape[1] + 1) ** 3, size))
    return float(np.mean(values)), float(np.std(values))


def flat(volumes: np.ndarray) -> np.ndarray:
    """`[n, ...]` as float64 `[n, voxels]`.

    Raises:
        MedGANSynthError: fewer than two.
    """
    if len(volumes) < 2:
        raise MedGANSynthError("at least two volumes are needed on either side.")
    return np.asarray(volumes, np.float64).reshape(len(volumes), -1)


def squared_distances(a: np.ndarray, b: np.ndarray | None = None) -> np.ndarray:
    """Squared Euclidean distances of the rows of `a` and `b` (or of `a` itself), `[n, m]`."""
    other = a if b is None else b
    squared = (a**2).sum(1)[:, None] + (other**2).sum(1)[None] - 2 * a @ other.T
    if b is None:
        np.fill_diagonal(squared, 0.0)
    return np.maximum(squared, 0.0)


def _without_self(kernel: np.ndarray) -> float:
    return float((kernel.sum() - np.trace(kernel)) / (len(kernel) * (len(kernel) - 1)))
