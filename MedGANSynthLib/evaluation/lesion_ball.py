"""A lesion that is put into an image, and what a translation made of it."""

import dataclasses
from collections.abc import Sequence
from typing import Any

import numpy as np
from scipy.ndimage import distance_transform_edt, label

from ..errors import MedGANSynthError

KEPT, LOST = 0.5, 0.2
"""Signed responses (`judge_lesion`): from `KEPT` on a lesion is kept, from `LOST` on weakened, down
to -`LOST` lost, and at or below that inverted."""

OUTCOMES = ("kept", "weakened", "lost", "inverted")

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


def expected_sign(source: np.ndarray, target: np.ndarray, mask: np.ndarray, contrast: float) -> int:
    """1 if a lesion of that contrast should be brighter in the output, -1 if darker.

    As the person's own real pair has it: where source and target vary together inside the mask
    (covariance above 0), with the sign of the contrast; where they vary against each other, as T1
    and T2 do, against it.

    Args:
        source: what gets the lesion, `[i, j, k]`.
        target: the real volume, the same shape.
    """
    one, other = (np.asarray(a, np.float64)[mask > 0] for a in (source, target))
    covariance = float(np.mean((one - one.mean()) * (other - other.mean())))
    return 1 if covariance * contrast > 0 else -1


def judge_lesion(
    before: np.ndarray,
    after: np.ndarray,
    mask: np.ndarray,
    spacing: Sequence[float],
    place: Inserted,
    radius: float,
    contrast: float,
    sign: int,
) -> dict[str, Any]:
    """What became of one lesion.

    `response` is signed: the mean change of the output inside the lesion, in standard deviations of
    the output without it inside the mask, over the size of the inserted contrast, times `sign`. 1
    is the whole contrast in the expected direction, 0 no change, below 0 a lesion that is dark
    where it should be bright or the reverse. `outcome` is one of `OUTCOMES` by it.

    `overlap` is the Dice of the lesion and of where the output changed by half of its largest
    change. `far_volume_ml` is how much tissue far away changed, `far_blob_ml` the largest connected
    piece of it; the lesion `invents` where that piece is at least half of the lesion.

    Args:
        before, after: the output without and with the lesion, `[i, j, k]`.
        sign: of the expected change (`expected_sign`).

    Raises:
        MedGANSynthError: an output that is constant inside the mask.
    """
    spread = float(before[mask > 0].std(dtype=np.float64))
    if spread == 0:
        raise MedGANSynthError("the translation is constant inside the mask; nothing to judge.")
    change = (np.asarray(after, np.float64) - before) / spread
    core = place.profile >= 0.5
    response = sign * float(change[core].mean() / abs(contrast))
    strong = np.abs(change) >= max(np.abs(change[core]).max() / 2, 1e-9)
    distance = distance_transform_edt(~core, sampling=spacing)
    far = (mask > 0) & (distance > radius + FAR_MM)
    moved = far & (np.abs(change) >= INVENTED * abs(contrast))
    blobs, pieces = label(moved)
    largest = int(np.bincount(blobs.ravel())[1:].max()) if pieces else 0
    millilitres = float(np.prod(spacing)) / 1000
    return {
        "outcome": _outcome(response),
        "response": response,
        "overlap": float(2 * (strong & core).sum() / (strong.sum() + core.sum())),
        "far_volume_ml": float(moved.sum()) * millilitres,
        "far_blob_ml": largest * millilitres,
        "invents": bool(largest >= core.sum() / 2),
    }


def _outcome(response: float) -> str:
    if response >= KEPT:
        return "kept"
    if response >= LOST:
        return "weakened"
    return "lost" if response > -LOST else "inverted"
