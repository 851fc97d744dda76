"""Random changes of patches of several modalities, by MONAI transforms."""

import math

import monai
import numpy as np
import torch
from monai import transforms as mt
from torch import Tensor

from .augmentation import ALL, Apart, Offset
from .seeded import Seeded
from .settings import PatchAugmentation


class AugmentPatches:
    """Changes patches as `settings` say; see there.

    Args:
        inputs: how many inputs.
        left_right: the spatial axis to mirror.
    """

    def __init__(self, settings: PatchAugmentation, inputs: int, left_right: int) -> None:
        monai.data.set_track_meta(False)
        a, names = settings, [str(n) for n in range(inputs)]
        self.keys = [*names, "target", "inside"]
        # What moves all alike moves them at once, as channels of one image. What comes in from
        # outside is 0, so the background is moved there.
        steps: list[mt.Transform] = [Offset([ALL], 1.0)]
        if a.affine:
            angle = math.radians(a.rotate)
            steps.append(
                mt.RandAffined(
                    [ALL],
                    prob=a.affine,
                    rotate_range=(angle, angle, angle),
                    scale_range=(a.scale, a.scale, a.scale),
                    mode="bilinear",
                    padding_mode="zeros",
                )
            )
        if a.flip:
            steps.append(mt.RandFlipd([ALL], prob=a.flip, spatial_axis=left_right))
        steps.append(Apart(dict.fromkeys(self.keys, 1)))
        for name in names:
            if a.contrast:
                steps.append(mt.RandAdjustContrastd(name, prob=a.contrast, gamma=(0.7, 1.4)))
            if a.bias:
                steps.append(mt.RandBiasFieldd(name, prob=a.bias, coeff_range=(0.0, 0.15)))
            if a.noise:
                steps.append(mt.RandGaussianNoised(name, prob=a.noise, std=0.05))
        self.transform = Seeded(steps)

    def __call__(self, patches: Tensor, rng: np.random.Generator) -> Tensor:
        """The same state of `rng` gives the same change.

        Args:
            patches: `[inputs + 2, *spatial]` in [-1, 1]: the inputs, the target, and the mask.
        """
        made = self.transform({ALL: patches}, int(rng.integers(2**31)))
        together = torch.cat([torch.as_tensor(made[key]) for key in self.keys])
        return together.sub_(1).clamp_(-1, 1)
