"""One reader's share of right answers: intervals, exact tests, what a study's size can show."""

import math

import numpy as np
from scipy import stats


def clopper_pearson(k: int, n: int, level: float = 0.95) -> tuple[float, float]:
    """Exact interval of k correct out of n, which agrees with the exact test (`exact_p`)."""
    return _interval(k, n, level, "exact")


def wilson(k: int, n: int, level: float = 0.95) -> tuple[float, float]:
    """Wilson score interval: shorter, not always in agreement with the exact test."""
    return _interval(k, n, level, "wilson")


def exact_p(k: int, n: int, null: float = 0.5) -> float:
    """Two-sided exact binomial p that the true share is `null`; 1 without any answer."""
    return float(stats.binomtest(k, n, null).pvalue) if n else 1.0


def equivalence_p(k: int, n: int, margin: float, centre: float = 0.5) -> float:
    """Exact two one-sided tests: below alpha, the share lies within `margin` of `centre`."""
    above = stats.binom.sf(k - 1, n, centre - margin)
    below = stats.binom.cdf(k, n, centre + margin)
    return float(max(above, below))


def power(n: int, accuracy: float, alpha: float = 0.05) -> float:
    """Chance that the exact test finds a true `accuracy` different from 0.5."""
    k = np.arange(n + 1)
    p = np.minimum(1.0, 2 * np.minimum(stats.binom.cdf(k, n, 0.5), stats.binom.sf(k - 1, n, 0.5)))
    return float(stats.binom.pmf(k[p <= alpha], n, accuracy).sum())


def equivalence_power(n: int, margin: float, accuracy: float = 0.5, alpha: float = 0.05) -> float:
    """Chance that the exact equivalence test succeeds when the true accuracy is `accuracy`."""
    k = np.arange(n + 1)
    above = stats.binom.sf(k - 1, n, 0.5 - margin)
    below = stats.binom.cdf(k, n, 0.5 + margin)
    return float(stats.binom.pmf(k[np.maximum(above, below) <= alpha], n, accuracy).sum())


def half_width(n: int) -> float:
    """Half the 95 % interval's width at an accuracy of 0.5 (normal approximation)."""
    return 1.959963984540054 * math.sqrt(0.25 / n)


def _interval(k: int, n: int, level: float, method: str) -> tuple[float, float]:
    if n == 0:
        return 0.0, 1.0
    interval = stats.binomtest(k, n).proportion_ci(level, method)
    return float(interval.low), float(interval.high)
