"""What a volume shows: an image, a label map, or nothing."""

import numpy as np

from ..errors import MedGANSynthError
from .spill import slabs
from .volume import Volume

_MOST_LABELS = 256
_UNIFORM = 0.5


def is_label_map(array: np.ndarray) -> bool:
    """Whether `array` is a segmentation: whole numbers, few of them, in uniform regions.

    Uniform: at least half of the neighbours along the longest axis, among voxels above the
    minimum, are equal. Measured: 0.85 or more in 41-label brain segmentations, 1 in masks, at
    most 0.17 in 70 MR images of 8 and 16 bits.
    """
    minimum = array.min()
    along = np.moveaxis(array, int(np.argmax(array.shape)), 0)
    labels, pairs, equal = np.empty(0), 0, 0
    for part in slabs(along, axes=range(1, along.ndim)):
        first, second = along[part][:-1], along[part][1:]
        both = (first > minimum) & (second > minimum)
        values = first[both]
        if (values != np.rint(values)).any():
            return False
        labels = np.union1d(labels, np.unique(values))
        if labels.size > _MOST_LABELS:
            return False
        pairs += values.size
        equal += np.count_nonzero(values == second[both])
    return pairs > 0 and equal / pairs >= _UNIFORM


def exclude_advice(name: str) -> str:
    """What to do about a label map among the files of a folder, for `refuse_unfit`."""
    pattern = "*_" + name.rpartition("_")[2] if "_" in name else name
    return f"leave such files out with --exclude '{pattern}'"


def refuse_unfit(volume: Volume, name: str, advice: str = "give the image itself") -> None:
    """Refuse what no network can translate.

    Args:
        advice: what to do about a label map.

    Raises:
        MedGANSynthError: a label map, or an image without any contrast.
    """
    if volume.array.min() == volume.array.max():
        raise MedGANSynthError(f"{name}: every voxel has the same value; give another volume.")
    if is_label_map(volume.array):
        raise MedGANSynthError(
            f"{name}: is a label map ({volume.array.dtype}), not an image; {advice}."
        )
