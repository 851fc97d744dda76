"""The same person under two names, found by what the volumes show.

A file that was renamed, converted, resampled, mirrored or made noisier still correlates with itself
far better than any two people do.
"""

import numpy as np

from .nearest import best_correlations, distances, without_self
from .set_loading import Cohort

NEAR = 0.5
"""Of the usual distance from a person to the most similar other one."""


def duplicates(training: Cohort, others: Cohort) -> list[tuple[str, str, float]]:
    """Cases of `others` that show a training person, who has another name there.

    Returns:
        Name in the training set, name in the other, correlation; nearest first.
    """
    table = best_correlations(others.volumes, training.volumes)
    return _pairs(training, others, table, usual_distance(training))


def twins(training: Cohort) -> list[tuple[str, str, float]]:
    """Pairs of training cases of different people that show one person."""
    table = best_correlations(training.volumes, training.volumes)
    table[np.tril_indices(len(training))] = -1.0
    return _pairs(training, training, table, usual_distance(training))


def usual_distance(training: Cohort) -> float:
    """Median over people of the distance to the most similar other person."""
    table = without_self(distances(best_correlations(training.volumes, training.volumes)))
    people = np.array(training.subjects)
    table[people[:, None] == people[None]] = np.inf
    nearest = table.min(axis=1)
    nearest = nearest[np.isfinite(nearest)]
    return float(np.median(nearest)) if len(nearest) else 0.0


def _pairs(
    training: Cohort, others: Cohort, table: np.ndarray, usual: float
) -> list[tuple[str, str, float]]:
    apart = distances(table)
    found = []
    for row, column in np.argwhere(apart < NEAR * usual):
        if others is training and others.subjects[row] == training.subjects[column]:
            continue  # two scans of one person, said to be so
        correlation = float(table[row, column])
        found.append((training.names[column], others.names[row], correlation))
    return sorted(found, key=lambda pair: -pair[2])
