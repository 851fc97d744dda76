"""MetaImage (.mha, .mhd): the text header's promises, checked before any reader believes them."""

from pathlib import Path

import numpy as np

from ..errors import MedGANSynthError
from .header import Header
from .payload import check_payload, check_size
from .textheader import beside, read_lines, whole_numbers

_DTYPES = {
    "MET_CHAR": "int8",
    "MET_UCHAR": "uint8",
    "MET_SHORT": "int16",
    "MET_USHORT": "uint16",
    "MET_INT": "int32",
    "MET_UINT": "uint32",
    "MET_LONG_LONG": "int64",
    "MET_ULONG_LONG": "uint64",
    "MET_FLOAT": "float32",
    "MET_DOUBLE": "float64",
}
_LAST = "ElementDataFile"
MARK_KEY = "SyntheticProvenance"


def check_metaimage(path: Path, keep: bool = False) -> Header:
    """Check one .mha, or .mhd with its data file in the same folder.

    Raises:
        MedGANSynthError: as `nifti.check_nifti`.
    """
    name = path.name
    last: list[str] = []

    def is_last(line: str) -> bool:
        if line.split("=")[0].strip() == _LAST:
            last.append(line)
        return bool(last)

    lines, start = read_lines(path, stop=is_last)
    if not last:
        raise MedGANSynthError(f"{name}: has no {_LAST} in its header; write it again.")
    fields = {k.strip(): v.strip() for k, _, v in (line.partition("=") for line in lines)}
    shape = _shape(name, fields)
    dtype = _dtype(name, fields)
    check_size(name, shape)
    data_file = last[0].partition("=")[2].strip()
    data = path
    if data_file.upper() != "LOCAL":
        data, start = beside(path, data_file), 0
    if fields.get("HeaderSize", "0") != "0":
        raise MedGANSynthError(f"{name}: skips part of its data file; save it again in one piece.")
    _check_geometry(name, fields)
    compression = "zlib" if fields.get("CompressedData", "False").lower() == "true" else None
    keep = keep and len(shape) == 3
    nonfinite, voxels = check_payload(data, start, shape, dtype, compression, keep)
    marks = (fields[MARK_KEY],) if MARK_KEY in fields else ()
    frames = shape[3] if len(shape) == 4 else 1
    return Header("MetaImageIO", (path,), nonfinite, marks=marks, frames=frames, voxels=voxels)


def _shape(name: str, fields: dict[str, str]) -> tuple[int, ...]:
    sizes = whole_numbers(name, "DimSize", fields.get("DimSize", ""))
    if len(sizes) not in (3, 4):
        raise MedGANSynthError(
            f"{name}: is a {len(sizes)}D image, not a volume; give a volume (one slice is enough)."
        )
    if fields.get("ElementNumberOfChannels", "1") != "1":
        raise MedGANSynthError(
            f"{name}: holds {fields['ElementNumberOfChannels']} values at each voxel (vectors or "
            "colours), not one; extract one component."
        )
    if fields.get("BinaryData", "True").lower() != "true":
        raise MedGANSynthError(f"{name}: its voxels are written as text; save it as binary.")
    return sizes


def _dtype(name: str, fields: dict[str, str]) -> np.dtype:
    kind = fields.get("ElementType", "")
    if kind not in _DTYPES:
        raise MedGANSynthError(
            f"{name}: its voxel type {kind!r} is not one real number; convert it."
        )
    big = fields.get("BinaryDataByteOrderMSB", fields.get("ElementByteOrderMSB", "False"))
    return np.dtype(_DTYPES[kind]).newbyteorder(">" if big.lower() == "true" else "<")


def _check_geometry(name: str, fields: dict[str, str]) -> None:
    for key in ("ElementSpacing", "TransformMatrix", "Rotation", "Orientation", "Offset"):
        try:
            values = np.array([float(word) for word in fields.get(key, "1").split()])
        except ValueError:
            values = np.array([np.nan])
        sizes = key == "ElementSpacing"
        if not np.isfinite(values).all() or (sizes and (values <= 0).any()):
            raise MedGANSynthError(
                f"{name}: {key} is {fields[key][:60]}, which no scan has; write the file again."
            )
