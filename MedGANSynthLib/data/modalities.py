"""Examinations with several modalities, cached, and patches of them in a resumable stream."""

import dataclasses

import numpy as np
import torch
from scipy.ndimage import binary_fill_holes, generate_binary_structure
from torch import Tensor
from torch.utils.data import Dataset

from ..errors import MedGANSynthError
from ..volume.finer import as_fine_as
from ..volume.geometry import orientation_between
from ..volume.grid import Grid, left_right
from ..volume.preprocessing import BACKGROUND, Prepared, prepare
from ..volume.together import bring_together
from ..volume.volume import Volume
from .patch_augmentation import AugmentPatches
from .settings import Modalities
from .standard import standard_range

CUT = 0.01
"""Share of a mask that may lie outside the box of whole volumes without a word."""


@dataclasses.dataclass(frozen=True)
class Examination:
    """One person's volumes on the model's grid.

    Attributes:
        subject: the person.
        inputs: float32 `[n, i, j, k]` in [-1, 1].
        target: float32 `[i, j, k]` in [-1, 1].
        inside: booleans `[i, j, k]`, true in the mask.
        spacing: voxel sides in millimetres.
        ranges: of each input, what -1 and 1 stand for in the file's units.
        target_range: the same of the target.
        minimum: the least intensity of the target's file.
        linear: with `thick`, float32 `[i, j, k]`: the thick slices between which one interpolated
            linearly; the input has cubic splines.
    """

    subject: str
    inputs: np.ndarray
    target: np.ndarray
    inside: np.ndarray
    spacing: tuple[float, float, float]
    ranges: tuple[tuple[float, float], ...]
    target_range: tuple[float, float]
    minimum: float
    linear: np.ndarray | None = None


def load_examination(
    subject: str, volumes: dict[str, Volume], settings: Modalities
) -> tuple[Examination, list[str]]:
    """Bring one person's volumes to the first input's grid, then to the networks' grid and range.

    Args:
        volumes: modality -> Volume: all inputs, the target, and the mask where there is one.

    Returns:
        The examination, and one sentence for each volume that was resampled, and for a mask that
        `size` cuts.

    Raises:
        MedGANSynthError: an empty mask, or one outside `size`; volumes that share no place.
    """
    s = settings
    names = [name for name in (*s.inputs, s.target, s.mask) if name in volumes]
    try:
        together, notes = bring_together({n: volumes[n] for n in names}, frozenset([s.mask]))
    except MedGANSynthError as error:
        raise MedGANSynthError(f"{subject}: {error}") from None
    target = together[s.target]
    known = without_holes(target.array > target.array.min())
    inside = together[s.mask].array > 0 if s.mask in together else known
    if not inside.any():
        raise MedGANSynthError(f"{subject}: its mask is empty; draw it, or remove the case.")
    if s.stripped:
        together = {n: v.blanked_outside(inside) for n, v in together.items()}
        known = known & inside
    given, linear = [together[name] for name in s.inputs], None
    if s.thick is not None:
        cubic, straight = (
            thickened(given[0], s.thick, s.orientation, order) for order in ("cubic", "linear")
        )
        given, linear = [cubic], _prepared(straight, s).array
    inputs = [_prepared(volume, s) for volume in given]
    wanted = standard_range(target.array[inside]) if s.standardise else None
    made = _prepared(together[s.target], s, wanted)
    background = ~_on_grid(known, target, s)
    seen = _on_grid(inside, target, s)
    if not seen.any():
        raise MedGANSynthError(f"{subject}: its mask lies outside data.size; choose a larger one.")
    lost = 0.0
    if any(np.greater(made.inner_shape, made.array.shape)):
        lost = 1 - seen.sum() / _on_grid(inside, target, s, cut=False).sum()
    if lost > CUT:
        notes.append(
            f"{lost:.0%} of its mask lies outside data.size and is not learned from; choose a "
            "larger one, or patches with data.whole=false."
        )
    examination = Examination(
        subject=subject,
        inputs=np.stack([p.array for p in inputs]),
        target=np.where(background, np.float32(BACKGROUND), made.array),
        inside=seen,
        spacing=made.spacing,
        ranges=tuple(p.intensity_range for p in inputs),
        target_range=made.intensity_range,
        minimum=float(target.array.min()),
        linear=linear,
    )
    return examination, [f"{subject}: {note}" for note in notes]


def without_holes(where: np.ndarray) -> np.ndarray:
    """With what is enclosed in a plane along any axis.

    Fluid lies at the minimum of many a FLAIR. Were it outside, inputs blanked there would tell a
    network where the target is dark, and only in training.

    Args:
        where: booleans `[i, j, k]`.
    """
    filled = where
    for axis in range(where.ndim):
        plane = generate_binary_structure(where.ndim, 1)
        plane[tuple(slice(None, None, 2) if a == axis else 1 for a in range(where.ndim))] = False
        filled = filled | binary_fill_holes(where, plane)
    return filled


def thickened(volume: Volume, thickness: float, orientation: str, order: str = "cubic") -> Volume:
    """What is left of a volume that was acquired in thick slices, on its own grid.

    Args:
        thickness: of the slices, in millimetres; as many voxels as come nearest are averaged.
        orientation: axis codes, the slices' axis last.
        order: of the interpolation, see `volume.finer.as_fine_as`.
    """
    axis = int(np.argmax(orientation_between(volume.affine, orientation)[:, 0] == 2))
    together = max(1, round(thickness / volume.spacing[axis]))
    moved = np.moveaxis(volume.array.astype(np.float32), axis, 2)
    fill = -moved.shape[2] % together
    filled = np.pad(moved, [(0, 0), (0, 0), (0, fill)], mode="edge")
    affine = volume.affine.copy()
    affine[:3, 3] += affine[:3, axis] * (together - 1) / 2
    affine[:3, axis] *= together
    thick = Volume(np.moveaxis(merge(filled, together), 2, axis), affine)
    return volume.with_array(as_fine_as(thick, volume, order).array)


def grid_of(settings: Modalities, cut: bool = True) -> Grid:
    """The grid that examinations are brought to; without `cut` it has all of a volume."""
    size = settings.size if settings.whole and cut else None
    return Grid(orientation=settings.orientation, spacing=settings.spacing, size=size)


def _prepared(
    volume: Volume, settings: Modalities, value_range: tuple[float, float] | None = None
) -> Prepared:
    return prepare(volume, grid_of(settings), settings.intensity, value_range)


def _on_grid(
    where: np.ndarray, volume: Volume, settings: Modalities, cut: bool = True
) -> np.ndarray:
    """Booleans of the volume's grid on the networks'."""
    marked = volume.with_array(where.astype(np.float32))
    return prepare(marked, grid_of(settings, cut), settings.intensity, (0.0, 1.0)).array > 0


class PatchDataset(Dataset):
    """Item `n` depends on the seed and on `n` alone, whatever was drawn before and by whom.

    Every epoch is a new permutation of the examinations; of each it draws one patch, centred
    somewhere in the mask as far as the volume reaches, changed at random.

    Items: `{"inputs": [n, *size], "target": [1, *size], "inside": [1, *size]}`, float32; images in
    [-1, 1], `inside` 1 or 0.
    """

    def __init__(self, people: list[Examination], settings: Modalities, seed: int) -> None:
        self.people, self.settings, self.seed = people, settings, seed
        self.size = settings.size if len(settings.size) == 3 else (*settings.size, 1)
        self.where = [np.flatnonzero(person.inside) for person in people]
        mirror, dims = left_right(settings.orientation), len(settings.size)
        self.augment = AugmentPatches(
            # Slices that lie side by side have no left and right.
            settings.augmentation
            if mirror < dims
            else dataclasses.replace(settings.augmentation, flip=0.0),
            len(settings.inputs),
            min(mirror, dims - 1),
        )

    def __len__(self) -> int:
        return len(self.people)

    def __getitem__(self, n: int) -> dict[str, Tensor]:
        epoch, position = divmod(n, len(self.people))
        order = np.random.default_rng([self.seed, 0, epoch]).permutation(len(self.people))
        number, rng = int(order[position]), np.random.default_rng([self.seed, 1, n])
        person, where = self.people[number], self.where[number]
        centre = np.unravel_index(where[rng.integers(len(where))], person.inside.shape)
        thickest = max(1, int(self.settings.thickest / person.spacing[2] + 1e-3))
        together = int(rng.integers(1, thickest + 1))
        size = (*self.size[:2], self.size[2] * together)
        blocks = [cut(image, centre, size) for image in (*person.inputs, person.target)]
        # As an image in [-1, 1], so that it moves like the others.
        blocks.append(2 * cut(person.inside, centre, size, outside=0) - 1)
        patches = torch.from_numpy(np.stack([merge(block, together) for block in blocks]))
        if len(self.settings.size) == 2:
            patches = patches[..., 0]
        made = self.augment(patches, rng)
        return {"inputs": made[:-2], "target": made[-2:-1], "inside": (made[-1:] > 0).float()}


def merge(block: np.ndarray, together: int) -> np.ndarray:
    """The means of each `together` slices along the last axis, a multiple of that many."""
    if together == 1:
        return block
    return block.reshape(*block.shape[:2], -1, together).mean(axis=3)


def cut(
    array: np.ndarray,
    centre: tuple[int, ...],
    size: tuple[int, ...],
    outside: float = BACKGROUND,
) -> np.ndarray:
    """The block of `size` around `centre`, shifted to lie inside; where it cannot, padded.

    Returns:
        float32, a copy.
    """
    patch = np.full(size, outside, np.float32)
    source, target = [], []
    for middle, side, count in zip(centre, size, array.shape, strict=True):
        start = min(max(middle - side // 2, 0), max(count - side, 0))
        kept = min(side, count)
        first = (side - kept) // 2
        source.append(slice(start, start + kept))
        target.append(slice(first, first + kept))
    patch[tuple(target)] = array[tuple(source)]
    return patch
