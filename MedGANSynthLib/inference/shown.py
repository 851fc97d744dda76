"""What a picture and a film show of generated volumes, slices and cines."""

from collections.abc import Sequence

import numpy as np

from ..volume.planes import middle_planes
from ..volume.volume import Volume

FRAMES_SHOWN = 6
WALK_SECONDS = 0.15
GAP = 2


def shown(volume: Volume) -> list[np.ndarray]:
    """Pictures `[rows, cols]`, one below the other.

    Of a volume its three middle planes; of a slice the slice; of a cine some of its frames.
    """
    if volume.array.ndim == 4:
        frames = volume.shape[3]
        phases = np.linspace(0, frames, min(FRAMES_SHOWN, frames), endpoint=False).astype(int)
        return [volume.array[:, :, 0, phase] for phase in phases]
    if volume.shape[2] == 1:
        return [volume.array[:, :, 0]]
    return middle_planes(volume)


def film(volumes: Sequence[Volume], walk: bool) -> tuple[list[np.ndarray], float]:
    """Frames `[rows, cols]` and the seconds that each is shown.

    Of cines all phases, side by side; of a walk one volume after the other; else no frames.
    """
    if volumes[0].array.ndim == 4:
        phases = range(volumes[0].shape[3])
        frames = [_beside([volume.array[:, :, 0, phase] for volume in volumes]) for phase in phases]
        return frames, volumes[0].time_step or WALK_SECONDS
    return ([shown(volume)[0] for volume in volumes] if walk else []), WALK_SECONDS


def _beside(images: list[np.ndarray]) -> np.ndarray:
    """Images of one size next to each other, with a dark gap between."""
    least = min(float(image.min()) for image in images)
    gap = np.full((len(images[0]), GAP), least, images[0].dtype)
    return np.hstack([part for image in images for part in (gap, image)][1:])
