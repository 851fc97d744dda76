"""`medgansynth study report`: the study on one page, with every table as CSV."""

from pathlib import Path
from typing import Any

import numpy as np
import SimpleITK as sitk

from .. import files
from ..errors import MedGANSynthError
from ..events import Events
from ..report import charts, page
from ..report.confusion import confusions
from ..report.png import data_uri
from ..volume.itk import to_array
from ..wording import counted
from .analysis import SUMMARY, analysis, file_names, short, spoken, write_tables
from .audited import in_words
from .by_reader import BIASED, confusion
from .checklist import checklist
from .places import check_results
from .study import case_path

_FOOLING = 12
_WINDOW = 11  # trials in a point of the learning curve


def report_study(
    study: Path, key: Path, out: Path, overwrite: bool, events: Events
) -> dict[str, Any]:
    """Write `report.html`, `summary.json` and the CSV files into the folder `out`.

    Raises:
        MedGANSynthError: as `analyse_study`.
    """
    study, key, out = Path(study), Path(key), Path(out)
    check_results(out, SUMMARY, overwrite)
    summary, tables = analysis(study, key)
    tables["checklist"] = checklist(summary)
    text = page.page(f"Reader study: {summary['name']}", _sections(summary, tables, study))
    with files.whole_folder(out, overwrite) as folder:
        write_tables(summary, tables, folder)
        (folder / "report.html").write_text(text, "utf-8")
    names = ["report.html", *file_names(tables)]
    events.progress(1.0, "done")
    return {
        "text": f"{spoken(summary)} The report is {out / 'report.html'}.",
        "rows": [short(row) for row in summary["readers"]],
        "outputs": [str(out / name) for name in names],
    }


def _sections(
    summary: dict[str, Any], tables: dict[str, Any], study: Path
) -> list[tuple[str, str]]:
    panel, readers = summary["panel"], summary["readers"]
    pairs = summary["design"]["display"] == "pair"
    scored = [row for row in tables["answers"] if row["role"] == "scored"]
    notices = "".join(page.paragraph(text, "notice") for text in summary["notices"])
    sections = [
        ("Result", page.paragraph(panel["text"], "verdict") + notices + _means(panel)),
        ("Readers", _forest(readers, panel) + page.table([_reader(r) for r in readers])),
        ("Errors and leaning", _errors(readers, scored, pairs)),
    ]
    if panel["auc"] is not None:
        sections.append(("ROC curves", _curves(tables["roc"], readers)))
    if panel["readers"] > 1:
        sections.append(("Agreement between readers", _kappas(panel)))
    sections += [
        ("Agreement of readers with themselves", page.table(readers, _REPEATS)),
        ("Response times", _times(readers, pairs)),
        ("Learning", _learning(scored) + page.table(readers, _LEARNING)),
        ("Cases that fooled most readers", _fooling(tables["cases"], study, summary)),
    ]
    if "reasons" in tables:
        sections.append(("What gave cases away, as the readers say", page.table(tables["reasons"])))
    if "groups" in tables:
        sections.append(("By group, model and experience", page.table(tables["groups"])))
    sections += [
        ("What a study of this size can show", _power(panel)),
        ("Leak audit", _audit(summary["audit"])),
        ("Reporting checklist", page.table(tables["checklist"])),
    ]
    return sections


_REPEATS = ("reader", "repeats", "repeat_agreement", "repeat_kappa")
_LEARNING = (
    *("reader", "first_half", "second_half", "halves_p", "learning_per_trial", "learning_p"),
    *("time_per_trial", "time_p"),
)


def _means(panel: dict[str, Any]) -> str:
    rows = []
    for name in ("auc", "accuracy"):
        interval = panel[f"{name}_interval"] or (None, None)
        rows.append({"figure": name, "value": panel[name], "low": interval[0], "high": interval[1]})
    whose = "this one reader" if panel["readers"] == 1 else "other readers"
    return page.table(rows) + page.paragraph(
        f"Intervals are 95 %, for {whose} and other cases like these. Research only, not for "
        "diagnosis."
    )


def _forest(readers: list[dict[str, Any]], panel: dict[str, Any]) -> str:
    rows = [(r["reader"], r["accuracy"], r["accuracy_low"], r["accuracy_high"]) for r in readers]
    if panel["accuracy_interval"]:
        whole = panel["readers"] == len(readers)
        rows.append(
            (
                "all readers" if whole else "not simulated",
                panel["accuracy"],
                *panel["accuracy_interval"],
            )
        )
    margin = panel["margin"]
    return charts.forest(rows, 0.5, (0.5 - margin, 0.5 + margin), "accuracy (grey: the margin)")


def _reader(row: dict[str, Any]) -> dict[str, Any]:
    """A line of the readers' table, few enough columns for a page."""

    def interval(name: str) -> str | None:
        value, low, high = (row[n] for n in (name, f"{name}_low", f"{name}_high"))
        return None if value is None else f"{value:.2f} ({low:.2f} to {high:.2f})"

    return {
        "reader": row["reader"],
        "answers": row["answers"],
        "missing": row["missing"],
        "sessions": row["sessions"],
        "cases shown again": row["shown_again"],
        "accuracy": interval("accuracy"),
        "p": row["p"],
        "auc": interval("auc"),
        "d_prime": row["d_prime"],
        "criterion": row["criterion"],
        "obvious fakes caught": f"{row['caught']} of {row['catch']}" if row["catch"] else None,
    }


def _errors(readers: list[dict[str, Any]], scored: list[dict[str, Any]], pairs: bool) -> str:
    columns = ("sensitivity", "specificity", "fake_error", "real_error", "hype")
    leaning = ("says_synthetic", "d_prime", "criterion", "biased")
    words = ("right", "left") if pairs else ("synthetic", "real")
    matrices = []
    for row in readers:
        counts = confusion([r for r in scored if r["reader"] == row["reader"]])
        table = (
            (counts.hits, counts.misses),
            (counts.false_alarms, counts.correct_rejections),
        )
        matrices.append((row["reader"], table))
    return (
        confusions(matrices, words, [f"said {word}" for word in words], "confusion matrices")
        + page.table(readers, ("reader", *columns, *leaning))
        + page.paragraph(
            "hype is the share of all errors; above 0.5 synthetic cases look more real than real "
            f"ones. A criterion beyond {BIASED:g} either way is reported as response bias."
            + (" For these pairs read synthetic as right and real as left." if pairs else "")
        )
    )


def _curves(points: list[dict[str, Any]], readers: list[dict[str, Any]]) -> str:
    curves = []
    for row in readers:
        mine = [(p["false_alarms"], p["hits"]) for p in points if p["reader"] == row["reader"]]
        if row["auc"] is not None:
            interval = f"{row['auc']:.2f} ({row['auc_low']:.2f}-{row['auc_high']:.2f})"
            curves.append((f"{row['reader']}: {interval}", mine))
    return charts.roc_plot(curves)


def _kappas(panel: dict[str, Any]) -> str:
    values = {(p["reader"], p["other"]): p["kappa"] for p in panel["pairwise"]}
    rows = [{n: panel[n] for n in ("raw_agreement", "fleiss_kappa", "ac1", "common_items")}]
    return charts.heat_map(panel["reader_names"], values) + page.table(rows)


def _times(readers: list[dict[str, Any]], pairs: bool) -> str:
    columns = ("seconds_synthetic", "seconds_real", "seconds_correct", "seconds_wrong")
    groups = [(r["reader"], [r[c] or 0.0 for c in columns]) for r in readers]
    classes = ("synthetic on the right", "on the left") if pairs else ("synthetic", "real")
    names = (*classes, "correct answers", "wrong answers")
    return charts.bars(groups, names, "median response time in seconds") + page.paragraph(
        "Median seconds from the first sight of a case to the answer, without pauses."
    )


def _learning(scored: list[dict[str, Any]]) -> str:
    curves = []
    for reader in dict.fromkeys(row["reader"] for row in scored):
        correct = np.array([row["correct"] for row in scored if row["reader"] == reader], float)
        size = min(_WINDOW, len(correct))
        shares = np.convolve(correct, np.ones(size) / size, "valid")
        curves.append((reader, [(n + (size + 1) / 2, float(s)) for n, s in enumerate(shares)]))
    return charts.lines(curves, "scored trial", f"share correct over {_WINDOW} trials")


def _fooling(cases: list[dict[str, Any]], study: Path, summary: dict[str, Any]) -> str:
    fooling = [row for row in cases if row["truth"] != "real" and row["fooled"] > 0][:_FOOLING]
    if not fooling:
        return page.paragraph("No synthetic case was taken for a real one.")
    window = summary["design"]["window"]
    tiles, bare = [], []
    for row in fooling:
        cases = row["item"].split("+")
        text = (
            f"{row['item']}: fooled {100 * row['fooled']:.0f} % of "
            f"{counted(row['readers'], 'reader')}"
        )
        if set(cases) & set(summary["damaged_cases"]):
            bare.append(text)
        else:
            tiles.append((_thumbnail([case_path(study, case) for case in cases], window), text))
    shown = page.pictures(tiles) if tiles else ""
    return shown + (page.paragraph(f"Without a picture: {'; '.join(bare)}.") if bare else "")


def _power(panel: dict[str, Any]) -> str:
    if panel.get("low") is None:
        return page.paragraph("Too few answers to say.")
    half, margin = (panel["high"] - panel["low"]) / 2, panel["margin"]
    return page.paragraph(
        f"With {counted(panel['readers'], 'reader')} and {counted(panel['items'], 'case')} the "
        f"interval reaches {half:.2f} to either side. A true {panel['endpoint']} nearer to 0.5 "
        f"than about that would often be missed; equivalence within {margin:.2f} can be shown only "
        "where the interval is narrower than the margin. `medgansynth study sizes` plans the next "
        "study."
    )


def _audit(audit: dict[str, Any] | None) -> str:
    if audit is None:
        return page.paragraph("No leak audit of this study lies beside the key.", "notice")
    text = (
        f"Bookkeeping AUC {audit['bookkeeping_auc']:.2f}, permutation p "
        f"{audit['bookkeeping_p']:.3f}; content AUC {audit['content_auc']:.2f} over "
        f"{audit['cases']} cases."
    )
    html = page.paragraph(text)
    if audit["leak"]:
        reason = audit["override"] or "none was given"
        html += page.paragraph(f"A leak was found. Reason to go on: {reason}", "notice")
    for kind in ("bookkeeping", "content"):
        most = audit[kind][:5]
        html += page.table([one | {"it measures": in_words(one["fingerprint"])} for one in most])
    return html


def _thumbnail(paths: list[Path], window: list[float]) -> str:
    """The middle axial slices of one or two cases as a data URI."""
    slices = []
    for path in paths:
        try:
            array = to_array(sitk.ReadImage(str(path)))
        except RuntimeError:
            raise MedGANSynthError(f"{path}: cannot be read; copy the study again.") from None
        slices.append(np.rot90(array[:, :, array.shape[2] // 2]).astype(float))
    low, high = window
    grey = (np.hstack(slices) - low) / max(high - low, 1e-6)
    return data_uri(grey)
