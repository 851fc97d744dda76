"""The `[data]` tables of the image GANs. Standard library only."""

import dataclasses
from typing import Annotated, Literal

from ..schema import Name, Range
from ..volume.grid import Axcodes, Intensity, Millimetres

Probability = Annotated[float, Range(0.0, 1.0)]
Side = Annotated[int, Range(8, 1024)]


@dataclasses.dataclass(frozen=True)
class Slices:
    """Slices of volumes of one modality, each an image of its own.

    Attributes:
        modality: its name in the data list.
        mask: name of a mask in the data list, used where `stripped` is set.
        stripped: blank everything outside the mask, where a person has one.
        orientation: of the slices, which lie along its last axis.
        spacing: pixel sides in millimetres that every slice is brought to; null keeps the scans'
            own, which must then agree.
        size: rows and columns after centred padding or cropping, a power of two.
        span: which slices, as shares of the way from the first to the last that is not blank.
        blank: slices with less than this share of foreground are left out.
        mirror: probability of a flip of the columns.
        phantoms: how many built-in head phantoms to train on where no data list is given.
    """

    modality: Name = "t1"
    mask: Name = "mask"
    stripped: bool = False
    orientation: Axcodes = "PLS"
    spacing: Millimetres | None = None
    size: Side = 256
    span: tuple[Probability, Probability] = (0.0, 1.0)
    blank: Probability = 0.02
    mirror: Probability = 0.0
    intensity: Intensity = dataclasses.field(default_factory=Intensity)
    phantoms: Annotated[int, Range(2, 1000)] = 8

    def __post_init__(self) -> None:
        _refuse_size(self.size)
        if self.span[0] >= self.span[1]:
            raise ValueError("span must rise")

    @property
    def channels(self) -> int:
        """Of an image."""
        return 1


@dataclasses.dataclass(frozen=True)
class Cycles:
    """Heart cycles, each an image whose channels are the frames.

    Attributes:
        modality: its name in the data list: 4D NIfTI files or folders of frames.
        mask: name of a left ventricle's mask in the data list, 4D too; used to find the heart.
        size: rows and columns, a power of two.
        frames: phases of a cycle.
        phases: "resampled" spreads the phases over the whole cycle, "first" takes the first ones.
        field: side of the square that is cut out, in millimetres; in pixels where a file does not
            say their size.
        centre: its middle: that of the image, or the heart.
        mirror: probability of a flip of the columns (the cine ProGAN's).
        turn: probability of a turn by 90, 180 or 270 degrees: the heart has no upright position
            once it is cut out, but the chest has.
        phantoms: how many built-in beating phantoms to train on where no data list is given.
    """

    modality: Name = "cine"
    mask: Name = "mask"
    size: Side = 64
    frames: Annotated[int, Range(2, 256)] = 20
    phases: Literal["resampled", "first"] = "resampled"
    field: Annotated[float, Range(8.0, 2000.0)] = 256.0
    centre: Literal["image", "heart"] = "image"
    mirror: Probability = 0.0
    turn: Probability = 0.0
    intensity: Intensity = dataclasses.field(default_factory=Intensity)
    phantoms: Annotated[int, Range(2, 1000)] = 8

    def __post_init__(self) -> None:
        _refuse_size(self.size)

    @property
    def channels(self) -> int:
        """Of an image: the frames."""
        return self.frames


def _refuse_size(size: int) -> None:
    if size & (size - 1):
        raise ValueError(f"size {size} must be a power of two, such as 64, 128 or 256")
