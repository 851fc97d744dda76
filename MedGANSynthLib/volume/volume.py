"""Volume: voxels, where they lie, and where they come from."""

import dataclasses

import nibabel as nib
import numpy as np

from .provenance import Provenance


@dataclasses.dataclass(frozen=True)
class Volume:
    """The one thing that is read, transformed and written.

    Attributes:
        array: voxels `[i, j, k]` (or `[i, j, k, t]` for cine), any real dtype.
        affine: 4x4, voxel index to RAS millimetres.
        modality: "t1", "t2", "flair", ... where known.
        provenance: set on synthetic volumes, None on acquired ones.
        notes: what was noticed while reading (one sentence each), shown as warnings.
        time_step: seconds between the frames of a cine, None where it is not known.
    """

    array: np.ndarray
    affine: np.ndarray
    modality: str | None = None
    provenance: Provenance | None = None
    notes: tuple[str, ...] = ()
    time_step: float | None = None

    @property
    def shape(self) -> tuple[int, ...]:
        """Number of voxels along each axis."""
        return self.array.shape

    @property
    def spacing(self) -> tuple[float, float, float]:
        """Voxel size in millimetres along i, j, k."""
        return tuple(float(s) for s in nib.affines.voxel_sizes(self.affine))

    @property
    def axcodes(self) -> str:
        """Closest anatomical direction of each voxel axis, such as "RAS" or "PLS"."""
        return "".join(nib.aff2axcodes(self.affine))

    def corners(self) -> np.ndarray:
        """RAS positions in millimetres of the eight corner voxels' centres, `[8, 3]`."""
        ends = np.stack(np.meshgrid(*[(0, n - 1) for n in self.shape[:3]], indexing="ij"), -1)
        return nib.affines.apply_affine(self.affine, ends.reshape(-1, 3))

    def with_array(self, array: np.ndarray, **changes: object) -> "Volume":
        """The same grid with other voxels."""
        return dataclasses.replace(self, array=array, **changes)

    def blanked_outside(self, inside: np.ndarray) -> "Volume":
        """The same with its least intensity wherever the booleans `inside` are false."""
        return self.with_array(np.where(inside, self.array, self.array.min()))
