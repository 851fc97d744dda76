"""A procedural short-axis cine of a beating heart, for tests, demonstration and debug training.

Nothing in it comes from a person: a chest, two ventricles and a muscle whose inner wall moves in
and whose thickness grows while it beats. Any figure measured on it must be called a phantom's.
"""

import hashlib

import numpy as np

from ..volume.provenance import Provenance
from ..volume.volume import Volume

_NOISE = 0.03
_GAIN = 200.0
_SECONDS = 0.8


def heart_phantom(
    seed: int, side: int = 64, frames: int = 20, spacing: float = 2.0
) -> dict[str, Volume]:
    """One cycle of the heart that belongs to `seed`.

    Returns:
        "cine": uint8 `[side, side, 1, frames]`, frame 0 at end diastole; "mask": uint8, the left
        ventricle's blood; both with provenance, so that files made of them are marked synthetic.
    """
    rng = np.random.default_rng([seed, 2])
    radius, wall = rng.uniform(22, 28), rng.uniform(8, 11)  # millimetres
    stroke, peak = rng.uniform(0.2, 0.4), rng.uniform(0.32, 0.42)
    place = rng.uniform(-8, 8, 2)
    x, y = np.meshgrid(*2 * [(np.arange(side) - (side - 1) / 2) * spacing], indexing="ij")
    distance = np.hypot(x - place[0], (y - place[1]) * rng.uniform(0.95, 1.05))
    chest = _disc(np.hypot(x / 1.25, y), 0.46 * side * spacing, spacing)
    right = np.hypot(x - place[0] + 34, (y - place[1]) / 1.4)
    cine, mask = [], []
    for phase in np.arange(frames) / frames:
        inner = radius * (1 - stroke * contraction(phase, peak))
        # The muscle keeps its area, so it thickens.
        outer = np.sqrt(inner**2 + (radius + wall) ** 2 - radius**2)
        image = 0.25 * chest
        for cover, value in (
            (_disc(right, 0.8 * outer, spacing), 0.85),
            (_disc(distance, outer, spacing), 0.35),
            (_disc(distance, inner, spacing), 0.95),
        ):
            image = image + cover * (value - image)
        noise = rng.standard_normal((2, side, side)) * _NOISE
        cine.append(np.hypot(image + noise[0], noise[1]))
        mask.append(distance < inner)
    affine = np.diag([-spacing, -spacing, 8.0, 1.0])
    provenance = Provenance(
        "heart-phantom", hashlib.sha256(b"").hexdigest(), seed=seed, settings={"weights": "none"}
    )
    arrays = {
        "cine": np.clip(np.rint(np.stack(cine, -1) * _GAIN), 0, 255).astype(np.uint8),
        "mask": np.stack(mask, -1).astype(np.uint8),
    }
    return {
        name: Volume(array[:, :, None], affine, name, provenance, time_step=_SECONDS / frames)
        for name, array in arrays.items()
    }


def contraction(phase: np.ndarray | float, peak: float = 0.37) -> np.ndarray:
    """How far a heart is between end diastole (0) and end systole (1).

    A raised cosine up to the share `peak` of the cycle, and another one down to its end: smooth,
    also from the last frame to the first.

    Args:
        phase: share of the cycle in [0, 1).
    """
    phase = np.asarray(phase, float)
    share = np.where(phase < peak, phase / peak, 1 + (phase - peak) / (1 - peak))
    return (1 - np.cos(np.pi * share)) / 2


def _disc(distance: np.ndarray, radius: float, spacing: float) -> np.ndarray:
    """1 inside, 0 outside, a pixel's slope between."""
    return np.clip(0.5 + (radius - distance) / spacing, 0, 1)
