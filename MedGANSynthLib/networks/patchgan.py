"""The 70x70 PatchGAN discriminator (Isola et al. 2017, 6.1.2) as the TensorFlow tutorial builds it.

A 256x256 image gives 30x30 logits, each of which sees 70x70 pixels. 2,763,521 parameters at one
channel.
"""

import dataclasses
from typing import Annotated, Literal

from torch import Tensor, nn

from ..schema import Range
from .init import init_normal
from .norm import make_norm


@dataclasses.dataclass(frozen=True)
class PatchGANOptions:
    """Options; the defaults are the published network.

    Attributes:
        halvings: 4x4 stride-2 layers; two 4x4 stride-1 layers follow.
        slope: of the LeakyReLU (Keras default 0.3 in the tutorial; 0.2 in the paper).
    """

    dims: Literal[2, 3] = 2
    in_channels: Annotated[int, Range(1, 64)] = 1
    width: Annotated[int, Range(1, 256)] = 64
    halvings: Annotated[int, Range(1, 6)] = 3
    slope: Annotated[float, Range(0.0, 1.0)] = 0.3
    norm: Literal["instance", "instance-plain", "batch", "none"] = "instance"


class PatchGAN(nn.Module):
    """Shape: `[batch, in_channels, *spatial]` to logits `[batch, 1, *patches]`."""

    def __init__(self, options: PatchGANOptions) -> None:
        super().__init__()
        o = options
        conv = (nn.Conv2d, nn.Conv3d)[o.dims - 2]
        layers: list[nn.Module] = []
        before = o.in_channels
        for level in range(o.halvings + 1):
            width = o.width * 2**level
            stride = 2 if level < o.halvings else 1
            layers.append(conv(before, width, 4, stride=stride, padding=1, bias=False))
            if level:
                layers.append(make_norm(o.norm, width, o.dims))
            layers.append(nn.LeakyReLU(o.slope))
            before = width
        layers.append(conv(before, 1, 4, padding=1))
        self.model = nn.Sequential(*layers)
        init_normal(self)

    def forward(self, x: Tensor) -> Tensor:
        return self.model(x)
