"""The discriminator and the encoder of the alpha-WGAN family: a volume to numbers.

Kwon, Han, Kim 2019; Ferreira et al. 2022. Four 4x4x4 convolutions of stride 2, then one whose
kernel covers what is left: one number (discriminator) or the code (encoder).
"""

import dataclasses
from typing import Annotated, Literal

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from ..schema import Range
from .alpha_generator import CODE_LENGTH, DOUBLINGS, MULTIPLE, Side, refuse_odd_size
from .norm import make_norm
from .spectral import spectral_norm

SLOPE = 0.2


@dataclasses.dataclass(frozen=True)
class AlphaCriticOptions:
    """Options; the defaults are SigmaRat2's discriminator.

    Attributes:
        size: voxels along each axis, multiples of 16.
        outputs: 1, or the length of the code.
        width: channels after the first layer; twice as many at each coarser level.
        norm: "batch" (ADNI), "instance-plain" (SigmaRat1; encoder of SigmaRat2) or "none". The
            first layer has none.
        spectral: spectral normalisation of every layer.
    """

    size: tuple[Side, Side, Side] = (64, 64, 64)
    channels: Annotated[int, Range(1, 64)] = 1
    outputs: CODE_LENGTH = 1
    width: Annotated[int, Range(1, 256)] = 64
    norm: Literal["none", "instance-plain", "batch"] = "none"
    spectral: bool = True

    def __post_init__(self) -> None:
        refuse_odd_size(self.size)


class AlphaCritic(nn.Module):
    """Shape: `[batch, channels, *size]` to `[batch, outputs]`."""

    def __init__(self, options: AlphaCriticOptions) -> None:
        super().__init__()
        o = options
        self.size = o.size
        widths = [o.width * 2**level for level in range(DOUBLINGS)]
        layers: list[nn.Module] = [
            nn.Conv3d(before, after, 4, stride=2, padding=1)
            for before, after in zip([o.channels, *widths], widths, strict=False)
        ]
        layers.append(nn.Conv3d(widths[-1], o.outputs, tuple(side // MULTIPLE for side in o.size)))
        self.layers = nn.ModuleList(spectral_norm(la) if o.spectral else la for la in layers)
        norms = [make_norm(o.norm, width, 3) for width in widths[1:]]
        self.norms = nn.ModuleList([nn.Identity(), *norms])
        self.piecewise_linear = o.norm == "none"
        self.mixes_batch = o.norm == "batch"

    def forward(self, x: Tensor) -> Tensor:
        h = x
        for layer, norm in zip(self.layers, self.norms, strict=False):
            h = F.leaky_relu(norm(layer(h)), SLOPE, inplace=True)
        return self.layers[-1](h).flatten(1)

    def input_gradient(self, x: Tensor) -> Tensor:
        """d(sum of outputs)/dx as a function of the weights, for a gradient penalty.

        Without norms the network is piecewise linear: its gradient is the chain of transposed
        convolutions with the slopes that `x` selects. The pass that finds the slopes needs no
        graph, and the second derivative with respect to `x`, which is 0, is never computed.

        Shape: that of `x`.
        """
        if not self.piecewise_linear:
            x = x.detach().requires_grad_(True)
            return torch.autograd.grad(self(x).sum(), x, create_graph=True)[0]
        weights = [layer.weight for layer in self.layers]
        slopes = []
        with torch.no_grad():
            h = x
            for layer, weight in zip(self.layers[:-1], weights, strict=False):
                h = F.conv3d(h, weight, layer.bias, stride=2, padding=1)
                slopes.append(h > 0)
                h = F.leaky_relu(h, SLOPE, inplace=True)
        gradient = weights[-1].sum(0, keepdim=True).expand(len(x), -1, -1, -1, -1)
        for weight, rising in zip(weights[-2::-1], reversed(slopes), strict=True):
            gradient = torch.where(rising, gradient, SLOPE * gradient)
            gradient = F.conv_transpose3d(gradient, weight, stride=2, padding=1)
        return gradient
