"""Frechet distance between two sets of features, fitted by a Gaussian each.

It is called by its features ("FD-hand", "FD-pca"), never "FID", which is the one on Inception's
features. It shrinks with the number of cases even between real sets, so it is only compared at
equal numbers and beside what two real sets of that size give.
"""

import numpy as np

from ..errors import MedGANSynthError


def frechet(real: np.ndarray, fake: np.ndarray) -> float:
    """|m1 - m2|^2 + tr(S1 + S2 - 2 (S1 S2)^(1/2)) (Dowson, Landau 1982; Heusel et al. 2017).

    Args:
        real, fake: features `[n, d]` and `[m, d]`.

    Raises:
        MedGANSynthError: no more cases than features, where covariances have no full rank.
    """
    fewest = min(len(real), len(fake))
    if fewest <= real.shape[1]:
        raise MedGANSynthError(
            f"a Frechet distance on {real.shape[1]} features needs at least {real.shape[1] + 1} "
            f"cases on either side, not {fewest}."
        )
    real, fake = (np.asarray(a, np.float64) for a in (real, fake))
    shift = np.sum((real.mean(0) - fake.mean(0)) ** 2)
    first, second = (np.atleast_2d(np.cov(a, rowvar=False)) for a in (real, fake))
    values, vectors = np.linalg.eigh(first)
    root = (vectors * np.sqrt(np.maximum(values, 0))) @ vectors.T
    # The eigenvalues of S1 S2 are those of the symmetric S1^(1/2) S2 S1^(1/2).
    cross = np.sqrt(np.maximum(np.linalg.eigvalsh(root @ second @ root), 0)).sum()
    return float(shift + np.trace(first) + np.trace(second) - 2 * cross)


def frechet_curve(
    real: np.ndarray, fake: np.ndarray, seed: int, draws: int = 10
) -> tuple[list[tuple[int, float]], float | None]:
    """Mean distance of random subsets by their size, and the intercept against 1 / size.

    The intercept ("FD infinity", Chong, Forsyth 2020) is None where fewer than two sizes are larger
    than the number of features.
    """
    rng = np.random.default_rng(seed)
    most, least = min(len(real), len(fake)), real.shape[1] + 1
    sizes = sorted({n for n in (most // 2, 2 * most // 3, 5 * most // 6, most) if n >= least})
    curve = []
    for size in sizes:
        values = [
            frechet(*(a[rng.choice(len(a), size, replace=False)] for a in (real, fake)))
            for _ in range(draws)
        ]
        curve.append((size, float(np.mean(values))))
    if len(curve) < 2:
        return curve, None
    slope = np.polyfit([1 / n for n, _ in curve], [value for _, value in curve], 1)
    return curve, float(slope[1])
