"""What a preset needs of the data. Standard library only."""

import dataclasses
from typing import Any

from ..data.image_settings import Cycles
from ..data.label_settings import LabelledSlices
from ..data.settings import Modalities, SlicePairs


@dataclasses.dataclass(frozen=True)
class Needs:
    """The images that a training reads.

    Attributes:
        modalities: without them it cannot train.
        useful: it reads them where they are there.
        labels: those of all these that are masks or label maps, no images.
        together: a case has to have all modalities, else it is not used.
        one_grid: and on one voxel grid.
        complete: a case that lacks a modality is refused, not left out.
        cine: films (4D), not volumes.
    """

    modalities: tuple[str, ...]
    useful: tuple[str, ...]
    labels: tuple[str, ...]
    together: bool = False
    one_grid: bool = False
    complete: bool = True
    cine: bool = False

    @property
    def all(self) -> tuple[str, ...]:
        """Every modality that is read."""
        return self.modalities + self.useful


def needs_of(data: Any) -> Needs:
    """What the `[data]` table of a `Config` needs."""
    mask = (data.mask,)
    if isinstance(data, SlicePairs):
        pair = (data.source, data.target)
        return Needs(pair, mask, mask, data.paired, data.paired, complete=False)
    if isinstance(data, Modalities):
        names = (data.target,) if data.thick else (*data.inputs, data.target)
        return Needs(names, mask, mask, together=True, complete=data.strict)
    if isinstance(data, LabelledSlices):
        return Needs((data.modality, data.label), (), (data.label,), together=True, one_grid=True)
    if isinstance(data, Cycles):
        return Needs((data.modality,), mask if data.centre == "heart" else (), mask, cine=True)
    return Needs((data.modality,), mask if data.stripped else (), mask)
