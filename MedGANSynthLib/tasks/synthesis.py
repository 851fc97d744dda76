"""Requests that make volumes with a trained model."""

import dataclasses
from pathlib import Path
from typing import Annotated

from ..schema import Range
from .task import DEVICE, MODEL, Task, field


@dataclasses.dataclass(frozen=True, kw_only=True)
class Translate(Task):
    """Translate volumes into another modality."""

    command = "translate"
    function = "inference.cohort:translate"

    inputs: tuple[Path, ...] = field(
        "volumes (NIfTI, NRRD, MHA, DICOM folder) or folders of them", (), positional=True
    )
    model: str = field(MODEL, short="-m")
    out: Path = field("output file, or folder when there are several inputs", short="-o")
    direction: str | None = field("one of the model's directions, such as t2-to-t1", None)
    input: tuple[str, ...] = field(
        "NAME=FILE, once for each modality that the model wants", (), metavar="NAME=FILE"
    )
    spacing: tuple[float, ...] = field(
        "resample the input to voxels of these three sides in mm first, as for super-resolution", ()
    )
    device: str = field(DEVICE, "auto")
    batch: int = field("slices computed at once (0: chosen from the slice size)", 0)
    match_range: Path | None = field("put the output on this volume's intensity scale", None)
    uncertainty: bool = field("also write a map of how unsure the model is, voxel by voxel", False)
    fill_nonfinite: float | None = field("replace NaN and infinite voxels by this value", None)
    cpu_fallback: bool = field("go on with the CPU if the GPU's memory is too small", False)
    shard: str = field("do only part I of N of the cohort, such as 3/16", "1/1", metavar="I/N")
    overwrite: bool = field("write outputs again that exist already", False)


@dataclasses.dataclass(frozen=True, kw_only=True)
class Generate(Task):
    """Generate volumes of nobody, walk between two of them, or make given scans again."""

    command = "generate"
    function = "inference.generate:generate"

    model: str = field(MODEL, short="-m")
    out: Path = field("folder for the volumes and a picture of them", short="-o")
    count: int = field("how many volumes, or steps of a walk", 1, short="-n")
    seed: int = field("the same seed, number and model give the same volume", 0)
    to_seed: int | None = field("walk from the first volume of --seed to that of this seed", None)
    interpolation: str = field("of a walk: slerp (keeps to likely codes) or lerp", "slerp")
    temperature: Annotated[float, Range(0.0, 10.0)] = field(
        "below 1: more average and less varied volumes", 1.0
    )
    reconstruct: tuple[Path, ...] = field("make these scans again through the model's encoder", ())
    neighbours: Path | None = field(
        "data list: show below each volume the nearest one of its training split", None
    )
    device: str = field(DEVICE, "auto")
    cpu_fallback: bool = field("go on with the CPU if the GPU's memory is too small", False)
    overwrite: bool = field("write volumes again that exist already", False)
