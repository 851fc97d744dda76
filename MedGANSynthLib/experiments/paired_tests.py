"""Paired comparisons of several arms with one, without being fooled by how many there are."""

from collections.abc import Sequence

import numpy as np
from scipy.stats import wilcoxon

from ..evaluation.bootstrap import bootstrap_interval

FEWEST = 6
"""Subjects below which a signed-rank test cannot reach p < 0.05."""


def signed_rank(differences: Sequence[float]) -> float:
    """Two-sided p of Wilcoxon's signed-rank test; 1 where nothing differs."""
    given = np.asarray(differences, float)
    return 1.0 if not np.any(given) else float(wilcoxon(given).pvalue)


def holm(p_values: Sequence[float]) -> list[float]:
    """Holm's adjusted p values (Holm 1979), in the order given."""
    order = np.argsort(p_values)
    adjusted = np.empty(len(p_values))
    worst = 0.0
    for rank, index in enumerate(order):
        worst = max(worst, min(1.0, (len(order) - rank) * p_values[index]))
        adjusted[index] = worst
    return adjusted.tolist()


def against(
    first: dict[str, float], others: dict[str, dict[str, float]], seed: int
) -> list[dict[str, object]]:
    """Each of `others` minus `first`, by subject: mean, interval, p, and Holm's p over all.

    Args:
        first: figure by subject, of the arm that is compared with.
        others: the same of each other arm.
    """
    rows: list[dict[str, object]] = []
    for name, values in others.items():
        subjects = [s for s in first if s in values]
        differences = [values[s] - first[s] for s in subjects]
        row: dict[str, object] = {"arm": name, "subjects": len(subjects)}
        if subjects:
            interval = bootstrap_interval(differences, subjects, seed)
            row |= {
                "difference": float(np.mean(differences)),
                "low": interval[0] if interval else None,
                "high": interval[1] if interval else None,
                "p": signed_rank(differences),
            }
        rows.append(row)
    tested = [row for row in rows if "p" in row]
    for row, p in zip(tested, holm([row["p"] for row in tested]), strict=True):
        row["p_holm"] = p
    return rows
