"""Codes of generators: drawn so that each can be drawn again, and the ways between two of them."""

import numpy as np

from ..errors import MedGANSynthError


def draw_code(model_sha256: str, seed: int, index: int, length: int) -> np.ndarray:
    """The code of volume `index` of a seed, float32 `[length]`, N(0, 1).

    It depends on these four alone: not on how many are drawn, in which order or where.
    """
    model = int(model_sha256[:16], 16)
    rng = np.random.default_rng([model, seed, index])
    return rng.standard_normal(length).astype(np.float32)


def walk(start: np.ndarray, end: np.ndarray, steps: int, interpolation: str) -> list[np.ndarray]:
    """`steps` codes from `start` to `end`, both included.

    Args:
        interpolation: "lerp", the straight line, whose middle is shorter than codes usually are;
            or "slerp", along the arc, with lengths between those of the ends (Shoemake 1985).

    Raises:
        MedGANSynthError: an unknown interpolation, or fewer than two steps.
    """
    if interpolation not in ("slerp", "lerp"):
        raise MedGANSynthError(f"--interpolation {interpolation}: must be slerp or lerp.")
    if steps < 2:
        raise MedGANSynthError(f"--count {steps}: a walk needs at least 2 steps.")
    between = _slerp if interpolation == "slerp" else _lerp
    return [between(start, end, step / (steps - 1)) for step in range(steps)]


def _lerp(a: np.ndarray, b: np.ndarray, share: float) -> np.ndarray:
    return ((1 - share) * a + share * b).astype(np.float32)


def _slerp(a: np.ndarray, b: np.ndarray, share: float) -> np.ndarray:
    cosine = float(np.dot(a, b) / (np.linalg.norm(a) * np.linalg.norm(b)))
    angle = np.arccos(np.clip(cosine, -1, 1))
    if np.sin(angle) < 1e-6:  # the same or the opposite direction: no arc is shortest
        return _lerp(a, b, share)
    parts = np.sin((1 - share) * angle) * a + np.sin(share * angle) * b
    return (parts / np.sin(angle)).astype(np.float32)
