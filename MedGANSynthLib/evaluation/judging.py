"""The loop of a paired evaluation: every case with every method, and what the report will show."""

import dataclasses
import hashlib
import re
from pathlib import Path
from typing import Any

import numpy as np

from ..errors import Cancelled, MedGANSynthError
from ..events import Events
from ..volume.provenance import Provenance
from ..volume.write import write
from .compare import compare, slice_axis
from .fit import fit_affine
from .intensities import robust_range
from .methods import Loaded
from .pictures import shown_slices
from .plan import Plan
from .tissues import by_tissue

SHOWN = 6
"""Cases whose slices the report shows: the first ones, not the best."""

EDGES = np.linspace(-0.25, 1.25, 61)
SAMPLED = 150
"""Voxels of each case and method in the plot of differences against means."""

_NO_WEIGHTS = hashlib.sha256(b"").hexdigest()


@dataclasses.dataclass
class Shown:
    """What pictures and plots need of one method; intensities are 0 to 1 over the data range."""

    counts: np.ndarray = dataclasses.field(default_factory=lambda: np.zeros(len(EDGES) - 1))
    means: list[float] = dataclasses.field(default_factory=list)
    differences: list[float] = dataclasses.field(default_factory=list)


@dataclasses.dataclass
class Sheet:
    """One case's slices, `[rows, cols]` each: the target's and each method's, 0 to 1."""

    case: str
    target: list[np.ndarray]
    methods: dict[str, list[np.ndarray]] = dataclasses.field(default_factory=dict)


@dataclasses.dataclass
class Judged:
    """All that came out.

    Attributes:
        rows: a row for each case and method, with figures or an error.
        tissues: a row for each label of each case and method.
        target: of the targets; methods: of each method.
        sheets: of the first cases.
    """

    rows: list[dict[str, Any]] = dataclasses.field(default_factory=list)
    tissues: list[dict[str, Any]] = dataclasses.field(default_factory=list)
    target: Shown = dataclasses.field(default_factory=Shown)
    methods: dict[str, Shown] = dataclasses.field(default_factory=dict)
    sheets: list[Sheet] = dataclasses.field(default_factory=list)


def judge(plan: Plan, compat: bool, maps: Path | None, seed: int, events: Events) -> Judged:
    """Judge every case; one that fails becomes rows with its error and stops no other.

    Args:
        compat: also figures as published codes compute them.
        maps: folder for the error maps; None writes none.
        seed: of the voxels in the plots.
    """
    judged = Judged(methods={name: Shown() for name in plan.methods})
    for number, (name, subject, case) in enumerate(plan.cases):
        share = number / len(plan.cases)
        events.progress(plan.done + (1 - plan.done) * 0.999 * share, name)
        problem = None
        try:
            loaded = plan.load(case)
            view = _View(loaded, name, np.random.default_rng([seed, number]))
            if len(judged.sheets) < SHOWN:
                judged.sheets.append(Sheet(name, view.slices(loaded.target.array)))
            judged.target.counts += view.counts(loaded.target.array)
        except Cancelled:
            raise
        except MedGANSynthError as error:
            problem = str(error)
        empty: dict[str, None] = {}
        for method, predict in plan.methods.items():
            row: dict[str, Any] = {"case": name, "subject": subject, "method": method}
            try:
                if problem is not None:
                    raise MedGANSynthError(problem)
                prediction = predict(loaded)
                row |= {"error": None} | compare(
                    prediction, loaded.target.array, loaded.mask, view.axis, plan.strip, compat
                )
                judged.rows.append(row)
            except Cancelled:
                raise
            except MedGANSynthError as error:
                judged.rows.append(row | {"error": str(error)})
                continue
            empty |= dict.fromkeys(_left_empty(name, judged.rows[-1]))
            _tissues(judged, row, prediction, loaded)
            view.keep(judged, method, prediction)
            if maps is not None:
                _write_map(maps, row, prediction, loaded, plan)
        for note in empty:
            events.warning(note)
    return judged


def _left_empty(name: str, row: dict[str, Any]) -> list[str]:
    """Why figures of a small or marginal mask are missing, while the others are there."""
    notes = []
    if row["texture_ratio"] is None:
        notes.append(f"{name}: the mask is too thin to measure texture; that is left empty.")
    if row["ssim_in_plane_raw"] is None:
        notes.append(f"{name}: the mask is too near the volume's border for SSIM; left empty.")
    return notes


def _tissues(judged: Judged, row: dict[str, Any], prediction: np.ndarray, loaded: Loaded) -> None:
    if loaded.labels is None:
        return
    head = {key: row[key] for key in ("case", "subject", "method")}
    try:
        found = by_tissue(prediction, loaded.target.array, loaded.mask, loaded.labels)
        judged.tissues += [head | {"error": None} | figures for figures in found]
    except MedGANSynthError as error:
        judged.tissues.append(head | {"error": str(error)})


def _write_map(
    folder: Path, row: dict[str, Any], prediction: np.ndarray, loaded: Loaded, plan: Plan
) -> None:
    """prediction - target inside the mask after the affine fit, in the target's unit; else 0."""
    target = loaded.target
    fit = fit_affine(prediction, target.array, loaded.mask)
    error = np.where(loaded.mask, fit.apply(prediction) - target.array, 0.0).astype(np.float32)
    marks = Provenance(
        row["method"],
        plan.conditions.get("model_sha256", _NO_WEIGHTS),
        settings={"map": "error", "fit_slope": fit.slope, "fit_offset": fit.offset},
    )
    folder.mkdir(exist_ok=True)
    name = re.sub(r"[^A-Za-z0-9._-]+", "-", row["case"]).strip("-.") or "case"
    volume = target.with_array(error, provenance=marks)
    write(volume, folder / f"{name}-{row['method']}-error.nii.gz")


class _View:
    """How one case is shown."""

    def __init__(self, loaded: Loaded, name: str, rng: np.random.Generator) -> None:
        self.loaded, self.name = loaded, name
        self.axis = slice_axis(loaded.target)
        self.range = robust_range(loaded.target.array, loaded.mask)
        inside = np.flatnonzero(loaded.mask)
        self.voxels = rng.choice(inside, min(SAMPLED, len(inside)), replace=False)

    def scaled(self, array: np.ndarray) -> np.ndarray:
        low, high = self.range
        return (np.asarray(array, np.float32) - low) / (high - low)

    def slices(self, array: np.ndarray) -> list[np.ndarray]:
        loaded = self.loaded
        return shown_slices(self.scaled(array), loaded.target.affine, loaded.mask, self.axis)

    def counts(self, array: np.ndarray) -> np.ndarray:
        values = np.clip(self.scaled(array[self.loaded.mask]), EDGES[0], EDGES[-1])
        return np.histogram(values, EDGES)[0] / len(values)

    def keep(self, judged: Judged, method: str, prediction: np.ndarray) -> None:
        target = self.loaded.target.array
        fitted = fit_affine(prediction, target, self.loaded.mask).apply(prediction)
        shown = judged.methods[method]
        shown.counts += self.counts(fitted)
        ours, real = (self.scaled(a.ravel()[self.voxels]) for a in (fitted, target))
        shown.means += ((ours + real) / 2).tolist()
        shown.differences += (ours - real).tolist()
        sheet = next((s for s in judged.sheets if s.case == self.name), None)
        if sheet is not None:
            sheet.methods[method] = self.slices(fitted)
