"""A lesion that is put into an image, and what a translation made of it."""

import dataclasses
from collections.abc import Sequence
from typing import Any

import numpy as np
from scipy.ndimage import distance_transform_edt, label

from ..errors import MedGANSynthError

KEPT, LOST = 0.5, 0.2
"""Change of the output inside the lesion, over the change that was put in; both in standard
deviations inside the mask. From `KEPT` on it is kept, below `LOST` lost, weakened between."""

INVENTED = 0.5
"""A voxel far away counts as changed from this share of the inserted contrast on."""

FAR_MM = 5.0
"""Beyond the lesion's own diameter; nearer changes are its blurred edge."""

EDGE_MM = 1.0
"""Half the width of the ball's soft edge."""


@dataclasses.dataclass(frozen=True)
class Inserted:
    """A lesion: its profile `[i, j, k]`, 0 to 1, and where its middle is."""

    profile: np.ndarray
    centre: tuple[int, int, int]


def insert_lesion(
    mask: np.ndarray, spacing: Sequence[float], radius: float, rng: np.random.Generator
) -> Inserted:
    """A ball with a soft edge, wholly inside the mask where there is room.

    Args:
        mask: `[i, j, k]`.
        spacing: mm.
        radius: mm.

    Raises:
        MedGANSynthError: the mask has no room for it.
    """
    depth = distance_transform_edt(np.pad(mask > 0, 1), sampling=spacing)[1:-1, 1:-1, 1:-1]
    places = np.argwhere(depth > radius + EDGE_MM)
    if not len(places):
        raise MedGANSynthError(
            f"the mask has no room for a lesion of {radius:g} mm radius; give a smaller --radius."
        )
    centre = tuple(int(c) for c in places[rng.integers(len(places))])
    distance = np.sqrt(
        sum(
            ((x - c) * s) ** 2
            for x, c, s in zip(np.indices(mask.shape, sparse=True), centre, spacing, strict=True)
        )
    )
    profile = np.clip((radius + EDGE_MM - distance) / (2 * EDGE_MM), 0, 1)
    return Inserted(profile, centre)


def judge_lesion(
    before: np.ndarray,
    after: np.ndarray,
    mask: np.ndarray,
    spacing: Sequence[float],
    place: Inserted,
    radius: float,
    contrast: float,
) -> dict[str, Any]:
    """What became of one lesion.

    `response` is the mean change of the output inside the lesion, in standard deviations of the
    output without it inside the mask, over the size of the inserted contrast; its sign is the
    output's own. `overlap` is the Dice of the lesion and of where the output changed by half of its
    largest change. `far_volume_ml` is how much tissue far away changed, `far_blob_ml` the largest
    connected piece of it; the lesion invents where that piece is at least half of the lesion.
    """
    spread = float(before[mask > 0].std(dtype=np.float64))
    if spread == 0:
        raise MedGANSynthError("the translation is constant inside the mask; nothing to judge.")
    change = (np.asarray(after, np.float64) - before) / spread
    core = place.profile >= 0.5
    response = float(change[core].mean() / abs(contrast))
    strong = np.abs(change) >= max(np.abs(change[core]).max() / 2, 1e-9)
    distance = distance_transform_edt(~core, sampling=spacing)
    far = (mask > 0) & (distance > radius + FAR_MM)
    moved = far & (np.abs(change) >= INVENTED * abs(contrast))
    blobs, pieces = label(moved)
    largest = int(np.bincount(blobs.ravel())[1:].max()) if pieces else 0
    millilitres = float(np.prod(spacing)) / 1000
    size = abs(response)
    return {
        "outcome": "kept" if size >= KEPT else "lost" if size < LOST else "weakened",
        "response": response,
        "overlap": float(2 * (strong & core).sum() / (strong.sum() + core.sum())),
        "far_volume_ml": float(moved.sum()) * millilitres,
        "far_blob_ml": largest * millilitres,
        "invents": bool(largest >= core.sum() / 2),
    }
