"""The heart cycles of one person's cine, cut out and brought to a number of phases."""

import numpy as np
from nibabel import orientations
from scipy.interpolate import CubicSpline

from ..errors import MedGANSynthError
from ..volume.grid import Intensity
from ..volume.intensity import intensity_range, scale
from ..volume.preprocessing import BACKGROUND
from ..volume.separable import resample_axes
from ..volume.volume import Volume
from .heart import heart_centre
from .images import Pictures

CENTRES = ("image", "heart")


def cut_cycles(
    subject: str,
    cine: Volume,
    size: int,
    field: float,
    frames: int,
    intensity: Intensity,
    centre: str = "image",
    phases: str = "resampled",
    mask: Volume | None = None,
) -> Pictures:
    """Every slice of a cine as one picture of `frames` channels, `[k, frames, size, size]`.

    Args:
        cine: `[i, j, k, t]`, one cycle.
        field: side of the square that is cut out, in millimetres; what lies outside is background.
        centre, phases: as in `image_settings.Cycles`.
        mask: of the left ventricle on the same grid.

    Raises:
        MedGANSynthError: fewer frames than asked for, a mask of another size, no motion at all.
    """
    there = cine.shape[3]
    if there < frames:
        raise MedGANSynthError(
            f"{subject}: its cine has {there} frames, fewer than the {frames} asked for; set "
            f"data.frames={there} or leave it out."
        )
    if mask is not None and mask.shape != cine.shape:
        raise MedGANSynthError(f"{subject}: its mask's size is not the cine's; resample it.")
    if not np.ptp(cine.array, axis=3).any():
        raise MedGANSynthError(f"{subject}: nothing moves in its cine; give another one.")
    low, high = intensity_range(cine.array, intensity)
    array, spacing = upright(cine, scale(cine.array, low, high))
    inside = None if mask is None else upright(mask, mask.array)[0]
    side = field / size
    pictures = []
    for k in range(array.shape[2]):
        cycle = array[:, :, k]
        middle = tuple((n - 1) / 2 for n in cycle.shape[:2])
        if centre == "heart":
            middle = heart_centre(cycle, None if inside is None else inside[:, :, k])
        cut = _cut(cycle, middle, size, tuple(side / s for s in spacing))
        cut = cut[:, :, :frames] if phases == "first" else resample_phases(cut, frames)
        pictures.append(np.moveaxis(np.clip(cut, -1, 1), 2, 0))
    step = cine.time_step
    if step is not None and phases == "resampled":
        step *= there / frames
    thickness = cine.spacing[2]
    images = np.ascontiguousarray(np.stack(pictures), dtype=np.float32)
    return Pictures(subject, images, (side, side, thickness), (low, high), step)


def upright(cine: Volume, array: np.ndarray) -> tuple[np.ndarray, tuple[float, float]]:
    """`[i, j, k, t]` as `[rows, cols, k, t]` the way a picture hangs, and the pixels' sides in mm.

    Columns run towards the left or the back, rows towards the back or the feet, whichever is
    closest; nothing is interpolated and the slices stay slices.
    """
    towards = orientations.io_orientation(cine.affine)[:2]
    for axis, (_, direction) in enumerate(towards):
        if direction > 0:
            array = np.flip(array, axis)
    spacing = cine.spacing[:2]
    if towards[0][0] < towards[1][0]:  # i runs along the columns
        return np.swapaxes(array, 0, 1), spacing[::-1]
    return array, spacing


def resample_phases(cycle: np.ndarray, frames: int) -> np.ndarray:
    """A closed cycle at `frames` phases, evenly spread from its first: periodic cubic splines.

    Shape: `[..., t]` to `[..., frames]`.
    """
    count = cycle.shape[-1]
    closed = np.concatenate([cycle, cycle[..., :1]], axis=-1)
    spline = CubicSpline(np.arange(count + 1), closed, axis=-1, bc_type="periodic")
    return spline(np.arange(frames) * count / frames)


def _cut(
    cycle: np.ndarray, middle: tuple[float, float], size: int, step: tuple[float, float]
) -> np.ndarray:
    """`[size, size, t]` round `middle`, one pixel every `step` pixels."""
    positions = [
        m + (np.arange(size) - (size - 1) / 2) * s for m, s in zip(middle, step, strict=True)
    ]
    cut = resample_axes(cycle, [*positions, np.arange(cycle.shape[2])], BACKGROUND, smooth=True)
    for axis, (places, count) in enumerate(zip(positions, cycle.shape[:2], strict=True)):
        outside = (places < -0.5) | (places > count - 0.5)
        cut[(slice(None),) * axis + (outside,)] = BACKGROUND
    return cut
