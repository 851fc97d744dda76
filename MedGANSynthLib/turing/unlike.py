"""Cases whose geometry is far from that of the others, and what the common grid does to them."""

from pathlib import Path

import numpy as np

from ..errors import MedGANSynthError
from ..events import Events
from ..volume.volume import Volume
from ..wording import counted, listed
from .harmonise import CommonGrid, Extent

AXIS = {"sagittal": 0, "coronal": 1, "axial": 2}
FAR = 1.5
"""Voxels so many times larger or smaller than the median ones are told of."""

_PART = 0.5  # of the median foreground along an axis
_LOST = 0.01  # of the foreground, outside the grid


def refuse_flat(volume: Volume, name: str, advice: str, display: str, plane: str) -> None:
    """Refuse a straightened volume of one slice that would be looked at from its edge.

    Raises:
        MedGANSynthError: which case.
    """
    thin = {axis for axis in range(3) if volume.shape[axis] == 1}
    if thin - ({AXIS[plane]} if display != "volume" else set()):
        planes = "in three planes" if display == "volume" else f"in the {plane} plane"
        raise MedGANSynthError(
            f"{name}: is one slice thick ({_times(volume.shape)} voxels), so it cannot be shown "
            f"{planes}; {advice}."
        )


def warn_of_unlike(extents: dict[Path, Extent], events: Events) -> None:
    """Warn of cases whose voxels or whose size give them away."""
    spacing = np.array([e.spacing for e in extents.values()])
    size = np.array([e.size for e in extents.values()])
    usual, typical = np.median(spacing, axis=0), np.median(size, axis=0)
    ratio = np.maximum(spacing / usual, usual / spacing)
    far = _where(extents, (ratio > FAR).any(axis=1))
    if far:
        names = [f"{path.name} ({_times(extents[path].spacing)} mm)" for path in far]
        events.warning(
            f"{counted(len(far), 'case')} of {len(extents)} with voxels far from the usual "
            f"{_times(usual)} mm, and so with another sharpness: {listed(names)}; leave such cases "
            "out."
        )
    parts = _where(extents, (size < _PART * typical).any(axis=1))
    if parts:
        names = [f"{path.name} ({_times(np.round(extents[path].size))} mm)" for path in parts]
        events.warning(
            f"{counted(len(parts), 'case')} of {len(extents)} with much less in it than the usual "
            f"{_times(np.round(typical))} mm: {listed(names)}; leave such cases out."
        )


def coarsest(extents: dict[Path, Extent]) -> list[str]:
    """The cases whose voxels the common grid takes over, empty where all have the same."""
    spacing = np.array([e.spacing for e in extents.values()])
    forced = spacing.max(axis=0) > 1.001 * spacing.min(axis=0)
    at = np.isclose(spacing, spacing.max(axis=0), rtol=1e-3) & forced
    return [path.name for path in _where(extents, at.any(axis=1))]


def warn_of_lost(lost: dict[Path, float], grid: CommonGrid, events: Events) -> None:
    """Warn of a given --shape that has no room for the cases; `lost` is `harmonise.cut_off`."""
    worst = max(lost, key=lambda path: lost[path], default=None)
    if worst is not None and lost[worst] > _LOST:
        cut = sum(share > _LOST for share in lost.values())
        events.warning(
            f"--shape {' '.join(map(str, grid.shape))} cuts off part of "
            f"{counted(cut, 'case')} of {len(lost)}, of {worst.name} {100 * lost[worst]:.0f} % of "
            f"the foreground; with voxels of {_times(grid.spacing)} mm give a larger one, or none."
        )


def _where(extents: dict[Path, Extent], chosen: np.ndarray) -> list[Path]:
    return [path for path, one in zip(extents, chosen, strict=True) if one]


def _times(numbers: object) -> str:
    return " x ".join(f"{number:.4g}" for number in numbers)
