"""The marks of a synthetic volume: inside its file, in its sidecar, and how to find them again."""

import hashlib
import json
from pathlib import Path

import numpy as np

from ..errors import MedGANSynthError
from ..schema import from_dict, parse_json, read_json, to_dict
from .geometry import reorient
from .provenance import Provenance, Sidecar
from .volume import Volume

_SUFFIXES = (".nii.gz", ".nii", ".nrrd", ".mha")


def image_suffix(path: Path) -> str:
    """ ".nii.gz", ".nii", ".nrrd" or ".mha", as spelled in the name; "" for any other."""
    lower = path.name.lower()
    length = next((len(s) for s in _SUFFIXES if lower.endswith(s)), 0)
    return path.name[len(path.name) - length :] if length else ""


def bare_name(path: Path) -> str:
    """The file name without its image suffix: "t2.nii.gz" -> "t2"."""
    return path.name.removesuffix(image_suffix(path))


def sidecar_path(path: Path) -> Path:
    """`<file name>.synthetic.json` beside the volume: no two files of a folder share it."""
    return path.with_name(path.name + ".synthetic.json")


def voxel_hash(volume: Volume) -> str:
    """SHA-256 over the shape and the voxels, whatever the file's format, type or axis order.

    Voxels are taken as float32 with the axes closest to RAS, because programs turn axes when they
    save (Slicer turns every left-handed volume).
    """
    array = reorient(volume, "RAS").array
    digest = hashlib.sha256(json.dumps(list(array.shape)).encode())
    for k in range(array.shape[2]):  # slice by slice: no second copy of a large volume
        slice_ = array[:, :, k].astype("<f4") + np.float32(0)  # -0.0 becomes 0.0
        digest.update(slice_.tobytes(order="F"))
    return digest.hexdigest()


def as_text(provenance: Provenance) -> str:
    """One line of JSON, as it is written into image files."""
    return json.dumps(to_dict(provenance), sort_keys=True, separators=(",", ":"))


def provenance_in(marks: tuple[str, ...]) -> Provenance | None:
    """The provenance among the texts of a file's header, if one is there whole."""
    for mark in marks:
        if mark.lstrip().startswith("{"):
            try:
                return from_dict(Provenance, parse_json(mark, "mark"), "mark")
            except MedGANSynthError:  # someone else's text, or cut
                continue
    return None


def provenance_beside(path: Path, volume: Volume) -> Provenance | None:
    """What the sidecar of this very file says, if the voxels are still those that it is about."""
    own = sidecar_path(path)
    sidecar = _read_sidecar(own, voxel_hash(volume)) if own.is_file() else None
    return sidecar.provenance if sidecar is not None else None


def find_sidecar(path: Path, voxels: str) -> tuple[Path, Sidecar] | None:
    """The sidecar whose voxels are this file's: its own by name first, then any in the folder."""
    own = sidecar_path(path)
    others = sorted(p for p in path.parent.glob("*.synthetic.json") if p != own)
    for candidate in [own, *others]:
        sidecar = _read_sidecar(candidate, voxels) if candidate.is_file() else None
        if sidecar is not None:
            return candidate, sidecar
    return None


def _read_sidecar(path: Path, voxels: str) -> Sidecar | None:
    """A sidecar, if it is whole and about these voxels."""
    try:
        sidecar = read_json(Sidecar, path)
    except MedGANSynthError:
        return None
    return sidecar if sidecar.voxels_sha256 == voxels else None
