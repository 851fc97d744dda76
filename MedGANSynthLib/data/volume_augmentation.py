"""Random changes of whole volumes, by MONAI transforms."""

import math

import monai
import torch
from monai import transforms as mt
from torch import Tensor

from .seeded import Seeded
from .settings import VolumeAugmentation


class AugmentVolume:
    """Changes a volume `[channel, i, j, k]` in [-1, 1] as `settings` say; see there."""

    def __init__(self, settings: VolumeAugmentation) -> None:
        monai.data.set_track_meta(False)
        a, p = settings, settings.probability
        angle = math.radians(a.rotate)
        steps: list[mt.Transform] = []
        if a.rotate:
            steps.append(mt.RandRotate(angle, angle, angle, prob=p, padding_mode="zeros"))
        if a.flip:
            steps.append(mt.RandFlip(a.flip, spatial_axis=a.flip_axis))
        if a.intensity:
            steps.append(mt.RandScaleIntensity(a.intensity, prob=p))
        if a.zoom > 1:
            steps.append(mt.RandZoom(p, 1.0, a.zoom, mode="trilinear"))
        if a.noise:
            steps.append(mt.RandGaussianNoise(p, 0.0, a.noise))
        if any(a.shift):
            steps.append(mt.RandAffine(p, translate_range=a.shift, padding_mode="zeros"))
        self.transform = Seeded(steps)

    def __call__(self, volume: Tensor, seed: int) -> Tensor:
        """The same seed gives the same change."""
        # What moves in from outside is 0, so the background is moved there.
        made = torch.as_tensor(self.transform(volume + 1.0, seed)) - 1.0
        return made.clamp(-1, 1).contiguous()
