"""The answers in the forms that multi-reader multi-case software reads."""

from typing import Any

from .by_reader import signal_of
from .unblind import Unblinded

MODALITY = "turing"


def mrmcaov_rows(data: Unblinded) -> list[dict[str, Any]]:
    """Long table for R's MRMCaov: `mrmc(empirical_auc(truth, rating), test, reader, case)`.

    `truth` is 1 for synthetic; repeats, practice and catch trials are left out.
    """
    return [
        {
            "reader": row["reader"],
            "test": MODALITY,
            "case": row["item"],
            "truth": int(signal_of(row)),
            "rating": row["rating"],
        }
        for row in data.rows
        if row["role"] == "scored"
    ]


def imrmc_text(data: Unblinded) -> str:
    """Input of iMRMC (FDA): the truth of every case under the reader "truth", then the scores."""
    scored = [row for row in data.rows if row["role"] == "scored"]
    truth = {row["item"]: int(signal_of(row)) for row in scored}
    lines = [
        f"N0: {sum(1 - t for t in truth.values())}",
        f"N1: {sum(truth.values())}",
        f"NR: {len({row['reader'] for row in scored})}",
        "NM: 1",
        "BEGIN DATA:",
    ]
    lines += [f"-1,{item},0,{value}" for item, value in truth.items()]
    lines += [f"{row['reader']},{row['item']},{MODALITY},{row['rating']}" for row in scored]
    return "\n".join(lines) + "\n"
