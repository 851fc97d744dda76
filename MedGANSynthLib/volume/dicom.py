"""A folder with one DICOM series: complete, evenly spaced, one number a pixel."""

from pathlib import Path

import numpy as np
import pydicom
import SimpleITK as sitk
from pydicom.errors import InvalidDicomError

from ..errors import MedGANSynthError
from ..files import cannot_read
from .header import Header
from .marks import image_suffix
from .payload import check_size
from .provenance import FLAG

PROVENANCE_BLOCK, PROVENANCE_CREATOR, PROVENANCE_ELEMENT = 0x0009, "MedGANSynth", 0x01
"""The private element of an exported series that holds its provenance as JSON."""

_UNEVEN = 0.01  # share of the slice distance that a slice may be out of place
_TILT = 1e-3
_HINT = "export the series again"


def check_dicom(path: Path) -> Header:
    """Check a folder that holds the slices of one series, or one single DICOM file.

    Only pixels and geometry are looked at; nothing about the patient is kept.

    Raises:
        MedGANSynthError: no DICOM, several series, missing or uneven slices, a tilted gantry,
            colour, cut-short pixels.
    """
    try:
        return _check(path)
    except MedGANSynthError:
        raise
    except OSError as error:
        raise cannot_read(path.name, error) from None
    except Exception:  # pydicom raises many kinds, and late, on damaged files
        raise MedGANSynthError(f"{path.name}: is damaged DICOM; {_HINT}.") from None


def read_slice(path: Path) -> tuple[pydicom.Dataset, np.ndarray] | None:
    """One file's elements and its pixels `[i, j]` in the file's units; None where it is no image.

    Raises:
        MedGANSynthError: colour, cut-short or damaged pixels.
    """
    try:
        dataset = _read(path)
        if dataset is None:
            return None
        _check_pixels(path, dataset)
        pixels = sitk.GetArrayFromImage(sitk.ReadImage(str(path), imageIO="GDCMImageIO"))
        return dataset, pixels.reshape(pixels.shape[-2:]).T
    except MedGANSynthError:
        raise
    except Exception:  # as in `check_dicom`
        raise MedGANSynthError(f"{path.name}: is damaged DICOM; {_HINT}.") from None


def _check(path: Path) -> Header:
    name = path.name
    files = [path] if path.is_file() else sorted(p for p in path.iterdir() if p.is_file())
    series: dict[str, list[tuple[Path, pydicom.Dataset]]] = {}
    for file in files:
        dataset = _read(file)
        if dataset is not None:
            uid = str(dataset.get("SeriesInstanceUID", ""))
            series.setdefault(uid, []).append((file, dataset))
    if not series:
        volumes = [file.name for file in files if image_suffix(file)]
        if path.is_dir() and volumes:
            raise MedGANSynthError(
                f"{name}: is a folder of volumes, such as {volumes[0]}; give one of them."
            )
        raise MedGANSynthError(
            f"{name}: holds no image that can be read; give a NIfTI, NRRD or MHA file or a folder "
            "with one DICOM series."
        )
    if len(series) > 1:
        found = ", ".join(
            f"series {s[0][1].get('SeriesNumber', '?')} ({len(s)} slices)" for s in series.values()
        )
        raise MedGANSynthError(
            f"{name}: holds {len(series)} DICOM series: {found}; put the one that is wanted into a "
            "folder of its own."
        )
    slices = next(iter(series.values()))
    for file, dataset in slices:
        _check_pixels(file, dataset)
    ordered = _in_order(name, slices) if len(slices) > 1 else [slices[0][0]]
    first = slices[0][1]
    check_size(name, (int(first.Columns), int(first.Rows), len(ordered)))
    return Header("GDCMImageIO", tuple(ordered), np.empty(0, dtype=np.int64), marks=_marks(first))


def _read(file: Path) -> pydicom.Dataset | None:
    """The elements that are needed, or None when `file` is not a DICOM image."""
    try:
        dataset = pydicom.dcmread(file, defer_size=1024)
        if "PixelData" not in dataset:
            return None
        return dataset
    except (InvalidDicomError, IsADirectoryError):
        return None


def _marks(dataset: pydicom.Dataset) -> tuple[str, ...]:
    """What `dicom_export` wrote about the origin of the series."""
    marks = [FLAG] if dataset.get("SyntheticData") == "YES" else []
    try:
        block = dataset.private_block(PROVENANCE_BLOCK, PROVENANCE_CREATOR)
        marks.append(str(block[PROVENANCE_ELEMENT].value))
    except KeyError:  # not ours, or stripped
        pass
    return tuple(marks)


def _check_pixels(file: Path, dataset: pydicom.Dataset) -> None:
    name = file.name
    if int(dataset.get("SamplesPerPixel", 1)) != 1:
        raise MedGANSynthError(f"{name}: is a colour image; give a greyscale series.")
    if "Rows" not in dataset or "Columns" not in dataset:
        raise MedGANSynthError(f"{name}: does not say its size; {_HINT}.")
    syntax = dataset.file_meta.get("TransferSyntaxUID") if hasattr(dataset, "file_meta") else None
    if syntax is not None and syntax.is_compressed:
        return  # its own decoder finds what is missing
    frames = int(dataset.get("NumberOfFrames", 1))
    bits = int(dataset.get("BitsAllocated", 16))
    expected = int(dataset.Rows) * int(dataset.Columns) * frames * bits // 8
    try:
        there = len(dataset.PixelData)
    except (OSError, EOFError, ValueError):  # the deferred read ran off the file's end
        there = 0
    if there < expected:
        raise MedGANSynthError(
            f"{name}: is cut short: {there} of {expected} bytes of pixels are there; {_HINT}."
        )


def _in_order(name: str, slices: list[tuple[Path, pydicom.Dataset]]) -> list[Path]:
    """The files along the slice normal, refused unless they are parallel and evenly spaced."""
    sizes = {(int(d.Rows), int(d.Columns)) for _, d in slices}
    if len(sizes) > 1:
        raise MedGANSynthError(f"{name}: its slices differ in size; {_HINT}.")
    try:
        axes = np.array([[float(v) for v in d.ImageOrientationPatient] for _, d in slices])
        positions = np.array([[float(v) for v in d.ImagePositionPatient] for _, d in slices])
    except (AttributeError, TypeError, ValueError):
        raise MedGANSynthError(f"{name}: some slices do not say where they lie; {_HINT}.") from None
    if np.abs(axes - axes[0]).max() > _TILT:
        raise MedGANSynthError(f"{name}: its slices are not parallel; separate the scans.")
    normal = np.cross(axes[0, :3], axes[0, 3:])
    along = positions @ normal
    order = np.argsort(along)
    gaps = np.diff(along[order])
    usual = float(np.median(gaps))
    if gaps.min() < 1e-3:
        raise MedGANSynthError(
            f"{name}: several slices lie at one place (a 4D series, or copies); keep one each."
        )
    if np.abs(gaps - usual).max() > _UNEVEN * usual:
        at = int(np.argmax(np.abs(gaps - usual)))
        raise MedGANSynthError(
            f"{name}: slices are missing or uneven: {gaps[at]:.2f} mm between slices {at + 1} and "
            f"{at + 2}, elsewhere {usual:.2f} mm; {_HINT}."
        )
    sideways = np.diff(positions[order], axis=0) - gaps[:, None] * normal
    if np.abs(sideways).max() > _UNEVEN * usual:
        raise MedGANSynthError(
            f"{name}: its slices are shifted against each other (a tilted gantry); resample it "
            "onto an upright grid first."
        )
    return [slices[i][0] for i in order]
