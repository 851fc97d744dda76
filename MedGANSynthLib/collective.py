"""Sums and random numbers over the ranks of a training, so that they compute what one would.

Every rank has an equal part of the batch and the loss of its part; the mean of the gradients over
the ranks is then the gradient of the whole batch's loss, wherever a loss is a mean over the batch.
What is not (batch norm, ratios of sums, a pool of fakes) goes through these functions. Alone, each
of them gives back what it gets.
"""

from collections.abc import Sequence
from typing import Any

import torch
from torch import Tensor, distributed


def world() -> int:
    """How many ranks train together."""
    if distributed.is_available() and distributed.is_initialized():
        return distributed.get_world_size()
    return 1


def total(x: Tensor) -> Tensor:
    """The sum of `x` over the ranks, which can be differentiated any number of times."""
    return _Total.apply(x) if world() > 1 else x


class _Total(torch.autograd.Function):
    """Each rank's loss depends on every rank's part, so that gradients are summed likewise."""

    @staticmethod
    def forward(ctx: Any, x: Tensor) -> Tensor:
        x = x.clone(memory_format=torch.contiguous_format)
        distributed.all_reduce(x)
        return x

    @staticmethod
    def backward(ctx: Any, gradient: Tensor) -> Tensor:
        return _Total.apply(gradient)


def gathered(x: Tensor) -> Tensor:
    """The parts `[n, ...]` of all ranks, `[ranks * n, ...]` in their order; differentiable."""
    if world() == 1:
        return x
    before = distributed.get_rank()
    absent = [x.new_zeros(x.shape)] * (world() - 1)
    return total(torch.cat([*absent[:before], x, *absent[before:]]))


def own(x: Tensor) -> Tensor:
    """This rank's part `[n, ...]` of what `gathered` gave."""
    return x.chunk(world())[distributed.get_rank()] if world() > 1 else x


def whole_shape(x: Tensor) -> list[int]:
    """The shape of `gathered(x)`.

    Random numbers are drawn in this shape, on every rank the same, and each takes its `own`.
    """
    return [len(x) * world(), *x.shape[1:]]


def moments(x: Tensor, axes: Sequence[int]) -> tuple[Tensor, Tensor, int]:
    """Mean and population variance along `axes` over all ranks, and of how many numbers.

    Shape: that of `x` with the axes kept as 1; differentiable.
    """
    axes, count = tuple(axes), world()
    for axis in axes:
        count *= x.shape[axis]
    mean = total(x.sum(axes, keepdim=True)) / count
    return mean, total((x - mean).square().sum(axes, keepdim=True)) / count, count
