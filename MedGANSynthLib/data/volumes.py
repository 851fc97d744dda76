"""Whole volumes of a cohort, cached, in an endless and resumable stream."""

import dataclasses

import numpy as np
import torch
from torch import Tensor
from torch.utils.data import Dataset

from ..errors import MedGANSynthError
from ..volume.geometry import same_grid
from ..volume.grid import Grid
from ..volume.preprocessing import prepare
from ..volume.volume import Volume
from .settings import Volumes
from .volume_augmentation import AugmentVolume

FEWEST = 2
"""Scans below which there is nothing to learn a distribution from."""

_TISSUE = -0.8  # of a range from -1 to 1
_CUT = 0.02  # share of a plane


@dataclasses.dataclass(frozen=True)
class Scan:
    """One person's volume on the model's grid.

    Attributes:
        subject: the person.
        array: float32 `[i, j, k]` of the size in the settings, in [-1, 1].
        spacing: voxel sides in millimetres.
        extent: voxels along each axis before padding or cropping.
        intensity_range: what -1 and 1 stand for in the file's units.
    """

    subject: str
    array: np.ndarray
    spacing: tuple[float, float, float]
    extent: tuple[int, int, int]
    intensity_range: tuple[float, float]

    @property
    def is_cut(self) -> bool:
        """Whether tissue reaches a side at which the scan was cropped."""
        cropped = [a for a, n in enumerate(self.array.shape) if self.extent[a] > n]
        planes = [self.array.take(side, axis) for axis in cropped for side in (0, -1)]
        return any((plane > _TISSUE).mean() > _CUT for plane in planes)


def load_scan(subject: str, volumes: dict[str, Volume], settings: Volumes) -> Scan:
    """Bring one person's volume to the grid and range that the networks see.

    Args:
        volumes: modality -> Volume; the mask (where there is one) under `settings.mask`.

    Raises:
        MedGANSynthError: a mask on another grid.
    """
    volume, mask = volumes[settings.modality], volumes.get(settings.mask)
    if settings.stripped and mask is not None:
        if not same_grid(volume, mask):
            raise MedGANSynthError(
                f"{subject}: its mask lies on another grid; resample it, or set "
                "data.stripped=false."
            )
        volume = volume.blanked_outside(mask.array > 0)
    wanted = (None,) * 3 if settings.spacing is None else tuple((s, s) for s in settings.spacing)
    grid = Grid(orientation=settings.orientation, spacing=wanted, size=settings.size)
    prepared = prepare(volume, grid, settings.intensity)
    return Scan(
        subject=subject,
        array=np.ascontiguousarray(prepared.array),
        spacing=prepared.spacing,
        extent=prepared.inner_shape,
        intensity_range=prepared.intensity_range,
    )


def common_spacing(scans: list[Scan]) -> tuple[float, float, float]:
    """The voxel sides of all scans.

    Raises:
        MedGANSynthError: they differ by more than a hundredth, with the two that do.
    """
    first = scans[0]
    for scan in scans[1:]:
        if not np.allclose(scan.spacing, first.spacing, rtol=0.01):
            sides = [" x ".join(f"{s:.3g}" for s in x.spacing) for x in (first, scan)]
            raise MedGANSynthError(
                f"data list: voxel sizes differ ({first.subject} {sides[0]} mm, {scan.subject} "
                f"{sides[1]} mm); set data.spacing to bring all scans to one."
            )
    return first.spacing


class VolumeDataset(Dataset):
    """Item `n` depends on the seed and on `n` alone, whatever was drawn before and by whom.

    Items: `{"image": [1, i, j, k], "other": the same}`, float32 in [-1, 1]: two scans, each from a
    permutation of its own in every epoch, each changed at random.

    Raises:
        MedGANSynthError: fewer than two scans.
    """

    def __init__(self, scans: list[Scan], settings: Volumes, seed: int) -> None:
        if len(scans) < FEWEST:
            raise MedGANSynthError(
                f"data list: the training split has {len(scans)} usable {settings.modality} "
                f"scans; at least {FEWEST} are needed."
            )
        self.arrays = [torch.from_numpy(scan.array)[None] for scan in scans]
        self.augment, self.seed = AugmentVolume(settings.augmentation), seed

    def __len__(self) -> int:
        return len(self.arrays)

    def __getitem__(self, n: int) -> dict[str, Tensor]:
        epoch, position = divmod(n, len(self.arrays))
        item = {}
        for stream, name in enumerate(("image", "other")):
            order = np.random.default_rng([self.seed, stream, epoch]).permutation(len(self.arrays))
            change = np.random.default_rng([self.seed, 2 + stream, n]).integers(2**31)
            item[name] = self.augment(self.arrays[order[position]], int(change))
        return item
