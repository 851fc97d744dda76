"""`medgansynth study analyse`: every figure of a finished or running study."""

import collections
import dataclasses
import json
from pathlib import Path
from typing import Any

import numpy as np

from .. import files, schema
from ..errors import MedGANSynthError
from ..evaluation.table import to_csv
from ..events import Events
from ..wording import counted
from .by_case import case_rows, group_rows, reason_rows
from .by_reader import operating_points, reader_figures, signal_of
from .export import imrmc_text, mrmcaov_rows
from .intact import case_files
from .leaks import leaks
from .panel import panel_figures
from .places import check_results
from .simulate import SIMULATED
from .unblind import Unblinded, unblind

SUMMARY = "summary.json"
ANSWERS = "answers.json"


def analyse_study(
    study: Path, key: Path, out: Path | None, overwrite: bool, events: Events
) -> dict[str, Any]:
    """Unblind a study and compute all figures.

    Args:
        out: folder for `summary.json`, all answers as `answers.json`, and the tables as CSV;
            without it the result is printed only.

    Raises:
        MedGANSynthError: the wrong key, changed answers, no answers, one class only.
    """
    if out is not None:
        check_results(Path(out), SUMMARY, overwrite)
    summary, tables = analysis(Path(study), Path(key))
    outputs: list[str] = []
    if out is not None:
        with files.whole_folder(Path(out), overwrite) as folder:
            write_tables(summary, tables, folder)
        outputs = [str(Path(out) / name) for name in file_names(tables)]
    events.progress(1.0, "done")
    return {
        "text": spoken(summary),
        "rows": [short(row) for row in summary["readers"]],
        "summary": summary,
        "outputs": outputs,
    }


def analysis(study: Path, key: Path) -> tuple[dict[str, Any], dict[str, Any]]:
    """The summary, and the tables by name (rows, or ready text for `imrmc`)."""
    data = unblind(study, key)
    judged = _judged(data)
    readers = []
    for reader in data.about:
        mine = [row for row in data.rows if row["reader"] == reader]
        if any(row["role"] == "scored" for row in mine):
            readers.append(reader_figures(mine) | data.events[reader])
    try:
        panel = panel_figures(judged.rows, data.study.registered, data.pairs)
    except ValueError as error:
        raise MedGANSynthError(f"{study}: {error}; more answers are needed.") from None
    audit, leak_notices = leaks(study, key, data.sha256)
    damaged, file_notices = case_files(study, data.study)
    summary: dict[str, Any] = {
        "name": data.study.name,
        "study_sha256": data.sha256,
        "key_commitment": data.study.key_commitment,
        "tool": data.study.tool,
        "created": data.study.created,
        "design": schema.to_dict(data.study.design),
        "registered": schema.to_dict(data.study.registered),
        "audit": schema.to_dict(audit),
        "about": data.about,
        "models": _models(data),
        "prevalence": _prevalence(data),
        "roles": dict(collections.Counter(row["role"] for row in data.rows)),
        "panel": panel,
        "readers": readers,
        "damaged_cases": damaged,
        "notices": file_notices + leak_notices + _notices(readers, data),
    }
    tables: dict[str, Any] = {
        "answers": data.rows,
        "readers": readers,
        "agreement": panel["pairwise"],
        "roc": operating_points([row for row in data.rows if row["role"] == "scored"]),
        "cases": case_rows(judged),
        "groups": group_rows(judged),
        "reasons": reason_rows(judged),
    }
    if not data.pairs:  # ROC software wants one truth for each case
        tables |= {"mrmcaov": mrmcaov_rows(judged), "imrmc": imrmc_text(judged)}
    optional = ("groups", "reasons")
    return summary, {name: table for name, table in tables.items() if table or name not in optional}


def write_tables(summary: dict[str, Any], tables: dict[str, Any], folder: Path) -> None:
    """`summary.json`, `answers.json` and one CSV for each table."""
    whole = {name: summary[name] for name in ("study_sha256", "key_commitment", "tool")}
    whole["answers"] = tables["answers"]
    for name, content in ((SUMMARY, summary), (ANSWERS, whole)):
        folder.joinpath(name).write_text(json.dumps(content, indent=1) + "\n", "utf-8")
    for name, table in tables.items():
        text = table if isinstance(table, str) else to_csv(table)
        folder.joinpath(f"{name}.csv").write_text(text, "utf-8")


def file_names(tables: dict[str, Any]) -> list[str]:
    """Names of all that `write_tables` writes."""
    return [SUMMARY, ANSWERS, *(f"{name}.csv" for name in tables)]


def spoken(summary: dict[str, Any]) -> str:
    """The verdict and what has to be known with it."""
    return " ".join([summary["panel"]["text"], *summary["notices"]])


def short(row: dict[str, Any]) -> dict[str, Any]:
    """The columns of a reader that fit a terminal."""
    names = ("reader", "answers", "accuracy", "accuracy_low", "accuracy_high", "auc")
    more = ("d_prime", "criterion", "repeat_kappa", "missing")
    return {name: row[name] for name in (*names, *more)}


def _judged(data: Unblinded) -> Unblinded:
    """The answers that make the result: simulated readers count only where nobody else has read."""
    people = [row for row in data.rows if data.about[row["reader"]] != SIMULATED]
    if any(row["role"] == "scored" for row in people):
        return dataclasses.replace(data, rows=people)
    return data


def _models(data: Unblinded) -> list[str]:
    """Who made the synthetic cases: name, and hash of the weights where the cases were marked."""
    made = [case for case in data.key.cases.values() if case.truth == "synthetic" and case.model]
    return sorted({f"{case.model} {case.model_sha256}".strip() for case in made})


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
    there = {row["reader"] for row in readers}
    simulated = [name for name, about in data.about.items() if about == SIMULATED]
    notices = []
    if simulated:
        part = " They are no part of the result." if len(there) > len(simulated) else ""
        notices.append(
            f"Simulated readers, who saw no image ({', '.join(simulated)}): no evidence about any "
            f"model.{part}"
        )
    notices += [
        f"{name} has answered no scored case." for name in data.study.orders if name not in there
    ]
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
        if not data.pairs and row["auc"] is None:
            notices.append(
                f"{name} has answered too few cases of one class for an AUC, and is not part of "
                "the readers' mean AUC."
            )
        if row["missing"]:
            left = counted(row["missing"], "trial")
            notices.append(f"{name} has {left} left, which do not count.")
    return notices


def _leaning(says_synthetic: float, pairs: bool) -> tuple[str, float]:
    words = ("left", "right") if pairs else ("real", "synthetic")
    return (words[1], says_synthetic) if says_synthetic > 0.5 else (words[0], 1 - says_synthetic)
