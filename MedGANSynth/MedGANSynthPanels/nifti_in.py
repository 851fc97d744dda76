"""NIfTI-1 files that the library wrote: float32, little-endian, with an sform."""

import dataclasses
import gzip
import struct
import zlib
from pathlib import Path

import numpy as np
from slicer.i18n import tr as _

from .errors import PanelError

_FLOAT32 = 16  # NIfTI's code of the voxel type
_UNITS_S = {8: 1.0, 16: 1e-3, 24: 1e-6}


@dataclasses.dataclass(frozen=True)
class Frames:
    """A volume, or a cine of several.

    Attributes:
        array: float32 [t, k, j, i].
        affine: voxel index to RAS millimetres.
        step_s: seconds between two frames; 1 where the file does not say.
    """

    array: np.ndarray
    affine: np.ndarray
    step_s: float


def read_voxels(path: Path, shape: tuple[int, int, int]) -> np.ndarray:
    """Voxels float32 [k, j, i] of an uncompressed volume.

    They stay in the file until they are used, so that a large one does not hold up the window;
    whoever keeps them keeps the file from being deleted on Windows.

    Args:
        shape: the number of voxels along i, j, k that it must have.

    Raises:
        PanelError: it is not there, or not what was asked for.
    """
    try:
        with open(path, "rb") as file:
            header = _Header(file.read(348))
            if header.shape != (1, *shape[::-1]):
                raise ValueError
            return np.memmap(file, "<f4", "r", header.start, shape[::-1])
    except (OSError, ValueError, struct.error):
        raise _unreadable() from None


def read_frames(path: Path) -> Frames:
    """The whole of a compressed file.

    Raises:
        PanelError: it is not there, or damaged.
    """
    try:
        with gzip.open(path, "rb") as file:
            header = _Header(file.read(348))
            file.seek(header.start)
            array = np.frombuffer(file.read(), "<f4").reshape(header.shape)
    except (OSError, EOFError, ValueError, struct.error, zlib.error):
        raise _unreadable() from None
    return Frames(array, header.affine, header.step_s)


class _Header:
    """The fields that count.

    Raises:
        ValueError, struct.error: not a NIfTI-1 header of a float32 volume or cine.
    """

    def __init__(self, header: bytes):
        (size,) = struct.unpack_from("<i", header, 0)
        axes, *shape = struct.unpack_from("<8h", header, 40)
        (kind,) = struct.unpack_from("<h", header, 70)
        if size != 348 or axes not in (3, 4) or kind != _FLOAT32 or min(shape[:axes]) < 1:
            raise ValueError
        self.shape = (shape[3] if axes == 4 else 1, shape[2], shape[1], shape[0])
        self.start = int(struct.unpack_from("<f", header, 108)[0])
        self.affine = np.eye(4)
        self.affine[:3] = np.reshape(struct.unpack_from("<12f", header, 280), (3, 4))
        (step,) = struct.unpack_from("<f", header, 92)
        self.step_s = step * _UNITS_S.get(header[123] & 0x38, 0.0) or 1.0


def _unreadable() -> PanelError:
    return PanelError(_("The result cannot be read; free some disk space and try again."))
