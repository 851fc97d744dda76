"""What a format's checks learn from a file before its voxels are read."""

import dataclasses
from pathlib import Path

import numpy as np

from ..errors import MedGANSynthError

SUFFIXES = (".nii.gz", ".nii", ".nrrd", ".nhdr", ".mha", ".mhd")
"""Endings of the files that can be read as one volume."""

_ORTHOGONAL = 1e-3  # cosine between axes; beyond it ITK and Slicer refuse too


@dataclasses.dataclass(frozen=True)
class Header:
    """A file that passed its format's checks.

    Attributes:
        reader: name of SimpleITK's reader for it.
        files: what that reader opens, in order.
        nonfinite: flat indices (first axis fastest) of NaN and infinite voxels.
        notes: what the user should know, one sentence each.
        marks: texts found where our marks of synthetic volumes lie.
        forms: NIfTI's sform and qform where they disagree.
        frames: of a 4D series.
        time_step: seconds between them, None where the file does not say.
        voxels: of a large volume `[i, j, k]`, where they were asked for.
    """

    reader: str
    files: tuple[Path, ...]
    nonfinite: np.ndarray
    notes: tuple[str, ...] = ()
    marks: tuple[str, ...] = ()
    forms: dict[str, np.ndarray] = dataclasses.field(default_factory=dict)
    frames: int = 1
    time_step: float | None = None
    voxels: np.ndarray | None = None


def check_axes(name: str, affine: np.ndarray, what: str) -> None:
    """Refuse an affine whose voxel axes are not finite, independent and at right angles."""
    if not np.isfinite(affine).all():
        raise MedGANSynthError(f"{name}: its {what} is not a number; write the file again.")
    lengths = np.linalg.norm(affine[:3, :3], axis=0)
    axes = affine[:3, :3] / np.where(lengths > 0, lengths, 1)
    if (lengths == 0).any() or abs(np.linalg.det(axes)) < 1e-3:
        raise MedGANSynthError(
            f"{name}: its {what} is singular (the voxel axes do not span space); write the file "
            "again with the true geometry."
        )
    if np.abs(axes.T @ axes - np.eye(3)).max() > _ORTHOGONAL:
        raise MedGANSynthError(
            f"{name}: its voxel axes are sheared; resample it onto an orthogonal grid first."
        )
