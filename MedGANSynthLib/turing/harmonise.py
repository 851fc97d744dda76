"""Cases made alike in all that is not anatomy: grid, type, range, background, value lattice.

Both classes go through exactly the same steps. What they differ in afterwards is in the images.
"""

import dataclasses

import numpy as np
from scipy import ndimage

from ..errors import MedGANSynthError
from ..volume.geometry import reorient, resample_to
from ..volume.volume import Volume

LEVELS = 256
_EDGE = 2  # voxels around the largest foreground
_THRESHOLD = 0.1  # of the way from the background to the 99.5 percentile
_MOST_VOXELS = 512**3


@dataclasses.dataclass(frozen=True)
class CommonGrid:
    """Spacing in mm and size in voxels that all cases get; axes R, A, S, origin centred."""

    spacing: tuple[float, float, float]
    shape: tuple[int, int, int]

    @property
    def affine(self) -> np.ndarray:
        """Voxel index to millimetres, the same for all."""
        affine = np.diag([*self.spacing, 1.0])
        affine[:3, 3] = -affine.diagonal()[:3] * (np.array(self.shape) - 1) / 2
        return affine


@dataclasses.dataclass(frozen=True)
class Extent:
    """What `common_grid` needs to know of a case: spacing and foreground size in mm."""

    spacing: tuple[float, float, float]
    size: tuple[float, float, float]


def straighten(volume: Volume) -> Volume:
    """Axes permuted to R, A, S and a tilt of the scan dropped; nothing is interpolated.

    A tilted scan is not turned upright: that would blur it, and tilt alone tells no class.
    """
    oriented = reorient(volume, "RAS")
    return Volume(oriented.array.astype(np.float32), np.diag([*oriented.spacing, 1.0]))


def foreground(array: np.ndarray) -> np.ndarray:
    """The largest connected region above a tenth of the range, holes filled, as bool `[i, j, k]`.

    Raises:
        ValueError: constant image.
    """
    low, high = np.percentile(array, (1, 99.5))
    if high <= low:
        low, high = float(array.min()), float(array.max())
    if high <= low:
        raise ValueError("every voxel has the same value")
    mask = array > low + _THRESHOLD * (high - low)
    labels, count = ndimage.label(mask)
    if count > 1:
        sizes = np.bincount(labels.ravel())
        sizes[0] = 0
        mask = labels == sizes.argmax()
    mask = ndimage.binary_fill_holes(mask)
    for k in range(mask.shape[2]):  # the ventricles of a partial brain are open to the edge in 3D
        mask[:, :, k] = ndimage.binary_fill_holes(mask[:, :, k])
    return mask


def extent(volume: Volume) -> Extent:
    """Of a straightened volume."""
    box = _box(foreground(volume.array))
    size = tuple((s.stop - s.start) * v for s, v in zip(box, volume.spacing, strict=True))
    return Extent(volume.spacing, size)


def common_grid(
    extents: list[Extent],
    spacing: tuple[float, ...] = (),
    shape: tuple[int, ...] = (),
) -> CommonGrid:
    """The coarsest spacing of any case, so that none is made finer than it is, and room for the
    largest foreground; either can be given.

    Raises:
        MedGANSynthError: more voxels than 512 x 512 x 512.
    """
    spacing = tuple(spacing) or tuple(np.max([e.spacing for e in extents], axis=0).tolist())
    if not shape:
        largest = np.max([e.size for e in extents], axis=0)
        shape = tuple((np.ceil(largest / spacing).astype(int) + 2 * _EDGE).tolist())
    if np.prod(shape, dtype=float) > _MOST_VOXELS:
        raise MedGANSynthError(
            f"the common grid would have {' x '.join(map(str, shape))} voxels; give a coarser "
            "--spacing or a --shape."
        )
    return CommonGrid(spacing, tuple(shape))


def harmonise(volume: Volume, grid: CommonGrid, rng: np.random.Generator) -> np.ndarray:
    """A straightened volume as uint8 on the common grid.

    1. Dither by half a native step, so that integer originals lose their comb histogram.
    2. Cubic resampling, the foreground in the middle give or take half a voxel: every case is
       interpolated, also one that was on the grid already.
    3. Outside the foreground 0.
    4. Foreground percentiles 0.5 to 99.5 to levels 1 to 255, dithered by half a level.

    Raises:
        ValueError: nothing of it is left on the grid, or it has no contrast there.
    """
    array = volume.array + _half_step(volume.array) * rng.uniform(-1, 1, volume.shape)
    box = _box(foreground(volume.array))
    middle = np.array([(s.start + s.stop - 1) / 2 for s in box]) + rng.uniform(-0.5, 0.5, 3)
    affine = grid.affine
    affine[:3, 3] += middle * volume.spacing
    lowest = float(np.percentile(array, 1))
    moved = resample_to(
        Volume(array.astype(np.float32), volume.affine), grid.shape, affine, "cubic", lowest
    ).array
    mask = foreground(moved) if np.ptp(moved) > 0 else np.zeros(moved.shape, bool)
    low, high = np.percentile(moved[mask], (0.5, 99.5)) if mask.any() else (0.0, 0.0)
    if high <= low:
        raise ValueError(
            f"too little of it is left on the common grid of {' x '.join(map(str, grid.shape))} "
            f"voxels of {' x '.join(f'{s:g}' for s in grid.spacing)} mm; leave the coarsest cases "
            "out, or give --spacing and --shape"
        )
    scaled = 1 + (moved - low) / (high - low) * (LEVELS - 2)
    levels = np.rint(scaled + rng.uniform(-0.5, 0.5, moved.shape))
    return np.where(mask, np.clip(levels, 1, LEVELS - 1), 0).astype(np.uint8)


def cut_off(volume: Volume, grid: CommonGrid) -> float:
    """Share of a straightened volume's foreground that lies outside a grid around its middle."""
    mask = foreground(volume.array)
    inside = []
    for axis, box in enumerate(_box(mask)):
        reach = grid.shape[axis] * grid.spacing[axis] / volume.spacing[axis] / 2
        places = np.arange(mask.shape[axis]) - (box.start + box.stop - 1) / 2
        inside.append(np.abs(places) <= reach)
    return 1.0 - float(mask[np.ix_(*inside)].sum() / mask.sum())


def obvious(array: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """A catch case: a harmonised case ruined by a checkerboard that nobody can miss, its corner
    anywhere, so that two of one case differ."""
    side = max(3, min(array.shape) // 10)
    corner = rng.integers(0, 2 * side, (3, 1, 1, 1))
    board = (((np.indices(array.shape) + corner) // side).sum(axis=0) % 2).astype(float)
    ruined = array * (0.35 + 0.65 * board) + rng.normal(0, 12, array.shape)
    return np.where(array > 0, np.clip(np.rint(ruined), 1, LEVELS - 1), 0).astype(np.uint8)


def _box(mask: np.ndarray) -> tuple[slice, ...]:
    return ndimage.find_objects(mask.astype(np.uint8))[0]


def _half_step(array: np.ndarray) -> float:
    """Half the distance between neighbouring values where they lie on a lattice, else 0."""
    values = np.unique(array)
    if len(values) < 2 or len(values) > 65_536:
        return 0.0
    return float(np.min(np.diff(values))) / 2
