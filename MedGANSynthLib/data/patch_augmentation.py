"""Random changes of patches of several modalities, by MONAI transforms."""

import math

import monai
import numpy as np
import torch
from monai import transforms as mt
from torch import Tensor

from .augmentation import Offset
from .settings import PatchAugmentation

COMMON = ("target", "inside")


class AugmentPatches:
    """Changes patches `[1, *spatial]` in [-1, 1] as `settings` say; see there.

    Args:
        inputs: how many inputs; their keys are "0", "1", ...
        left_right: the spatial axis to mirror.
    """

    def __init__(self, settings: PatchAugmentation, inputs: int, left_right: int) -> None:
        monai.data.set_track_meta(False)
        a, names = settings, [str(n) for n in range(inputs)]
        keys = [*names, *COMMON]
        # What moves in from outside is 0, so the background is moved there.
        steps: list[mt.Transform] = [Offset(keys, 1.0)]
        if a.affine:
            angle = math.radians(a.rotate)
            steps.append(
                mt.RandAffined(
                    keys,
                    prob=a.affine,
                    rotate_range=(angle, angle, angle),
                    scale_range=(a.scale, a.scale, a.scale),
                    mode="bilinear",
                    padding_mode="zeros",
                )
            )
        if a.flip:
            steps.append(mt.RandFlipd(keys, prob=a.flip, spatial_axis=left_right))
        for name in names:
            if a.contrast:
                steps.append(mt.RandAdjustContrastd(name, prob=a.contrast, gamma=(0.7, 1.4)))
            if a.bias:
                steps.append(mt.RandBiasFieldd(name, prob=a.bias, coeff_range=(0.0, 0.15)))
            if a.noise:
                steps.append(mt.RandGaussianNoised(name, prob=a.noise, std=0.05))
        self.keys = keys
        self.transform = mt.Compose([*steps, Offset(keys, -1.0)])

    def __call__(self, patches: dict[str, Tensor], rng: np.random.Generator) -> dict[str, Tensor]:
        """The same state of `rng` gives the same change."""
        self.transform.set_random_state(seed=int(rng.integers(2**31)))
        made = self.transform(patches)
        return {key: torch.as_tensor(made[key]).clamp(-1, 1).contiguous() for key in self.keys}
