"""A volume's translation as the mean of two: of the inputs, and of their mirror images."""

from collections.abc import Callable, Sequence

import numpy as np

from ..volume import spill
from ..volume.preprocessing import BACKGROUND
from .patches import Progress

Run = Callable[[Sequence[np.ndarray], Progress], np.ndarray]

_SHIFT = (4, 6, 3)
"""Multiples neither of a patch's half nor of a deep network's stride: seams and phase move, too."""


def mean_with_mirrored(
    run: Run, arrays: Sequence[np.ndarray], mirror: int, progress: Progress
) -> np.ndarray:
    """Test-time augmentation (Wang et al. 2019, Neurocomputing 338:34-45) with one other view.

    Args:
        run: translates arrays of any one shape.
        arrays: prepared inputs `[i, j, k]` in [-1, 1]; what lies beyond them is background.
        mirror: the axis to flip.

    Returns:
        float32, of the shape of `arrays`.
    """
    result = run(arrays, lambda fraction: progress(fraction / 2))
    others = [np.flip(_shifted(array), mirror) for array in arrays]
    other = np.flip(run(others, lambda fraction: progress((1 + fraction) / 2)), mirror)
    result += other[tuple(slice(n, None) for n in _SHIFT)]
    result *= 0.5
    return result


def _shifted(array: np.ndarray) -> np.ndarray:
    longer = spill.full(tuple(n + s for n, s in zip(array.shape, _SHIFT, strict=True)), BACKGROUND)
    longer[tuple(slice(n, None) for n in _SHIFT)] = array
    return longer
