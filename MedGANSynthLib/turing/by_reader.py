"""Figures of one reader alone."""

from typing import Any

import numpy as np

from . import proportions, roc
from .agreement import cohen, raw_agreement
from .detection import Confusion, sensitivity_and_criterion
from .trend import halves, learning, pace

BIASED = 0.8
"""Criterion c beyond which a reader is reported as biased: about four of five answers alike."""


def reader_figures(rows: list[dict[str, Any]]) -> dict[str, Any]:
    """All figures of one reader from the rows of `unblind`, in the order of the trials.

    Synthetic is the signal; in a study of pairs it is "right is synthetic", so that the criterion
    tells a preference for one side.
    """
    scored = [row for row in rows if row["role"] == "scored"]
    counts = confusion(scored)
    n, k = counts.answers, counts.correct
    figures: dict[str, Any] = {"reader": rows[0]["reader"], "answers": n, "correct": k}
    figures["accuracy"] = k / n if n else None
    figures["accuracy_low"], figures["accuracy_high"] = proportions.clopper_pearson(k, n)
    figures["wilson_low"], figures["wilson_high"] = proportions.wilson(k, n)
    figures["p"] = proportions.exact_p(k, n)
    figures |= counts.rates()
    detected = sensitivity_and_criterion(counts)
    figures["d_prime"], figures["criterion"] = detected if detected else (None, None)
    figures["biased"] = bool(detected and abs(detected[1]) >= BIASED)
    signal, noise = ratings(scored)
    area = roc.delong(signal, noise)
    figures["auc"] = area.value if area else None
    figures["auc_low"], figures["auc_high"] = area.interval() if area else (None, None)
    return figures | _repeats(rows) | _catch(rows) | _learning(scored) | _times(scored)


def signal_of(row: dict[str, Any]) -> bool:
    """Whether a trial is of the class that counts as signal."""
    return row["truth"] in ("synthetic", "right")


def confusion(rows: list[dict[str, Any]]) -> Confusion:
    """Counts of decisions."""
    hits = sum(signal_of(r) and r["correct"] for r in rows)
    signals = sum(map(signal_of, rows))
    rejections = sum(not signal_of(r) and r["correct"] for r in rows)
    return Confusion(hits, signals - hits, len(rows) - signals - rejections, rejections)


def ratings(rows: list[dict[str, Any]]) -> tuple[np.ndarray, np.ndarray]:
    """Ratings of signal and of noise trials."""
    signal = np.array([r["rating"] for r in rows if signal_of(r)], float)
    return signal, np.array([r["rating"] for r in rows if not signal_of(r)], float)


def operating_points(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The ROC curve of every reader who saw both classes: `reader`, `false_alarms`, `hits`."""
    points = []
    for reader in dict.fromkeys(row["reader"] for row in rows):
        signal, noise = ratings([row for row in rows if row["reader"] == reader])
        if len(signal) and len(noise):
            points += [
                {"reader": reader, "false_alarms": x, "hits": y}
                for x, y in roc.curve(signal, noise)
            ]
    return points


def _repeats(rows: list[dict[str, Any]]) -> dict[str, Any]:
    first = {r["item"]: r["decision"] for r in rows if r["role"] == "scored"}
    again = [(first[r["item"]], r["decision"]) for r in rows if r["role"] == "repeat"]
    if not again:
        return {"repeats": 0, "repeat_agreement": None, "repeat_kappa": None}
    a, b = (np.array(side) for side in zip(*again, strict=True))
    return {"repeats": len(a), "repeat_agreement": raw_agreement(a, b), "repeat_kappa": cohen(a, b)}


def _catch(rows: list[dict[str, Any]]) -> dict[str, Any]:
    caught = [r["correct"] for r in rows if r["role"] == "catch"]
    return {"catch": len(caught), "caught": sum(caught)}


def _learning(rows: list[dict[str, Any]]) -> dict[str, Any]:
    correct = np.array([r["correct"] for r in rows])
    trend = learning(np.array([r["trial"] for r in rows]), correct) if len(rows) > 2 else None
    parts = halves(correct)
    timed = [(r["trial"], r["response_s"]) for r in rows if not r["time_doubtful"]]
    change = pace(*np.array(timed).T) if timed else None
    return {
        "learning_per_trial": trend.slope if trend else None,
        "learning_p": trend.p if trend else None,
        "first_half": parts[0] if parts else None,
        "second_half": parts[1] if parts else None,
        "halves_p": parts[2] if parts else None,
        "time_per_trial": change[0] if change else None,
        "time_p": change[1] if change else None,
    }


def _times(rows: list[dict[str, Any]]) -> dict[str, Any]:
    """Median response times in seconds, without those that are doubtful."""

    def median(keep: Any) -> float | None:
        times = [r["response_s"] for r in rows if not r["time_doubtful"] and keep(r)]
        return float(np.median(times)) if times else None

    return {
        "seconds": median(lambda r: True),
        "seconds_correct": median(lambda r: r["correct"]),
        "seconds_wrong": median(lambda r: not r["correct"]),
        "seconds_synthetic": median(signal_of),
        "seconds_real": median(lambda r: not signal_of(r)),
    }
