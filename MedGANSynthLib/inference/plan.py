"""How a volume is computed with the memory there is: whole or in patches, how many slices, where.

What is left is asked before anything is computed, because a CPU's system ends a process that takes
too much. Where memory still does not suffice, the next lighter plan is tried, and the user hears
of it.
"""

import contextlib
import dataclasses
import gc
from collections.abc import Callable, Iterator
from typing import Literal, TypeVar

import torch
from torch import nn

from ..errors import GpuTooSmall, MedGANSynthError
from .device import free_memory
from .footprint import copied, forward_footprint

T = TypeVar("T")

SHARE = 0.8
"""Of the free memory is used; the rest is for other programs and for what cannot be foreseen."""
SCRATCH = 1.3
"""What convolutions take beside their inputs and outputs, at most."""
LEAST_SIDE = 16
# Pixels at once: what a CPU's caches hold of the feature maps; a GPU wants to be filled.
_BATCH_PIXELS = {"cpu": 2**16, "cuda": 2**20}
_LARGE_SLICE = 2**22
"""Pixels from which on a slice is measured before it is tried; no scanner makes such."""


@dataclasses.dataclass(frozen=True)
class Plan:
    """One way to compute.

    Attributes:
        device: type and number, as torch prints them.
        batch: slices at once; 0: the network is none of slices.
        patch: voxels at once of a 3D network; None: the whole volume.
        least: voxels of a patch's side below which the network cannot go.
    """

    device: str
    precision: Literal["fp32", "bf16"] = "fp32"
    batch: int = 0
    patch: tuple[int, ...] | None = None
    least: int = LEAST_SIDE

    def __str__(self) -> str:
        if self.batch:
            how = f"{self.batch} slice{'s' * (self.batch > 1)} at a time"
        elif self.patch:
            how = f"patches of {'x'.join(map(str, self.patch))}"
        else:
            how = "the whole volume at once"
        return f"{how}, {self.precision}, {self.device}"

    def lighter(self, cpu: bool) -> "Plan | None":
        """The next plan that takes about half of the memory; the CPU last, if the user agrees."""
        if self.batch > 1:
            return dataclasses.replace(self, batch=self.batch // 2)
        if self.device.startswith("cuda") and self.precision == "fp32":
            return dataclasses.replace(self, precision="bf16")
        if self.patch and (smaller := halved(self.patch, self.least)) != self.patch:
            return dataclasses.replace(self, patch=smaller)
        if cpu and self.on_gpu:
            return dataclasses.replace(self, device="cpu", precision="fp32")
        return None

    @property
    def on_gpu(self) -> bool:
        """Whether it is not the CPU that computes."""
        return self.device != "cpu"


@contextlib.contextmanager
def carried_out(plan: Plan, network: nn.Module) -> Iterator[nn.Module]:
    """The network (or a copy of it) on the plan's device, to be run in the plan's precision."""
    device = torch.device(plan.device)
    if device != next(network.parameters()).device:
        network = copied(network, lambda tensor: tensor.to(device))
    with torch.autocast(device.type, torch.bfloat16, enabled=plan.precision == "bf16"):
        yield network


def halved(patch: tuple[int, ...], least: int = LEAST_SIDE) -> tuple[int, ...]:
    """Half of the longest side, a multiple of 16; it goes down to `least` and not below."""
    longest = patch.index(max(patch))
    side = max(least, patch[longest] // 2 // LEAST_SIDE * LEAST_SIDE)
    return tuple(min(side, s) if axis == longest else s for axis, s in enumerate(patch))


def plan_volume(
    network: nn.Module, channels: int, shape: tuple[int, ...], patch: tuple[int, ...] | None
) -> Plan:
    """The largest blocks of a 3D network that fit into what is free, from `patch` (None: whole).

    Raises:
        MedGANSynthError: on a CPU, where not even the smallest fit.
    """
    device = next(network.parameters()).device
    free, size = free_memory(device), patch or shape
    least = -(-getattr(network, "smallest", 1) // LEAST_SIDE) * LEAST_SIDE
    while free is not None:
        needed = SCRATCH * forward_footprint(network, (1, channels, *size)).peak
        if needed <= SHARE * free:
            break
        smaller = halved(size, least)
        if smaller == size:
            if device.type == "cpu":
                raise _too_large("a block", size, needed, free, "close other programs")
            break
        size = smaller
    whole = size == shape and patch is None
    return Plan(str(device), patch=None if whole else size, least=least)


def plan_slices(network: nn.Module, channels: int, shape: tuple[int, int], batch: int) -> Plan:
    """`batch` slices at once; 0 chooses, and the first slice shall then show what one takes.

    Raises:
        MedGANSynthError: on a CPU, where not even one of these large slices fits.
    """
    device, (rows, cols) = next(network.parameters()).device, shape
    free = free_memory(device)
    if device.type == "cpu" and free is not None and rows * cols > _LARGE_SLICE:
        needed = SCRATCH * forward_footprint(network, (1, channels, rows, cols)).peak
        if needed > SHARE * free:
            raise _too_large("a slice", shape, needed, free, "crop the volume or check its units")
    pixels = _BATCH_PIXELS.get(device.type, 2**18)
    return Plan(str(device), batch=batch or max(1, min(32, pixels // (rows * cols))))


def _too_large(
    what: str, size: tuple[int, ...], needed: float, free: float, advice: str
) -> MedGANSynthError:
    return MedGANSynthError(
        f"not enough memory: {what} of {'x'.join(map(str, size))} voxels needs "
        f"{needed / 2**30:.1f} GiB of {free / 2**30:.1f} free; {advice}."
    )


def fitting_batch(wanted: int, one: int, device: torch.device) -> int:
    """How many of `wanted` slices at once fit, where `one` takes so many bytes; 1 at least."""
    free = free_memory(device)
    return wanted if free is None else max(1, min(wanted, int(SHARE * free / (SCRATCH * one))))


def attempt(
    plan: Plan, compute: Callable[[Plan], T], warn: Callable[[str], None], cpu: bool = False
) -> T:
    """What `compute` makes, with lighter plans where memory does not suffice.

    Args:
        warn: told of each change.
        cpu: whether the user agrees to go on without the GPU.

    Raises:
        MedGANSynthError: there is no lighter plan; of a GPU `GpuTooSmall`.
    """
    while True:
        try:
            return compute(plan)
        except (RuntimeError, MemoryError) as error:
            if not out_of_memory(error):
                raise
        # Outside of the handler, whose traceback keeps the tensors.
        lighter = plan.lighter(cpu)
        if lighter is None:
            kind, advice = MedGANSynthError, "crop the volume"
            if plan.on_gpu:
                kind, advice = GpuTooSmall, "use --cpu-fallback or --device cpu"
            raise kind(f"not enough memory, even for {plan}; {advice}.")
        warn(f"not enough memory for {plan}; now {lighter}.")
        plan = lighter
        gc.collect()
        if torch.cuda.is_initialized():
            torch.cuda.empty_cache()


def out_of_memory(error: BaseException) -> bool:
    """Whether memory did not suffice: of a GPU, or in the words of PyTorch's CPU allocator."""
    if isinstance(error, (MemoryError, torch.OutOfMemoryError)):
        return True
    return "not enough memory" in str(error) or "can't allocate memory" in str(error)
