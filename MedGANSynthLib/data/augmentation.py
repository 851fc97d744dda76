"""Random changes of slabs, by MONAI transforms."""

import math

import numpy as np
import torch
import torch.nn.functional as F
from monai import transforms as mt
from monai.config import KeysCollection
from torch import Tensor

from .seeded import Seeded
from .settings import SlicePairs

BACKGROUND = -1.0
ALL = "all"
"""Where images that are moved alike lie as channels of one."""


class SlabAugmentation:
    """Augments slabs `[slices, rows, cols]` in [-1, 1] and brings them to the training size.

    Keys of one call share their geometry; contrast, shading and noise change only `appearance`.

    Args:
        settings: the `[data]` table.
        slices: of each image in a call, by its name.
        appearance: those of them that also vary in appearance.
    """

    def __init__(self, settings: SlicePairs, slices: dict[str, int], appearance: list[str]) -> None:
        a, size = settings.augmentation, settings.size
        enlarged = [round(n * a.jitter) for n in size]
        # Padding inside the affine transform is 0, so the images are moved up by one for it.
        steps = [Offset([ALL], 1.0)]
        if a.blur:
            steps.append(_RandThickVoxels([ALL], a.blur))
        if a.jitter > 1:
            steps.append(mt.Resized([ALL], enlarged, mode="nearest"))
        steps += [mt.SpatialPadd([ALL], size), _RandWindow([ALL], settings)]
        if a.flip:
            steps.append(mt.RandFlipd([ALL], prob=a.flip, spatial_axis=1))
        steps.append(Apart(slices))
        if a.contrast:
            steps.append(mt.RandAdjustContrastd(appearance, prob=a.contrast, gamma=(0.7, 1.4)))
        if a.bias:
            steps.append(mt.RandBiasFieldd(appearance, prob=a.bias, coeff_range=(0.0, 0.15)))
        if a.noise:
            steps.append(_RandNoise(appearance, prob=a.noise, std=0.05))
        self.keys = list(slices)
        self.transform = Seeded(steps)

    def __call__(self, images: dict[str, Tensor], seed: int) -> dict[str, Tensor]:
        """The same seed gives the same change."""
        made = self.transform({ALL: torch.cat([images[key] for key in self.keys])}, seed)
        return {
            key: (torch.as_tensor(made[key]) - 1).clamp_(-1, 1).contiguous() for key in self.keys
        }


class Offset(mt.MapTransform):
    """Adds a constant."""

    def __init__(self, keys: KeysCollection, offset: float) -> None:
        super().__init__(keys)
        self.offset = offset

    def __call__(self, data: dict[str, Tensor]) -> dict[str, Tensor]:
        return {**data, **{key: data[key] + self.offset for key in self.key_iterator(data)}}


class Apart(mt.Transform):
    """Makes of `ALL` images of their own again, each with its number of channels."""

    def __init__(self, channels: dict[str, int]) -> None:
        self.channels = channels

    def __call__(self, data: dict[str, Tensor]) -> dict[str, Tensor]:
        parts = torch.as_tensor(data[ALL]).split(list(self.channels.values()))
        return dict(zip(self.channels, parts, strict=True))


class _RandWindow(mt.RandomizableTransform, mt.MapTransform):
    """A window of the training size at a random place, sometimes through a random affine map.

    Only what lies in the window is interpolated, which is much less than a whole slice.
    """

    def __init__(self, keys: KeysCollection, settings: SlicePairs) -> None:
        mt.MapTransform.__init__(self, keys)
        mt.RandomizableTransform.__init__(self, settings.augmentation.affine)
        self.size, self.changes = settings.size, settings.augmentation
        # Linear interpolation would teach the networks that images are smooth.
        self.sample = mt.Resample("bicubic", "zeros", dtype=np.float32)
        self.axes = [np.arange(n, dtype=np.float32) - (n - 1) / 2 for n in self.size]

    def __call__(self, data: dict[str, Tensor]) -> dict[str, Tensor]:
        self.randomize(None)
        made = dict(data)
        for key in self.key_iterator(data):
            image = torch.as_tensor(data[key])
            room = [n - m for n, m in zip(image.shape[1:], self.size, strict=True)]
            start = [int(self.R.randint(n + 1)) for n in room]
            if self._do_transform:
                made[key] = self.sample(image, self._grid(start, room))
            else:
                (i, j), (rows, cols) = start, self.size
                made[key] = image[:, i : i + rows, j : j + cols]
        return made

    def _grid(self, start: list[int], room: list[int]) -> Tensor:
        """Where the window's pixels come from, in pixels from the middle of the image."""
        places = [a + s - r / 2 for a, s, r in zip(self.axes, start, room, strict=True)]
        rows, cols = np.meshgrid(*places, indexing="ij")
        a, draw = self.changes, self.R.uniform
        affine = mt.AffineGrid(
            rotate_params=math.radians(draw(-a.rotate, a.rotate)),
            translate_params=[draw(-a.shift, a.shift) * n for n in self.size],
            scale_params=[1 + draw(-a.scale, a.scale) for _ in self.size],
            dtype=np.float32,
        )
        return affine(grid=torch.from_numpy(np.stack([rows, cols, np.ones_like(rows)])))[0]


class _RandNoise(mt.RandGaussianNoised):
    """Gaussian noise, but none where the image is 0: what is blank stays blank."""

    def __call__(self, data: dict[str, Tensor]) -> dict[str, Tensor]:
        made = super().__call__(data)
        return made | {k: torch.where(data[k] == 0, 0, made[k]) for k in self.key_iterator(data)}


class _RandThickVoxels(mt.RandomizableTransform, mt.MapTransform):
    """Averages over 2 to 4 voxels along one in-plane axis and interpolates back.

    What an axial slice of a scan acquired in sagittal or coronal slices looks like.
    """

    def __init__(self, keys: KeysCollection, prob: float) -> None:
        mt.MapTransform.__init__(self, keys)
        mt.RandomizableTransform.__init__(self, prob)

    def __call__(self, data: dict[str, Tensor]) -> dict[str, Tensor]:
        self.randomize(None)
        if not self._do_transform:
            return data
        axis, factor = self.R.randint(2), self.R.uniform(2.0, 4.0)
        made = dict(data)
        for key in self.key_iterator(data):
            image = torch.as_tensor(data[key])[None]
            size = list(image.shape[2:])
            small = list(size)
            small[axis] = max(1, round(size[axis] / factor))
            thick = F.interpolate(image, small, mode="area")
            made[key] = F.interpolate(thick, size, mode="bilinear")[0]
        return made
