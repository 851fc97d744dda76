"""Slices and difference maps, the way they hang on a light box."""

import numpy as np

from ..volume.geometry import orientation_between, reorient
from ..volume.volume import Volume
from .ssim import bounding_box

SHARES = (0.3, 0.5, 0.7)
"""Where between the mask's ends the shown slices lie."""

STRONG = 0.3
"""Difference, as a share of the data range, that gets the full colour."""


def shown_slices(
    array: np.ndarray, affine: np.ndarray, mask: np.ndarray, axis: int
) -> list[np.ndarray]:
    """Three slices `[rows, cols]` across `axis` through the mask, cropped to its surroundings.

    Axial slices have anterior on top and the patient's right on the left; coronal and sagittal
    ones have superior on top.
    """
    box = bounding_box(np.asarray(mask) > 0)
    ends = box[axis].start, box[axis].stop - 1
    margin = 4
    crop = tuple(slice(max(s.start - margin, 0), s.stop + margin) for s in box)
    places = [round(ends[0] + share * (ends[1] - ends[0])) - crop[axis].start for share in SHARES]
    return [hung_slice(array[crop], affine, axis, place) for place in places]


def hung_slice(array: np.ndarray, affine: np.ndarray, axis: int, index: int) -> np.ndarray:
    """The slice `[rows, cols]` at `index` of `axis`, turned the way that radiologists hang it."""
    transform = orientation_between(affine, "LPS")
    onto, flip = int(transform[axis, 0]), transform[axis, 1]
    hung = reorient(Volume(array, affine), "LPS").array
    plane = np.take(hung, index if flip > 0 else array.shape[axis] - 1 - index, axis=onto)
    return (plane if onto == 2 else plane[:, ::-1]).T.copy()


def difference_colours(difference: np.ndarray, strong: float = STRONG) -> np.ndarray:
    """Differences `[rows, cols]` as RGB: white for none, red for too bright, blue for too dark."""
    share = np.clip(difference / strong, -1, 1)[..., None]
    red, blue = np.array([0.84, 0.10, 0.11]), np.array([0.17, 0.40, 0.75])
    return np.where(share >= 0, 1 - share * (1 - red), 1 + share * (1 - blue))


def stacked(slices: list[np.ndarray]) -> np.ndarray:
    """Slices one below the other."""
    return np.concatenate(slices, axis=0)
