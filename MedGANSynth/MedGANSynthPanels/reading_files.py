"""The prepared cases of a study, from their files straight into arrays.

No storage node, no loader: those would leave the file's name, its attributes and an entry in the
list of recent files behind.
"""

import hashlib
from pathlib import Path

import numpy as np

from MedGANSynthLib.turing.study import Study, case_path

_AXIS = {"axial": 0, "coronal": 1, "sagittal": 2}


class CaseFiles:
    """Reads cases; those that were fetched ahead come without waiting."""

    def __init__(self, folder: Path, study: Study) -> None:
        self.folder = folder
        self.study = study
        self.hashes = {case.id: case.sha256 for case in study.cases}
        self.ahead: dict[str, np.ndarray] = {}

    def fetch(self, cases: tuple[str, ...]) -> None:
        """Read what is shown next, and forget everything else."""
        self.ahead = {case: self.read(case) for case in cases}

    def read(self, case: str) -> np.ndarray | None:
        """Voxels uint8 [k, j, i]; None if the file is not there or not the one that was frozen."""
        if case in self.ahead:
            return self.ahead[case]
        try:
            raw = case_path(self.folder, case).read_bytes()
        except OSError:
            return None
        if hashlib.sha256(raw).hexdigest() != self.hashes[case]:
            return None
        voxels = raw.partition(b"\n\n")[2]  # raw NRRD: the hash vouches for its header
        return np.frombuffer(voxels, np.uint8).reshape(self.study.shape[::-1])


def shown_part(study: Study) -> tuple[slice, slice, slice]:
    """The part [k, j, i] of a case that its display shows: all, or the slices of the design."""
    part = [slice(None)] * 3
    if study.design.display != "volume":
        first, last = study.design.slices
        part[_AXIS[study.design.plane]] = slice(first, last + 1)
    return tuple(part)


def part_affine(study: Study) -> np.ndarray:
    """Voxel index [i, j, k] of the shown part to RAS mm; the whole case is centred at 0."""
    affine = np.diag([*study.spacing, 1.0])
    start = np.array([p.start or 0 for p in shown_part(study)[::-1]])
    affine[:3, 3] = (start - (np.array(study.shape) - 1) / 2) * study.spacing
    return affine


def voxel_of(study: Study, position: tuple[float, float, float]) -> tuple[float, float, float]:
    """RAS mm to the voxel index [i, j, k] of the whole case, to a tenth of a voxel."""
    voxel = np.asarray(position) / study.spacing + (np.array(study.shape) - 1) / 2
    return tuple(round(float(v), 1) for v in voxel)
