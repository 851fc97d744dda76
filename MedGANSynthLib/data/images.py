"""Images of a cohort, cached, in an endless and resumable stream."""

import dataclasses

import numpy as np
import torch
from torch import Tensor
from torch.utils.data import Dataset

from ..errors import MedGANSynthError

FEWEST = 2
"""Images below which there is nothing to learn a distribution from."""


@dataclasses.dataclass(frozen=True)
class Pictures:
    """One person's images: slices, or heart cycles with their frames as channels.

    Attributes:
        subject: the person.
        images: float32 `[n, channel, rows, cols]` in [-1, 1].
        spacing: pixel sides and distance of the slices in millimetres.
        intensity_range: what -1 and 1 stand for in the file's units.
        time_step: seconds between two channels, None for slices and where it is not known.
    """

    subject: str
    images: np.ndarray
    spacing: tuple[float, float, float]
    intensity_range: tuple[float, float]
    time_step: float | None = None


def common_pixels(people: list[Pictures]) -> tuple[float, float]:
    """The pixel sides of all images.

    Raises:
        MedGANSynthError: they differ by more than a hundredth, with the two that do.
    """
    first = people[0]
    for person in people[1:]:
        if not np.allclose(person.spacing[:2], first.spacing[:2], rtol=0.01):
            sides = [" x ".join(f"{s:.3g}" for s in x.spacing[:2]) for x in (first, person)]
            raise MedGANSynthError(
                f"data list: pixel sizes differ ({first.subject} {sides[0]} mm, {person.subject} "
                f"{sides[1]} mm); set data.spacing to bring all slices to one."
            )
    return first.spacing[:2]


class ImageDataset(Dataset):
    """Item `n` depends on the seed and on `n` alone, whatever was drawn before and by whom.

    Items: `{"image": [channel, rows, cols]}`, float32 in [-1, 1]; every epoch is a permutation.

    Args:
        images: float32 `[n, channel, rows, cols]`.
        mirror: probability of a flip of the columns.
        turn: probability of a turn by 90, 180 or 270 degrees.

    Raises:
        MedGANSynthError: fewer than two images.
    """

    def __init__(
        self, images: np.ndarray, seed: int, mirror: float = 0.0, turn: float = 0.0
    ) -> None:
        if len(images) < FEWEST:
            raise MedGANSynthError(
                f"data list: the training split has {len(images)} usable images; at least "
                f"{FEWEST} are needed."
            )
        self.images = torch.from_numpy(images)
        self.seed, self.mirror, self.turn = seed, mirror, turn

    def __len__(self) -> int:
        return len(self.images)

    def __getitem__(self, n: int) -> dict[str, Tensor]:
        epoch, position = divmod(n, len(self.images))
        order = np.random.default_rng([self.seed, 0, epoch]).permutation(len(self.images))
        image = self.images[order[position]]
        change = np.random.default_rng([self.seed, 1, n])
        flipped, turned, quarters = change.random(), change.random(), change.integers(1, 4)
        if flipped < self.mirror:
            image = image.flip(2)
        if turned < self.turn:
            image = image.rot90(int(quarters), (1, 2))
        return {"image": image.contiguous()}
