"""NIfTI-1 files for the library, which reads films in no other format."""

import struct
from pathlib import Path

import numpy as np
from slicer.i18n import tr as _

from .errors import PanelError

_CODES = {
    "uint8": 2,
    "int16": 4,
    "int32": 8,
    "float32": 16,
    "float64": 64,
    "int8": 256,
    "uint16": 512,
    "uint32": 768,
}
_MM, _SECONDS = 2, 8


def write_nifti(path: Path, frames: np.ndarray, affine: np.ndarray, step_s: float = 0.0) -> None:
    """Write a volume, or a film of several.

    Args:
        frames: voxels [t, k, j, i].
        affine: voxel index to RAS millimetres.
        step_s: seconds between two frames.

    Raises:
        PanelError: voxels of a type that NIfTI's readers do not know, a full disk, no permission.
    """
    kind = frames.dtype.newbyteorder("=").name
    if kind not in _CODES:
        text = _("{name}: voxels of type {kind} cannot be written; cast the volume.")
        raise PanelError(text.format(name=path.name, kind=kind))
    count, *sizes = frames.shape
    axes = 4 if count > 1 else 3
    header = bytearray(352)
    struct.pack_into("<i", header, 0, 348)
    struct.pack_into("<8h", header, 40, axes, *sizes[::-1], count, 1, 1, 1)
    struct.pack_into("<2h", header, 70, _CODES[kind], 8 * frames.dtype.itemsize)
    sides = np.linalg.norm(affine[:3, :3], axis=0)
    struct.pack_into("<8f", header, 76, 1, *sides, step_s, 0, 0, 0)
    struct.pack_into("<2f", header, 108, 352, 1)  # where the voxels begin; their scale
    header[123] = _MM | _SECONDS
    struct.pack_into("<h", header, 254, 1)  # an sform in scanner space
    struct.pack_into("<12f", header, 280, *affine[:3].ravel())
    header[344:348] = b"n+1\0"
    try:
        with open(path, "wb") as file:
            file.write(header)
            for frame in frames:
                little = frame.astype(frame.dtype.newbyteorder("<"), copy=False)
                file.write(memoryview(np.ascontiguousarray(little)))
    except OSError as error:
        raise cannot_write(path, error) from None


def cannot_write(path: Path, error: OSError) -> PanelError:
    """What to say of a file or folder that cannot be written."""
    text = _("{path} cannot be written ({reason}); free some space, or choose another folder.")
    return PanelError(text.format(path=error.filename or path, reason=error.strerror or error))
