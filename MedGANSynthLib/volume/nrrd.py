"""NRRD: the text header's promises, checked before any reader believes them."""

import math
from pathlib import Path

import numpy as np

from ..errors import MedGANSynthError
from .header import Header
from .payload import check_payload, check_size
from .textheader import beside, read_lines, whole_numbers

_TYPES = {
    "int8": ("signed char", "int8", "int8_t"),
    "uint8": ("uchar", "unsigned char", "uint8", "uint8_t"),
    "int16": ("short", "short int", "signed short", "signed short int", "int16", "int16_t"),
    "uint16": ("ushort", "unsigned short", "unsigned short int", "uint16", "uint16_t"),
    "int32": ("int", "signed int", "int32", "int32_t"),
    "uint32": ("uint", "unsigned int", "uint32", "uint32_t"),
    "int64": (
        "longlong",
        "long long",
        "long long int",
        "signed long long",
        "signed long long int",
        "int64",
        "int64_t",
    ),
    "uint64": ("ulonglong", "unsigned long long", "unsigned long long int", "uint64", "uint64_t"),
    "float32": ("float",),
    "float64": ("double",),
}
_DTYPES = {alias: np.dtype(name) for name, aliases in _TYPES.items() for alias in aliases}
_COMPRESSIONS = {"raw": None, "gzip": "gzip", "gz": "gzip"}


def check_nrrd(path: Path, keep: bool = False) -> Header:
    """Check one .nrrd, or .nhdr with its data file in the same folder.

    Raises:
        MedGANSynthError: as `nifti.check_nifti`.
    """
    name = path.name
    lines, start = read_lines(path, stop=lambda line: line == "")
    fields, keys = {}, {}
    for line in lines[1:]:
        if line.startswith("#"):
            continue
        if ":=" in line:
            key, value = line.split(":=", 1)
            keys[key.strip()] = value.strip()
        elif ":" in line:
            key, value = line.split(":", 1)
            fields[key.strip().lower().replace(" ", "")] = value.strip()
    shape, frames = _shape(name, fields)
    dtype = _dtype(name, fields)
    encoding = fields.get("encoding", "").lower()
    if encoding not in _COMPRESSIONS:
        raise MedGANSynthError(
            f'{name}: its encoding "{encoding}" is not read here; save it as raw or gzip.'
        )
    if any(fields.get(skip, "0") != "0" for skip in ("lineskip", "byteskip")):
        raise MedGANSynthError(f"{name}: skips part of its data file; save it again in one piece.")
    data = path
    if "datafile" in fields:
        data, start = beside(path, fields["datafile"]), 0
    check_size(name, shape)
    _check_geometry(name, fields)
    keep = keep and len(shape) == 3
    nonfinite, voxels = check_payload(data, start, shape, dtype, _COMPRESSIONS[encoding], keep)
    marks = tuple(keys.values())
    return Header("NrrdImageIO", (path,), nonfinite, marks=marks, frames=frames, voxels=voxels)


def _shape(name: str, fields: dict[str, str]) -> tuple[tuple[int, ...], int]:
    """Sizes of all axes, and how many frames one of them counts."""
    sizes = whole_numbers(name, "sizes", fields.get("sizes", ""))
    kinds = fields.get("kinds", "").lower().split()
    if len(sizes) == len(kinds) == 4 and kinds[3] in ("list", "time"):
        return sizes, sizes[3]
    if len(sizes) > 3:
        raise MedGANSynthError(
            f"{name}: holds several values at each voxel (vectors, colours or frames), not one; "
            "extract one component."
        )
    if len(sizes) < 3:
        raise MedGANSynthError(
            f"{name}: is a {len(sizes)}D image, not a volume; give a volume (one slice is enough)."
        )
    if any(kind not in ("domain", "space", "???", "none") for kind in kinds):
        raise MedGANSynthError(
            f"{name}: one of its axes is not an axis of space ({' '.join(kinds)}); extract one "
            "component."
        )
    return sizes, 1


def _dtype(name: str, fields: dict[str, str]) -> np.dtype:
    kind = fields.get("type", "").lower()
    if kind not in _DTYPES:
        raise MedGANSynthError(
            f'{name}: its voxel type "{kind}" is not one real number; convert it.'
        )
    return _DTYPES[kind].newbyteorder(">" if fields.get("endian", "").lower() == "big" else "<")


def _check_geometry(name: str, fields: dict[str, str]) -> None:
    """Where ITK would quietly use 1 mm instead of what is written there."""
    for key in ("spacings", "spacedirections", "spaceorigin"):
        words = fields.get(key, "").replace("(", " ").replace(")", " ").replace(",", " ").split()
        try:
            numbers = [float(word) for word in words if word != "none"]
        except ValueError:
            numbers = [math.nan]
        if not all(math.isfinite(v) and (v > 0 or key != "spacings") for v in numbers):
            raise MedGANSynthError(
                f"{name}: its {key} are {fields[key][:60]}, which no scan has; write it again."
            )
