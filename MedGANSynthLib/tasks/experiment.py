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
    preset: tuple[str, ...] = field(
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
