"""Classifier two-sample test: can a classifier tell the sets apart? (Lopez-Paz, Oquab 2017)"""

from collections.abc import Sequence

import numpy as np

from ..errors import MedGANSynthError

FOLDS = 5
FEWEST = 2 * FOLDS
_PENALTY = 1.0


def c2st(
    real: np.ndarray,
    fake: np.ndarray,
    real_people: Sequence[str],
    fake_people: Sequence[str],
    seed: int,
) -> dict[str, float]:
    """Cross-validated accuracy and AUC of logistic regression; 0.5 where it can only guess.

    Cases of one person stay together in one fold, and both sets count alike: the larger one is
    thinned out to the size of the smaller.

    Args:
        real, fake: features `[n, d]` and `[m, d]`.
        real_people, fake_people: the person of each case; synthetic cases are of nobody, each of
            another.

    Raises:
        MedGANSynthError: fewer than ten cases on either side.
    """
    n = min(len(real), len(fake))
    if n < FEWEST:
        raise MedGANSynthError(
            f"a classifier test in {FOLDS} folds needs at least {FEWEST} cases on either side, "
            f"not {n}."
        )
    rng = np.random.default_rng(seed)
    chosen = [rng.choice(len(a), n, replace=False) for a in (real, fake)]
    names = [people[i] for people, picks in zip((real_people, fake_people), chosen, strict=True)
             for i in picks]  # fmt: skip
    everyone = list(dict.fromkeys(names))
    turn = dict(zip(everyone, rng.permutation(len(everyone)), strict=True))
    folds = np.array([turn[name] % FOLDS for name in names])
    x = np.concatenate([real[chosen[0]], fake[chosen[1]]]).astype(np.float64)
    truth = np.repeat([0.0, 1.0], n)
    scores = np.empty(2 * n)
    for fold in range(FOLDS):
        test = folds == fold
        mean, sd = x[~test].mean(0), x[~test].std(0)
        scaled = (x - mean) / np.where(sd > 0, sd, 1.0)
        weights = logistic(scaled[~test], truth[~test])
        scores[test] = scaled[test] @ weights[1:] + weights[0]
    return {
        "accuracy": float(np.mean((scores > 0) == (truth > 0))),
        "auc": auc(scores[truth > 0], scores[truth == 0]),
    }


def logistic(x: np.ndarray, y: np.ndarray, penalty: float = _PENALTY) -> np.ndarray:
    """Intercept and weights that minimise the log loss + penalty |weights|^2 / 2 (Newton).

    Args:
        x: `[n, d]`.
        y: 0 or 1, `[n]`.
    """
    design = np.column_stack([np.ones(len(x)), x])
    ridge = np.full(design.shape[1], penalty)
    ridge[0] = 0.0
    weights = np.zeros(design.shape[1])
    for _ in range(50):
        p = 1 / (1 + np.exp(-np.clip(design @ weights, -30, 30)))
        gradient = design.T @ (p - y) + ridge * weights
        curvature = (design * (p * (1 - p))[:, None]).T @ design + np.diag(ridge + 1e-9)
        step = np.linalg.solve(curvature, gradient)
        weights -= step
        if np.abs(step).max() < 1e-8:
            break
    return weights


def auc(positive: np.ndarray, negative: np.ndarray) -> float:
    """The chance that a positive scores above a negative; ties count half."""
    above = (positive[:, None] > negative[None]).mean()
    return float(above + (positive[:, None] == negative[None]).mean() / 2)
