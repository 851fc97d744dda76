"""Figures of all readers together, and what they mean in plain words."""

from typing import Any

import numpy as np

from . import crossed, roc
from .agreement import ac1, cohen, counts, fleiss, raw_agreement
from .by_reader import ratings, signal_of
from .estimate import Estimate
from .proportions import clopper_pearson, equivalence_p, exact_p
from .study import Registered


def panel_figures(
    rows: list[dict[str, Any]], registered: Registered, pairs: bool
) -> dict[str, Any]:
    """Endpoint, agreement and verdict over the scored rows of `unblind`.

    With several readers both readers and cases are random; with one the interval is about this
    reader only, and says so.

    Raises:
        ValueError: all scored answers are on one class.
    """
    scored = [row for row in rows if row["role"] == "scored"]
    readers = list(dict.fromkeys(row["reader"] for row in scored))
    items = sorted({row["item"] for row in scored})
    rating, correct = _matrices(scored, readers, items)
    truth = {row["item"]: signal_of(row) for row in scored}
    synthetic = np.array([truth[item] for item in items])
    if not pairs and (synthetic.all() or not synthetic.any()):
        raise ValueError("all answers are on cases of one class")
    strata = np.zeros(len(items), int) if pairs else synthetic.astype(int)
    accuracy = crossed.accuracy(correct, strata)
    area = None if pairs else crossed.area(rating, synthetic)
    able = []
    if area is None and not pairs:
        by_reader = (ratings([row for row in scored if row["reader"] == r]) for r in readers)
        able = [one for pair in by_reader if (one := roc.delong(*pair)) is not None]
        area = able[0] if len(able) == 1 else None
    endpoint = "accuracy" if pairs else registered.endpoint
    estimate = accuracy if endpoint == "accuracy" else area
    figures: dict[str, Any] = {
        "readers": len(readers),
        "reader_names": readers,
        "items": len(items),
        "answers": len(scored),
        "endpoint": endpoint,
        "accuracy": float(np.nanmean(correct)),
        "auc": area.value if area else None,
        "auc_interval": list(area.interval()) if area else None,
        "accuracy_interval": list(accuracy.interval()) if accuracy else None,
        "accuracy_p": accuracy.p() if accuracy else None,
        "margin": registered.margin,
        "alpha": registered.alpha,
    }
    # Which side a pair's synthetic case is on differs between readers; being right does not.
    decisions = correct if pairs else np.where(np.isfinite(rating), rating > 3, np.nan)
    figures |= _agreement(decisions, readers)
    if estimate is None and endpoint == "accuracy" and len(readers) == 1:
        figures |= _one_reader(scored, registered)
    else:
        alone = endpoint == "auc" and len(able) == 1
        figures |= verdict(estimate, endpoint, registered, 1 if alone else len(readers))
    return figures


def verdict(
    estimate: Estimate | None, endpoint: str, registered: Registered, readers: int
) -> dict[str, Any]:
    """What the endpoint shows.

    Equivalence is claimed only where the interval of level 1 - 2 alpha lies inside the margin that
    was registered beforehand. A difference that was not found is called just that.
    """
    if estimate is None:
        return {
            "verdict": "not computable",
            "text": "Too few answers for an interval: each reader needs two cases of each class.",
        }
    if estimate.constant:
        return _no_variation()
    alpha, margin = registered.alpha, registered.margin
    level = 1 - alpha
    low, high = estimate.interval(level)
    p, p_equivalent = estimate.p(), estimate.equivalence_p(margin)
    name = "AUC" if endpoint == "auc" else "accuracy"
    shown = f"{name} {estimate.value:.2f}, {100 * level:.0f} % CI {low:.2f} to {high:.2f}"
    within = f"within {margin:.2f} of guessing, the margin registered beforehand"
    if p < alpha and estimate.value > 0.5:
        kind = "told apart"
        text = f"Readers told synthetic from real cases ({shown})."
        if p_equivalent < alpha:
            kind, text = "told apart, within the margin", f"{text[:-1]}, but {within}."
    elif p < alpha:
        kind = "took synthetic for real"
        text = f"Readers took synthetic cases for the real ones more often than not ({shown})."
    elif p_equivalent < alpha:
        kind = "equivalent to guessing"
        text = f"Readers did no better than {within} ({shown})."
    else:
        kind = "undecided"
        text = (
            f"No evidence of a difference was found ({shown}), but equivalence to guessing is not "
            f"shown either: the interval reaches beyond {0.5 - margin:.2f} to {0.5 + margin:.2f}. "
            "The study is too small to decide."
        )
    if estimate.se == 0 and readers > 1:
        text += " As the answers have no spread, the interval is about these readers only."
    if readers == 1:
        text += " This holds for this one reader; nothing is known about others."
    return {
        "verdict": kind,
        "text": text,
        "estimate": estimate.value,
        "se": estimate.se,
        "df": None if np.isinf(estimate.df) else estimate.df,
        "low": low,
        "high": high,
        "p": p,
        "equivalence_p": p_equivalent,
    }


def _no_variation() -> dict[str, Any]:
    return {
        "verdict": "not computable",
        "text": "The answers do not vary with the cases, so no interval can be computed and "
        "nothing is shown, equivalence neither: so it looks where all cases get one answer.",
    }


def _one_reader(scored: list[dict[str, Any]], registered: Registered) -> dict[str, Any]:
    """The exact analysis of a single reader's accuracy."""
    if len({row["decision"] for row in scored}) == 1:
        return _no_variation()
    n, k = len(scored), sum(row["correct"] for row in scored)
    low, high = clopper_pearson(k, n, 1 - registered.alpha)
    exact = _Exact(k / n, low, high, exact_p(k, n), equivalence_p(k, n, registered.margin))
    return verdict(exact, "accuracy", registered, 1)


class _Exact:
    """An exact binomial result in the form of an `Estimate`."""

    def __init__(self, value: float, low: float, high: float, p: float, equivalent: float) -> None:
        self.value, self.se, self.df, self.constant = value, None, np.inf, False
        self._interval, self._p, self._equivalent = (low, high), p, equivalent

    def interval(self, level: float) -> tuple[float, float]:
        return self._interval

    def p(self) -> float:
        return self._p

    def equivalence_p(self, margin: float) -> float:
        return self._equivalent


def _matrices(
    rows: list[dict[str, Any]], readers: list[str], items: list[str]
) -> tuple[np.ndarray, np.ndarray]:
    rating = np.full((len(readers), len(items)), np.nan)
    correct = rating.copy()
    row_of, column_of = ({n: i for i, n in enumerate(names)} for names in (readers, items))
    for row in rows:
        place = row_of[row["reader"]], column_of[row["item"]]
        rating[place], correct[place] = row["rating"], row["correct"]
    return rating, correct


def _agreement(decisions: np.ndarray, readers: list[str]) -> dict[str, Any]:
    """Between readers: pairwise on the cases both answered, Fleiss and AC1 on those of all."""
    pairwise = []
    for i, a in enumerate(readers):
        for j in range(i):
            both = np.isfinite(decisions[i]) & np.isfinite(decisions[j])
            x, y = decisions[i, both], decisions[j, both]
            pairwise.append(
                {
                    "reader": readers[j],
                    "other": a,
                    "cases": int(both.sum()),
                    "agreement": raw_agreement(x, y) if both.any() else None,
                    "kappa": cohen(x, y) if both.any() else None,
                }
            )
    common = np.isfinite(decisions).all(axis=0)
    table = counts(decisions[:, common]) if len(readers) > 1 and common.any() else None
    known = [p["agreement"] for p in pairwise if p["agreement"] is not None]
    return {
        "pairwise": pairwise,
        "raw_agreement": float(np.mean(known)) if known else None,
        "fleiss_kappa": None if table is None else fleiss(table),
        "ac1": None if table is None else ac1(table),
        "common_items": int(common.sum()),
    }
