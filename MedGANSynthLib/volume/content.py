"""What a volume shows: an image, a label map, or nothing."""

import numpy as np

from ..errors import MedGANSynthError
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
    pairs = (along[:-1] > minimum) & (along[1:] > minimum)
    values = along[:-1][pairs]
    if values.size == 0:
        return False
    if (values != np.rint(values)).any() or np.unique(values).size > _MOST_LABELS:
        return False
    return bool(np.mean(values == along[1:][pairs]) >= _UNIFORM)


def refuse_unfit(volume: Volume, name: str) -> None:
    """Refuse what no network can translate.

    Raises:
        MedGANSynthError: a label map, or an image without any contrast.
    """
    if volume.array.min() == volume.array.max():
        raise MedGANSynthError(f"{name}: every voxel has the same value; give another volume.")
    if is_label_map(volume.array):
        raise MedGANSynthError(
            f"{name}: is a label map ({volume.array.dtype}), not an image; give the image itself."
        )
