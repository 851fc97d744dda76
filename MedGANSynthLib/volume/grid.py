"""The grid and intensity range that a model works on. Standard library only."""

import dataclasses
from typing import Annotated

from ..schema import Pattern, Range

Axcodes = Annotated[
    str,
    Pattern(
        "([LR][AP][IS]|[LR][IS][AP]|[AP][LR][IS]|[AP][IS][LR]|[IS][LR][AP]|[IS][AP][LR])",
        'three axis codes such as "PLS"',
    ),
]
Millimetres = Annotated[float, Range(0.01, 100.0)]
Voxels = Annotated[int, Range(1, 4096)]


def left_right(orientation: str) -> int:
    """The axis that runs between left and right, by axis codes such as "RAS"."""
    return next(axis for axis, code in enumerate(orientation) if code in "LR")


@dataclasses.dataclass(frozen=True)
class Grid:
    """The voxel grid the networks see; every input is brought to it and every output back from it.

    Attributes:
        orientation: axis codes of array axes i, j, k. Two-dimensional networks see slices `[i, j]`,
            so "PLS" gives rows towards posterior and columns towards the patient's left, the
            radiological display.
        spacing: for each axis the allowed range in millimetres `[low, high]`, or null to keep the
            input's own. An input inside the range is not resampled, one outside goes to the
            nearest end.
        multiple: each axis is padded to a multiple of this many voxels.
        size: exact size (centred crop or pad) or null for any size.
    """

    orientation: Axcodes = "PLS"
    spacing: tuple[
        tuple[Millimetres, Millimetres] | None,
        tuple[Millimetres, Millimetres] | None,
        tuple[Millimetres, Millimetres] | None,
    ] = (None, None, None)
    multiple: tuple[Voxels, Voxels, Voxels] = (1, 1, 1)
    size: tuple[Voxels, Voxels, Voxels] | None = None


@dataclasses.dataclass(frozen=True)
class Intensity:
    """Input intensities to [-1, 1]: robust percentiles of the voxels above the volume's minimum.

    Attributes:
        lower: percentile that becomes -1.
        upper: percentile that becomes 1, or less with `headroom`.
        headroom: how far above the upper percentile 1 lies, as a share of the range between the
            two. Without it the brightest fluid and vessels are cut off, and a network that should
            predict them is taught to be wrong about them.
        centre: take the upper percentile of the tissue in the middle of the image, and the lower
            one of the whole image, air included. Such a scale hardly depends on whether scalp and
            neck are in the image.
    """

    lower: Annotated[float, Range(0.0, 50.0)] = 0.5
    upper: Annotated[float, Range(50.0, 100.0)] = 99.5
    headroom: Annotated[float, Range(0.0, 10.0)] = 0.0
    centre: bool = False
