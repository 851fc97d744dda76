"""ROC curves of ratings: area with ties, and its variance without assumptions (DeLong 1988)."""

import numpy as np

from .estimate import Estimate


def components(signal: np.ndarray, noise: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Structural components (DeLong, DeLong, Clarke-Pearson 1988, equations 4 and 5).

    Args:
        signal: ratings of synthetic cases `[m]`; higher means surer that it is synthetic.
        noise: ratings of real cases `[n]`.

    Returns:
        For each synthetic case the share of real ones rated below it, for each real case the share
        of synthetic ones rated above it; ties count half.
    """
    wins = np.sign(np.subtract.outer(signal, noise)) / 2 + 0.5
    return wins.mean(axis=1), wins.mean(axis=0)


def auc(signal: np.ndarray, noise: np.ndarray) -> float:
    """Area under the empirical ROC curve: the chance that a synthetic case is rated higher."""
    return float(components(signal, noise)[0].mean())


def delong(signal: np.ndarray, noise: np.ndarray) -> Estimate | None:
    """AUC of one reader with DeLong's standard error; None with fewer than two of a class."""
    if min(len(signal), len(noise)) < 2:
        return None
    ten, one = components(signal, noise)
    variance = ten.var(ddof=1) / len(ten) + one.var(ddof=1) / len(one)
    # Each case of the smaller class meets another one of the larger: as many independent duels.
    trials = min(len(ten), len(one))
    return Estimate(float(ten.mean()), float(np.sqrt(variance)), trials=trials)


def curve(signal: np.ndarray, noise: np.ndarray) -> list[tuple[float, float]]:
    """Operating points (false alarm rate, hit rate) from (0, 0) to (1, 1)."""
    thresholds = np.unique(np.concatenate([signal, noise]))[::-1]
    points = [(float((noise >= t).mean()), float((signal >= t).mean())) for t in thresholds]
    return [(0.0, 0.0), *points]
