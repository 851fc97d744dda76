"""`medgansynth study prepare`: from a list of volumes to a sealed, blinded study."""

import dataclasses
import os
import secrets
from pathlib import Path
from typing import Any

import numpy as np
import SimpleITK as sitk

from .. import __version__, files, schema
from ..errors import MedGANSynthError
from ..events import Events
from ..files import file_hash
from ..volume.content import exclude_advice, refuse_unfit
from ..volume.itk import to_image
from ..volume.picture import write_montage
from ..volume.provenance import Provenance
from ..volume.volume import Volume
from ..wording import counted, listed
from .audit import audit_study
from .harmonise import CommonGrid, Extent, common_grid, cut_off, extent, harmonise, obvious
from .order import generator
from .originals import Copies, gather, hash_all, load, warn_of_left_out, warn_of_training
from .places import check_study
from .plan import USUAL_REPEATS, Planned, plan_cases, plan_orders
from .study import (
    CaseFile,
    Design,
    Key,
    KeyCase,
    Registered,
    Study,
    case_path,
    write_json,
    write_key,
)
from .unlike import AXIS, coarsest, refuse_flat, warn_of_lost, warn_of_unlike

_TIME = 946_684_800  # 2000-01-01, the date of every case file
_PREVIEW = 8


def prepare_study(
    out: Path,
    cases: Path | None,
    real: Path | None,
    synthetic: Path | None,
    bids: Path | None,
    include: tuple[str, ...],
    exclude: tuple[str, ...],
    key: Path | None,
    name: str,
    readers: int,
    display: str,
    plane: str,
    exposure: float | None,
    clue: str,
    prevalence: str,
    repeats: float | None,
    practice: int,
    catch: int,
    endpoint: str,
    margin: float,
    selection: str,
    exclusions: str,
    spacing: tuple[float, ...],
    shape: tuple[int, ...],
    training: Path | None,
    seed: int | None,
    no_audit: bool,
    overwrite: bool,
    events: Events,
) -> dict[str, Any]:
    """Write a frozen study folder and, apart from it, its key.

    The parameters are those of `tasks.StudyPrepare`. Whoever knows the seed can compute the classes
    from the reader's side alone, so it is drawn, and only the key has it.

    Raises:
        MedGANSynthError: cases that cannot be read, occur twice, are of one class only or too few;
            a label map; a real case that says it is synthetic; options out of range.
    """
    out = Path(out)
    key = Path(key) if key else out.with_name(f"{out.name}-key.json")
    check_study(out, key, overwrite)
    seed = secrets.randbits(63) if seed is None else seed
    _check_options(
        name, readers, exposure, repeats, practice, catch, prevalence, spacing, shape, seed
    )
    sources = gather(cases, real, synthetic, bids, include, exclude, events)
    options = {"display": display, "plane": plane, "exposure_s": exposure, "clue": clue}
    design = schema.from_dict(Design, options, "the options")
    registered = schema.from_dict(
        Registered,
        {"endpoint": endpoint, "margin": margin, "selection": selection, "exclusions": exclusions},
        "the options",
    )
    hashes = hash_all(sources, events.scaled(0.0, 0.1, "checking the files"))
    warn_of_training(sources, hashes, training, events)
    planned = plan_cases(sources, practice, 0 if display == "pair" else catch, seed)
    names = [f"reader-{n}" for n in range(1, readers + 1)]
    orders = plan_orders(planned, names, display == "pair", prevalence, repeats, seed)
    shown = {case for trials in orders.values() for trial in trials for case in trial.cases}
    planned = {case: plan for case, plan in planned.items() if case in shown}
    warn_of_left_out(sources, planned, events)

    extents, marks = _read(planned, design, events.scaled(0.1, 0.5, "reading the cases"))
    warn_of_unlike(extents, events)
    grid = common_grid(list(extents.values()), spacing, shape)
    design = dataclasses.replace(design, slices=_slices(display, grid.shape[AXIS[plane]]))
    truth = Key(
        format=1,
        study=secrets.token_hex(16),
        salt=secrets.token_hex(32),
        seed=seed,
        prevalence=prevalence,
        cases={case: _key_case(plan, hashes, marks[case]) for case, plan in planned.items()},
    )
    tiles: dict[str, list[np.ndarray]] = {"real": [], "synthetic": []}
    lost: dict[Path, float] = {}
    with files.whole_folder(out, overwrite) as folder:
        written = []
        (folder / "cases").mkdir()
        for number, (case, plan) in enumerate(sorted(planned.items())):
            volume = load(plan.source)[0]
            if shape:
                lost[plan.source.path] = cut_off(volume, grid)
            array = _prepared(volume, case, plan, grid, seed)
            path = case_path(folder, case)
            _write_case(array, grid, path)
            written.append(CaseFile(case, file_hash(path)))
            if plan.role == "scored" and len(tiles[plan.truth]) < _PREVIEW:
                tiles[plan.truth].append(np.rot90(array[:, :, array.shape[2] // 2]))
            events.progress(0.5 + 0.4 * (number + 1) / len(planned), "preparing the cases")
        study = Study(
            format=1,
            id=truth.study,
            name=name or out.name,
            design=design,
            registered=registered,
            shape=grid.shape,
            spacing=grid.spacing,
            cases=tuple(written),
            orders=orders,
            key_commitment=truth.commitment(),
            tool=f"MedGANSynth {__version__}",
        )
        write_json(_checked(study, "study.json"), folder / "study.json")
        write_key(_checked(truth, key.name), key)
    warn_of_lost(lost, grid, events)
    preview = key.with_name(f"{key.stem}-preview.png")
    write_montage(preview, [tiles["real"], tiles["synthetic"]], window=design.window)
    forced_by = [] if spacing else coarsest(extents)
    result = _result(out, key, preview, study, truth, forced_by, repeats is None)
    if not no_audit:
        audited = audit_study(out, key, "", 99, seed, events)
        result["text"] += " " + audited["text"]
        result |= {name: audited[name] for name in ("cleared", "failed", "blocked")}
    return result


def _check_options(
    name: str,
    readers: int,
    exposure: float | None,
    repeats: float | None,
    practice: int,
    catch: int,
    prevalence: str,
    spacing: tuple[float, ...],
    shape: tuple[int, ...],
    seed: int,
) -> None:
    for wrong, text in (
        (len(name) > 200, "--name has at most 200 characters"),
        (not 1 <= readers <= 200, "--readers must lie between 1 and 200"),
        (
            exposure is not None and not 0.05 <= exposure <= 600,
            "--exposure must lie between 0.05 and 600 seconds",
        ),
        (repeats is not None and not 0 <= repeats <= 0.5, "--repeats is a share between 0 and 0.5"),
        (not 0 <= practice <= 50, "--practice must lie between 0 and 50"),
        (not 0 <= catch <= 50, "--catch must lie between 0 and 50"),
        (prevalence not in ("half", "drawn"), "--prevalence must be half or drawn"),
        (len(spacing) not in (0, 3), "--spacing needs three numbers"),
        (any(not 0.01 <= s <= 100 for s in spacing), "--spacing is in mm, 0.01 to 100"),
        (len(shape) not in (0, 3), "--shape needs three numbers"),
        (any(not 4 <= s <= 4096 for s in shape), "--shape is in voxels, 4 to 4096"),
        (not 0 <= seed < 2**63, "--seed must lie between 0 and 2^63 - 1"),
    ):
        if wrong:
            raise MedGANSynthError(f"{text}.")


def _read(
    planned: dict[str, Planned], design: Design, progress: Any
) -> tuple[dict[Path, Extent], dict[str, Provenance | None]]:
    """What the common grid has to know of each file, and each case's mark."""
    extents, marks, copies = {}, {}, Copies()
    for number, (case, plan) in enumerate(planned.items()):
        volume, marks[case] = load(plan.source)
        name = plan.source.path.name
        refuse_unfit(volume, name, exclude_advice(name))
        refuse_flat(volume, name, exclude_advice(name), design.display, design.plane)
        copies.refuse(plan.source.path, volume)
        try:
            extents[plan.source.path] = extent(volume)
        except ValueError as error:
            raise MedGANSynthError(f"{plan.source.path.name}: {error}; leave it out.") from None
        progress((number + 1) / len(planned))
    return extents, marks


def _prepared(volume: Volume, case: str, plan: Planned, grid: CommonGrid, seed: int) -> np.ndarray:
    rng = np.random.default_rng(generator(seed, "dither", case).getrandbits(128))
    try:
        array = harmonise(volume, grid, rng)
    except ValueError as error:
        raise MedGANSynthError(f"{plan.source.path.name}: {error}.") from None
    return obvious(array, rng) if plan.made_obvious else array


def _write_case(array: np.ndarray, grid: CommonGrid, path: Path) -> None:
    """Uncompressed, so that all files have the same size, and with the same date."""
    sitk.WriteImage(to_image(array, grid.affine), str(path), useCompression=False)
    os.utime(path, (_TIME, _TIME))


def _checked(value: Any, where: str) -> Any:
    """Through the schema once, so that what is written can be read."""
    return schema.from_dict(type(value), schema.to_dict(value), where)


def _slices(display: str, count: int) -> tuple[int, int]:
    """The middle one, or the middle three fifths."""
    if display == "slice":
        return count // 2, count // 2
    return count // 5, count - 1 - count // 5


def _key_case(plan: Planned, hashes: dict[Path, str], mark: Provenance | None) -> KeyCase:
    source = plan.source
    described = source.description() | {"role": plan.role}
    if mark is not None:
        described |= {"model": source.model or mark.model, "model_sha256": mark.model_sha256}
    return KeyCase(plan.truth, source.path.name, hashes[source.path], **described)


def _result(
    out: Path,
    key: Path,
    preview: Path,
    study: Study,
    truth: Key,
    forced_by: list[str],
    usual_repeats: bool,
) -> dict[str, Any]:
    roles = [(case.role, case.truth) for case in truth.cases.values()]
    rows = [
        {"role": role} | {truth: roles.count((role, truth)) for truth in ("real", "synthetic")}
        for role in ("scored", "practice", "catch")
    ]
    trials = max(study.orders.values(), key=len)
    again = len(trials) - len({trial.item for trial in trials})
    coarse = f" (as coarse as {listed(forced_by)})" if forced_by else ""
    usual = f" ({100 * USUAL_REPEATS:.0f} %, or as many as can be ordered)" if usual_repeats else ""
    text = (
        f"{out}: {counted(len(study.cases), 'case')} on one grid of "
        f"{' x '.join(map(str, study.shape))} voxels of "
        f"{' x '.join(f'{s:.4g}' for s in study.spacing)} mm{coarse}, "
        f"{counted(len(study.orders), 'reader')}, {counted(len(trials), 'trial')} each, "
        f"{again} of them repeats{usual}. The key is {key}; keep it "
        "from the readers: give them the study's folder alone, not the folder around it."
    )
    return {"text": text, "rows": rows, "outputs": [str(out), str(key), str(preview)]}
