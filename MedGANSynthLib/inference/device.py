"""Which processor computes."""

import torch

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
