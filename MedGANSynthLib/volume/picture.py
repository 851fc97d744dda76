"""Pictures of slices as PNG files."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np

from ..files import whole_file
from ..report.png import png


def write_montage(
    path: Path,
    rows: Sequence[Sequence[np.ndarray]],
    window: tuple[float, float] | Sequence[tuple[float, float] | None] | None = None,
    gap: int = 2,
    zoom: int = 1,
) -> None:
    """Write 2D images side by side as an 8-bit grey PNG, whole or not at all.

    Args:
        path: the PNG to write.
        rows: images `[rows, cols]` of any real type; images of one row are laid out from the left,
            rows from the top. Sizes may differ.
        window: intensities shown black and white; one pair for all images or one for each row. A
            missing pair is taken from the row's own 0.5 and 99.5 percentiles.
        gap: pixels between images.
        zoom: every voxel becomes `zoom` x `zoom` pixels.
    """
    windows = _windows(window, len(rows))
    tiles = [
        [_grey(im, row, w).repeat(zoom, 0).repeat(zoom, 1) for im in row]
        for row, w in zip(rows, windows, strict=True)
    ]
    width = max(sum(t.shape[1] + gap for t in row) for row in tiles) + gap
    height = sum(max(t.shape[0] for t in row) + gap for row in tiles) + gap
    canvas = np.zeros((height, width), np.uint8)
    top = gap
    for row in tiles:
        left = gap
        for tile in row:
            canvas[top : top + tile.shape[0], left : left + tile.shape[1]] = tile
            left += tile.shape[1] + gap
        top += max(t.shape[0] for t in row) + gap
    with whole_file(Path(path)) as temporary:
        temporary.write_bytes(png(canvas / 255))


def _windows(window: object, rows: int) -> list[tuple[float, float] | None]:
    if window is None:
        return [None] * rows
    if np.isscalar(window[0]):
        return [window] * rows
    return list(window)


def _grey(
    image: np.ndarray, row: Sequence[np.ndarray], window: tuple[float, float] | None
) -> np.ndarray:
    values = np.concatenate([np.asarray(im, np.float32).ravel() for im in row])
    low, high = window or np.percentile(values[np.isfinite(values)], (0.5, 99.5))
    scaled = (np.asarray(image, np.float32) - low) / max(high - low, 1e-6)
    return np.rint(255 * np.clip(np.nan_to_num(scaled), 0.0, 1.0)).astype(np.uint8)
