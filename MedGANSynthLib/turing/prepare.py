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
from ..volume.content import exclude_advice, refuse_unfit
from ..volume.itk import to_image
from ..volume.picture import write_montage
from ..volume.provenance import Provenance
from ..volume.write import file_hash
from ..wording import counted
from .audit import audit_study
from .harmonise import CommonGrid, common_grid, extent, harmonise, obvious
from .order import generator
from .originals import Copies, gather, hash_all, load, warn_of_training
from .places import check_study
from .plan import Planned, plan_cases, plan_orders
from .study import (
    CaseFile,
    Design,
    Key,
    KeyCase,
    Registered,
    Study,
    case_path,
    write_json,
)

_AXIS = {"sagittal": 0, "coronal": 1, "axial": 2}
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

    grid, marks = _common(planned, spacing, shape, events.scaled(0.1, 0.5, "reading the cases"))
    axis = _AXIS[plane]
    design = dataclasses.replace(design, slices=_slices(display, grid.shape[axis]))
    truth = Key(
        format=1,
        study=secrets.token_hex(16),
        salt=secrets.token_hex(32),
        seed=seed,
        prevalence=prevalence,
        cases={case: _key_case(plan, hashes, marks[case]) for case, plan in planned.items()},
    )
    tiles: dict[str, list[np.ndarray]] = {"real": [], "synthetic": []}
    with files.whole_folder(out, overwrite) as folder:
        written = []
        (folder / "cases").mkdir()
        for number, (case, plan) in enumerate(sorted(planned.items())):
            array = _prepared(case, plan, grid, seed)
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
        write_json(_checked(truth, key.name), key)
    preview = key.with_name(f"{key.stem}-preview.png")
    write_montage(preview, [tiles["real"], tiles["synthetic"]], window=design.window)
    result = _result(out, key, preview, study, truth)
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
        (not 0 <= repeats <= 0.5, "--repeats is a share between 0 and 0.5"),
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


def _common(
    planned: dict[str, Planned],
    spacing: tuple[float, ...],
    shape: tuple[int, ...],
    progress: Any,
) -> tuple[CommonGrid, dict[str, Provenance | None]]:
    extents, marks, copies = [], {}, Copies()
    for number, (case, plan) in enumerate(planned.items()):
        volume, marks[case] = load(plan.source)
        name = plan.source.path.name
        refuse_unfit(volume, name, exclude_advice(name))
        copies.refuse(plan.source.path, volume)
        try:
            extents.append(extent(volume))
        except ValueError as error:
            raise MedGANSynthError(f"{plan.source.path.name}: {error}; leave it out.") from None
        progress((number + 1) / len(planned))
    return common_grid(extents, spacing, shape), marks


def _prepared(case: str, plan: Planned, grid: CommonGrid, seed: int) -> np.ndarray:
    rng = np.random.default_rng(generator(seed, "dither", case).getrandbits(128))
    try:
        array = harmonise(load(plan.source)[0], grid, rng)
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


def _result(out: Path, key: Path, preview: Path, study: Study, truth: Key) -> dict[str, Any]:
    roles = [(case.role, case.truth) for case in truth.cases.values()]
    rows = [
        {"role": role} | {truth: roles.count((role, truth)) for truth in ("real", "synthetic")}
        for role in ("scored", "practice", "catch")
    ]
    trials = max(len(t) for t in study.orders.values())
    text = (
        f"{out}: {counted(len(study.cases), 'case')} on one grid of "
        f"{' x '.join(map(str, study.shape))} voxels, {counted(len(study.orders), 'reader')}, "
        f"{counted(trials, 'trial')} each. The key is {key}; "
        "keep it from the readers."
    )
    return {"text": text, "rows": rows, "outputs": [str(out), str(key), str(preview)]}
