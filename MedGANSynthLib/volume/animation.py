"""Films of slices as GIF files (GIF89a), without a library: 256 greys, LZW."""

import struct
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from ..files import whole_file

_BITS = 8
_CLEAR, _END = 1 << _BITS, (1 << _BITS) + 1
_MOST_CODES = 4096


def write_gif(path: Path, frames: Sequence[np.ndarray], seconds: float) -> None:
    """Write images as an endless film, whole or not at all.

    Args:
        frames: `[rows, cols]` of one size and any real type; black and white are the 0.5 and 99.5
            percentiles over all of them.
        seconds: that each is shown; GIF counts in hundredths and players refuse less than 2.
    """
    stack = np.stack(frames).astype(np.float32)
    low, high = np.percentile(stack, (0.5, 99.5))
    grey = np.rint(255 * np.clip((stack - low) / max(high - low, 1e-6), 0, 1)).astype(np.uint8)
    rows, columns = grey.shape[1:]
    parts = [
        b"GIF89a" + struct.pack("<HHBBB", columns, rows, 0xF7, 0, 0),
        bytes(value for grey in range(256) for value in (grey,) * 3),
        b"\x21\xff\x0bNETSCAPE2.0\x03\x01\x00\x00\x00",
    ]
    for image in grey:
        parts.append(b"\x21\xf9\x04\x04" + struct.pack("<HBB", max(2, round(seconds * 100)), 0, 0))
        parts.append(b"\x2c" + struct.pack("<HHHHB", 0, 0, columns, rows, 0) + bytes([_BITS]))
        data = _lzw(image.tobytes())
        for start in range(0, len(data), 255):
            block = data[start : start + 255]
            parts.append(bytes([len(block)]) + block)
        parts.append(b"\0")
    with whole_file(Path(path)) as temporary:
        temporary.write_bytes(b"".join(parts) + b"\x3b")


def _lzw(pixels: bytes) -> bytes:
    """The variable-length codes of GIF's appendix F."""
    out, buffer, filled = bytearray(), 0, 0

    def put(code: int, width: int) -> None:
        nonlocal buffer, filled
        buffer |= code << filled
        filled += width
        while filled >= 8:
            out.append(buffer & 255)
            buffer >>= 8
            filled -= 8

    table, width = {bytes([n]): n for n in range(256)}, _BITS + 1
    put(_CLEAR, width)
    following, run = _END + 1, b""
    for pixel in pixels:
        longer = run + bytes([pixel])
        if longer in table:
            run = longer
            continue
        put(table[run], width)
        if following == _MOST_CODES:
            put(_CLEAR, width)
            table, width = {bytes([n]): n for n in range(256)}, _BITS + 1
            following = _END + 1
        else:
            table[longer] = following
            if following == 1 << width:
                width += 1
            following += 1
        run = bytes([pixel])
    put(table[run], width)
    put(_END, width)
    put(0, 7)  # the last bits fill their byte
    return bytes(out)
