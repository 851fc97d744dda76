import copy

import pytest
import torch

from MedGANSynthLib.data.augmentation import SlabAugmentation
from MedGANSynthLib.data.patch_augmentation import AugmentPatches
from MedGANSynthLib.data.settings import (
    PatchAugmentation,
    SliceAugmentation,
    SlicePairs,
    VolumeAugmentation,
)
from MedGANSynthLib.data.volume_augmentation import AugmentVolume

ALWAYS = {"affine": 1.0, "contrast": 1.0, "bias": 1.0, "noise": 1.0}


def slabs():
    changes = SliceAugmentation(blur=1.0, jitter=1.2, **ALWAYS)
    settings = SlicePairs(size=(16, 16), augmentation=changes)
    augment = SlabAugmentation(settings, {"a": 3, "b": 1}, ["a"])
    return augment.transform, {"all": torch.rand(4, 20, 18)}


def patches():
    augment = AugmentPatches(PatchAugmentation(flip=0.5, **ALWAYS), 2, 0)
    return augment.transform, {"all": torch.rand(4, 12, 10, 8)}


def volumes():
    settings = VolumeAugmentation(probability=1.0, flip=0.5, rotate=3.0, zoom=1.1, shift=(2, 2, 0))
    return AugmentVolume(settings).transform, torch.rand(1, 12, 10, 8)


@pytest.mark.parametrize("chain", [slabs, patches, volumes])
def test_a_seed_gives_what_monai_makes_of_it(chain):
    seeded, data = chain()
    plain, sums = copy.deepcopy(seeded.transform), set()
    for seed in (3, 4, 2**31 - 1):
        expected = plain.set_random_state(seed=seed)(copy.deepcopy(data))
        made = seeded(copy.deepcopy(data), seed)
        torch.testing.assert_close(made, expected, rtol=0, atol=0)
        sums.add(sum(float(v.sum()) for v in (made.values() if isinstance(made, dict) else [made])))
    assert len(sums) == 3
