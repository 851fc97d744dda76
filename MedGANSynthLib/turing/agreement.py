"""Agreement between readers, and of a reader with itself."""

import numpy as np

from .detection import without_dust


def raw_agreement(a: np.ndarray, b: np.ndarray) -> float:
    """Share of cases on which two readers decide alike."""
    return float(np.mean(np.asarray(a) == np.asarray(b)))


def cohen(a: np.ndarray, b: np.ndarray) -> float | None:
    """Cohen's kappa (1960) of two readers' decisions; None where both always say the same."""
    a, b = np.asarray(a), np.asarray(b)
    chance = sum(float(np.mean(a == c) * np.mean(b == c)) for c in np.union1d(a, b))
    return None if chance >= 1 else without_dust((raw_agreement(a, b) - chance) / (1 - chance))


def counts(decisions: np.ndarray, categories: int = 2) -> np.ndarray:
    """Decisions 0..categories-1 `[reader, case]` to how many chose each, `[case, category]`."""
    return np.stack([(decisions == c).sum(axis=0) for c in range(categories)], axis=1)


def fleiss(table: np.ndarray) -> float | None:
    """Fleiss' kappa (1971) of `table[case, category]`; None where all always say the same."""
    observed, shares = _observed(table)
    chance = float((shares**2).sum())
    return None if chance >= 1 else without_dust((observed - chance) / (1 - chance))


def ac1(table: np.ndarray) -> float:
    """Gwet's AC1 (2008), which stays high where nearly all answers are alike and kappa falls.

    Args:
        table: how many readers chose each category, `[case, category]`, the same number of
            readers (at least two) for each case.
    """
    observed, shares = _observed(table)
    chance = float((shares * (1 - shares)).sum()) / (table.shape[1] - 1)
    return without_dust((observed - chance) / (1 - chance))


def _observed(table: np.ndarray) -> tuple[float, np.ndarray]:
    table = np.asarray(table, float)
    readers = table[0].sum()
    pairs = (table * (table - 1)).sum(axis=1) / (readers * (readers - 1))
    return float(pairs.mean()), table.mean(axis=0) / readers
