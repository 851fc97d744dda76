"""Batch norms folded into the convolutions before them, for networks that only compute."""

import itertools

from torch import nn
from torch.nn.modules.batchnorm import _BatchNorm
from torch.nn.utils.fusion import fuse_conv_bn_eval

_CONVOLUTIONS = (nn.Conv2d, nn.Conv3d, nn.ConvTranspose2d, nn.ConvTranspose3d)


def folded(network: nn.Module) -> nn.Module:
    """`network`, in evaluation mode, without the batch norms that follow a convolution.

    Both are linear, so one convolution does what two layers did, up to rounding. Spectrally
    normalised convolutions stay as they are.
    """
    for chain in [part for part in network.modules() if isinstance(part, nn.Sequential)]:
        for index, (layer, norm) in enumerate(itertools.pairwise(list(chain))):
            if type(layer) in _CONVOLUTIONS and isinstance(norm, _BatchNorm):
                chain[index] = fuse_conv_bn_eval(layer, norm, layer.transposed)
                chain[index + 1] = nn.Identity()
    return network
