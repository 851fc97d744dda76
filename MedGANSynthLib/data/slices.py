"""Cached slices of a cohort, as pairs or at random."""

import dataclasses

import monai
import numpy as np
import torch
from torch import Tensor
from torch.utils.data import Dataset

from ..errors import MedGANSynthError
from ..volume.geometry import same_grid
from ..volume.grid import Grid
from ..volume.preprocessing import prepare
from ..volume.volume import Volume
from .augmentation import BACKGROUND, SlabAugmentation
from .settings import SlicePairs
from .slabs import neighbour_step, slab
from .standard import standard_range


@dataclasses.dataclass(frozen=True)
class Head:
    """One person's volumes, normalised as a whole (never slice by slice) on the model's grid.

    Attributes:
        subject: its name.
        arrays: modality -> `[rows, cols, slice]` in [-1, 1]; the mask as booleans.
        stripped: the same with everything outside the mask blanked before normalisation, or None.
        targets: `arrays` on the scale of what is to be predicted.
        spacing: voxel size in millimetres.
        ranges, target_ranges: modality -> what -1 and 1 stand for in the file's units.
        minima: modality -> the least intensity of the file.
    """

    subject: str
    arrays: dict[str, np.ndarray]
    stripped: dict[str, np.ndarray] | None
    targets: dict[str, np.ndarray]
    spacing: tuple[float, float, float]
    ranges: dict[str, tuple[float, float]]
    target_ranges: dict[str, tuple[float, float]]
    minima: dict[str, float]


def load_head(subject: str, volumes: dict[str, Volume], settings: SlicePairs) -> Head:
    """Bring one person's volumes to the grid and range that the networks see.

    Args:
        volumes: modality -> Volume; the mask (where there is one) under `settings.mask`.

    Raises:
        MedGANSynthError: a pair or a mask that lies on another grid.
    """
    spacing = settings.spacing
    grid = Grid(orientation=settings.orientation, spacing=(spacing, spacing, None))
    volumes = dict(volumes)
    mask = volumes.pop(settings.mask, None)
    first = next(iter(volumes.values()))
    together = [*volumes.values(), *([mask] if mask is not None else [])]
    if (settings.paired or mask is not None) and not all(same_grid(first, v) for v in together):
        raise MedGANSynthError(
            f"{subject}: its volumes lie on different grids; resample them to one, "
            "or set data.paired=false and leave the mask out."
        )
    prepared = {name: prepare(v, grid, settings.intensity) for name, v in volumes.items()}
    arrays = {name: _slice_by_slice(p.array) for name, p in prepared.items()}
    stripped = inside = None
    if mask is not None:
        inside = mask.array > 0
        stripped = {
            n: _slice_by_slice(prepare(v.blanked_outside(inside), grid, settings.intensity).array)
            for n, v in volumes.items()
        }
        image = mask.with_array(inside.astype(np.float32))
        scaled = prepare(image, grid, settings.intensity, (0.0, 1.0))
        arrays[settings.mask] = stripped[settings.mask] = _slice_by_slice(scaled.array > 0)
    ranges = target_ranges = {name: p.intensity_range for name, p in prepared.items()}
    targets = arrays
    if settings.standardise:
        organs = {
            n: v.array[v.array > v.array.min()] if inside is None else v.array[inside]
            for n, v in volumes.items()
        }
        target_ranges = {n: standard_range(values) for n, values in organs.items()}
        targets = {
            n: _slice_by_slice(prepare(v, grid, settings.intensity, target_ranges[n]).array)
            for n, v in volumes.items()
        }
    return Head(
        subject=subject,
        arrays=arrays,
        stripped=stripped,
        targets=targets,
        spacing=next(iter(prepared.values())).spacing,
        ranges=ranges,
        target_ranges=target_ranges,
        minima={name: float(v.array.min()) for name, v in volumes.items()},
    )


def _slice_by_slice(array: np.ndarray) -> np.ndarray:
    """The same array, in memory one slice after the other: slabs are cut much faster."""
    return np.moveaxis(np.ascontiguousarray(np.moveaxis(array, 2, 0)), 0, 2)


class SlicePairDataset(Dataset):
    """An endless, resumable stream of augmented slabs.

    Item `n` depends on the seed and on `n` alone, whatever was drawn before it and by how many
    processes: every epoch is a new permutation of all slices, every item has its own random state.

    Items: `{"source": [slices, rows, cols], "target": the same}`, float32 in [-1, 1]; of pairs also
    those slices that are predicted of `"inside"`, 1 in the mask (where there is none, in the
    target's foreground) and 0 elsewhere, and where targets have a scale of their own of
    `"source_truth"` and `"target_truth"`.

    Raises:
        MedGANSynthError: no usable slices of a modality.
    """

    def __init__(self, heads: list[Head], settings: SlicePairs, seed: int) -> None:
        monai.data.set_track_meta(False)
        self.heads, self.settings, self.seed = heads, settings, seed
        s = settings
        paired_needs = (s.source, s.target) if s.paired else (s.source,)
        self.index = self._usable(paired_needs)
        self.targets = self.index if s.paired else self._usable((s.target,))
        if s.paired:
            # What generators do not predict, nobody compares.
            compared = ["inside", *(["source_truth", "target_truth"] if s.standardise else [])]
            slices = {
                "source": s.slices,
                "target": s.slices,
                **dict.fromkeys(compared, s.predicted),
            }
            self.both = SlabAugmentation(s, slices, ["source"])
        self.alone = SlabAugmentation(s, {"image": s.slices}, ["image"])
        self._epoch, self._order = -1, np.empty(0, int)

    def _usable(self, modalities: tuple[str, ...]) -> list[tuple[int, np.ndarray]]:
        """(head, slices to choose one from) wherever all modalities have enough foreground."""
        found = []
        for number, head in enumerate(self.heads):
            if not all(m in head.arrays for m in modalities):
                continue
            shares = [(head.arrays[m] > BACKGROUND + 0.1).mean(axis=(0, 1)) for m in modalities]
            kept = np.flatnonzero(np.min(shares, axis=0) > self.settings.blank)
            together = neighbour_step(self.settings.every_mm, head.spacing[2])
            found += [(number, kept[k : k + together]) for k in range(0, len(kept), together)]
        if not found:
            wanted = " and ".join(modalities)
            raise MedGANSynthError(
                f"data list: the training split has no usable slice with {wanted}; "
                "check the modality names and that the volumes are not blank."
            )
        return found

    def __len__(self) -> int:
        return len(self.index)

    def __getitem__(self, n: int) -> dict[str, Tensor]:
        epoch, position = divmod(n, len(self.index))
        if epoch != self._epoch:
            rng = np.random.default_rng([self.seed, 0, epoch])
            self._epoch, self._order = epoch, rng.permutation(len(self.index))
        rng = np.random.default_rng([self.seed, 1, n])
        place = self._draw(self.index[self._order[position]], rng)
        strip = rng.random() < self.settings.stripped
        seed = int(rng.integers(2**31))
        head, s = self.heads[place[0]], self.settings
        arrays = head.stripped if strip and head.stripped is not None else head.arrays
        source = self._slab(arrays[s.source], place)
        if s.paired:
            target = self._slab(arrays[s.target], place)
            inside = target[s.compared] > BACKGROUND
            if s.mask in arrays:
                inside = self._slab(arrays[s.mask], place)[s.compared]
            # As an image in [-1, 1], so that it moves like the others.
            images = {"source": source, "target": target, "inside": 2.0 * inside - 1.0}
            if s.standardise:
                for name, modality in (("source_truth", s.source), ("target_truth", s.target)):
                    images[name] = self._slab(head.targets[modality], place)[s.compared]
            item = self.both(images, seed)
            return item | {"inside": (item["inside"] > 0).float()}
        other = self._draw(self.targets[rng.integers(len(self.targets))], rng)
        head = self.heads[other[0]]
        arrays = head.stripped if strip and head.stripped is not None else head.arrays
        target = self._slab(arrays[s.target], other)
        return {
            "source": self.alone({"image": source}, seed)["image"],
            "target": self.alone({"image": target}, seed + 1)["image"],
        }

    def _draw(self, entry: tuple[int, np.ndarray], rng: np.random.Generator) -> tuple[int, int]:
        head, slices = entry
        return head, int(slices[rng.integers(len(slices))])

    def _slab(self, array: np.ndarray, place: tuple[int, int]) -> Tensor:
        step = neighbour_step(self.settings.step_mm, self.heads[place[0]].spacing[2])
        return torch.from_numpy(slab(array, place[1], self.settings.slices, step))
