"""`medgansynth data check`: can a preset be trained on these people, and what will it cost?"""

import dataclasses
from pathlib import Path
from typing import Any

from .. import machine
from ..data.datalist import DataList, read_datalist, splits_of_one_person
from ..data.inspection import Image, inspect, rows_by_modality
from ..errors import MedGANSynthError
from ..events import Events
from ..inference.plan import out_of_memory
from .config import Config, load_config
from .findings import Finding, is_used, of_images, of_people
from .needs import Needs, needs_of
from .trial import Cost, try_out

GIB = 2**30


def check_data(
    preset: str,
    data: Path | None,
    out: Path | None,
    set: tuple[str, ...],
    device: str,
    events: Events,
) -> dict[str, Any]:
    """Read every image that `train` would read, and try a few of its steps. See `tasks.DataCheck`.

    Returns:
        `text`: all of it for people; `rows`: people by split; `images`: by modality;
        `findings`: sentences, and whether each stops the training; `cost`: `trial.Cost`, None where
        something stops it; `failed`: how many findings do.

    Raises:
        MedGANSynthError: what is wrong with the preset or its settings.
    """
    config = load_config(preset, set)
    needs = needs_of(config.data)
    rows: list[dict[str, Any]] = []
    images: list[Image] = []
    listed, findings = None, []
    if data is not None:
        try:
            listed = read_datalist(data)
        except MedGANSynthError as error:  # a person in two splits, a file that is not there
            findings.append(Finding(str(error), True))
        else:
            images = _look(listed, needs, events)
            rows = [_row(listed, split, needs) for split in ("training", "validation", "test")]
            findings += [
                Finding(sentence) for sentence in splits_of_one_person(listed, needs.labels)
            ]
            findings += [*of_people(listed, needs), *of_images(images, needs)]
    cost = None
    if not any(finding.stops for finding in findings):
        try:
            cost = try_out(config, listed, device, events)
        except MedGANSynthError as error:
            findings.append(Finding(str(error), True))
        except (RuntimeError, MemoryError) as error:
            if not out_of_memory(error):
                raise
            text = f"A step of batch={config.batch} needs more memory than is free"
            findings.append(Finding(f"{text}; choose a smaller batch, preset or device.", True))
        else:
            findings += _of_disk(cost, out)
    findings.sort(key=lambda finding: not finding.stops)  # what has to be mended comes first
    by_modality = rows_by_modality(images)
    return {
        "text": "\n".join(_lines(config, by_modality, findings, cost)),
        "rows": rows,
        "images": by_modality,
        "findings": [dataclasses.asdict(finding) for finding in findings],
        "cost": None if cost is None else dataclasses.asdict(cost),
        "failed": sum(finding.stops for finding in findings),
    }


def _look(listed: DataList, needs: Needs, events: Events) -> list[Image]:
    wanted = [
        (image, case.subject, split, modality)
        for split in ("training", "validation")
        for case in getattr(listed, split)
        for modality, image in case.images.items()
        if modality in needs.all
    ]
    found = []
    for number, (path, subject, split, modality) in enumerate(wanted):
        events.progress(0.1 * number / len(wanted), f"reading {subject}")
        is_label = modality in needs.labels
        found.append(inspect(path, subject, split, modality, is_label, needs.cine))
    return found


def _row(listed: DataList, split: str, needs: Needs) -> dict[str, Any]:
    cases = getattr(listed, split)
    counts = {m: sum(m in case.images for case in cases) for m in needs.all}
    people = {case.subject for case in cases}
    used = sum(is_used(case, needs) for case in cases)
    return {"split": split, "people": len(people), "cases": len(cases), "usable": used, **counts}


def _of_disk(cost: Cost, out: Path | None) -> list[Finding]:
    free = machine.free_disk(out) if out is not None else None
    if free is None or free > cost.disk:
        return []
    return [
        Finding(
            f"{out}: the training needs up to {cost.disk / GIB:.1f} GiB there and "
            f"{free / GIB:.1f} GiB are free; free some space or choose another disk.",
            True,
        )
    ]


def _lines(
    config: Config, images: list[dict[str, Any]], findings: list[Finding], cost: Cost | None
) -> list[str]:
    lines = [
        f"{r['modality']}: {r['images']} images of {r['voxels']} voxels, {r['mm']} mm"
        for r in images
    ]
    lines += [f"{'Stops' if f.stops else 'Note'}: {f.text}" for f in findings]
    if cost is not None:
        lines.append(
            f"About {duration(cost.seconds)} for {config.images} images on {cost.device} "
            f"({cost.step_seconds:.3g} s a step of {config.batch}), "
            f"{cost.memory / GIB:.2g} GiB of memory, up to {cost.disk / GIB:.2g} GiB of disk."
        )
    return lines or ["The built-in phantoms."]


def duration(seconds: float) -> str:
    """In the largest fitting unit: "40 s", "12 min", "3.5 h", "2.1 days"."""
    for limit, size, unit in ((120, 1, "s"), (7200, 60, "min"), (172_800, 3600, "h")):
        if seconds < limit:
            value = seconds / size
            return f"{value:.0f} {unit}" if value >= 10 or size == 1 else f"{value:.1f} {unit}"
    return f"{seconds / 86_400:.1f} days"
