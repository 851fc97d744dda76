"""The penalty on weights that Adam's own weight decay would be."""

from torch import Tensor, nn


def half_squared_weights(network: nn.Module) -> Tensor:
    """Half the sum of all squared weights, a scalar; scales, offsets and gates do not count."""
    return sum(p.float().square().sum() for p in network.parameters() if p.ndim > 1) / 2
