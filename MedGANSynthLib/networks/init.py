"""Weight initialisation."""

from torch import nn

from .norm import InstanceNorm

_NORMS = (InstanceNorm, nn.modules.batchnorm._BatchNorm)


def init_normal(network: nn.Module, std: float = 0.02) -> None:
    """Convolutions and linear layers N(0, std), norm scales N(1, std), every bias 0.

    The initialisation of DCGAN (Radford et al. 2015, section 4), pix2pix and CycleGAN.
    """
    for module in network.modules():
        weight = getattr(module, "weight", None)
        if weight is None or weight.ndim == 0:
            continue
        nn.init.normal_(weight, 1.0 if isinstance(module, _NORMS) else 0.0, std)
        if module.bias is not None:
            nn.init.zeros_(module.bias)
