"""Opening `.pt` and `.pth` files, which may hold code that runs when they are opened.

They are read only in PyTorch's restricted mode, which accepts tensors and plain containers; there
is no other way in.
"""

import warnings
import zipfile
from pathlib import Path
from typing import Any

import torch

from ..errors import MedGANSynthError
from ..files import cannot_read
from .weights import MAX_BYTES


def load_restricted(path: Path) -> Any:
    """Read tensors and plain types onto the CPU.

    Raises:
        MedGANSynthError: missing, damaged, or holding anything else.
    """
    path = Path(path)
    try:
        if path.stat().st_size > MAX_BYTES:
            raise MedGANSynthError(f"{path}: is larger than {MAX_BYTES / 1024**3:g} GiB.")
        _check_unpacked_size(path)
        with warnings.catch_warnings():  # the sentence below says it
            warnings.simplefilter("ignore")
            return torch.load(path, map_location="cpu", weights_only=True)
    except MedGANSynthError:
        raise
    except OSError as error:
        raise cannot_read(path, error) from None
    except Exception:  # whatever a crafted file makes the reader raise
        raise MedGANSynthError(
            f"{path}: is damaged or not made of plain tensors, so it may hold code and is not "
            "opened; use another checkpoint or a fresh copy."
        ) from None


def _check_unpacked_size(path: Path) -> None:
    """PyTorch stores without compression, so that more bytes than the file has are a trap."""
    if not zipfile.is_zipfile(path):
        return
    with zipfile.ZipFile(path) as file:
        if sum(member.file_size for member in file.infolist()) > path.stat().st_size:
            raise MedGANSynthError(
                f"{path}: is compressed, unlike plain tensors, so it may hold code and is not "
                "opened; use another checkpoint or a fresh copy."
            )
