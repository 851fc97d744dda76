"""The discriminator of SC-GAN: inputs and target to a map of logits, with self-attention.

Lan, Toga, Sepehrband 2021 and the published code: 16x16x16 logits at 256x256x256, 21,675,715
parameters with two inputs.
"""

import dataclasses
from typing import Annotated, Literal

import torch
from torch import Tensor, nn
from torch.utils.checkpoint import checkpoint

from ..schema import Range
from .attention import SelfAttention
from .norm import make_norm
from .scgan_layers import Down, convolution


@dataclasses.dataclass(frozen=True)
class SCGANDiscriminatorOptions:
    """Options; the defaults are the published network.

    Attributes:
        in_channels: inputs and target together.
        halvings: convolutions of stride 2; attention comes before the last of them.
        norm_logits: normalise the logits too, as published. Their mean over an image then says
            nothing, only how they are distributed.
        norm, kernel, attention, spectral: as in the generator.
    """

    dims: Literal[2, 3] = 3
    in_channels: Annotated[int, Range(1, 64)] = 3
    width: Annotated[int, Range(1, 256)] = 64
    halvings: Annotated[int, Range(2, 6)] = 4
    kernel: Literal[3, 5] = 5
    norm: Literal["instance", "batch", "none"] = "instance"
    norm_logits: bool = True
    attention: bool = True
    spectral: bool = True


class SCGANDiscriminator(nn.Module):
    """Shape: `[batch, in_channels, *spatial]` to a list of feature maps and then the logits.

    The maps are those of the feature matching: every level, and what the attention makes.

    Attributes:
        recompute: as the generator's.
    """

    def __init__(self, options: SCGANDiscriminatorOptions) -> None:
        super().__init__()
        o, dims = options, options.dims
        self.recompute = False
        parts: list[nn.Module] = []
        before = o.in_channels
        for level in range(o.halvings):
            width = o.width * 2**level
            layer = convolution(dims, before, width, o.kernel, 2, o.spectral)
            if o.attention and level == o.halvings - 1:
                parts.append(SelfAttention(before, dims, spectral=o.spectral))
            parts.append(Down(layer, make_norm(o.norm if level else "none", width, dims)))
            before = width
        self.parts = nn.ModuleList(parts)
        last = convolution(dims, before, 1, o.kernel, 1, o.spectral)
        self.last = nn.Sequential(last, make_norm(o.norm if o.norm_logits else "none", 1, dims))

    def forward(self, x: Tensor) -> list[Tensor]:
        maps = []
        for part in self.parts:
            if self.recompute and torch.is_grad_enabled():
                x = checkpoint(part, x, use_reentrant=False)
            else:
                x = part(x)
            maps.append(x)
        return [*maps, self.last(x)]
