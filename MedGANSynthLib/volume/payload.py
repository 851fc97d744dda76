"""Voxel bytes, streamed: are they all there, and which are not finite?

Image readers fill what is missing with zeros and some turn NaN into 0 without a word, so the raw
bytes are counted here first, with little memory and never past what the header promises. Those of
a large volume are kept as they pass, because image readers take memory for all of it at once.
"""

import gzip
import math
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

import numpy as np

from ..errors import MedGANSynthError
from ..files import cannot_read
from . import spill

MAX_VOXELS = 2**30
_CHUNK = 1 << 20


def check_size(name: str, shape: tuple[int, ...]) -> int:
    """The number of voxels of `shape`, refused when it is not positive or beyond any scan."""
    if any(n < 1 for n in shape):
        sizes = " x ".join(str(n) for n in shape)
        raise MedGANSynthError(f"{name}: its header says {sizes} voxels; write the file again.")
    voxels = 1
    for n in shape:
        voxels *= int(n)
    if voxels > MAX_VOXELS:
        sizes = " x ".join(str(n) for n in shape)
        raise MedGANSynthError(
            f"{name}: its header says {sizes} voxels, more than {MAX_VOXELS}; crop the volume or "
            "check the file."
        )
    return voxels


def check_payload(
    path: Path,
    offset: int,
    shape: tuple[int, ...],
    dtype: np.dtype,
    compression: str | None,
    keep: bool = False,
) -> tuple[np.ndarray, np.ndarray | None]:
    """Read all voxel bytes once.

    Args:
        offset: byte where the voxels start; within the decompressed stream for "gzip-file".
        compression: None, "gzip-file" (the whole file, header too), "gzip" or "zlib" (voxels only).
        keep: return the voxels, too, where they are many.

    Returns:
        Flat indices (file order) of non-finite voxels; the voxels `[i, j, k]` as they are in the
        file, or None.

    Raises:
        MedGANSynthError: too few or too many bytes, or a failed checksum.
    """
    expected = math.prod(shape) * dtype.itemsize
    found: list[np.ndarray] = []
    voxels, kept = None, None
    if keep and math.prod(shape) > spill.MANY:
        voxels = spill.empty(shape, dtype)
        kept = voxels.ravel(order="F").view(np.uint8)
    done = 0
    rest = b""
    try:
        for chunk in _stream(path, offset, compression, expected):
            done += len(chunk)
            if done > expected:
                break
            if kept is not None:
                kept[done - len(chunk) : done] = np.frombuffer(chunk, np.uint8)
            if dtype.kind == "f":
                rest = _scan(rest + chunk, dtype, (done - len(chunk) - len(rest)), found)
    except (EOFError, gzip.BadGzipFile, zlib.error) as error:
        cut = isinstance(error, EOFError) or "incomplete" in str(error)
        what = "is cut short" if cut else "is damaged (its checksum or its compression is wrong)"
        raise MedGANSynthError(f"{path.name}: {what}; copy or download it again.") from None
    except OSError as error:
        raise cannot_read(path.name, error) from None
    if done < expected:
        raise MedGANSynthError(
            f"{path.name}: is cut short: {done} of {expected} bytes of voxels are there; copy or "
            "download it again."
        )
    if done > expected:
        raise MedGANSynthError(
            f"{path.name}: holds more bytes than the {expected} its header promises; header and "
            "voxels do not belong together."
        )
    if voxels is not None and not dtype.isnative:
        voxels = voxels.byteswap(inplace=True).view(dtype.newbyteorder())
    return np.concatenate(found) if found else np.empty(0, dtype=np.int64), voxels


def _scan(data: bytes, dtype: np.dtype, start: int, found: list[np.ndarray]) -> bytes:
    """Note the non-finite voxels of `data`, which starts at byte `start`; return the remainder."""
    whole = len(data) // dtype.itemsize * dtype.itemsize
    bad = np.flatnonzero(~np.isfinite(np.frombuffer(data[:whole], dtype=dtype)))
    if bad.size:
        found.append(bad + start // dtype.itemsize)
    return data[whole:]


def _stream(path: Path, offset: int, compression: str | None, expected: int) -> Iterator[bytes]:
    with open(path, "rb") as file:
        if compression == "gzip-file":
            with gzip.GzipFile(fileobj=file) as unzipped:
                _skip(unzipped, offset)
                yield from _chunks(unzipped)
            return
        file.seek(offset)
        if compression == "gzip":
            yield from _chunks(gzip.GzipFile(fileobj=file))
        elif compression == "zlib":
            yield from _inflate(file)
        else:
            yield from _chunks(file)


def _skip(file: BinaryIO, offset: int) -> None:
    left = offset
    while left > 0:
        got = len(file.read(min(left, _CHUNK)))
        if not got:
            raise EOFError
        left -= got


def _chunks(file: BinaryIO) -> Iterator[bytes]:
    while chunk := file.read(_CHUNK):
        yield chunk


def _inflate(file: BinaryIO) -> Iterator[bytes]:
    inflater = zlib.decompressobj()
    data = file.read(_CHUNK)
    while data and not inflater.eof:
        yield inflater.decompress(data, _CHUNK)
        data = inflater.unconsumed_tail or file.read(_CHUNK)
    if not inflater.eof:
        raise EOFError
