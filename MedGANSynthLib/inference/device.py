"""Which processor computes."""

import torch

from .. import machine
from ..errors import MedGANSynthError


def choose_device(name: str) -> torch.device:
    """ "auto" (a GPU if there is one), "cpu", "mps" or a GPU such as "cuda:0".

    Raises:
        MedGANSynthError: an unknown name, or a GPU that is not there.
    """
    if name == "auto":
        return torch.device("cuda" if torch.cuda.is_available() else "cpu")
    try:
        device = torch.device(name)
    except RuntimeError:
        raise MedGANSynthError(
            f"--device {name}: unknown device; use auto, cpu or cuda:0."
        ) from None
    there = {
        "cpu": True,
        "cuda": (device.index or 0) < torch.cuda.device_count(),
        "mps": torch.backends.mps.is_available(),
    }
    if not there.get(device.type, False):
        raise MedGANSynthError(f"--device {name}: no such device here; use auto or cpu.")
    return device


def free_memory(device: torch.device) -> int | None:
    """Bytes that can still be had there; None where the system does not say."""
    if device.type == "cuda":
        unused = torch.cuda.memory_reserved(device) - torch.cuda.memory_allocated(device)
        return torch.cuda.mem_get_info(device)[0] + unused
    if device.type == "mps":
        return torch.mps.recommended_max_memory() - torch.mps.current_allocated_memory()
    return machine.free_memory()
