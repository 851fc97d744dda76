"""`medgansynth evaluate memorisation`: does a generator give its training people away?"""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from .. import __version__
from ..data.datalist import Case, read_datalist
from ..errors import MedGANSynthError
from ..events import Events
from ..files import whole_folder, write_text
from ..models.quality import FILE as QUALITY
from ..models.quality import quality_text
from ..report import page
from ..report.png import data_uri
from ..volume.planes import shown_planes
from ..volume.volume import Volume
from ..wording import counted
from .distribution import common_grid
from .duplicates import duplicates, twins
from .nearest import best_correlations, distances, ratios, without_self
from .pictures import difference_colours
from .recorded import memorisation_measurements
from .set_loading import Cohort, choose, load_cohorts
from .table import to_csv

FEWEST = 2
DRAWS = 200
SHOWN = 8
TOLD = 5
CASES, SUMMARY, PAGE = "cases.csv", "summary.json", "report.html"


def evaluate_memorisation(
    *,
    synthetic: Sequence[Path],
    training: Sequence[Path] = (),
    held_out: Sequence[Path] = (),
    data: Path | None = None,
    modality: str = "t1",
    exclude: Sequence[str] = (),
    spacing: tuple[float, ...] = (),
    size: tuple[int, ...] = (),
    seed: int = 0,
    out: Path | None = None,
    overwrite: bool = False,
    events: Events,
) -> dict[str, Any]:
    """Compare each synthetic volume with its nearest training and held-out person.

    Nearness is correlation on a coarse grid, mirrored and shifted (`nearest`). First of all people
    who are in both sets under different names are looked for, since they spoil every comparison.
    Files whose names match one of `exclude` are left out.

    Returns:
        `text`, `rows` (the summary), `cases`, `duplicates`, `conditions`, `outputs`.

    Raises:
        MedGANSynthError: fewer than two volumes in a set, no training people, what `read` refuses.
    """
    if out is not None and out.exists() and not overwrite:
        raise MedGANSynthError(f"{out}: exists already; choose another name or pass --overwrite.")
    if data is not None:
        if training or held_out:
            raise MedGANSynthError("give either --data or --training and --held-out, not both.")
        listed = read_datalist(data)
        training = _images(listed.training, modality)
        held_out = _images((*listed.validation, *listed.test), modality)
    if not training:
        raise MedGANSynthError("no training volumes; give --training or --data with --modality.")
    sets = {"synthetic": synthetic, "training": training, "held-out": held_out}
    paths = choose(sets, exclude)
    grid = common_grid(paths["synthetic"], spacing, size)
    cohorts = load_cohorts(paths, grid, "each", FEWEST, events)
    made, taught, kept = cohorts["synthetic"], cohorts["training"], cohorts.get("held-out")
    events.progress(0.5, "looking for the same people")
    same = [("training", *pair) for pair in twins(taught)]
    if kept is not None:
        same += [("held-out", *pair) for pair in duplicates(taught, kept)]
    for where, one, other, correlation in same[:TOLD]:
        events.warning(
            f"{one} (training) and {other} ({where}) show the same person "
            f"(correlation {correlation:.3f}); keep one of them."
        )
    if len(same) > TOLD:
        events.warning(f"{counted(len(same) - TOLD, 'further pair')} like that; keep one of each.")
    events.progress(0.6, "looking for neighbours")
    cases, summary = _judge(made, taught, kept, seed)
    result: dict[str, Any] = {
        "text": _spoken(summary, len(same)),
        "rows": [{"figure": name, "value": value} for name, value in summary.items()],
        "cases": cases,
        "duplicates": [
            dict(zip(("set", "training", "other", "correlation"), pair, strict=True))
            for pair in same
        ],
        "conditions": {
            "volumes": ", ".join(f"{len(c)} {name}" for name, c in cohorts.items()),
            "grid": "x".join(map(str, made.volumes.shape[1:])),
            "seed": seed,
            "tool": f"MedGANSynth {__version__}",
        },
    }
    if out is not None:
        with whole_folder(out, overwrite) as folder:
            write_text(folder / CASES, to_csv(cases))
            kept_keys = ("conditions", "rows", "duplicates", "cases")
            content = {key: result[key] for key in kept_keys}
            write_text(folder / SUMMARY, json.dumps(content, indent=1, allow_nan=False) + "\n")
            write_text(folder / PAGE, _page(result, made, taught))
            names = [PAGE, CASES, SUMMARY]
            if made.model_sha256 is not None:
                text = quality_text(made.model_sha256, memorisation_measurements(result))
                write_text(folder / QUALITY, text)
                names.append(QUALITY)
        result["outputs"] = [str(out / name) for name in names]
    events.progress(1.0, "done")
    return result


def _judge(
    made: Cohort, taught: Cohort, kept: Cohort | None, seed: int
) -> tuple[list[dict[str, Any]], dict[str, Any]]:
    to_train = best_correlations(made.volumes, taught.volumes)
    apart = distances(to_train)
    among = without_self(distances(best_correlations(taught.volumes, taught.volumes)))
    limit = float(ratios(among).min())
    own = ratios(apart)
    nearest = apart.argmin(axis=1)
    second = np.sort(apart, axis=1)[:, 1]
    first = apart.min(axis=1)
    away = None
    if kept is not None:
        to_held = best_correlations(made.volumes, kept.volumes)
        away = distances(to_held)
    cases = []
    for number, name in enumerate(made.names):
        row = {
            "case": name,
            "nearest_training": taught.names[nearest[number]],
            "correlation": float(to_train[number].max()),
            "distance_over_median": float(own[number]),
            "first_over_second": float(first[number] / max(second[number], 1e-12)),
            "copy": bool(own[number] < limit),
        }
        if away is not None:
            row["nearest_held_out"] = kept.names[int(away[number].argmin())]
            row["correlation_held_out"] = float(to_held[number].max())
            row["closer_to_training"] = bool(first[number] < away[number].min())
        cases.append(row)
    summary: dict[str, Any] = {
        "synthetic": len(made),
        "copies": sum(row["copy"] for row in cases),
        "copy_limit": limit,
        # Alaa et al. 2022: farther from its nearest training person than that one from the next.
        "authenticity": float(np.mean(first > among.min(axis=1)[nearest])),
        "median_first_over_second": float(np.median([r["first_over_second"] for r in cases])),
    }
    if away is not None:
        summary |= {
            "share_closer_to_training": float(np.mean([r["closer_to_training"] for r in cases])),
            "share_closer_at_equal_n": equal_share(apart, away, seed),
            "equal_n": min(apart.shape[1], away.shape[1]),
        }
    return cases, summary


def equal_share(apart: np.ndarray, away: np.ndarray, seed: int) -> float:
    """Share nearer to training than to held-out people, by draws of equally many of both.

    0.5 is expected of a generator that knows neither better.

    Args:
        apart, away: distances to training and to held-out people, `[m, n]` and `[m, k]`.
    """
    rng = np.random.default_rng(seed)
    count = min(apart.shape[1], away.shape[1])
    shares = []
    for _ in range(DRAWS):
        near = [t[:, rng.choice(t.shape[1], count, replace=False)].min(1) for t in (apart, away)]
        shares.append(np.mean(near[0] < near[1]) + np.mean(near[0] == near[1]) / 2)
    return float(np.mean(shares))


def _images(cases: Sequence[Case], modality: str) -> list[Path]:
    return [case.images[modality] for case in cases if modality in case.images]


def _spoken(summary: dict[str, Any], same: int) -> str:
    copies, count = summary["copies"], summary["synthetic"]
    text = (
        f"copies: {copies} of {count} synthetic volumes lie nearer to a training person than any "
        "training person to another."
        if copies
        else f"No copies found among {count} (nearest over median distance never below "
        f"{summary['copy_limit']:.2f}). That is no proof of anonymity."
    )
    if "share_closer_at_equal_n" in summary:
        text += (
            f" Nearer to training than to held-out people: "
            f"{summary['share_closer_to_training']:.2f}"
            f", {summary['share_closer_at_equal_n']:.2f} at {summary['equal_n']} of each (0.5 is "
            "expected)."
        )
    if same:
        text += f" The real sets hold {counted(same, 'pair')} of volumes of the same person."
    return text


def _page(result: dict[str, Any], made: Cohort, taught: Cohort) -> str:
    cases = sorted(result["cases"], key=lambda row: row["distance_over_median"])
    tiles = []
    for row in cases[:SHOWN]:
        ours = _planes(made, made.names.index(row["case"]))
        theirs = _planes(taught, taught.names.index(row["nearest_training"]))
        for picture, text in (
            ((ours + 1) / 2, f"synthetic {row['case']}"),
            ((theirs + 1) / 2, f"nearest {row['nearest_training']}, r {row['correlation']:.3f}"),
            (difference_colours(ours - theirs, 1.0), "difference"),
        ):
            tiles.append((data_uri(picture), text))
    conditions = [{"what": k, "value": v} for k, v in result["conditions"].items()]
    sections = [
        ("Result", page.paragraph(result["text"], "verdict") + page.table(result["rows"])),
        ("The closest pairs", page.pictures(tiles) + page.paragraph(_PAIRS)),
        ("The same person twice", page.table(result["duplicates"])),
        ("Cases", page.table(cases)),
        ("What the figures hold for", page.table(conditions)),
    ]
    return page.page("Does the generator give its training people away?", sections)


_PAIRS = (
    "Pairs may be mirrored or shifted against each other. A pair that a reader would call one "
    "person is a copy, whatever the figure says."
)


def _planes(cohort: Cohort, number: int) -> np.ndarray:
    return shown_planes(Volume(cohort.volumes[number], cohort.affine))[0]
