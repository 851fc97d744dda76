"""Moving volumes between grids: exact reorientation, resampling, comparison."""

import numpy as np
import SimpleITK as sitk
from nibabel import orientations
from scipy import ndimage

from .itk import set_affine, to_array, to_image
from .smoothing import smoothing
from .volume import Volume

_ORDERS = {
    "nearest": sitk.sitkNearestNeighbor,
    "linear": sitk.sitkLinear,
    "cubic": sitk.sitkBSpline,
}


def orientation_between(affine: np.ndarray, axcodes: str) -> np.ndarray:
    """nibabel orientation transform `[3, 2]` that brings the closest axes to `axcodes`."""
    return orientations.ornt_transform(
        orientations.io_orientation(affine), orientations.axcodes2ornt(axcodes)
    )


def reorient(volume: Volume, axcodes: str) -> Volume:
    """Permute and flip axes so that each lies closest to its code in `axcodes`, such as "PLS".

    Nothing is interpolated: the voxels are a view and each keeps its place in the patient. An
    oblique volume stays oblique.
    """
    transform = orientation_between(volume.affine, axcodes)
    array = orientations.apply_orientation(volume.array, transform)
    affine = volume.affine @ orientations.inv_ornt_aff(transform, volume.shape[:3])
    return volume.with_array(array, affine=affine)


def resample_to(
    volume: Volume,
    shape: tuple[int, int, int],
    affine: np.ndarray,
    order: str = "linear",
    background: float = 0.0,
    smooth: bool = True,
) -> Volume:
    """Interpolate `volume` at the voxel centres of another grid, as float32.

    Along axes that become coarser the voxels are first smoothed to the coarser resolution
    (see `smoothing`), except with order "nearest", which is for labels, and with `smooth` off.

    Args:
        order: "nearest", "linear" or "cubic" (B-spline).
        background: value outside the volume's field of view.
    """
    array = volume.array.astype(np.float32, copy=False)
    if smooth and order != "nearest":
        array = _smooth(array, np.linalg.solve(volume.affine[:3, :3], affine[:3, :3]))
    reference = sitk.Image([1, 1, 1], sitk.sitkUInt8)
    set_affine(reference, affine)
    resampled = sitk.Resample(
        to_image(array, volume.affine),
        [int(n) for n in shape],
        sitk.Transform(),
        _ORDERS[order],
        reference.GetOrigin(),
        reference.GetSpacing(),
        reference.GetDirection(),
        background,
        sitk.sitkFloat32,
    )
    return volume.with_array(to_array(resampled), affine=np.array(affine, dtype=float))


def _smooth(array: np.ndarray, steps: np.ndarray) -> np.ndarray:
    """`steps[a, b]`: how far one target voxel along b moves along source axis a, in voxels."""
    for axis, step in enumerate(np.linalg.norm(steps, axis=1)):
        sigma = smoothing(step)
        if sigma and array.shape[axis] > 1:
            array = ndimage.gaussian_filter1d(array, sigma, axis=axis, mode="nearest")
    return array


def same_grid(a: Volume, b: Volume, tolerance_mm: float = 1e-3) -> bool:
    """Whether two volumes have the same shape and their corners lie within `tolerance_mm`."""
    return a.shape[:3] == b.shape[:3] and bool(
        np.max(np.linalg.norm(a.corners() - b.corners(), axis=1)) <= tolerance_mm
    )


def centred_affine(
    shape: tuple[int, int, int], axcodes: str, spacing: tuple[float, float, float]
) -> np.ndarray:
    """The 4x4 affine of a grid whose axes run along `axcodes` and whose middle is at 0 mm."""
    ornt = orientations.axcodes2ornt(axcodes)
    affine = np.zeros((4, 4))
    for axis, (world, flip) in enumerate(ornt):
        affine[int(world), axis] = flip * spacing[axis]
    affine[:3, 3] = -affine[:3, :3] @ ((np.array(shape) - 1) / 2)
    affine[3, 3] = 1.0
    return affine
