"""What a prepared case's file tells apart from what it shows, and what its image tells."""

from pathlib import Path

import numpy as np
import SimpleITK as sitk

from ..volume.itk import image_affine, to_array

_LEVELS = 256
_INNER = slice(6, 250)  # without the levels that percentiles pile up at both ends


def fingerprints(path: Path) -> tuple[dict[str, float], dict[str, float]]:
    """Bookkeeping and content of one prepared case.

    Bookkeeping is everything that a reader needs no image for: file, geometry, type, value
    lattice, saturation, background. Content is in the image: how much foreground, its brightness,
    contrast, sharpness and noise.
    """
    image = sitk.ReadImage(str(path))
    array, affine = to_array(image), image_affine(image)
    bookkeeping = {
        "file_size": float(path.stat().st_size),
        "metadata": float(len(image.GetMetaDataKeys())),
        "type": float(image.GetPixelID()),
    }
    for axis, name in enumerate("ijk"):
        bookkeeping[f"voxels_{name}"] = float(array.shape[axis])
        bookkeeping[f"spacing_{name}"] = float(np.linalg.norm(affine[:3, axis]))
        bookkeeping[f"origin_{name}"] = float(affine[axis, 3])
    values = array.astype(np.float32)
    mask = values > 0
    bookkeeping |= _values(values, mask)
    return bookkeeping, _content(values, mask)


def _values(values: np.ndarray, mask: np.ndarray) -> dict[str, float]:
    inside = values[mask] if mask.any() else np.zeros(1, np.float32)
    faces = [np.take(values, end, axis).ravel() for axis in range(3) for end in (0, -1)]
    counts = np.bincount(np.clip(inside, 0, _LEVELS - 1).astype(int), minlength=_LEVELS)
    inner = counts[_INNER].astype(float)
    neighbours = (inner[:-2] + inner[2:]) / 2
    enough = neighbours >= 10
    gaps = float(np.mean(inner[1:-1][enough] < 0.2 * neighbours[enough])) if enough.any() else 0.0
    # Variance of the second difference over what counting noise alone would give: 1 without comb.
    noise = 1.5 * np.maximum(neighbours, 1)
    comb = float(np.median((inner[1:-1] - neighbours) ** 2 / noise))
    return {
        "minimum": float(values.min()),
        "maximum": float(values.max()),
        "not_whole": float(np.mean(inside != np.rint(inside))),
        "gaps": gaps,
        "comb": comb,
        "at_bottom": float(np.mean(inside <= 1)),
        "at_top": float(np.mean(inside >= _LEVELS - 1)),
        "border_sd": float(np.concatenate(faces).std()),
        "background_sd": float(values[~mask].std()) if (~mask).any() else 0.0,
    }


def _content(values: np.ndarray, mask: np.ndarray) -> dict[str, float]:
    inside = values[mask] if mask.any() else np.zeros(1, np.float32)
    middle = values[:, :, values.shape[2] // 3 : -(values.shape[2] // 3) or None]
    spectrum = np.abs(np.fft.fftn(middle - middle.mean(), axes=(0, 1))) ** 2
    rows, columns = (np.abs(np.fft.fftfreq(n)) for n in middle.shape[:2])
    high = np.maximum.outer(rows, columns) > 0.25
    second = np.diff(values, 2, axis=0)[mask[1:-1]] if values.shape[0] > 2 else inside
    return {
        "foreground": float(mask.mean()),
        "mean": float(inside.mean()),
        "contrast": float(inside.std()),
        "median": float(np.median(inside)),
        "skewness": float(((inside - inside.mean()) ** 3).mean() / max(inside.std(), 1e-6) ** 3),
        "high_frequencies": float(spectrum[high].sum() / max(float(spectrum.sum()), 1e-6)),
        "noise": float(np.median(np.abs(second))) if second.size else 0.0,
    }
