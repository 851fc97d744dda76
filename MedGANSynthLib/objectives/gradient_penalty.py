"""Penalties on a critic's input gradient: WGAN-GP, DRAGAN, R1."""

from collections.abc import Callable

import torch
from torch import Tensor, nn

from ..collective import moments, own, whole_shape

EPS = 1e-15
"""Under the root, so that a gradient of 0 has a derivative (the alpha-WGAN code's constant)."""


def between(real: Tensor, fake: Tensor) -> Tensor:
    """A random point on the line from each fake to its real; the shape of both, no graph.

    One uniform number for each item of the batch, from torch's global generator.
    """
    shape = [whole_shape(real)[0]] + [1] * (real.ndim - 1)
    share = own(torch.rand(shape, device=real.device, dtype=real.dtype))
    return torch.lerp(fake.detach(), real.detach(), share)


def around(real: Tensor, published: bool) -> Tensor:
    """Where DRAGAN wants a gradient of 1 (Kodali et al. 2017): near real images; no graph.

    With s the standard deviation of the whole batch and a uniform share for each image:

    - published (Delplace 2019, equation 5): between the image and noise U(0, s / 2), which is grey,
      since images lie in [-1, 1];
    - else: the image and a share of noise U(-s / 2, s / 2), on both sides of it.

    Shape: that of `real`, `[batch, ...]`.
    """
    real = real.detach()
    half = moments(real, range(real.ndim))[1].sqrt() / 2
    noise = own(torch.rand(whole_shape(real), device=real.device, dtype=real.dtype))
    if published:
        return between(real, half * noise)
    return between(real, real + half * (2 * noise - 1))


def input_gradient(critic: nn.Module, points: Tensor) -> Tensor:
    """d(sum of the critic's outputs)/d(points), with a graph into the critic's weights."""
    points = points.detach().requires_grad_(True)
    return torch.autograd.grad(critic(points).sum(), points, create_graph=True)[0]


def zero_centred(gradient_at: Callable[[Tensor], Tensor], real: Tensor) -> Tensor:
    """R1 (Mescheder et al. 2018, equation 9): half of E[|gradient|^2] at real images; a scalar."""
    with torch.autocast(real.device.type, enabled=False):
        return gradient_at(real.detach().float()).flatten(1).square().sum(1).mean() / 2


def gradient_penalty(gradient_at: Callable[[Tensor], Tensor], points: Tensor) -> Tensor:
    """E[(|gradient| - 1)^2], the norm taken for each item of the batch; a scalar.

    Gulrajani et al. 2017, equation 3.

    Args:
        gradient_at: the critic's input gradient with a graph into its weights, such as
            `AlphaCritic.input_gradient`.
        points: `[batch, ...]`, from `between`.
    """
    # Half precision would lose the small differences from 1.
    with torch.autocast(points.device.type, enabled=False):
        gradient = gradient_at(points.float()).flatten(1)
        return ((gradient.square().sum(1) + EPS).sqrt() - 1).square().mean()
