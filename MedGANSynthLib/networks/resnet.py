"""The residual generator of CycleGAN (Zhu et al. 2017, appendix 7.2; after Johnson et al. 2016).

c7s1-64, d128, d256, nine R256, u128, u64, c7s1-C in the paper's notation, in two or three
dimensions. Module order equals the widely used PyTorch implementation's, so its state dicts fit.
"""

import dataclasses
from typing import Annotated, Literal

import torch
from torch import Tensor, nn

from ..schema import Range
from .init import init_normal
from .norm import make_norm


@dataclasses.dataclass(frozen=True)
class ResNetOptions:
    """Options; the defaults are the published nine-block network for 256x256 images.

    Attributes:
        dims: 2 or 3 spatial dimensions.
        halvings: stride-2 layers; sides must be multiples of 2**halvings.
        norm: instance normalisation without scale and offset is the published one.
    """

    dims: Literal[2, 3] = 2
    in_channels: Annotated[int, Range(1, 64)] = 1
    out_channels: Annotated[int, Range(1, 64)] = 1
    width: Annotated[int, Range(1, 256)] = 64
    blocks: Annotated[int, Range(1, 32)] = 9
    halvings: Annotated[int, Range(0, 5)] = 2
    norm: Literal["instance-plain", "instance", "batch"] = "instance-plain"


def _layers(dims: int) -> tuple[type[nn.Module], type[nn.Module], type[nn.Module]]:
    if dims == 2:
        return nn.Conv2d, nn.ConvTranspose2d, nn.ReflectionPad2d
    return nn.Conv3d, nn.ConvTranspose3d, nn.ReflectionPad3d


class ResNetBlock(nn.Module):
    """x + IN(conv(ReLU(IN(conv(x))))), 3x3 with reflection padding."""

    def __init__(self, width: int, options: ResNetOptions) -> None:
        super().__init__()
        conv, _, pad = _layers(options.dims)
        bias = options.norm != "batch"
        self.conv_block = nn.Sequential(
            pad(1),
            conv(width, width, 3, bias=bias),
            make_norm(options.norm, width, options.dims),
            nn.ReLU(),
            pad(1),
            conv(width, width, 3, bias=bias),
            make_norm(options.norm, width, options.dims),
        )

    def forward(self, x: Tensor) -> Tensor:
        return x + self.conv_block(x)


class ResNet(nn.Module):
    """Shape: `[batch, in_channels, *spatial]` to `[batch, out_channels, *spatial]`, in [-1, 1]."""

    def __init__(self, options: ResNetOptions) -> None:
        super().__init__()
        o = options
        self.multiple = 2**o.halvings
        conv, transposed, pad = _layers(o.dims)
        bias = o.norm != "batch"

        def norm(width: int) -> list[nn.Module]:
            return [make_norm(o.norm, width, o.dims), nn.ReLU()]

        layers = [pad(3), conv(o.in_channels, o.width, 7, bias=bias), *norm(o.width)]
        width = o.width
        for _ in range(o.halvings):
            layers += [conv(width, 2 * width, 3, stride=2, padding=1, bias=bias), *norm(2 * width)]
            width *= 2
        layers += [ResNetBlock(width, o) for _ in range(o.blocks)]
        for _ in range(o.halvings):
            up = transposed(width, width // 2, 3, stride=2, padding=1, output_padding=1, bias=bias)
            layers += [up, *norm(width // 2)]
            width //= 2
        layers += [pad(3), conv(width, o.out_channels, 7)]
        self.model = nn.Sequential(*layers)
        init_normal(self)

    def forward(self, x: Tensor) -> Tensor:
        return torch.tanh(self.model(x))
