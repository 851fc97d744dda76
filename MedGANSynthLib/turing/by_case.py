"""What the answers say of the cases: by case, by group, by reason given."""

from typing import Any

import numpy as np

from .by_reader import signal_of
from .study import REASONS
from .unblind import Unblinded


def case_rows(data: Unblinded) -> list[dict[str, Any]]:
    """How often each case fooled its readers, the most fooling synthetic one first."""
    rows = []
    scored = [row for row in data.rows if row["role"] == "scored"]
    for item in sorted({row["item"] for row in scored}):
        mine = [row for row in scored if row["item"] == item]
        reasons = " ".join(row["reasons"] for row in mine).split()
        times = [row["response_s"] for row in mine if not row["time_doubtful"]]
        rows.append(
            {
                "item": item,
                "truth": "pair" if data.pairs else mine[0]["truth"],
                "readers": len(mine),
                "fooled": float(np.mean([1 - row["correct"] for row in mine])),
                # A pair's sides differ between readers, and so does what a rating says of it.
                "mean_rating": None
                if data.pairs
                else float(np.mean([row["rating"] for row in mine])),
                "median_s": float(np.median(times)) if times else None,
                "reasons": " ".join(f"{r}:{reasons.count(r)}" for r in sorted(set(reasons))),
                "source": " ".join(data.key.cases[c].source for c in item.split("+")),
            }
        )
    return sorted(rows, key=lambda r: (r["truth"] == "real", -r["fooled"], r["item"]))


def group_rows(data: Unblinded) -> list[dict[str, Any]]:
    """Accuracy by the cases' group and model and by the readers' experience, where they are
    known."""
    rows = []
    scored = [row for row in data.rows if row["role"] == "scored"]
    of = {
        "group": lambda row: row["group"],
        "model": lambda row: row["model"],
        "experience": lambda row: str(data.about[row["reader"]].get("experience", "")),
    }
    for column, known in of.items():
        for name in sorted({known(row) for row in scored} - {""}):
            mine = [row for row in scored if known(row) == name]
            signal = [r["correct"] for r in mine if signal_of(r)]
            noise = [r["correct"] for r in mine if not signal_of(r)]
            rows.append(
                {
                    "by": column,
                    "name": name,
                    "answers": len(mine),
                    "accuracy": float(np.mean([r["correct"] for r in mine])),
                    "sensitivity": float(np.mean(signal)) if signal else None,
                    "specificity": float(np.mean(noise)) if noise else None,
                }
            )
    return rows


def reason_rows(data: Unblinded) -> list[dict[str, Any]]:
    """How often each reason was given, and how often the answer was right; none that was not."""
    scored = [row for row in data.rows if row["role"] == "scored"]
    rows = []
    for reason in REASONS:
        mine = [row for row in scored if reason in row["reasons"].split()]
        if mine:
            right = sum(row["correct"] for row in mine)
            marks = sum(bool(row["marks"]) for row in mine)
            rows.append(
                {
                    "reason": reason,
                    "answers": len(mine),
                    "correct": right,
                    "wrong": len(mine) - right,
                    "marked": marks,
                }
            )
    return rows
