"""`medgansynth study analyse`: every figure of a finished or running study."""

import collections
import json
from pathlib import Path
from typing import Any

import numpy as np

from .. import files, schema
from ..errors import MedGANSynthError
from ..evaluation.table import to_csv
from ..events import Events
from .audit import audit_path
from .by_reader import operating_points, reader_figures, signal_of
from .export import imrmc_text, mrmcaov_rows
from .panel import panel_figures
from .places import check_results
from .unblind import Unblinded, unblind

SUMMARY = "summary.json"


def analyse_study(
    study: Path, key: Path, out: Path | None, overwrite: bool, events: Events
) -> dict[str, Any]:
    """Unblind a study and compute all figures.

    Args:
        out: folder for `summary.json` and the tables as CSV; without it the result is printed only.

    Raises:
        MedGANSynthError: the wrong key, changed answers, no answers, one class only.
    """
    if out is not None:
        check_results(Path(out), SUMMARY, overwrite)
    summary, tables = analysis(Path(study), Path(key), events)
    outputs: list[str] = []
    if out is not None:
        with files.whole_folder(Path(out), overwrite) as folder:
            write_tables(summary, tables, folder)
        outputs = [str(Path(out) / name) for name in (SUMMARY, *file_names(tables))]
    return {
        "text": spoken(summary),
        "rows": [short(row) for row in summary["readers"]],
        "summary": summary,
        "outputs": outputs,
    }


def analysis(study: Path, key: Path, events: Events) -> tuple[dict[str, Any], dict[str, Any]]:
    """The summary, and the tables by name (rows, or ready text for `imrmc`)."""
    data = unblind(study, key)
    readers = []
    for reader in data.about:
        mine = [row for row in data.rows if row["reader"] == reader]
        if any(row["role"] == "scored" for row in mine):
            readers.append(reader_figures(mine) | data.events[reader])
    try:
        panel = panel_figures(data.rows, data.study.registered, data.pairs)
    except ValueError as error:
        raise MedGANSynthError(f"{study}: {error}; more answers are needed.") from None
    audit = audit_path(key)
    summary: dict[str, Any] = {
        "name": data.study.name,
        "study_sha256": data.sha256,
        "key_commitment": data.study.key_commitment,
        "tool": data.study.tool,
        "created": data.study.created,
        "design": schema.to_dict(data.study.design),
        "registered": schema.to_dict(data.study.registered),
        "audit": schema.parse_json(schema.read_text(audit), audit.name) if audit.exists() else None,
        "about": data.about,
        "prevalence": _prevalence(data),
        "roles": dict(collections.Counter(row["role"] for row in data.rows)),
        "panel": panel,
        "readers": readers,
        "notices": _notices(readers, data),
    }
    tables: dict[str, Any] = {
        "answers": data.rows,
        "readers": readers,
        "agreement": panel["pairwise"],
        "roc": operating_points([row for row in data.rows if row["role"] == "scored"]),
        "cases": case_rows(data),
        "groups": group_rows(data),
    }
    if not data.pairs:  # ROC software wants one truth for each case
        tables |= {"mrmcaov": mrmcaov_rows(data), "imrmc": imrmc_text(data)}
    for notice in summary["notices"]:
        events.warning(notice)
    return summary, {name: table for name, table in tables.items() if table or name != "groups"}


def write_tables(summary: dict[str, Any], tables: dict[str, Any], folder: Path) -> None:
    """`summary.json` and one CSV for each table."""
    folder.joinpath(SUMMARY).write_text(json.dumps(summary, indent=1) + "\n", "utf-8")
    for name, table in tables.items():
        text = table if isinstance(table, str) else to_csv(table)
        folder.joinpath(f"{name}.csv").write_text(text, "utf-8")


def file_names(tables: dict[str, Any]) -> list[str]:
    """Names of the CSV files."""
    return [f"{name}.csv" for name in tables]


def spoken(summary: dict[str, Any]) -> str:
    """The verdict and what has to be known with it."""
    return " ".join([summary["panel"]["text"], *summary["notices"]])


def short(row: dict[str, Any]) -> dict[str, Any]:
    """The columns of a reader that fit a terminal."""
    names = ("reader", "answers", "accuracy", "accuracy_low", "accuracy_high", "auc")
    more = ("d_prime", "criterion", "repeat_kappa", "missing")
    return {name: row[name] for name in (*names, *more)}


def case_rows(data: Unblinded) -> list[dict[str, Any]]:
    """How often each case fooled its readers, the most fooling synthetic one first."""
    rows = []
    scored = [row for row in data.rows if row["role"] == "scored"]
    for item in sorted({row["item"] for row in scored}):
        mine = [row for row in scored if row["item"] == item]
        reasons = " ".join(row["reasons"] for row in mine).split()
        rows.append(
            {
                "item": item,
                "truth": "pair" if data.pairs else mine[0]["truth"],
                "readers": len(mine),
                "fooled": float(np.mean([1 - row["correct"] for row in mine])),
                "mean_rating": float(np.mean([row["rating"] for row in mine])),
                "median_s": float(np.median([row["response_s"] for row in mine])),
                "reasons": " ".join(f"{r}:{reasons.count(r)}" for r in sorted(set(reasons))),
                "source": " ".join(data.key.cases[c].source for c in item.split("+")),
            }
        )
    return sorted(rows, key=lambda r: (r["truth"] == "real", -r["fooled"], r["item"]))


def group_rows(data: Unblinded) -> list[dict[str, Any]]:
    """Accuracy by group and by model, where the list of cases named them."""
    rows = []
    for column in ("group", "model"):
        scored = [r for r in data.rows if r["role"] == "scored" and r[column]]
        for name in sorted({r[column] for r in scored}):
            mine = [r for r in scored if r[column] == name]
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


def _prevalence(data: Unblinded) -> str:
    """How often the signal was shown to each reader."""
    if data.pairs:
        return "one synthetic case in every pair"
    if data.key.prevalence == "half":
        return "half of the cases synthetic, the same cases for all readers"
    shares = []
    for reader in data.about:
        mine = [r for r in data.rows if r["reader"] == reader and r["role"] == "scored"]
        if mine:
            shares.append(f"{reader} {100 * np.mean([signal_of(r) for r in mine]):.0f} %")
    return "drawn for each reader: " + ", ".join(shares)


def _notices(readers: list[dict[str, Any]], data: Unblinded) -> list[str]:
    """What a reader of the verdict must know: bias, missed catch cases, missing answers."""
    notices = []
    for row in readers:
        name = row["reader"]
        if row["biased"]:
            said, share = _leaning(row["says_synthetic"], data.pairs)
            notices.append(
                f"{name} shows response bias: said {said!r} in {100 * share:.0f} % of the trials "
                f"(criterion {row['criterion']:+.2f}), so an accuracy near 50 % is no proof that "
                "the cases look alike."
            )
        if row["catch"] and row["caught"] < 0.8 * row["catch"]:
            notices.append(
                f"{name} missed {row['catch'] - row['caught']} of {row['catch']} obvious fakes."
            )
        if row["missing"]:
            notices.append(f"{name} has {row['missing']} trials left; they are not counted.")
    return notices


def _leaning(says_synthetic: float, pairs: bool) -> tuple[str, float]:
    words = ("left", "right") if pairs else ("real", "synthetic")
    return (words[1], says_synthetic) if says_synthetic > 0.5 else (words[0], 1 - says_synthetic)
