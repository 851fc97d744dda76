"""Several volumes of one person on one grid."""

from collections.abc import Mapping

from ..errors import MedGANSynthError
from .coverage import share_covered
from .geometry import resample_to, same_grid
from .volume import Volume


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
        covered = share_covered(first.shape, first.affine, volume.shape, volume.affine)
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
