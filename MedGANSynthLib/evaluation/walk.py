"""`medgansynth evaluate walk`: does a walk between two codes change evenly, or does it jump?

A generator that has learned a few people by heart stays with one and then jumps to the next. After
the perceptual path length of Karras, Laine and Aila (CVPR 2019), with voxels in place of features.
"""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from ..errors import MedGANSynthError
from ..events import Events
from ..files import write_text
from ..volume.cine import read_cine
from ..volume.marks import provenance_in
from ..volume.read import check, read
from .cases import expand, require_same_grid
from .table import to_csv

FEWEST = 3


def evaluate_walk(
    *, walk: Sequence[Path], out: Path | None = None, events: Events
) -> dict[str, Any]:
    """Figures of the volumes of a walk, step by step, in the order of their marks or names.

    `change` is the root mean square difference of two neighbours, `from_first` and `to_last` those
    to the ends, all over the difference of the ends. `path_length` is the sum of the changes, 1 on
    a straight line of volumes; `largest_step` the largest change over the mean one, 1 where all
    steps are alike, their number where all happens in one; `onward` the share of steps that lead
    away from the first volume and towards the last.

    Args:
        walk: files, or a folder of them; at least three.
        out: CSV file of the steps.

    Returns:
        `text`, `rows` (the steps), the three figures, `outputs`.

    Raises:
        MedGANSynthError: too few volumes, volumes on different grids or of different walks, ends
            that are equal.
    """
    paths = _in_order(sorted(expand(walk)))
    if len(paths) < FEWEST:
        raise MedGANSynthError(
            f"a walk has {len(paths)} volumes; at least {FEWEST} are needed: generate more steps."
        )
    # Walks of cycles are of cycles throughout: one that is no cycle is told so.
    take = read_cine if check(paths[0]).frames > 1 else read
    first, last = take(paths[0]), take(paths[-1])
    require_same_grid(last, first, paths[-1].name)
    whole = _distance(first.array, last.array)
    if whole == 0:
        raise MedGANSynthError(
            f"{paths[0].name} and {paths[-1].name} are equal; walk between two seeds."
        )
    rows, before = [], first
    for number, path in enumerate(paths[1:], 1):
        events.progress(number / len(paths), path.name)
        volume = take(path)
        require_same_grid(volume, first, path.name)
        rows.append(
            {
                "volume": path.name,
                "change": _distance(before.array, volume.array) / whole,
                "from_first": _distance(first.array, volume.array) / whole,
                "to_last": _distance(last.array, volume.array) / whole,
            }
        )
        before = volume
    figures = walk_figures(rows)
    if out is not None:
        write_text(out, to_csv(rows))
    events.progress(1.0, "done")
    text = (
        f"{len(paths)} volumes: path length {figures['path_length']:.3g} (1: straight), largest "
        f"step {figures['largest_step']:.3g} times the mean one (1: even), "
        f"{100 * figures['onward']:.0f} % of the steps lead on."
    )
    return {"text": text, "rows": rows, "outputs": [] if out is None else [str(out)]} | figures


def _in_order(paths: list[Path]) -> list[Path]:
    """The files of one walk; an empty folder is none.

    Raises:
        MedGANSynthError: generated files that belong to no walk, or to two.
    """
    steps: dict[Path, float] = {}
    walks: dict[str, Path] = {}
    for path in (p for p in paths if not p.is_dir() or any(p.iterdir())):
        marks = provenance_in(check(path).marks)
        settings = dict(marks.settings) if marks is not None else {}
        steps[path] = settings.pop("step", len(steps))
        walks[f"{marks and (marks.model_sha256, marks.seed)} {sorted(settings.items())}"] = path
    if len(walks) > 1:
        first, second, *_ = walks.values()
        raise MedGANSynthError(
            f"{first.name} and {second.name} are not of one walk; give the files of one."
        )
    return sorted(steps, key=steps.get)


def walk_figures(rows: Sequence[dict[str, Any]]) -> dict[str, float]:
    """`path_length`, `largest_step` and `onward` of the steps; see `evaluate_walk`."""
    changes = np.array([row["change"] for row in rows])
    away = np.diff([0.0, *(row["from_first"] for row in rows)]) > 0
    towards = np.diff([1.0, *(row["to_last"] for row in rows)]) < 0
    return {
        "path_length": float(changes.sum()),
        "largest_step": float(changes.max() / changes.mean()),
        "onward": float(np.mean(away & towards)),
    }


def _distance(one: np.ndarray, other: np.ndarray) -> float:
    """Root mean square difference."""
    return float(np.sqrt(np.mean((one.astype(np.float64) - other) ** 2)))
