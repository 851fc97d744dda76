"""Large arrays live in temporary files and are worked on slab by slab.

So what a volume takes of the main memory does not grow with its slices: the system keeps of such a
file what there is room for. Small arrays are arrays like any other, and one slab is all of them.
"""

import os
import tempfile
from collections.abc import Callable, Sequence
from typing import BinaryIO

import numpy as np

MANY = 2**25
"""Voxels beyond which an array is large: more than 512x512x128."""
SLAB = 2**23
"""Voxels of a large array that are worked on at once."""
_ZEROS = 2**20

Part = tuple[slice, ...]


def empty(shape: Sequence[int], dtype: np.dtype | type = np.float32) -> np.ndarray:
    """An array to be filled. A large one lies with its last axis slowest, slice after slice.

    The file has no name that could be left behind. Where the disk has no room for it, memory is
    taken instead.
    """
    if np.prod(shape, dtype=np.int64) <= MANY:
        return np.empty(shape, dtype)
    try:
        with tempfile.TemporaryFile(prefix="MedGANSynth-") as file:
            _reserve(file, int(np.prod(shape, dtype=np.int64)) * np.dtype(dtype).itemsize)
            return np.asarray(np.memmap(file, dtype, "r+", shape=tuple(shape), order="F"))
    except OSError:
        return np.empty(shape, dtype, order="F")


def empty_like(array: np.ndarray, dtype: np.dtype | type) -> np.ndarray:
    """The same of the shape of `array`; a small one lies in memory as `array` does."""
    return np.empty_like(array, dtype) if array.size <= MANY else empty(array.shape, dtype)


def full(shape: Sequence[int], value: float) -> np.ndarray:
    """A float32 array of `value`."""
    made = empty(shape)
    made[...] = value
    return made


def slabs(array: np.ndarray, axes: Sequence[int] | None = None) -> list[Part]:
    """The index of each slab, along that of `axes` (None: of all) which is slowest in memory."""
    across = max(axes or range(array.ndim), key=lambda axis: abs(array.strides[axis]))
    count = array.shape[across]
    thick = count if array.size <= MANY else max(1, SLAB * count // array.size)
    whole = (slice(None),) * array.ndim
    return [
        (*whole[:across], slice(start, start + thick), *whole[across + 1 :])
        for start in range(0, count, max(1, thick))
    ]


def select(array: np.ndarray, where: Callable[[np.ndarray], np.ndarray]) -> np.ndarray:
    """The voxels of each slab for which `where` says so, as a new flat array."""
    parts = slabs(array)
    if len(parts) == 1:
        return array[where(array)]
    made = empty([sum(np.count_nonzero(where(array[part])) for part in parts)], array.dtype)
    done = 0
    for part in parts:
        found = array[part][where(array[part])]
        made[done : done + found.size] = found
        done += found.size
    return made


def _reserve(file: BinaryIO, size: int) -> None:
    """Take the room on the disk at once: a process that finds it full later is ended."""
    if hasattr(os, "posix_fallocate"):
        os.posix_fallocate(file.fileno(), 0, size)
        return
    for start in range(0, size, _ZEROS):
        file.write(bytes(min(_ZEROS, size - start)))
    file.flush()
