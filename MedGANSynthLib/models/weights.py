"""`weights.safetensors`: judged by its header before a byte of it is loaded, then loaded.

A safetensors file is eight bytes of header length, a JSON header that gives each tensor's type,
shape and byte range, and the bytes. A bit flip in those bytes loads without a sound, so that a
package also states the file's SHA-256.
"""

import dataclasses
import math
import struct
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Literal

import torch
from safetensors import SafetensorError, safe_open
from safetensors.torch import save

from ..errors import MedGANSynthError
from ..files import cannot_read, file_hash
from ..schema import Length, Range, from_dict, parse_json

MAX_HEADER = 4 * 1024**2
MAX_BYTES = 4 * 1024**3
MAX_TENSORS = 10_000

_SIZES = {"F16": 2, "BF16": 2, "F32": 4, "I64": 8}

Extent = Annotated[int, Range(0, 2**40)]


@dataclasses.dataclass(frozen=True)
class TensorInfo:
    """One tensor as the header declares it; `data_offsets` count from the header's end."""

    dtype: Literal["F16", "BF16", "F32", "I64"]
    shape: Annotated[tuple[Extent, ...], Length(0, 8)]
    data_offsets: tuple[Extent, Extent]


def read_header(path: Path) -> dict[str, TensorInfo]:
    """The tensors that `path` declares, after checking that its bytes are exactly theirs.

    Reads the header alone, at most `MAX_HEADER` bytes.

    Raises:
        MedGANSynthError: not a safetensors file, truncated, overlapping, too big.
    """
    path = Path(path)
    try:
        with path.open("rb") as file:
            size = file.seek(0, 2)
            file.seek(0)
            start = file.read(8)
            length = struct.unpack("<Q", start)[0] if len(start) == 8 else 0
            refuse_foreign(path, start + file.read(256))
            if size > MAX_BYTES:
                raise _refuse(path, f"is larger than {MAX_BYTES / 1024**3:g} GiB")
            if not 2 <= length <= min(MAX_HEADER, size - 8):
                raise _refuse(path, "is truncated or is not a safetensors file; get a fresh copy")
            file.seek(8)
            text = file.read(length)
    except OSError as error:
        raise cannot_read(path, error) from None
    try:
        data = parse_json(text.decode("utf-8"), path.name)
    except UnicodeDecodeError:
        raise _refuse(path, "is not a safetensors file") from None
    if not isinstance(data, dict):
        raise _refuse(path, "is not a safetensors file")
    data.pop("__metadata__", None)
    if not 0 < len(data) <= MAX_TENSORS:
        raise _refuse(path, f"declares {len(data)} tensors; 1 to {MAX_TENSORS} are allowed")
    tensors = {key: from_dict(TensorInfo, value, path.name) for key, value in data.items()}
    _check_ranges(path, tensors, size - 8 - length)
    return tensors


def _check_ranges(path: Path, tensors: dict[str, TensorInfo], size: int) -> None:
    """Each tensor's byte range fits its shape; together they fill the file without overlap."""
    at = 0
    for key, tensor in sorted(tensors.items(), key=lambda item: item[1].data_offsets):
        start, stop = tensor.data_offsets
        if stop - start != math.prod(tensor.shape) * _SIZES[tensor.dtype]:
            raise _refuse(path, f"declares {key[:80]!r} with a byte range unlike its shape")
        if start != at:
            raise _refuse(path, f"has overlapping tensors or gaps before {key[:80]!r}")
        at = stop
    if at != size:
        raise _refuse(path, "is truncated or has bytes that belong to no tensor; get a fresh copy")


_FOREIGN = (
    (b"PK\x03\x04", "a PyTorch or TorchScript archive"),
    (b"\x89HDF\r\n", "an HDF5 file"),
    (b"\x93NUMPY", "a NumPy array file"),
    (b"\x1f\x8b", "a gzip file"),
    (b"ustar", "a tar file"),
)


def refuse_foreign(path: Path, start: bytes) -> None:
    """Refuse what other programs call a model, by content: the suffix proves nothing."""
    for magic, name in _FOREIGN:
        if start.startswith(magic) or (magic == b"ustar" and start[257:262] == magic):
            raise _refuse(path, f"is {name}, not weights.safetensors; such files may hold code")
    # 0x80 also begins a header of such a length, but then "{" follows
    if start[:1] == b"\x80" and start[8:9] != b"{":
        raise _refuse(path, "is a pickle, not weights.safetensors; such files may hold code")


def sha256_file(path: Path) -> str:
    """SHA-256 of a file's bytes, 64 hexadecimal digits."""
    try:
        return file_hash(path)
    except OSError as error:
        raise cannot_read(path, error) from None


def shapes_of(network: torch.nn.Module) -> dict[str, tuple[int, ...]]:
    """Shape of each parameter and buffer; of a network on the `meta` device, too."""
    return {key: tuple(tensor.shape) for key, tensor in network.state_dict().items()}


def check_shapes(
    path: Path, found: Mapping[str, tuple[int, ...]], wanted: Mapping[str, tuple[int, ...]]
) -> None:
    """The tensors `found` in a file are those `wanted` by a network, name by name.

    Args:
        found, wanted: shape for each key of the state dict; see `shapes_of`.

    Raises:
        MedGANSynthError: naming the first three that differ.
    """
    wrong = [f"{k} is missing" for k in wanted if k not in found]
    wrong += [f"{k[:80]!a} is unknown" for k in found if k not in wanted]
    wrong += [
        f"{key} is {_by(found[key])} instead of {_by(shape)}"
        for key, shape in wanted.items()
        if key in found and found[key] != shape
    ]
    if wrong:
        more = f" and {len(wrong) - 3} more" if len(wrong) > 3 else ""
        raise _refuse(path, f"does not fit its architecture: {'; '.join(wrong[:3])}{more}")


def read_tensors(path: Path, prefix: str) -> dict[str, torch.Tensor]:
    """The tensors below `prefix` as a state dict: floating point as float32, all finite.

    Raises:
        MedGANSynthError: a value is NaN or infinite, or the file is damaged.
    """
    tensors = {}
    try:
        with safe_open(path, framework="pt", device="cpu") as file:
            for key in file.keys():  # noqa: SIM118 (no mapping)
                if key.startswith(prefix):
                    tensors[key[len(prefix) :]] = file.get_tensor(key)
    except (SafetensorError, OSError) as error:
        raise _refuse(path, f"is damaged ({error}); get a fresh copy") from None
    for key, tensor in tensors.items():
        if tensor.is_floating_point():
            if not torch.isfinite(tensor).all():
                raise _refuse(path, f"holds NaN or infinite values in {key}; do not use it")
            tensors[key] = tensor.float()
    return tensors


def write_weights(path: Path, tensors: Mapping[str, torch.Tensor], half: bool = False) -> None:
    """Write `tensors`; with `half`, floating point is stored in half precision.

    Raises:
        MedGANSynthError: a value is not finite, or does not fit half precision.
    """
    stored = {}
    for key, tensor in tensors.items():
        if tensor.is_floating_point():
            tensor = tensor.to(torch.float16 if half else torch.float32)
            if not torch.isfinite(tensor).all():
                name = "half precision" if half else "single precision"
                raise MedGANSynthError(
                    f"{path.name}: {key} holds values that are not finite in {name}."
                )
        stored[key] = tensor.detach().cpu().contiguous().clone()
    # not save_file: its errors do not say that the disk is full
    path.write_bytes(save(stored, metadata={"format": "pt"}))


def _by(shape: tuple[int, ...]) -> str:
    return "x".join(map(str, shape)) or "a single number"


def _refuse(path: Path, what: str) -> MedGANSynthError:
    return MedGANSynthError(f"{path}: {what}.")
