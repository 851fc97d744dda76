"""Learning during the reading: do right answers, or the time they take, change from trial to
trial?"""

import dataclasses

import numpy as np
from scipy import stats

from .detection import without_dust

_STEPS = 50


@dataclasses.dataclass(frozen=True)
class Trend:
    """Logistic regression of a right answer on the trial's number.

    Attributes:
        slope: change of the log odds per trial, with its standard error and two-sided Wald p.
        intercept: log odds before the first trial.
    """

    slope: float
    se: float
    p: float
    intercept: float


def learning(trial: np.ndarray, correct: np.ndarray) -> Trend | None:
    """Fit by Newton's method; None where the answers are all alike or perfectly separated."""
    trial, correct = np.asarray(trial, float), np.asarray(correct, float)
    if len(trial) < 3 or correct.min() == correct.max() or trial.min() == trial.max():
        return None
    centre, scale = trial.mean(), trial.std()
    design = np.stack([np.ones(len(trial)), (trial - centre) / scale], axis=1)
    weights = np.zeros(2)
    for _ in range(_STEPS):
        chance = 1 / (1 + np.exp(-np.clip(design @ weights, -30, 30)))
        information = design.T @ (design * (chance * (1 - chance))[:, None])
        if np.linalg.cond(information) > 1e10:
            return None
        step = np.linalg.solve(information, design.T @ (correct - chance))
        weights = weights + step
        if np.abs(step).max() < 1e-10:
            break
    else:
        return None
    se = float(np.sqrt(np.linalg.inv(information)[1, 1]))
    z = weights[1] / se
    slope = without_dust(weights[1] / scale)
    intercept = float(weights[0] - weights[1] * centre / scale)
    return Trend(slope, float(se / scale), float(2 * stats.norm.sf(abs(z))), intercept)


def halves(correct: np.ndarray) -> tuple[float, float, float] | None:
    """Accuracy of the first and the second half of the trials, and Fisher's exact two-sided p."""
    correct = np.asarray(correct)
    if len(correct) < 2:
        return None
    first, second = np.array_split(correct, 2)
    table = [[int(h.sum()), int(len(h) - h.sum())] for h in (first, second)]
    return float(first.mean()), float(second.mean()), float(stats.fisher_exact(table)[1])


def pace(trial: np.ndarray, seconds: np.ndarray) -> tuple[float, float] | None:
    """Relative change of the response time per trial (-0.01: 1 % faster with each), and its
    two-sided p: least squares on the logarithm. None with fewer than three trials."""
    trial, seconds = np.asarray(trial, float), np.asarray(seconds, float)
    trial, seconds = trial[seconds > 0], seconds[seconds > 0]
    if len(trial) < 3 or trial.min() == trial.max():
        return None
    fit = stats.linregress(trial, np.log(seconds))
    return without_dust(np.expm1(fit.slope)), float(fit.pvalue)
