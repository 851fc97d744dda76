"""NIfTI-1 and -2: the header's promises, checked before any reader believes them."""

import gzip
import zlib
from pathlib import Path

import nibabel as nib
import numpy as np

from ..errors import MedGANSynthError
from . import spill
from .header import Header, check_axes
from .payload import check_payload, check_size

_REAL = {
    2: "u1",
    4: "i2",
    8: "i4",
    16: "f4",
    64: "f8",
    256: "i1",
    512: "u2",
    768: "u4",
    1024: "i8",
    1280: "u8",
}
_KINDS = {128: "RGB colour", 2304: "RGB colour", 32: "complex", 1792: "complex", 2048: "complex"}
_COMMENT = 6  # ecode of a plain text extension
_STARTS = {
    kind.sizeof_hdr.to_bytes(4, order): (kind, endian)
    for kind in (nib.Nifti1Header, nib.Nifti2Header)
    for order, endian in (("little", "<"), ("big", ">"))
}


def starts_like_nifti(head: bytes) -> bool:
    """Whether a file's first bytes are a NIfTI header's size."""
    return head[:4] in _STARTS


def check_nifti(path: Path, compressed: bool, keep: bool = False) -> Header:
    """Check one .nii or .nii.gz; `keep` its voxels where they are many.

    Raises:
        MedGANSynthError: the file is cut, damaged, lies about its size, or is of a kind that is
            neither a 3D scalar volume nor a series of them; or its geometry is unusable.
    """
    name = path.name
    if compressed and not name.lower().endswith(".gz"):
        raise MedGANSynthError(f"{name}: is gzip-compressed; rename it to end in .nii.gz.")
    header, extensions = _read_header(path, compressed)
    notes = []
    magic = bytes(header["magic"])[:4].rstrip(b"\0")
    if magic in (b"ni1", b"ni2"):
        raise MedGANSynthError(f"{name}: is half of a .hdr/.img pair; convert it to one .nii file.")
    if magic not in (b"n+1", b"n+2"):
        notes.append(f"{name}: its NIfTI magic is wrong, but its sizes agree.")
    shape = _shape(name, header)
    dtype = _dtype(name, header)
    offset = _offset(name, header)
    voxels = check_size(name, shape)
    if not compressed and path.stat().st_size - offset < voxels * dtype.itemsize:
        raise MedGANSynthError(
            f"{name}: is cut short: {max(path.stat().st_size - offset, 0)} of "
            f"{voxels * dtype.itemsize} bytes of voxels are there; copy or download it again."
        )
    notes += _check_geometry(name, header)
    slope, intercept = float(header["scl_slope"]), float(header["scl_inter"])
    if not np.isfinite([slope, intercept]).all():
        notes.append(f"{name}: its intensity scaling is not a number and was ignored.")
    scaling = _scaling(slope, intercept)
    keep = keep and int(header["dim"][0]) == 3 and (scaling is None or dtype.itemsize <= 2)
    compression = "gzip-file" if compressed else None
    nonfinite, kept = check_payload(path, offset, shape, dtype, compression, keep)
    if kept is not None:
        kept = _scaled(kept[..., 0], scaling)
    marks = (bytes(header["descrip"]).rstrip(b"\0").decode("latin-1"), *extensions)
    return Header(
        "NiftiImageIO",
        (path,),
        nonfinite,
        tuple(notes),
        marks,
        _forms(header),
        frames=shape[3],
        time_step=_time_step(header),
        voxels=kept,
    )


def _scaling(slope: float, intercept: float) -> tuple[float, float] | None:
    """What ITK multiplies voxels by and adds to them; None where it leaves them as they are."""
    if not np.isfinite([slope, intercept]).all() or slope == 0 or (slope, intercept) == (1, 0):
        return None
    return slope, intercept


def _scaled(voxels: np.ndarray, scaling: tuple[float, float] | None) -> np.ndarray:
    if scaling is None:
        return voxels
    made = spill.empty(voxels.shape)
    for part in spill.slabs(voxels):
        made[part] = voxels[part] * np.float64(scaling[0]) + scaling[1]
    return made


def _read_header(path: Path, compressed: bool) -> tuple[nib.Nifti1Header, list[str]]:
    """The header, unchecked, and the texts of its comment extensions."""
    try:
        with gzip.open(path) if compressed else open(path, "rb") as file:
            raw = file.read(540)
            kind, endian = _STARTS.get(raw[:4], (None, ""))
            if kind is None:
                raise MedGANSynthError(f"{path.name}: is not a NIfTI file; check what it is.")
            size = kind.sizeof_hdr
            if len(raw) < size:
                raise EOFError
            header = kind(raw[:size], endian, check=False)
            stop = float(header["vox_offset"])
            tail = raw[size:]
            if size < stop < 1 << 20:
                tail += file.read(max(int(stop) - len(raw), 0))
    except (EOFError, gzip.BadGzipFile, zlib.error):
        raise MedGANSynthError(
            f"{path.name}: is cut short or damaged within its header; copy or download it again."
        ) from None
    return header, _comments(tail, header.endianness)


def _comments(tail: bytes, endian: str) -> list[str]:
    texts = []
    order = "little" if endian == "<" else "big"
    if len(tail) < 12 or tail[0] == 0:
        return texts
    at = 4
    while at + 8 <= len(tail):
        size = int.from_bytes(tail[at : at + 4], order)
        code = int.from_bytes(tail[at + 4 : at + 8], order)
        if size < 8 or at + size > len(tail):
            break
        if code == _COMMENT:
            texts.append(tail[at + 8 : at + size].rstrip(b"\0").decode("utf-8", "replace"))
        at += size
    return texts


def _shape(name: str, header: nib.Nifti1Header) -> tuple[int, int, int, int]:
    """Voxels along each axis, and frames."""
    dim = [int(n) for n in header["dim"]]
    if not 1 <= dim[0] <= 7:
        raise MedGANSynthError(f"{name}: its header says {dim[0]} dimensions; write it again.")
    if dim[0] < 3:
        raise MedGANSynthError(
            f"{name}: is a {dim[0]}D image, not a volume; give a volume (one slice is enough)."
        )
    check_size(name, tuple(dim[1 : dim[0] + 1]))
    if dim[0] > 4 and any(n > 1 for n in dim[5 : dim[0] + 1]):
        raise MedGANSynthError(
            f"{name}: holds several values at each voxel (vectors or colours), not one; extract "
            "one component."
        )
    return dim[1], dim[2], dim[3], dim[4] if dim[0] > 3 else 1


def _time_step(header: nib.Nifti1Header) -> float | None:
    """Seconds between two frames."""
    units = int(header["xyzt_units"]) & 0x38
    step = float(header["pixdim"][4]) * {8: 1.0, 16: 1e-3, 24: 1e-6}.get(units, 0.0)
    return step if np.isfinite(step) and step > 0 else None


def _dtype(name: str, header: nib.Nifti1Header) -> np.dtype:
    code = int(header["datatype"])
    if code not in _REAL:
        kind = _KINDS.get(code, f"unknown to us (NIfTI type {code})")
        raise MedGANSynthError(
            f"{name}: its voxel type is {kind}; convert it to one real number a voxel."
        )
    return np.dtype(header.endianness + _REAL[code])


def _offset(name: str, header: nib.Nifti1Header) -> int:
    offset = float(header["vox_offset"])
    if not np.isfinite(offset) or offset < header.sizeof_hdr or offset != int(offset):
        raise MedGANSynthError(
            f"{name}: its header says the voxels start at byte {offset:g}; write it again."
        )
    return int(offset)


def _check_geometry(name: str, header: nib.Nifti1Header) -> list[str]:
    """Refuse what cannot be placed in space; return what is doubtful."""
    pixdim = np.array(header["pixdim"][1:4], dtype=float)
    sform, qform = int(header["sform_code"]) > 0, int(header["qform_code"]) > 0
    if not np.isfinite(pixdim).all() or (pixdim == 0).any():
        raise MedGANSynthError(
            f"{name}: its voxel size is {_mm(pixdim)} mm; write the file again with the true size."
        )
    if (pixdim < 0).any() and not (sform or qform):
        raise MedGANSynthError(
            f"{name}: its voxel size is {_mm(pixdim)} mm and it has no orientation; write the file "
            "again with the true geometry."
        )
    if sform:
        check_axes(name, header.get_sform(), "sform")
    if qform and not np.isfinite([float(header[k]) for k in _QUATERNION]).all():
        raise MedGANSynthError(f"{name}: its qform is not a number; write the file again.")
    if not sform and not qform:
        return [
            f"{name}: neither qform nor sform is set, so left and right are a guess (Slicer's)."
        ]
    return []


_QUATERNION = ("quatern_b", "quatern_c", "quatern_d", "qoffset_x", "qoffset_y", "qoffset_z")


def _forms(header: nib.Nifti1Header) -> dict[str, np.ndarray]:
    """The two affines where both are set and say different things, else nothing."""
    if not (header["sform_code"] > 0 and header["qform_code"] > 0):
        return {}
    try:
        forms = {"sform": header.get_sform(), "qform": header.get_qform()}
    except (nib.spatialimages.HeaderDataError, ValueError):  # no rotation; ITK takes the sform
        return {}
    same = np.allclose(forms["sform"], forms["qform"], rtol=1e-3, atol=1e-3)
    return {} if same else forms


def _mm(values: np.ndarray) -> str:
    return " x ".join(f"{v:g}" for v in values)
