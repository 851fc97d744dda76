"""How much memory a training has used."""

import sys

import torch


def peak_memory(device: torch.device) -> int | None:
    """The most bytes so far: of a GPU this process's tensors, else the process's main memory.

    None where the system does not say (Windows).
    """
    if device.type == "cuda":
        return torch.cuda.max_memory_allocated(device)
    try:
        import resource
    except ImportError:
        return None
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak if sys.platform == "darwin" else 1024 * peak
