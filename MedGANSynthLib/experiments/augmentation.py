"""`medgansynth experiment augmentation`: do synthetic images help a segmentation network?

The headline of the alpha-WGAN papers, with what makes such a number mean something: the same
optimiser steps in every arm, several seeds, people kept aside, a cheap generator beside the network
(PCA), and paired statistics over people with Holm's correction.
"""

import json
from pathlib import Path
from typing import Any

import numpy as np

from .. import __version__
from ..data.datalist import Case, read_datalist
from ..data.images import Pictures
from ..data.label_settings import LabelledSlices
from ..data.labelled import as_labels, load_labelled
from ..errors import MedGANSynthError
from ..evaluation.table import to_csv
from ..events import Events
from ..files import whole_folder, write_text
from ..inference.device import choose_device
from ..inference.generator import Generator
from ..models.package import Package, open_package
from ..volume.read import read
from .arms import Arm, Maker, make_arms
from .augmentation_page import augmentation_page
from .overlap import by_slice
from .paired_tests import FEWEST, against
from .segmentation import Classical, segment, train_segmenter

REAL = "real"
FILES = PAGE, ROWS, SUMMARY = "report.html", "people.csv", "summary.json"


def augmentation(
    data: Path,
    out: Path,
    model: str | None,
    synthetic: Path | None,
    image: str,
    label: str,
    classes: int,
    size: int,
    spacing: float,
    steps: int,
    batch: int,
    width: int,
    seeds: int,
    seed: int,
    device: str,
    overwrite: bool,
    events: Events,
) -> dict[str, Any]:
    """Train every arm with every seed on the training people and judge it on the others.

    The judged people are the test split, or the validation split where there is no test. Pairs come
    from `model` (a package that makes labelled slices), or from the training split of the data list
    `synthetic`; without either the synthetic arms are left out. A model must have been trained on
    the same training people alone.

    Returns:
        `text`, `rows` (by arm and class), `comparisons`, `people`, `conditions`, `outputs`.

    Raises:
        MedGANSynthError: both `model` and `synthetic`, a model without labels, people missing.
    """
    if out.exists() and not overwrite:
        raise MedGANSynthError(f"{out}: exists already; choose another name or pass --overwrite.")
    if model is not None and synthetic is not None:
        raise MedGANSynthError("give --model or --synthetic, not both.")
    if min(steps, batch, width, seeds, classes) < 1:
        raise MedGANSynthError("--steps, --batch, --width, --seeds and --classes must be positive.")
    package = None if model is None else open_package(model)
    settings = _settings(package, image, label, classes, size, spacing)
    listed = read_datalist(data)
    kept = listed.test or listed.validation
    if not listed.training or not kept:
        raise MedGANSynthError(
            f"{data.name}: needs training people, and others in the test or validation split."
        )
    training = [_load(case, settings) for case in listed.training]
    judged = [_load(case, settings) for case in kept]
    _warn(training, judged, events)
    images, labels = _pairs(training, classes)
    maker = _maker(package, synthetic, settings, device, seed)
    arms = make_arms(images, labels, maker, classes, seed)
    where = choose_device(device)
    people = []
    for turn in range(seeds):
        for number, arm in enumerate(arms):
            done = (turn * len(arms) + number) / (seeds * len(arms))

            def on_step(step: int, done: float = done, name: str = arm.name) -> None:
                events.progress(done + step / steps / (seeds * len(arms)), name)

            network = train_segmenter(
                arm.images,
                arm.labels,
                classes=classes,
                width=width,
                steps=steps,
                batch=batch,
                seed=seed + turn,
                device=where,
                augment=Classical(seed + turn) if arm.classical else None,
                on_step=on_step,
            )
            for person in judged:
                found = segment(network, person.images[:, 0], where)
                people += _judge(arm.name, seed + turn, person, found, classes)
    result = _result(people, arms, listed.training, seed, classes)
    result["conditions"] |= {
        "data": data.name,
        "judged on": "test" if listed.test else "validation",
        "synthetic pairs": package.manifest.name if package else getattr(synthetic, "name", "none"),
        "pixels": f"{settings.size} x {settings.size}",
        "steps": steps,
        "batch": batch,
        "seeds": seeds,
        "seed": seed,
    }
    with whole_folder(out, overwrite) as folder:
        write_text(folder / ROWS, to_csv(people))
        kept_keys = ("conditions", "rows", "comparisons", "people")
        content = {key: result[key] for key in kept_keys}
        write_text(folder / SUMMARY, json.dumps(content, indent=1, allow_nan=False) + "\n")
        write_text(folder / PAGE, augmentation_page(result, arms))
    result["outputs"] = [str(out / name) for name in FILES]
    events.progress(1.0, "done")
    return result


def _settings(
    package: Package | None, image: str, label: str, classes: int, size: int, spacing: float
) -> LabelledSlices:
    """The grid of the slices: the model's, where there is one."""
    given: dict[str, Any] = {"size": size, "spacing": spacing or None}
    if package is not None:
        manifest = package.manifest
        if manifest.generation is None or manifest.generation.form != "labelled":
            raise MedGANSynthError(
                f"{manifest.name}: makes no label maps; train a preset such as "
                "dcgan-labelled-slices."
            )
        if manifest.generation.classes != classes:
            raise MedGANSynthError(
                f"{manifest.name}: makes {manifest.generation.classes} classes; pass --classes."
            )
        given = {
            "size": manifest.grid.size[0],
            "spacing": manifest.grid.spacing[0][0],
            "orientation": manifest.grid.orientation,
            "intensity": manifest.intensity,
        }
    try:
        return LabelledSlices(modality=image, label=label, classes=classes, **given)
    except ValueError as error:
        raise MedGANSynthError(f"--size: {error}.") from None


def _load(case: Case, settings: LabelledSlices) -> Pictures:
    wanted = (settings.modality, settings.label)
    for name in wanted:
        if name not in case.images:
            raise MedGANSynthError(f"data list: {case.subject} has no {name}; add it.")
    return load_labelled(case.subject, {n: read(case.images[n], n) for n in wanted}, settings)


def _pairs(people: list[Pictures], classes: int) -> tuple[np.ndarray, np.ndarray]:
    """Everybody's images and labels, `[n, rows, cols]` each."""
    both = np.concatenate([person.images for person in people])
    return both[:, 0], as_labels(both[:, 1], classes)


def _maker(
    package: Package | None,
    synthetic: Path | None,
    settings: LabelledSlices,
    device: str,
    seed: int,
) -> Maker | None:
    if package is not None:
        generator = Generator.load(package, device)

        def make(count: int) -> tuple[np.ndarray, np.ndarray]:
            made = [generator.labelled(generator.code(seed, index)) for index in range(count)]
            images, labels = zip(*made, strict=True)
            return np.stack(images), np.stack(labels)

        return make
    if synthetic is not None:
        cases = read_datalist(synthetic).training
        if not cases:
            raise MedGANSynthError(f"{synthetic.name}: the training split is empty; add pairs.")
        images, labels = _pairs([_load(case, settings) for case in cases], settings.classes)

        def take(count: int) -> tuple[np.ndarray, np.ndarray]:
            if count > len(images):
                raise MedGANSynthError(
                    f"{synthetic.name}: has {len(images)} labelled slices; {count} are needed, two "
                    "for each real one."
                )
            return images[:count], labels[:count]

        return take
    return None


def _judge(
    arm: str, seed: int, person: Pictures, found: np.ndarray, classes: int
) -> list[dict[str, Any]]:
    truth = as_labels(person.images[:, 1], classes)
    rows = []
    for value in range(1, classes + 1):
        overlap, distance, missing = by_slice(found == value, truth == value, person.spacing[:2])
        rows.append(
            {
                "arm": arm,
                "seed": seed,
                "subject": person.subject,
                "class": value,
                "dice": overlap,
                "hd95_mm": distance,
                "slices_without_hd95": missing,
            }
        )
    return rows


def _result(
    people: list[dict[str, Any]],
    arms: list[Arm],
    training: tuple[Case, ...],
    seed: int,
    classes: int,
) -> dict[str, Any]:
    rows, comparisons = [], []
    for value in range(1, classes + 1):
        for figure in ("dice", "hd95_mm"):
            means = {arm.name: _by_subject(people, arm.name, value, figure) for arm in arms}
            found = against(
                means[REAL], {name: m for name, m in means.items() if name != REAL}, seed
            )
            comparisons += [{"class": value, "figure": figure} | row for row in found]
        for arm in arms:
            mine = [r for r in people if r["arm"] == arm.name and r["class"] == value]
            rows.append({"arm": arm.name, "class": value, "slices": len(arm.images)} | _means(mine))
    judged = len({row["subject"] for row in people})
    return {
        "text": _spoken(comparisons, judged),
        "rows": rows,
        "comparisons": comparisons,
        "people": people,
        "conditions": {
            "training": f"{len({c.subject for c in training})} people",
            "judged": f"{judged} people",
            "tool": f"MedGANSynth {__version__}",
        },
    }


def _means(rows: list[dict[str, Any]]) -> dict[str, Any]:
    """Mean over people and seeds, and the spread of the seeds' means."""
    found: dict[str, Any] = {}
    for figure in ("dice", "hd95_mm"):
        by_seed: dict[int, list[float]] = {}
        for row in rows:
            if row[figure] is not None:
                by_seed.setdefault(row["seed"], []).append(row[figure])
        known = [float(np.mean(values)) for values in by_seed.values()]
        found[figure] = float(np.mean(known)) if known else None
        found[f"{figure}_sd_of_seeds"] = float(np.std(known, ddof=1)) if len(known) > 1 else None
    found["slices_without_hd95"] = sum(row["slices_without_hd95"] for row in rows)
    return found


def _by_subject(
    people: list[dict[str, Any]], arm: str, value: int, figure: str
) -> dict[str, float]:
    """Each person's mean over the seeds."""
    values: dict[str, list[float]] = {}
    for row in people:
        if row["arm"] == arm and row["class"] == value and row[figure] is not None:
            values.setdefault(row["subject"], []).append(row[figure])
    return {subject: float(np.mean(given)) for subject, given in values.items()}


def _warn(training: list[Pictures], judged: list[Pictures], events: Events) -> None:
    if len({person.subject for person in judged}) < FEWEST:
        events.warning(
            f"{len({p.subject for p in judged})} people to judge on: a paired test cannot reach "
            f"p < 0.05 below {FEWEST}; read the intervals and the seeds' spread."
        )
    seen = {person.images.tobytes() for person in training}
    same = [person.subject for person in judged if person.images.tobytes() in seen]
    if same:
        names = ", ".join(same)
        events.warning(f"{names}: the same images are in training; the figures say nothing.")


def _spoken(comparisons: list[dict[str, Any]], judged: int) -> str:
    told = [
        row
        for row in comparisons
        if row["figure"] == "dice" and "synthetic x" in str(row["arm"]) and "difference" in row
    ]
    if not told:
        return f"Judged on {judged} people, without synthetic arms."
    parts = [
        f"class {row['class']}, {row['arm']}: Dice {row['difference']:+.4f} (Holm p "
        f"{row['p_holm']:.2f})"
        for row in told
    ]
    return f"Against real alone, on {judged} people: {'; '.join(parts)}."
