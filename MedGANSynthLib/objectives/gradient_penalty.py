"""The gradient penalty of WGAN-GP (Gulrajani et al. 2017, equation 3)."""

from collections.abc import Callable

import torch
from torch import Tensor

EPS = 1e-15
"""Under the root, so that a gradient of 0 has a derivative (the alpha-WGAN code's constant)."""


def between(real: Tensor, fake: Tensor) -> Tensor:
    """A random point on the line from each fake to its real; the shape of both, no graph.

    One uniform number for each item of the batch, from torch's global generator.
    """
    share = torch.rand([len(real)] + [1] * (real.ndim - 1), device=real.device, dtype=real.dtype)
    return torch.lerp(fake.detach(), real.detach(), share)


def gradient_penalty(gradient_at: Callable[[Tensor], Tensor], points: Tensor) -> Tensor:
    """E[(|gradient| - 1)^2], the norm taken for each item of the batch; a scalar.

    Args:
        gradient_at: the critic's input gradient with a graph into its weights, such as
            `AlphaCritic.input_gradient`.
        points: `[batch, ...]`, from `between`.
    """
    # Half precision would lose the small differences from 1.
    with torch.autocast(points.device.type, enabled=False):
        gradient = gradient_at(points.float()).flatten(1)
        return ((gradient.square().sum(1) + EPS).sqrt() - 1).square().mean()
