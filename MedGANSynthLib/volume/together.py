"""Several volumes of one person on one grid."""

from collections.abc import Mapping

import nibabel as nib
import numpy as np

from ..errors import MedGANSynthError
from .geometry import resample_to, same_grid
from .volume import Volume

_LATTICE = 16  # points along each axis at which it is asked what a volume covers


def bring_together(
    volumes: Mapping[str, Volume], labels: frozenset[str] = frozenset()
) -> tuple[dict[str, Volume], list[str]]:
    """Every volume on the first one's grid.

    Outside its own field of view a volume has its least intensity.

    Args:
        volumes: name -> Volume, as the user knows them.
        labels: those of them whose values must not be mixed (masks).

    Returns:
        The volumes, and one sentence for each that was resampled.

    Raises:
        MedGANSynthError: a volume that shares no place with the first.
    """
    names = list(volumes)
    first = volumes[names[0]]
    together, notes = {names[0]: first}, []
    for name in names[1:]:
        volume = volumes[name]
        if same_grid(first, volume):
            together[name] = volume
            continue
        covered = _share_covered(first, volume)
        if covered == 0:
            raise MedGANSynthError(
                f"{name} and {names[0]} share no place in the patient; give volumes of one person "
                "and one examination."
            )
        order = "nearest" if name in labels else "linear"
        background = float(volume.array.min())
        together[name] = resample_to(volume, first.shape, first.affine, order, background)
        part = "" if covered > 0.99 else f", {100 * covered:.0f} % of which it covers"
        notes.append(f"{name}: resampled to the grid of {names[0]}{part}.")
    return together, notes


def _share_covered(first: Volume, other: Volume) -> float:
    """How much of the first volume's field of view lies in the other's."""
    axes = [np.linspace(0, n - 1, min(n, _LATTICE)) for n in first.shape]
    index = np.stack(np.meshgrid(*axes, indexing="ij"), -1).reshape(-1, 3)
    there = nib.affines.apply_affine(np.linalg.solve(other.affine, first.affine), index)
    inside = (there >= -0.501) & (there <= np.array(other.shape) - 0.499)
    return float(inside.all(axis=1).mean())
