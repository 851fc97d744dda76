"""Requests about heart cycles."""

import dataclasses
from pathlib import Path

from .task import Task, field


@dataclasses.dataclass(frozen=True, kw_only=True)
class CineWarp(Task):
    """Make semi-synthetic heart cycles of end-diastolic and end-systolic frames, to train on."""

    command = "cine warp"
    function = "data.semi_synthetic:make_cycles"

    images: Path = field("folder of 8-bit PNG frames with Sunnybrook names, two for each slice")
    masks: Path = field("folder of the left ventricle's masks, same names")
    outer: Path | None = field("folder of masks with its muscle, same names, for some frames", None)
    out: Path = field("folder for the cycles and data.json", short="-o")
    frames: int = field("phases of a cycle", 20)
    side: int = field("pixels of the square round the ventricle that is kept", 160)
    validation: float = field("share of the people for validation", 0.15)
    split: Path | None = field("split file in place of a share, as of `datalist`", None)
    seed: int = field("seed of the split", 0)
    overwrite: bool = field("replace existing cycles", False)


@dataclasses.dataclass(frozen=True, kw_only=True)
class CineMeasure(Task):
    """Measure how cycles move: smoothness, closure, flicker, the ventricle's area."""

    command = "cine measure"
    function = "evaluation.temporal:measure_cines"

    cines: tuple[Path, ...] = field(
        "4D NIfTI files, folders of frames, or folders of either", (), positional=True
    )
    data: Path | None = field("data list whose cycles are measured, with their masks", None)
    split: str = field("split of the data list", "validation")
    out: Path | None = field("CSV file of the figures and of the area curves", None, short="-o")
