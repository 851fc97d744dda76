"""The two ways to say what is judged against what."""

import dataclasses
from collections.abc import Callable, Sequence, Set
from pathlib import Path
from typing import Any

from ..data.datalist import SPLITS, Case, DataList
from ..data.doubts import same_files
from ..errors import MedGANSynthError
from ..events import Events
from .cases import match_files
from .methods import (
    FITTED,
    Loaded,
    Method,
    as_it_is,
    choose_direction,
    fit_baselines,
    load_files,
    load_listed,
    modalities,
    model_method,
)


@dataclasses.dataclass(frozen=True)
class Plan:
    """What to judge.

    Attributes:
        cases: name, subject and what `load` takes.
        load: reads one case.
        methods: what is judged, by name.
        conditions: what the figures hold for; written beside them.
        place: which voxels count.
        strip: inputs are blank outside the mask, and so are both images for SSIM.
        done: share of the whole work that went into fitting.
    """

    cases: Sequence[tuple[str, str, Any]]
    load: Callable[[Any], Loaded]
    methods: dict[str, Method]
    conditions: dict[str, Any]
    place: str
    strip: bool = False
    done: float = 0.0


def plan_files(
    predictions: Sequence[Path],
    targets: Sequence[Path],
    masks: Sequence[Path],
    labels: Sequence[Path],
    events: Events,
) -> Plan:
    """Prediction files beside target, mask and label files."""
    files = match_files(predictions, targets, masks, labels)
    return Plan(
        [(case.name, case.subject, case) for case in files],
        lambda case: load_files(case, events),
        {"prediction": as_it_is},
        {"mask": "mask files" if masks else "target above its minimum"},
        _place(len(files) if masks else 0, len(files)),
    )


def plan_list(
    listed: DataList,
    where: str,
    *,
    split: str,
    source: str,
    target: str,
    mask: str,
    label: str,
    model: str | None,
    direction: str | None,
    strip: bool,
    baselines: bool,
    device: str,
    seed: int,
    events: Events,
) -> Plan:
    """A model, the baselines or both on one split of a data list named `where`."""
    if split not in SPLITS:
        raise MedGANSynthError(f"--split must be one of {', '.join(SPLITS)}, not {split!r}.")
    if model is None and not baselines:
        raise MedGANSynthError("nothing to judge: give --model, --baselines or both.")
    if baselines and split == "training":
        raise MedGANSynthError(
            "the baselines are fitted on the training people; judge on validation or test."
        )
    cases = listed.splits()[split]
    if not cases:
        raise MedGANSynthError(f"{where}: the {split} split is empty; add cases to it.")
    if split == "training":
        events.warning("judged on the training people: the figures say nothing about others.")
    for one, other in same_files(listed):
        if one.split == other.split:
            continue
        events.warning(
            f"{one.path.name} and {other.path.name} have the same content but lie in different "
            "splits: a figure on people that a model was trained on says nothing about others."
        )
    inputs = modalities(source)
    package = None
    if model is not None:
        from ..models.package import open_package

        package = open_package(model)
        direction = choose_direction(package.manifest, direction, source, target)
        chosen = package.manifest.directions[direction]
        inputs = tuple(port.modality for port in chosen.inputs)
        target = chosen.output.modality

    def load(case: Case) -> Loaded:
        return load_listed(case, inputs, target, mask, label, strip, events)

    methods: dict[str, Method] = {}
    if package is not None:
        methods[package.manifest.name] = model_method(package, direction, device)
    if baselines:
        training = _complete(listed.training, {*inputs, target}, events)
        methods |= fit_baselines(training, load, seed, events)
    conditions = {
        "data": where,
        "split": split,
        "source": ", ".join(inputs),
        "target": target,
        "input": "stripped to the mask" if strip else "whole",
        "mask": f"{mask!r} of the data list, or the target above its minimum where it names none",
    }
    if package is not None:
        conditions |= {"direction": direction, "model_sha256": package.sha256}
    named = [(_name(case, cases), case.subject, case) for case in cases]
    place = _place(sum(mask in case.images for case in cases), len(cases))
    return Plan(named, load, methods, conditions, place, strip, FITTED if baselines else 0.0)


def _complete(cases: Sequence[Case], names: Set[str], events: Events) -> list[Case]:
    """Those with all images; a training leaves the others out, too."""
    for case in cases:
        if missing := " and no ".join(sorted(names - case.images.keys())):
            events.warning(f"{case.subject}: no baseline is fitted on it, it has no {missing}.")
    complete = [case for case in cases if names <= case.images.keys()]
    if cases and not complete:
        wanted = " and ".join(sorted(names))
        raise MedGANSynthError(
            f"no training person has {wanted}, so no baseline can be fitted; check --source and "
            "--target."
        )
    return complete


def _place(masked: int, cases: int) -> str:
    """Which voxels count where so many of the cases have a mask."""
    if masked == cases:
        return "inside the mask"
    if masked == 0:
        return "above the target's minimum"
    return f"inside the mask, or above the target's minimum ({cases - masked} without a mask)"


def _name(case: Case, cases: Sequence[Case]) -> str:
    """The subject, numbered where a person has several examinations."""
    same = [other for other in cases if other.subject == case.subject]
    number = next(i for i, other in enumerate(same, 1) if other is case)
    return case.subject if len(same) == 1 else f"{case.subject} ({number})"
