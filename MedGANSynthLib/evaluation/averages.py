"""Baselines that never look at the source's intensities voxel by voxel: the average person.

`MeanImage` stretches the training people's masks onto the case's; `RegisteredAverage` registers
their sources to the case's with an affine map. A network that does not beat them has learned what a
head looks like, and nothing of this one.
"""

import dataclasses
from collections.abc import Sequence

import numpy as np
import SimpleITK as sitk
from scipy.ndimage import map_coordinates

from ..volume.itk import to_array, to_image
from .intensities import robust_range
from .ssim import bounding_box

ATLASES = 8
"""How many training people are registered to a case: each takes seconds."""

_BOX = (64, 64, 64)
_SAMPLES = 10_000  # voxels that the registration compares at each step


@dataclasses.dataclass(frozen=True)
class Atlas:
    """A training person.

    Attributes:
        source, target: `[i, j, k]`, the target brought to 0..1 over its robust range in the mask.
        mask: the same shape, true inside the organ.
        affine: 4x4 to RAS millimetres.
        target_range: what 0 and 1 stand for.
    """

    source: np.ndarray
    target: np.ndarray
    mask: np.ndarray
    affine: np.ndarray
    target_range: tuple[float, float]


def make_atlas(
    source: np.ndarray, target: np.ndarray, mask: np.ndarray, affine: np.ndarray
) -> Atlas:
    """Normalise a training person's target.

    Raises:
        MedGANSynthError: a target that is constant inside its mask, or an empty mask.
    """
    low, high = robust_range(target, mask)
    scaled = (target.astype(np.float32) - low) / (high - low)
    return Atlas(source.astype(np.float32), scaled, np.asarray(mask) > 0, affine, (low, high))


class MeanImage:
    """The mean of all training targets, each stretched so that the masks' boxes agree."""

    def __init__(self, atlases: Sequence[Atlas]) -> None:
        boxes = [_stretch(atlas.target, bounding_box(atlas.mask), _BOX) for atlas in atlases]
        self.mean = np.mean(boxes, axis=0)
        self.range = _median_range(atlases)

    def predict(self, mask: np.ndarray) -> np.ndarray:
        """The mean target on a case's grid, float32 `[i, j, k]`; only its mask is asked for."""
        box = bounding_box(np.asarray(mask) > 0)
        steps = []
        for n, part, size in zip(mask.shape, box, _BOX, strict=True):
            width = max(part.stop - 1 - part.start, 1)
            steps.append((np.arange(n) - part.start) * (size - 1) / width)
        grid = np.meshgrid(*steps, indexing="ij")
        values = map_coordinates(self.mean, grid, order=1, mode="nearest")
        return _rescaled(values, self.range)


class RegisteredAverage:
    """The mean of the training targets after an affine registration of source to source.

    Mattes' mutual information, two resolutions, on the first `ATLASES` training people.
    """

    def __init__(self, atlases: Sequence[Atlas]) -> None:
        self.atlases = atlases[:ATLASES]
        self.range = _median_range(atlases)

    def predict(self, source: np.ndarray, affine: np.ndarray) -> np.ndarray:
        """The mean target on the case's grid, float32 `[i, j, k]`."""
        fixed = to_image(source.astype(np.float32), affine)
        total = np.zeros(source.shape, np.float64)
        for atlas in self.atlases:
            moving = to_image(atlas.source, atlas.affine)
            transform = register_affine(fixed, moving)
            target = to_image(atlas.target, atlas.affine)
            background = float(atlas.target.min())
            moved = sitk.Resample(target, fixed, transform, sitk.sitkLinear, background)
            total += to_array(moved)
        return _rescaled(total / len(self.atlases), self.range)


def register_affine(fixed: sitk.Image, moving: sitk.Image) -> sitk.Transform:
    """The affine map of points of `fixed` to points of `moving`; the same every time."""
    transform = _centred(fixed, moving)
    method = sitk.ImageRegistrationMethod()
    method.SetMetricAsMattesMutualInformation(32)
    method.SetMetricSamplingStrategy(method.RANDOM)
    voxels = fixed.GetNumberOfPixels()
    shares = [min(1.0, _SAMPLES * 4 / voxels), min(1.0, _SAMPLES / voxels)]
    method.SetMetricSamplingPercentagePerLevel(shares, 1)
    method.SetInterpolator(sitk.sitkLinear)
    method.SetOptimizerAsRegularStepGradientDescent(2.0, 1e-2, 60)
    method.SetOptimizerScalesFromPhysicalShift()
    method.SetShrinkFactorsPerLevel([2, 1])
    method.SetSmoothingSigmasPerLevel([4.0, 1.0])
    method.SmoothingSigmasAreSpecifiedInPhysicalUnitsOn()
    method.SetInitialTransform(transform, inPlace=True)
    # Sums in another order give another map. The method's own number of threads does not reach all
    # that it calls.
    threads = sitk.ProcessObject.GetGlobalDefaultNumberOfThreads()
    sitk.ProcessObject.SetGlobalDefaultNumberOfThreads(1)
    method.SetNumberOfThreads(1)
    try:
        method.Execute(fixed, moving)
    except RuntimeError:  # the images no longer overlap: their centres still do
        return _centred(fixed, moving)
    finally:
        sitk.ProcessObject.SetGlobalDefaultNumberOfThreads(threads)
    return transform


def _centred(fixed: sitk.Image, moving: sitk.Image) -> sitk.Transform:
    """The shift that brings the centres of mass together."""
    by_mass = sitk.CenteredTransformInitializerFilter.MOMENTS
    return sitk.CenteredTransformInitializer(fixed, moving, sitk.AffineTransform(3), by_mass)


def _stretch(array: np.ndarray, box: tuple[slice, ...], shape: tuple[int, int, int]) -> np.ndarray:
    steps = [
        np.linspace(part.start, part.stop - 1, size) for part, size in zip(box, shape, strict=True)
    ]
    return map_coordinates(array, np.meshgrid(*steps, indexing="ij"), order=1, mode="nearest")


def _median_range(atlases: Sequence[Atlas]) -> tuple[float, float]:
    low, high = np.median([atlas.target_range for atlas in atlases], axis=0)
    return float(low), float(high)


def _rescaled(values: np.ndarray, target_range: tuple[float, float]) -> np.ndarray:
    low, high = target_range
    return (low + values * (high - low)).astype(np.float32)
