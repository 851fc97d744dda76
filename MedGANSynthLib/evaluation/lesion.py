"""`medgansynth evaluate lesion`: does a translation keep, lose, invert or invent what it never saw?

A ball of another brightness is put into one input, or into several as a real lesion shows. The only
difference between the two translations is the lesion, so the change of the output is what the
network made of it. The change is signed by the direction that the person's real pair lets expect: a
network that paints a healthy brain over the lesion loses it, one that shows it dark where it should
be bright inverts it, and one that changes far away tissue invents. Means over lesions are of signed
responses, so that kept and inverted lesions do not add up.
"""

import json
from pathlib import Path
from typing import Any

import numpy as np

from .. import __version__
from ..data.datalist import SPLITS, read_datalist
from ..errors import Cancelled, MedGANSynthError
from ..events import Events
from ..files import whole_folder, write_text
from ..models.quality import FILE as QUALITY
from ..models.quality import quality_text
from ..report import page
from ..report.png import data_uri
from ..volume.volume import Volume
from ..wording import counted
from .bootstrap import FEWEST_PEOPLE, bootstrap_interval, subject_means
from .compare import slice_axis
from .lesion_ball import (
    KEPT,
    LOST,
    OUTCOMES,
    Inserted,
    expected_sign,
    insert_lesion,
    judge_lesion,
)
from .methods import choose_direction, load_listed
from .pictures import difference_colours, hung_slice
from .recorded import lesion_measurements
from .table import to_csv

SHOWN = 6
RADII = (4.0, 8.0)
CONTRAST = -2.0
FILES = PAGE, TABLE, SUMMARY = "report.html", "lesions.csv", "summary.json"


def evaluate_lesion(
    *,
    model: str,
    data: Path,
    split: str = "validation",
    source: str = "t1",
    target: str = "t2",
    mask: str = "mask",
    direction: str | None = None,
    insert: str | None = None,
    radius: tuple[float, ...] = (),
    contrast: tuple[float, ...] = (),
    count: int = 3,
    expect: str = "",
    strip: bool = False,
    device: str = "auto",
    seed: int = 0,
    out: Path | None = None,
    overwrite: bool = False,
    events: Events,
) -> dict[str, Any]:
    """Insert lesions of each radius at random places inside the mask, and translate.

    Args:
        radius: in mm; none: 4 and 8.
        insert: the input modality that gets the lesion, or several: t1,t2; None: the first.
        contrast: of the lesion, in standard deviations of that input inside the mask: one number,
            or one for each modality of `insert`; none: -2.
        count: lesions of each radius in each person.
        expect: "bright" or "dark", how a true lesion looks in the output; "": in each person as
            brightness in the first of `insert` and the real target go together
            (`expected_sign`).

    Returns:
        `text`, `rows` (by radius), `lesions`, `conditions`, `failed`, `outputs`.

    Raises:
        MedGANSynthError: a wrong split, radius, contrast or modality; a model without direction;
            no case that can be judged.
    """
    from ..inference.translate import Translator
    from ..models.package import open_package

    if out is not None and out.exists() and not overwrite:
        raise MedGANSynthError(f"{out}: exists already; choose another name or pass --overwrite.")
    if split not in SPLITS:
        raise MedGANSynthError(f"--split must be one of {', '.join(SPLITS)}, not {split!r}.")
    radius = radius or RADII
    contrast = contrast or (CONTRAST,)
    if min(radius) <= 0 or 0 in contrast or count < 1:
        raise MedGANSynthError("--radius and --count must be positive, and --contrast not 0.")
    if expect not in ("", "bright", "dark"):
        raise MedGANSynthError(f"--expect must be bright or dark, not {expect!r}.")
    package = open_package(model)
    chosen = choose_direction(package.manifest, direction, source, target)
    ports = package.manifest.directions[chosen]
    inputs = tuple(port.modality for port in ports.inputs)
    inserted = _contrasts(insert or inputs[0], contrast, inputs)
    first, strength = next(iter(inserted)), max(map(abs, inserted.values()))
    cases = read_datalist(data).splits()[split]
    if not cases:
        raise MedGANSynthError(f"{data.name}: the {split} split is empty; add cases to it.")
    translator = Translator.load(package, chosen, device)
    lesions: list[dict[str, Any]] = []
    tiles: list[tuple[str, str]] = []
    problems = []
    for number, case in enumerate(cases):
        events.progress(number / len(cases), case.subject)
        rng = np.random.default_rng([seed, number])
        try:
            loaded = load_listed(case, inputs, ports.output.modality, mask, "", strip, events)
            before = translator.translate(loaded.inputs).array
            plain = loaded.inputs[inputs.index(first)].array
            sign = {"bright": 1, "dark": -1}.get(
                expect, expected_sign(plain, loaded.target.array, loaded.mask, inserted[first])
            )
            for size in radius:
                for _ in range(count):
                    place = insert_lesion(loaded.mask, loaded.target.spacing, size, rng)
                    changed = [
                        _with_lesion(volume, loaded.mask, place, inserted.get(name, 0.0))
                        for volume, name in zip(loaded.inputs, inputs, strict=True)
                    ]
                    after = translator.translate(changed).array
                    grid = (loaded.mask, loaded.target.spacing)
                    found = judge_lesion(before, after, *grid, place, size, strength, sign)
                    row = {"subject": case.subject, "radius_mm": size}
                    row["expected"] = "bright" if sign > 0 else "dark"
                    lesions.append(row | found)
                    if len(tiles) < 4 * SHOWN:
                        tiles += _tiles(loaded, changed[inputs.index(first)], before, after, place)
        except Cancelled:
            raise
        except MedGANSynthError as error:
            problems.append(f"{case.subject}: {error}")
    if not lesions:
        raise MedGANSynthError(problems[0])
    conditions = {
        "model": package.manifest.name,
        "model_sha256": package.sha256,
        "direction": chosen,
        "lesion": ", ".join(f"{value:+g} in {name}" for name, value in inserted.items())
        + " (standard deviations inside the mask)",
        "data": data.name,
        "split": split,
        "input": "stripped to the mask" if strip else "whole",
        "seed": seed,
        "tool": f"MedGANSynth {__version__}",
    }
    rows = [_summary([le for le in lesions if le["radius_mm"] == s], s, seed) for s in radius]
    result: dict[str, Any] = {
        "text": "\n".join([_spoken(rows), *problems]),
        "rows": rows,
        "lesions": lesions,
        "conditions": conditions,
        "failed": len(problems),
    }
    if out is not None:
        names = list(FILES)
        with whole_folder(out, overwrite) as folder:
            write_text(folder / TABLE, to_csv(lesions))
            kept = {key: result[key] for key in ("conditions", "rows", "lesions", "failed")}
            write_text(folder / SUMMARY, json.dumps(kept, indent=1, allow_nan=False) + "\n")
            write_text(folder / PAGE, _page(result, tiles))
            figures = lesion_measurements(result)
            write_text(folder / QUALITY, quality_text(package.sha256, figures))
            names.append(QUALITY)
        result["outputs"] = [str(out / name) for name in names]
    events.progress(1.0, "done")
    return result


def _contrasts(
    insert: str, contrast: tuple[float, ...], inputs: tuple[str, ...]
) -> dict[str, float]:
    """Modality that gets the lesion -> its contrast there."""
    names = insert.split(",")
    for name in names:
        if name not in inputs:
            raise MedGANSynthError(f"--insert {name}: the model takes {', '.join(inputs)}.")
    if len(contrast) not in (1, len(names)):
        raise MedGANSynthError(
            f"--contrast: {len(contrast)} numbers for {counted(len(names), 'modality')} in "
            "--insert; give one for all, or one for each."
        )
    values = contrast if len(contrast) == len(names) else contrast * len(names)
    return dict(zip(names, values, strict=True))


def _with_lesion(volume: Volume, mask: np.ndarray, place: Inserted, contrast: float) -> Volume:
    if contrast == 0:
        return volume
    array = volume.array.astype(np.float32)
    spread = float(array[mask > 0].std(dtype=np.float64))
    return volume.with_array(array + np.float32(contrast * spread) * place.profile)


def _summary(lesions: list[dict[str, Any]], radius: float, seed: int) -> dict[str, Any]:
    row: dict[str, Any] = {"radius_mm": radius, "lesions": len(lesions)}
    outcomes = [lesion["outcome"] for lesion in lesions]
    row |= {name: outcomes.count(name) for name in OUTCOMES}
    row["invents"] = sum(lesion["invents"] for lesion in lesions)
    responses = [lesion["response"] for lesion in lesions]
    people = [lesion["subject"] for lesion in lesions]
    interval = bootstrap_interval(responses, people, seed) if responses else None
    return row | {
        "response": float(subject_means(responses, people).mean()) if responses else None,
        "low": interval[0] if interval else None,
        "high": interval[1] if interval else None,
    }


def _spoken(rows: list[dict[str, Any]]) -> str:
    parts = [
        f"{row['radius_mm']:g} mm: {', '.join(f'{row[name]} {name}' for name in OUTCOMES)} of "
        f"{row['lesions']}, {row['invents']} with invented tissue"
        for row in rows
    ]
    return "Inserted lesions; " + "; ".join(parts) + "."


def _tiles(
    loaded: Any, changed: Volume, before: np.ndarray, after: np.ndarray, place: Inserted
) -> list[tuple[str, str]]:
    axis = slice_axis(loaded.target)
    whole = (changed.array, before, after, loaded.mask)
    *cut, inside = (
        hung_slice(array, loaded.target.affine, axis, place.centre[axis]) for array in whole
    )
    shown = []
    for image, reference in zip(cut, (cut[0], cut[1], cut[1]), strict=True):
        low, high = np.percentile(reference[inside], (0.5, 99.5))
        shown.append((image.astype(np.float32) - low) / max(float(high - low), 1e-6))
    names = ("input with lesion", "output without", "output with")
    tiles = [(data_uri(image), name) for image, name in zip(shown, names, strict=True)]
    return [*tiles, (data_uri(difference_colours(shown[2] - shown[1])), "change of the output")]


def _page(result: dict[str, Any], tiles: list[tuple[str, str]]) -> str:
    conditions = [{"what": k, "value": v} for k, v in result["conditions"].items()]
    sections = [
        ("Result", page.paragraph(result["text"], "verdict") + page.table(result["rows"])),
        ("The first lesions", page.pictures(tiles)),
        ("Lesions", page.table(result["lesions"])),
        ("What the figures hold for", page.table(conditions) + page.paragraph(_MEANING)),
    ]
    return page.page("Lesions that a translation keeps, loses or invents", sections)


_MEANING = (
    "response: change of the output inside the lesion over the (largest) inserted contrast, both "
    "in standard deviations inside the mask, positive in the expected direction (bright or dark, "
    "as the real pair has it, or --expect); kept from "
    f"{KEPT:g} on, weakened from {LOST:g} on, inverted from "
    f"-{LOST:g} down, else lost; means are of the signed responses, over people, with an interval "
    f"from {FEWEST_PEOPLE} people on. invents: a piece of tissue far away, half as large as the "
    "lesion, changed too. An inserted ball is no real lesion: what is kept here may be lost in a "
    "patient, but what is lost here is lost."
)
