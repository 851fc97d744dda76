"""How heart cycles move: smoothness, closure, flicker, the left ventricle's area."""

import re
from pathlib import Path
from typing import Any

import numpy as np

from ..data.datalist import SPLITS, read_datalist
from ..data.discover import images_in, stem_of
from ..errors import MedGANSynthError
from ..events import Events
from ..files import write_text
from ..volume.cine import read_cine
from ..volume.volume import Volume
from .table import to_csv

_FIGURES = ("smoothness", "closure", "flicker", "area_mm2", "ejection")


def smoothness(cycle: np.ndarray) -> float:
    """Root mean square change from frame to frame over that from the cycle's mean; small is smooth.

    sqrt(E[(x_t+1 - x_t)^2] / E[(x_t - mean x)^2]), also from the last frame to the first. A sine
    over T frames has 2 sin(pi / T), independent noise sqrt(2). 0 where nothing moves.

    Args:
        cycle: `[..., t]`, at least two frames.
    """
    steps = _steps(cycle)
    spread = np.mean((cycle - cycle.mean(-1, keepdims=True)) ** 2)
    return float(np.sqrt(np.mean(steps**2) / spread)) if spread > 0 else 0.0


def closure(cycle: np.ndarray) -> float:
    """Change from the last frame to the first over the largest other one, both root mean square.

    At most about 1 where the cycle closes; large where a film jumps when it starts again. 1 where
    nothing moves.
    """
    sizes = np.sqrt(np.mean(_steps(cycle) ** 2, axis=tuple(range(cycle.ndim - 1))))
    largest = sizes[:-1].max()
    return float(sizes[-1] / largest) if largest > 0 else 1.0


def flicker(cycle: np.ndarray) -> float:
    """Share of what changes that changes faster than a quarter of the frame rate; 0 to 1.

    Power of the harmonics above T / 4 over that of all. A slow sine has 0, independent noise about
    one half. 0 where nothing moves.
    """
    power = np.abs(np.fft.rfft(np.asarray(cycle, np.float64), axis=-1)) ** 2
    power = power.reshape(-1, power.shape[-1]).sum(0)
    frames = cycle.shape[-1]
    power[1 : (frames + 1) // 2] *= 2  # each stands for two frequencies, but the last of an even T
    total = power[1:].sum()
    return float(power[frames // 4 + 1 :].sum() / total) if total > 1e-12 else 0.0


def areas(mask: np.ndarray, spacing: tuple[float, ...]) -> np.ndarray:
    """The ventricle's area in square millimetres in each frame and slice, `[k, t]`.

    Args:
        mask: `[i, j, k, t]`.
        spacing: millimetres along i and j.
    """
    return (mask > 0).sum(axis=(0, 1)) * float(spacing[0] * spacing[1])


def ejection(area: np.ndarray) -> float:
    """(largest - smallest) / largest of an area curve; 0 for an empty one."""
    return float((area.max() - area.min()) / area.max()) if area.max() > 0 else 0.0


def measure_cines(
    cines: tuple[Path, ...], data: Path | None, split: str, out: Path | None, events: Events
) -> dict[str, Any]:
    """Figures of each slice of each cine; area curves where there are masks.

    Masks are those of the data list, or `A_mask.nii.gz` beside `A_cine.nii.gz` or `A.nii.gz` in a
    folder.

    Raises:
        MedGANSynthError: nothing to measure, files that are no cines.
    """
    if bool(cines) == (data is not None):
        raise MedGANSynthError("cine measure: give either files or --data LIST.")
    found = _listed(data, split) if data is not None else _found(cines)
    rows, curves = [], []
    for number, (path, mask_path) in enumerate(found):
        events.progress(number / len(found), path.name)
        cine = read_cine(path)
        mask = read_cine(mask_path) if mask_path is not None else None
        for k in range(cine.shape[2]):
            row, curve = _row(path, cine, mask, k)
            rows.append(row)
            curves.append(curve)
    if out is not None:
        areas_of = [{f"area_{t}": a for t, a in enumerate(curve)} for curve in curves]
        write_text(out, to_csv([row | a for row, a in zip(rows, areas_of, strict=True)]))
    events.progress(1.0, "done")
    keys = [key for key in _FIGURES if all(key in row for row in rows)]
    means = {key: float(np.mean([row[key] for row in rows])) for key in keys}
    rows.append({"cine": "mean", "slice": "", **means})
    return {"rows": rows, "outputs": [] if out is None else [str(out)]}


def _row(
    path: Path, cine: Volume, mask: Volume | None, k: int
) -> tuple[dict[str, Any], list[float]]:
    cycle = np.asarray(cine.array[:, :, k], np.float64)
    row = {
        "cine": path.name,
        "slice": k,
        "smoothness": smoothness(cycle),
        "closure": closure(cycle),
        "flicker": flicker(cycle),
    }
    if mask is None:
        return row, []
    if mask.shape != cine.shape:
        raise MedGANSynthError(f"{path.name}: its mask's size is not the cine's; resample it.")
    area = areas(mask.array, mask.spacing)[k]
    return row | {"area_mm2": float(area.max()), "ejection": ejection(area)}, area.tolist()


def _listed(data: Path, split: str) -> list[tuple[Path, Path | None]]:
    if split not in SPLITS:
        raise MedGANSynthError(f"--split {split}: must be one of {', '.join(SPLITS)}.")
    cases = read_datalist(data).splits()[split]
    found = [(c.images["cine"], c.images.get("mask")) for c in cases if "cine" in c.images]
    if not found:
        raise MedGANSynthError(f"{data}: its {split} split has no cine; give another list.")
    return found


def _found(paths: tuple[Path, ...]) -> list[tuple[Path, Path | None]]:
    """Files as they are; of a folder its cines with their masks, or the folders of frames in it."""
    found: list[tuple[Path, Path | None]] = []
    for path in paths:
        inside = images_in(path) if path.is_dir() else []
        masks = {_place(p, "mask"): p for p in inside if _is_mask(p)}
        cines = [p for p in inside if not _is_mask(p)]
        found += [(p, masks.get(_place(p, "cine"))) for p in cines] or [(path, None)]
    return found


def _is_mask(image: Path) -> bool:
    return re.search(r"(^|[-_.])mask$", stem_of(image)) is not None


def _place(image: Path, kind: str) -> Path:
    """What a cine's path and that of its mask have in common."""
    return image.parent / re.sub(rf"(^|[-_.]){kind}$", "", stem_of(image))


def _steps(cycle: np.ndarray) -> np.ndarray:
    cycle = np.asarray(cycle, np.float64)
    return np.roll(cycle, -1, axis=-1) - cycle
