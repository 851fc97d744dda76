"""`medgansynth data check`: can a preset be trained on these people, and what will it cost?"""

import dataclasses
from collections.abc import Sequence, Set
from pathlib import Path
from typing import Any

from ..data.datalist import Case, DataList, read_datalist
from ..data.doubts import doubts
from ..data.inspection import Image, inspect, rows_by_modality
from ..errors import MedGANSynthError
from ..events import Events
from ..inference.plan import out_of_memory
from ..wording import size
from .config import Config, load_config
from .findings import Finding, is_used, of_images, of_people
from .needs import Needs, needs_of
from .people import data_facts
from .refusals import refuse_early
from .room import refuse_full_disk, weightless
from .trial import Cost, try_out


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
            broken = {image.path for image in images if image.problem}
            rows = [_row(split, cases, broken, needs) for split, cases in listed.splits().items()]
            findings += [Finding(*doubt) for doubt in doubts(listed, needs.labels)]
            findings += [*of_people(listed, needs), *of_images(images, needs)]
    if out is not None:
        findings += _of_folder(config, data, listed, out)
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


def _row(split: str, cases: Sequence[Case], broken: Set[Path], needs: Needs) -> dict[str, Any]:
    counts = {m: sum(m in case.images for case in cases) for m in needs.all}
    people = {case.subject for case in cases}
    used = sum(is_used(_readable(case, broken), needs) for case in cases)
    return {"split": split, "people": len(people), "cases": len(cases), "usable": used, **counts}


def _readable(case: Case, broken: Set[Path]) -> Case:
    """Without the files that no network can learn from."""
    images = {m: path for m, path in case.images.items() if path not in broken}
    return dataclasses.replace(case, images=images)


def _of_folder(
    config: Config, data: Path | None, listed: DataList | None, out: Path
) -> list[Finding]:
    """What `train` would refuse of its Run folder."""
    found = []
    facts = None
    if data is None or listed is not None:  # else the list is no good, which was said
        facts = data_facts(data, config.data.phantoms)
    for refuse in (
        lambda: facts and refuse_early(out, config, facts),
        lambda: refuse_full_disk(weightless(config), out / "checkpoints"),
    ):
        try:
            refuse()
        except MedGANSynthError as error:
            found.append(Finding(str(error), True))
    return found


def _lines(
    config: Config, images: list[dict[str, Any]], findings: list[Finding], cost: Cost | None
) -> list[str]:
    lines = [
        f"{r['modality']}: {r['images']} images of {r['voxels']} voxels, {r['mm']} mm"
        for r in images
    ]
    lines += [f"{'Stops' if f.stops else 'Note'}: {f.text}" for f in findings]
    if cost is not None:
        memory = "" if cost.memory is None else f"{size(cost.memory)} of memory, "
        lines.append(
            f"About {duration(cost.seconds)} for {config.images} images on {cost.device} "
            f"({cost.step_seconds:.3g} s a step of {config.batch}), {memory}up to "
            f"{size(cost.disk)} of disk."
        )
    return lines or ["The built-in phantoms."]


def duration(seconds: float) -> str:
    """In the largest fitting unit: "40 s", "12 min", "3.5 h", "2.1 days"."""
    for limit, unit_s, unit in ((120, 1, "s"), (7200, 60, "min"), (172_800, 3600, "h")):
        if seconds < limit:
            value = seconds / unit_s
            return f"{value:.0f} {unit}" if value >= 10 or unit_s == 1 else f"{value:.1f} {unit}"
    return f"{seconds / 86_400:.1f} days"
