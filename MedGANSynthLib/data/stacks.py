"""The slices of one person's volume on a model's pixels."""

import numpy as np

from ..errors import MedGANSynthError
from ..volume.geometry import reorient, same_grid
from ..volume.grid import Grid
from ..volume.preprocessing import BACKGROUND, prepare
from ..volume.volume import Volume
from .image_settings import Slices
from .images import Pictures


def load_stack(subject: str, volumes: dict[str, Volume], settings: Slices) -> Pictures:
    """Bring one person's volume to the pixels and range that the networks see.

    Args:
        volumes: modality -> Volume; the mask (where there is one) under `settings.mask`.

    Raises:
        MedGANSynthError: a mask on another grid, no slice with foreground.
    """
    s = settings
    volume, mask = volumes[s.modality], volumes.get(s.mask)
    if s.stripped and mask is not None:
        if not same_grid(volume, mask):
            raise MedGANSynthError(
                f"{subject}: its mask lies on another grid; resample it, or set "
                "data.stripped=false."
            )
        volume = volume.blanked_outside(mask.array > 0)
    slices = reorient(volume, s.orientation).shape[2]
    pixel = None if s.spacing is None else (s.spacing, s.spacing)
    grid = Grid(s.orientation, (pixel, pixel, None), size=(s.size, s.size, slices))
    prepared = prepare(volume, grid, s.intensity)
    images = np.moveaxis(prepared.array, 2, 0)[:, None]
    chosen = images[_chosen(images, s)]
    if not len(chosen):
        raise MedGANSynthError(
            f"{subject}: no slice has enough foreground; check data.blank, data.span and the file."
        )
    return Pictures(subject, np.array(chosen), prepared.spacing, prepared.intensity_range)


def _chosen(images: np.ndarray, settings: Slices) -> np.ndarray:
    """Numbers of the slices inside the span that are not blank."""
    share = (images > BACKGROUND + 0.02).mean(axis=(1, 2, 3))
    shown = np.flatnonzero(share > 0)
    if not len(shown):
        return shown
    first, last = (shown[0] + np.array(settings.span) * (shown[-1] - shown[0])).round().astype(int)
    numbers = np.arange(first, last + 1)
    return numbers[share[numbers] >= settings.blank]
