"""Uncertainty of a mean over people."""

from collections.abc import Sequence

import numpy as np

from ..errors import MedGANSynthError

FEWEST_PEOPLE = 5
"""Below it there is no interval: resampling two or three people gives back little but themselves,
and looks far too certain. Who prints a mean of fewer prints the range of the people instead."""


def bootstrap_interval(
    values: Sequence[float],
    subjects: Sequence[str],
    seed: int,
    level: float = 0.95,
    draws: int = 10_000,
) -> tuple[float, float] | None:
    """Percentile interval of the mean over subjects (Efron 1979).

    Cases of one subject are averaged first, then whole subjects are drawn with replacement:
    slices and repeated scans of a person are not independent evidence.

    Args:
        values: one figure per case.
        subjects: the person of each case.
        seed: of the draws.
        level: coverage of the interval.
        draws: number of resamples.

    Returns:
        Low and high end, or None with fewer than `FEWEST_PEOPLE` subjects.

    Raises:
        MedGANSynthError: a value that is not finite.
    """
    means = subject_means(values, subjects)
    if len(means) < FEWEST_PEOPLE:
        return None
    rng = np.random.default_rng(seed)
    picks = rng.integers(0, len(means), size=(draws, len(means)))
    tail = (1 - level) / 2
    low, high = np.quantile(means[picks].mean(axis=1), [tail, 1 - tail])
    return float(low), float(high)


def subject_means(values: Sequence[float], subjects: Sequence[str]) -> np.ndarray:
    """The mean of each subject's values, in order of first appearance."""
    if not np.isfinite(values).all():
        raise MedGANSynthError("a figure to be averaged is not finite; count it as failed instead.")
    groups: dict[str, list[float]] = {}
    for value, subject in zip(values, subjects, strict=True):
        groups.setdefault(subject, []).append(value)
    return np.array([np.mean(group) for group in groups.values()])
