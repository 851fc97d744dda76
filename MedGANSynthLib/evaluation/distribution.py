"""`medgansynth evaluate distribution`: a set of synthetic volumes against a set of real ones."""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from .. import __version__
from ..errors import MedGANSynthError
from ..events import Events
from ..files import whole_folder, write_text
from ..models.quality import FILE as QUALITY
from ..models.quality import quality_text
from ..volume.grid import Grid
from ..volume.read import read
from .distribution_page import distribution_page
from .recorded import distribution_measurements
from .set_figures import extras, figures, spectrum_decibels
from .set_gate import gate
from .set_generators import GENERATORS
from .set_loading import Cohort, choose, grid_of, load_cohorts, same_content
from .set_pool import SPECTRUM, Pool, Side
from .table import to_csv

FEWEST = 4
PAGE, SUMMARY, TABLE, GATE = "report.html", "summary.json", "figures.csv", "gate.csv"
SHORT = ("fd_hand", "mmd_rbf", "coverage", "pair_ssim", "c2st_auc")


def evaluate_distribution(
    *,
    synthetic: Sequence[Path],
    real: Sequence[Path],
    training: Sequence[Path] = (),
    spacing: tuple[float, ...] = (),
    size: tuple[int, ...] = (),
    scale: str = "each",
    exclude: Sequence[str] = (),
    baselines: bool = False,
    seed: int = 0,
    out: Path | None = None,
    overwrite: bool = False,
    events: Events,
) -> dict[str, Any]:
    """Compare sets, beside what real halves give, and let the gate decide.

    With `baselines`, useless generators made of the training people (or of the real ones) are
    judged the same way; none of them may pass.

    Files whose names match one of `exclude` (as in a shell: "*_mask.nii.gz") are left out.

    Returns:
        `text`, `rows`, `sets` (figures, extras and gate of each generator), `conditions`,
        `outputs`.

    Raises:
        MedGANSynthError: fewer than four volumes in a set, a wrong grid, what `read` refuses.
    """
    if out is not None and out.exists() and not overwrite:
        raise MedGANSynthError(f"{out}: exists already; choose another name or pass --overwrite.")
    paths = choose({"synthetic": synthetic, "real": real, "training": training}, exclude)
    grid = common_grid(paths["synthetic"], spacing, size)
    cohorts = load_cohorts(paths, grid, scale, FEWEST, events)
    given, taught = cohorts["real"], cohorts.get("training")
    _warn_of_overlap(cohorts, events)
    makers: dict[str, Any] = {"synthetic": lambda: cohorts["synthetic"].volumes}
    if baselines:
        people = (taught or given).volumes
        count = len(cohorts["synthetic"])
        makers |= {
            name: lambda make=make: make(people, count, np.random.default_rng(seed))
            for name, make in GENERATORS.items()
        }
    reals = Side(given.volumes, seed)
    sets, spectra = {}, {}
    for number, (name, make) in enumerate(makers.items()):
        events.progress(0.4 + 0.6 * number / len(makers), f"judging {name}")
        pool = Pool(reals, Side(make(), seed))
        sets[name] = {
            "figures": figures(pool, given.subjects, seed),
            "extras": extras(pool, seed),
            "gate": gate(pool, None if taught is None else taught.volumes, seed),
        }
        spectra[name] = spectrum_decibels(pool).tolist()
    result = _result(sets, cohorts, scale, seed)
    if out is not None:
        centres = ((SPECTRUM[:-1] + SPECTRUM[1:]) / 2).tolist()
        with whole_folder(out, overwrite) as folder:
            write_text(folder / TABLE, to_csv(_flat(sets, "figures")))
            write_text(folder / GATE, to_csv(_flat(sets, "gate")))
            kept = {key: result[key] for key in ("conditions", "sets")}
            write_text(folder / SUMMARY, json.dumps(kept, indent=1, allow_nan=False) + "\n")
            page = distribution_page(result, cohorts, centres, spectra)
            write_text(folder / PAGE, page)
            names = [PAGE, TABLE, GATE, SUMMARY]
            model, measured = cohorts["synthetic"].model_sha256, distribution_measurements(result)
            if model is not None and measured:
                write_text(folder / QUALITY, quality_text(model, measured))
                names.append(QUALITY)
        result["outputs"] = [str(out / name) for name in names]
    events.progress(1.0, "done")
    return result


def common_grid(files: Sequence[Path], spacing: tuple[float, ...], size: tuple[int, ...]) -> Grid:
    """The first volume's grid, with another spacing or size where they are given.

    Raises:
        MedGANSynthError: not three numbers, or numbers that are not positive; no volume.
    """
    for name, values in (("--spacing", spacing), ("--size", size)):
        if values and (len(values) != 3 or min(values) <= 0):
            raise MedGANSynthError(f"{name}: give three positive numbers, one for each axis.")
    if not files:
        raise MedGANSynthError("no synthetic volumes; give files or a folder of them.")
    own = grid_of(read(files[0]))
    sides = tuple((s, s) for s in spacing) if spacing else own.spacing
    return Grid(orientation=own.orientation, spacing=sides, size=tuple(size) or own.size)


def _warn_of_overlap(cohorts: dict[str, Cohort], events: Events) -> None:
    if "training" in cohorts:
        same = same_content(cohorts["training"], cohorts["real"])
        if same:
            names = ", ".join(other for _, other in same[:5])
            events.warning(
                f"{len(same)} real volumes are training volumes, too ({names}): a generator that "
                "copies them looks better than it is; compare with people kept aside."
            )
    same = same_content(cohorts["real"], cohorts["synthetic"])
    if same:
        events.warning(f"{len(same)} synthetic files are byte for byte real ones ({same[0][1]}).")


def _result(
    sets: dict[str, Any], cohorts: dict[str, Cohort], scale: str, seed: int
) -> dict[str, Any]:
    rows = []
    for name, judged in sets.items():
        found = {row["figure"]: row["value"] for row in judged["figures"]}
        verdict = judged["gate"]
        rows.append(
            {"set": name, "real_like": verdict["real_like"], "useful": verdict["useful"]}
            | {key: found.get(key) for key in SHORT}
        )
    counts = ", ".join(f"{len(c)} {name}" for name, c in cohorts.items())
    shape = "x".join(map(str, cohorts["real"].volumes.shape[1:]))
    compared = sets["synthetic"]["gate"]["cases_compared"]
    text = (
        f"{counts} volumes of {shape} voxels; figures on {compared} cases from either side. "
        f"{sets['synthetic']['gate']['text']}"
    )
    if len(sets) > 1:
        passed = [name for name in list(sets)[1:] if sets[name]["gate"]["real_like"] == "pass"]
        text += (
            f" Useless generators that pass: {', '.join(passed)}; the verdict is worth nothing."
            if passed
            else " No useless generator passes."
        )
    conditions = {
        "volumes": counts,
        "grid": shape,
        "scale": "each volume's own percentile range" if scale == "each" else "one range for all",
        "seed": seed,
        "tool": f"MedGANSynth {__version__}",
    }
    return {"text": text, "rows": rows, "sets": sets, "conditions": conditions}


def _flat(sets: dict[str, Any], part: str) -> list[dict[str, Any]]:
    """Rows of all sets, each with its set's name."""
    return [
        {"set": name} | row
        for name, judged in sets.items()
        for row in (judged["gate"]["criteria"] if part == "gate" else judged["figures"])
    ]
