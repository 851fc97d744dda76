"""Systems by name. Standard library only: a System's schemas are known without importing torch."""

import importlib
from typing import Any, NamedTuple

from ..errors import MedGANSynthError


class Parts(NamedTuple):
    """Where a System's parts are, as "module:name".

    Attributes:
        system: its class, a `systems.base.System`.
        objective, data: the dataclasses of its config tables.
        cohort: what it trains on and is judged by, a `training.cohort.Cohort`.
    """

    system: str
    objective: str
    data: str
    cohort: str


SYSTEMS = {
    "alpha-wgan": Parts(
        "systems.alpha_wgan:AlphaWGAN",
        "systems.settings:AlphaWGANObjective",
        "data.settings:Volumes",
        "training.generation:Generation",
    ),
    "cine-gan": Parts(
        "systems.image_gan:ImageGAN",
        "systems.image_settings:ImageObjective",
        "data.image_settings:Cycles",
        "training.images:CineGeneration",
    ),
    "cine-progan": Parts(
        "systems.progan:ProGAN",
        "systems.image_settings:ProgressiveObjective",
        "data.image_settings:Cycles",
        "training.images:CineGeneration",
    ),
    "cyclegan": Parts(
        "systems.cyclegan:CycleGAN",
        "systems.settings:CycleGANObjective",
        "data.settings:SlicePairs",
        "training.translation:Translation",
    ),
    "labelled-slice-gan": Parts(
        "systems.image_gan:ImageGAN",
        "systems.image_settings:ImageObjective",
        "data.label_settings:LabelledSlices",
        "training.labelled:LabelledGeneration",
    ),
    "scgan": Parts(
        "systems.scgan:SCGAN",
        "systems.settings:SCGANObjective",
        "data.settings:Modalities",
        "training.synthesis:Synthesis",
    ),
    "slice-gan": Parts(
        "systems.image_gan:ImageGAN",
        "systems.image_settings:ImageObjective",
        "data.image_settings:Slices",
        "training.images:SliceGeneration",
    ),
    "slice-progan": Parts(
        "systems.progan:ProGAN",
        "systems.image_settings:ProgressiveObjective",
        "data.image_settings:Slices",
        "training.images:SliceGeneration",
    ),
}


def system_schemas(name: str, where: str) -> tuple[type, type]:
    """The dataclasses of a System's `[objective]` and `[data]` tables."""
    _check(name, where)
    return _load(SYSTEMS[name].objective), _load(SYSTEMS[name].data)


def system_class(name: str) -> Any:
    """The System's class; imports torch."""
    _check(name, "system")
    return _load(SYSTEMS[name].system)


def cohort_class(name: str) -> Any:
    """The class of the System's cohort; imports torch."""
    _check(name, "system")
    return _load(SYSTEMS[name].cohort)


def _check(name: str, where: str) -> None:
    if name not in SYSTEMS:
        known = ", ".join(sorted(SYSTEMS))
        raise MedGANSynthError(f"{where}: unknown system {name!r}; known: {known}.")


def _load(path: str) -> Any:
    module, name = path.split(":")
    return getattr(importlib.import_module(f"..{module}", __package__), name)
