"""Whether a training fits into memory and on the disk, found before it starts, without computing.

What it will cost in time and on disk is measured by `trial`, on the user's own images.
"""

import dataclasses
from pathlib import Path
from typing import Any

import torch

from .. import machine
from ..errors import MedGANSynthError
from ..inference.device import free_memory
from ..inference.footprint import footprint, hollow, hollow_scalar
from ..inference.plan import SCRATCH
from ..networks.registry import count_parameters
from ..systems.base import System
from ..systems.progan import ProGAN
from ..systems.registry import system_class
from ..wording import size
from .config import Config
from .example import example_batch

BASE = 2**29
"""Bytes that Python and PyTorch take beside all tensors."""
KEPT = 4
"""Checkpoints at a time: last, previous, best, and the one that is being written."""
SELDOM_MORE = 1000
"""How many times its images' bytes a step takes: where there is room for that, none is measured."""


@dataclasses.dataclass(frozen=True)
class Needed:
    """By one rank.

    Attributes:
        lasting: bytes of weights, Adam's moments and averages.
        passing: bytes of a step's tensors, at most at once.
        flops: of a step.
    """

    lasting: int
    passing: int
    flops: int

    @property
    def total(self) -> int:
        """About how many bytes the process or the GPU needs, without images kept in memory."""
        return int(self.lasting + SCRATCH * self.passing + BASE)


def needed(config: Config, batch: int, low: bool) -> Needed:
    """By a step of `batch` images, in bf16 where `low`; growing networks at full size."""
    system = _hollow_system(config)

    def compute() -> None:
        items = example_batch(config, batch, torch.device("cpu"))
        with torch.autocast("cpu", torch.bfloat16, enabled=low):
            system.step(items, config.images)

    step = footprint(compute)
    return Needed(_lasting(system), step.peak, step.flops)


def refuse_what_cannot_fit(config: Config, device: torch.device, world: int = 1) -> None:
    """Refuse a training whose tensors alone are more than the free memory.

    Raises:
        MedGANSynthError: with the largest batch that fits, where one does.
    """
    free, batch = free_memory(device), config.batch // world
    images = sum(t.nbytes for t in example_batch(config, batch, torch.device("meta")).values())
    if free is None or SELDOM_MORE * images + 2**32 <= free:
        return
    low = config.low_precision(device.type)
    fitting = batch
    while fitting:
        step = needed(config, fitting, low)
        if step.lasting + step.passing <= free:
            break
        fitting //= 2
    if fitting < batch:
        advice = f"use --set batch={fitting * world}" if fitting else "choose a smaller preset"
        raise MedGANSynthError(
            f"a step of batch={config.batch} does not fit into the {free / 2**30:.1f} GiB that are "
            f"free on {device}; {advice}."
        )


def refuse_full_disk(system: System, checkpoints: Path) -> None:
    """Refuse a training for whose checkpoints there is no room, beside those that are there.

    Args:
        system: real or `weightless`.

    Raises:
        MedGANSynthError: how much they need, and how much is free.
    """
    free = machine.free_disk(checkpoints)
    missing = max(1, KEPT - len(list(checkpoints.glob("*.pt"))))
    if free is not None and free < missing * _lasting(system):
        raise MedGANSynthError(
            f"{checkpoints.parent}: the checkpoints take {size(missing * _lasting(system))} and "
            f"{size(free)} are free; free some space or choose another disk."
        )


def weightless(config: Config) -> System:
    """The System with shapes alone."""
    with torch.device("meta"):
        return system_class(config.system)(config, torch.device("meta"), lambda network: network)


def _hollow_system(config: Config) -> System:
    """The System on fake tensors, with optimisers that do nothing but free gradients."""
    system = weightless(config)
    fresh = hollow(system.networks.values())
    for optimizer in system.optimizers.values():
        _stand_still(optimizer, [fresh[p] for g in optimizer.param_groups for p in g["params"]])
    if isinstance(system, ProGAN):
        system.g.level = system.d.level = hollow_scalar(system.top)
    return system


def _stand_still(optimizer: torch.optim.Optimizer, parameters: list[Any]) -> None:
    def zero_grad(set_to_none: bool = True) -> None:
        for parameter in parameters:
            parameter.grad = None

    optimizer.step, optimizer.zero_grad = lambda: None, zero_grad


def _lasting(system: System) -> int:
    sizes = {n: 4 * count_parameters(network) for n, network in system.networks.items()}
    return 3 * sum(sizes.values()) + sum(sizes[name] for name in system.exported)
