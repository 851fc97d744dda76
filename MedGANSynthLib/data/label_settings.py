"""The `[data]` table of generators that make an image and its label map. Standard library only."""

import dataclasses
from typing import Annotated

from ..schema import Name, Range
from .image_settings import Slices

MOST_CLASSES = 16


@dataclasses.dataclass(frozen=True)
class LabelledSlices(Slices):
    """Slices with a label map each; those without any label are left out.

    Attributes:
        label: name of the label map in the data list, on the image's grid.
        classes: labels 1 to this number; higher ones count as the highest.
    """

    label: Name = "label"
    classes: Annotated[int, Range(1, MOST_CLASSES)] = 1

    @property
    def channels(self) -> int:
        """The image, and its labels spread over [-1, 1]."""
        return 2
