"""Requests that repeat a published study."""

import dataclasses
from pathlib import Path

from .task import DEVICE, Task, field


@dataclasses.dataclass(frozen=True, kw_only=True)
class ExperimentCompare(Task):
    """Train networks times losses on slices and compare all with the real ones (Delplace 2019)."""

    command = "experiment compare"
    function = "experiments.compare:compare"

    data: Path | None = field("data list; without it the built-in phantom is used", None)
    out: Path = field("folder of the Runs, compare.csv and compare.png", short="-o")
    networks: tuple[str, ...] = field(
        "presets of slice Systems (none: dcgan-slices, srresnet-slices, progan-slices)", ()
    )
    loss: tuple[str, ...] = field(
        "gan, lsgan, wgan, wgan-gp, dragan, hinge (none: all but the last)", ()
    )
    images: int = field("that each training sees", 8000)
    size: int = field("rows and columns, a power of two", 64)
    width: int = field("channels of all networks (0: the presets' own)", 0)
    batch: int = field("images in a step (0: the presets' own)", 0)
    set: tuple[str, ...] = field("override a setting of all pairs", (), metavar="KEY=VALUE")
    device: str = field(DEVICE, "auto")


@dataclasses.dataclass(frozen=True, kw_only=True)
class ExperimentAugmentation(Task):
    """Train segmentation networks with and without synthetic images, and compare them."""

    command = "experiment augmentation"
    function = "experiments.augmentation:augmentation"

    data: Path = field("data list with images and label maps")
    out: Path = field("folder for the report and its tables", short="-o")
    model: str | None = field("package that makes slices with label maps", None, short="-m")
    synthetic: Path | None = field("data list of synthetic pairs (its training split)", None)
    image: str = field("key of the image in the data list", "image")
    label: str = field("key of the label map in the data list", "label")
    classes: int = field("labels beside the background", 1)
    size: int = field("rows and columns, a power of two (with --model: the model's)", 64)
    spacing: float = field("pixel sides in mm (0: the scans' own; with --model: the model's)", 0.0)
    steps: int = field("optimiser steps of every network", 1000)
    batch: int = field("slices in a step", 16)
    width: int = field("channels of the segmentation network's first level", 16)
    seeds: int = field("trainings of every arm", 3)
    seed: int = field("the first seed", 0)
    device: str = field(DEVICE, "auto")
    overwrite: bool = field("replace an existing result", False)


@dataclasses.dataclass(frozen=True, kw_only=True)
class ExperimentAblate(Task):
    """Train SC-GAN without each of its parts, and what it competes with (Lan et al. 2021)."""

    command = "experiment ablate"
    function = "experiments.ablate:ablate"

    data: Path | None = field(
        "data list (none: the phantom, which has T1, T2 and FLAIR, for other presets)", None
    )
    out: Path = field("folder of the Runs and ablate.csv", short="-o")
    preset: str = field("preset of SC-GAN in 3D", "scgan-simulated", short="-p")
    variant: tuple[str, ...] = field(
        "only these, such as 'sc-gan' 'no attention' (none: all, and a look-up table)", ()
    )
    seeds: int = field("trainings of each variant", 3)
    images: int = field("that each training sees (0: the preset's own number)", 0)
    set: tuple[str, ...] = field("override a setting of all variants", (), metavar="KEY=VALUE")
    device: str = field(DEVICE, "auto")
