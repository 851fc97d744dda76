"""`medgansynth evaluate paired`: synthetic volumes against real ones of the same people."""

import contextlib
import json
import math
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from .. import __version__
from ..data.datalist import read_datalist
from ..errors import MedGANSynthError
from ..events import Events
from ..files import whole_folder, write_text
from ..models.quality import FILE as QUALITY
from ..models.quality import quality_text
from ..wording import counted
from .bootstrap import FEWEST_PEOPLE
from .compare import DEFINITIONS
from .judging import Judged, judge
from .paired_page import paired_page
from .plan import Plan, plan_files, plan_list
from .plotted import difference_rows, histogram_rows
from .recorded import paired_measurements
from .table import summarise, to_csv

CASES, TISSUES, SUMMARY = "cases.csv", "tissues.csv", "summary.json"
HISTOGRAM, DIFFERENCES = "histogram.csv", "differences.csv"
PAGE, MAPS = "report.html", "error-maps"
HEADLINE = ("rmse_sd_fit", "ssim_in_plane_fit", "psnr_fit", "correlation", "texture_ratio")


def evaluate_paired(
    *,
    predictions: Sequence[Path] = (),
    targets: Sequence[Path] = (),
    masks: Sequence[Path] = (),
    labels: Sequence[Path] = (),
    data: Path | None = None,
    split: str = "validation",
    source: str = "t1",
    target: str = "t2",
    mask: str = "mask",
    label: str = "labels",
    model: str | None = None,
    direction: str | None = None,
    strip: bool = False,
    baselines: bool = False,
    compat: bool = False,
    error_maps: bool = False,
    device: str = "auto",
    seed: int = 0,
    out: Path | None = None,
    overwrite: bool = False,
    events: Events,
) -> dict[str, Any]:
    """Judge prediction files, or a model and the baselines on one split of a data list.

    Every figure is given raw and after one affine fit inside the mask (`compare.DEFINITIONS`);
    means come with 95 % bootstrap intervals over subjects, with fewer than `FEWEST_PEOPLE` of them
    with their range. A case that fails is a row with its error, is counted, and enters no mean.
    `out` gets a page with pictures and plots, the tables as CSV and everything as JSON.

    Returns:
        `text` and `rows` for people, `summary` by method, `cases`, `tissues`, `conditions`,
        `failed`, `outputs`.

    Raises:
        MedGANSynthError: nothing to compare, files without partner, a model without the direction,
            baselines without training people, an existing `out`, the only case cannot be judged.
    """
    if out is not None and out.exists() and not overwrite:
        raise MedGANSynthError(f"{out}: exists already; choose another name or pass --overwrite.")
    if error_maps and out is None:
        raise MedGANSynthError("--error-maps are written into the folder -o; give one.")
    if data is None:
        if model is not None or baselines or strip:
            raise MedGANSynthError(
                "--model, --baselines and --strip need --data LIST, which names inputs, targets "
                "and masks."
            )
        plan = plan_files(predictions, targets, masks, labels, events)
    else:
        if predictions or targets or masks or labels:
            raise MedGANSynthError("give either prediction files or --data, not both.")
        plan = plan_list(
            read_datalist(data),
            data.name,
            split=split,
            source=source,
            target=target,
            mask=mask,
            label=label,
            model=model,
            direction=direction,
            strip=strip,
            baselines=baselines,
            device=device,
            seed=seed,
            events=events,
        )
    with contextlib.ExitStack() as stack:
        folder = None if out is None else stack.enter_context(whole_folder(out, overwrite))
        maps = folder / MAPS if folder is not None and error_maps else None
        judged = judge(plan, compat, maps, seed, events)
        if len(plan.cases) == 1 and all(row["error"] for row in judged.rows):
            case, error = judged.rows[0]["case"], judged.rows[0]["error"]
            raise MedGANSynthError(f"{case}: {error.removeprefix(f'{case}: ')}")
        result = _summary(plan, judged, seed)
        if folder is not None:
            write_text(folder / CASES, to_csv(judged.rows))
            if judged.tissues:
                write_text(folder / TISSUES, to_csv(judged.tissues))
            write_text(folder / HISTOGRAM, to_csv(histogram_rows(judged)))
            write_text(folder / DIFFERENCES, to_csv(difference_rows(judged)))
            write_text(folder / SUMMARY, _json(result))
            write_text(folder / PAGE, paired_page(result, judged))
            if model is not None:
                name = next(iter(plan.methods))
                figures = paired_measurements(result, name)
                if figures:  # none where every case failed
                    text = quality_text(plan.conditions["model_sha256"], figures)
                    write_text(folder / QUALITY, text)
            written = sorted(p.relative_to(folder) for p in folder.rglob("*") if p.is_file())
    if out is not None:
        result["outputs"] = [str(out / name) for name in written]
    events.progress(1.0, "done")
    return result


def _summary(plan: Plan, judged: Judged, seed: int) -> dict[str, Any]:
    rows = judged.rows
    figures = list(
        dict.fromkeys(
            key
            for row in rows
            for key in row
            if key not in ("case", "subject", "method", "error", "range_low", "range_high")
        )
    )
    summary, shown, problems = {}, [], []
    for method in plan.methods:
        good = [r for r in rows if r["method"] == method and r["error"] is None]
        bad = [r for r in rows if r["method"] == method and r["error"] is not None]
        figures_of = summarise(good, figures, seed) | _pooled(good)
        summary[method] = {"cases": len(good), "failed": len(bad), "figures": figures_of}
        shown.append(
            {"method": method, "cases": len(good), "failed": len(bad)}
            | {name: _shown(figures_of.get(name)) for name in HEADLINE}
        )
        problems += [f"{r['case']}, {method}: {r['error']}" for r in bad]
    people = len({row["subject"] for row in rows})
    text = (
        f"{counted(len(plan.cases), 'case')} of {counted(people, 'person')}; "
        f"{plan.place}; _fit: after one affine fit; "
        + (
            "mean [95 % bootstrap interval over people]."
            if people >= FEWEST_PEOPLE
            else f"mean (least to most of the people: fewer than {FEWEST_PEOPLE} give no interval)."
        )
    )
    return {
        "text": "\n".join([text, *problems]),
        "rows": shown,
        "conditions": plan.conditions
        | {"voxels": plan.place, "seed": seed, "tool": f"MedGANSynth {__version__}"},
        "definitions": DEFINITIONS,
        "summary": summary,
        "cases": [{k: _plain(v) for k, v in row.items()} for row in rows],
        "tissues": judged.tissues,
        "failed": len(problems),
    }


def _pooled(rows: list[dict[str, Any]]) -> dict[str, Any]:
    """The PSNR of the mean squared error over all cases, as torchmetrics has it."""
    pooled = {}
    for variant in ("raw", "fit"):
        errors = [(r[f"rmse_{variant}"] / (r["range_high"] - r["range_low"])) ** 2 for r in rows]
        mean = sum(errors) / len(errors) if errors else 0.0
        entry: dict[str, Any] = {"cases": len(errors), "infinite": int(bool(errors) and mean == 0)}
        if mean > 0:
            entry |= {"mean": -10 * math.log10(mean), "low": None, "high": None}
        pooled[f"psnr_pooled_{variant}"] = entry
    return pooled


def _shown(figure: dict[str, Any] | None) -> str:
    if not figure or "mean" not in figure:
        return "inf" if figure and figure["infinite"] else ""
    spread = ""
    if figure["low"] is not None:
        spread = f" [{figure['low']:z.3f}, {figure['high']:z.3f}]"
    elif figure["subjects"] > 1:
        spread = f" ({figure['least']:z.3f} to {figure['most']:z.3f})"
    return f"{figure['mean']:z.3f}{spread}"


def _plain(value: Any) -> Any:
    """JSON has no infinity; the PSNR of identical images is the text "inf"."""
    return "inf" if isinstance(value, float) and math.isinf(value) else value


def _json(result: dict[str, Any]) -> str:
    kept = ("conditions", "definitions", "summary", "failed", "cases", "tissues")
    return json.dumps({key: result[key] for key in kept}, indent=1, allow_nan=False) + "\n"
