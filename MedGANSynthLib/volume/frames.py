"""Folders of frames: one picture for each phase of a heart cycle, as PNG or DICOM."""

import collections
import re
import statistics
from pathlib import Path

import numpy as np
import pydicom
import SimpleITK as sitk

from ..errors import MedGANSynthError
from .dicom import read_slice
from .payload import check_size
from .volume import Volume

PHASES = 20
"""Frames of a slice in the Sunnybrook numbering, which begins at IM-0001-0001."""

SUNNYBROOK = re.compile(r"(?P<person>.*?)-?IM-(?P<series>\d+)-(?P<number>\d+)(\.dcm)?\.png", re.I)
_LPS_TO_RAS = np.array([-1.0, -1.0, 1.0])


def read_frames(folder: Path, modality: str | None = None) -> Volume:
    """Read a folder of frames of one person as `[i, j, k, t]`.

    - PNG files: in the order of the numbers in their names, one slice; or slices of 20 phases where
      the names are Sunnybrook's (`SC-N-03-IM-0001-0280.png`). Pixels count as 1 mm.
    - DICOM files: slices by their place, frames by their time.

    Raises:
        MedGANSynthError: an empty folder, frames of different sizes or number, colour, 16-bit PNG,
            several people.
    """
    files = sorted(p for p in folder.iterdir() if p.is_file() and not p.name.startswith("."))
    pngs = [p for p in files if p.suffix.lower() == ".png"]
    if pngs:
        return Volume(_stack(folder, _png_slices(folder, pngs)), pixels_as_mm(), modality)
    return _dicom(folder, files, modality)


def pixels_as_mm() -> np.ndarray:
    """Columns towards the left and rows towards the back, as a picture hangs; 1 mm."""
    return np.diag([-1.0, -1.0, 1.0, 1.0])


def _png_slices(folder: Path, files: list[Path]) -> list[list[np.ndarray]]:
    named = [SUNNYBROOK.fullmatch(p.name) for p in files]
    if not all(named):
        return [[read_png(p) for p in sorted(files, key=_numbers)]]
    people = sorted({m["person"] for m in named})
    if len(people) > 1:
        raise MedGANSynthError(
            f"{folder.name}: holds frames of {people[0]} and {people[1]}; give each person a "
            "folder."
        )
    slices: dict[tuple[int, int], dict[int, Path]] = collections.defaultdict(dict)
    for path, match in zip(files, named, strict=True):
        place, phase = place_and_phase(match)
        slices[int(match["series"]), place][phase] = path
    return [
        [read_png(p) for _, p in sorted(phases.items())] for _, phases in sorted(slices.items())
    ]


def place_and_phase(match: re.Match) -> tuple[int, int]:
    """Slice and phase, both from 0, of a name that matches `SUNNYBROOK`."""
    return divmod(int(match["number"]) - 1, PHASES)


def _numbers(path: Path) -> list[int | str]:
    """So that frame2 comes before frame10."""
    return [int(part) if part.isdigit() else part for part in re.split(r"(\d+)", path.name)]


def read_png(path: Path) -> np.ndarray:
    """One 8-bit grey PNG as `[i, j]`: columns, rows.

    Raises:
        MedGANSynthError: colour, 16 bits, not a PNG.
    """
    name = f"{path.parent.name}/{path.name}"  # everybody has a frame 1
    reader = sitk.ImageFileReader()
    reader.SetImageIO("PNGImageIO")
    reader.SetFileName(str(path))
    try:
        reader.ReadImageInformation()
        kind, values = reader.GetPixelID(), reader.GetNumberOfComponents()
        if values > 1:
            raise MedGANSynthError(f"{name}: is a colour PNG; convert it to 8-bit grey.")
        if kind != sitk.sitkUInt8:
            raise MedGANSynthError(
                f"{name}: is a 16-bit PNG; convert it to 8 bits, or give a 4D NIfTI file."
            )
        return sitk.GetArrayFromImage(reader.Execute()).reshape(reader.GetSize()[1::-1]).T
    except RuntimeError:
        raise MedGANSynthError(f"{name}: is not a PNG that can be read; remove it.") from None


def _dicom(folder: Path, files: list[Path], modality: str | None) -> Volume:
    slices: dict[float, list[tuple[float, pydicom.Dataset, np.ndarray]]] = {}
    for path in files:
        found = read_slice(path)
        if found is None:
            continue
        dataset, pixels = found
        place = _along(dataset)
        near = next((p for p in slices if abs(p - place) < 0.1), place)
        slices.setdefault(near, []).append((_time(dataset), dataset, pixels))
    if not slices:
        raise MedGANSynthError(
            f"{folder.name}: holds no frame that can be read; give PNG or DICOM files."
        )
    ordered = [sorted(slices[p], key=lambda frame: frame[0]) for p in sorted(slices)]
    array = _stack(folder, [[pixels for *_, pixels in frames] for frames in ordered])
    first = ordered[0][0][1]
    times = [time for time, *_ in ordered[0]]
    timed = "TriggerTime" in first and len(times) > 1
    step = statistics.median(np.diff(times).tolist()) / 1000 if timed else None
    return Volume(array, _affine(first, sorted(slices)), modality, time_step=step or None)


def _along(dataset: pydicom.Dataset) -> float:
    """Place of a slice along its normal in millimetres."""
    axes = np.array([float(v) for v in dataset.get("ImageOrientationPatient", [1, 0, 0, 0, 1, 0])])
    position = [float(v) for v in dataset.get("ImagePositionPatient", [0, 0, 0])]
    return float(np.cross(axes[:3], axes[3:]) @ position)


def _time(dataset: pydicom.Dataset) -> float:
    """Milliseconds after the heart's R wave; the frame's number where no time is given."""
    return float(dataset.get("TriggerTime", dataset.get("InstanceNumber", 0)))


def _affine(dataset: pydicom.Dataset, places: list[float]) -> np.ndarray:
    axes = np.array([float(v) for v in dataset.get("ImageOrientationPatient", [1, 0, 0, 0, 1, 0])])
    across, down = axes[:3], axes[3:]
    rows, columns = (float(v) for v in dataset.get("PixelSpacing", [1, 1]))
    step = float(np.median(np.diff(places))) if len(places) > 1 else 0.0
    thickness = step or float(dataset.get("SliceThickness", 1.0) or 1.0)
    affine = np.eye(4)
    affine[:3, 0] = across * columns
    affine[:3, 1] = down * rows
    affine[:3, 2] = np.cross(across, down) * thickness
    affine[:3, 3] = [float(v) for v in dataset.get("ImagePositionPatient", [0, 0, 0])]
    affine[:3] *= _LPS_TO_RAS[:, None]
    return affine


def _stack(folder: Path, slices: list[list[np.ndarray]]) -> np.ndarray:
    """`[i, j, k, t]` of frames `[i, j]`."""
    sizes = {frame.shape for frames in slices for frame in frames}
    if len(sizes) > 1:
        shown = " and ".join(" x ".join(map(str, size)) for size in sorted(sizes)[:2])
        raise MedGANSynthError(
            f"{folder.name}: its frames differ in size ({shown}); bring them to one."
        )
    counts = sorted({len(frames) for frames in slices})
    if len(counts) > 1:
        raise MedGANSynthError(
            f"{folder.name}: its slices have {counts[0]} to {counts[-1]} frames; every slice needs "
            "the whole cycle."
        )
    check_size(folder.name, (*next(iter(sizes)), len(slices), counts[0]))
    return np.stack([np.stack(frames, -1) for frames in slices], 2)
