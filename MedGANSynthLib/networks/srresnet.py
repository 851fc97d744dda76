"""The SRResNet generator and residual discriminator of the slice study (Delplace 2019).

After Ledig et al. 2017 and Jin et al. 2017. Sizes other than the published 256 have fewer or more
doublings after the 16x16 residual part.
"""

import dataclasses
from typing import Annotated

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from ..schema import Range
from .codes import CODES, CodeKind
from .image_size import Channels, Latent, Side, Width, doublings, refuse_size
from .norm import BatchNorm2d

COARSE = 16
LEAST = 32
SLOPE = 0.2


@dataclasses.dataclass(frozen=True)
class SRResNetOptions:
    """Options of the generator; the defaults are the published ones.

    Attributes:
        width: channels of every layer; four times as many before each pixel shuffle.
        blocks: residual blocks at 16x16.
        code: "unit": normal numbers divided by their length.
    """

    latent: Latent = 256
    size: Side = 256
    channels: Channels = 1
    width: Width = 64
    blocks: Annotated[int, Range(1, 64)] = 16
    code: CodeKind = "unit"

    def __post_init__(self) -> None:
        refuse_size(self.size, LEAST)


class SRResNetGenerator(nn.Module):
    """Shape: codes `[batch, latent]` to `[batch, channels, size, size]` in [-1, 1].

    Batch norm uses its running statistics when generating; see `DCGANGenerator`.
    """

    def __init__(self, options: SRResNetOptions) -> None:
        super().__init__()
        o = options
        self.latent, self.code, self.width = o.latent, CODES[o.code], o.width
        self.dense = nn.Linear(o.latent, o.width * COARSE**2)
        self.first_norm = BatchNorm2d(o.width)
        self.blocks = nn.Sequential(*(_NormedBlock(o.width) for _ in range(o.blocks)))
        self.second_norm = BatchNorm2d(o.width)
        layers: list[nn.Module] = []
        for _ in range(doublings(COARSE, o.size)):
            layers += [
                nn.Conv2d(o.width, 4 * o.width, 3, padding=1),
                nn.PixelShuffle(2),
                BatchNorm2d(o.width),
                nn.ReLU(inplace=True),
            ]
        self.layers = nn.Sequential(*layers)
        self.last = nn.Conv2d(o.width, o.channels, 9, padding=4)
        init_he(self, 0.0)

    def forward(self, z: Tensor) -> Tensor:
        h = self.dense(self.code(z)).view(len(z), self.width, COARSE, COARSE)
        first = F.relu(self.first_norm(h))
        h = first + F.relu(self.second_norm(self.blocks(first)))
        return torch.tanh(self.last(self.layers(h)))


class _NormedBlock(nn.Module):
    """3x3, batch norm, ReLU, 3x3, batch norm, and what came in."""

    def __init__(self, width: int) -> None:
        super().__init__()
        self.layers = nn.Sequential(
            nn.Conv2d(width, width, 3, padding=1),
            BatchNorm2d(width),
            nn.ReLU(inplace=True),
            nn.Conv2d(width, width, 3, padding=1),
            BatchNorm2d(width),
        )

    def forward(self, x: Tensor) -> Tensor:
        return x + self.layers(x)


@dataclasses.dataclass(frozen=True)
class SRResNetCriticOptions:
    """Options of the discriminator; the defaults are the published ones.

    Attributes:
        width: channels after the first layer, doubled at every level.
    """

    size: Side = 256
    channels: Channels = 1
    width: Width = 32

    def __post_init__(self) -> None:
        refuse_size(self.size, LEAST)


class SRResNetCritic(nn.Module):
    """Shape: `[batch, channels, size, size]` to logits `[batch, 1]`."""

    def __init__(self, options: SRResNetCriticOptions) -> None:
        super().__init__()
        o = options
        widths = [o.width * 2**level for level in range(doublings(4, o.size))]
        layers: list[nn.Module] = []
        for before, after in zip([o.channels, *widths], widths, strict=False):
            layers += [
                nn.Conv2d(before, after, 4, stride=2, padding=1),
                nn.LeakyReLU(SLOPE, inplace=True),
                _RectifiedBlock(after),
                _RectifiedBlock(after),
            ]
        last = 2 * widths[-1]
        self.layers = nn.Sequential(
            *layers,
            nn.Conv2d(widths[-1], last, 3, stride=2, padding=1),
            nn.LeakyReLU(SLOPE, inplace=True),
            nn.Flatten(),
            nn.Linear(4 * last, 1),
        )
        init_he(self, SLOPE)

    def forward(self, x: Tensor) -> Tensor:
        return self.layers(x)


class _RectifiedBlock(nn.Module):
    """3x3, rectifier, 3x3, what came in, rectifier."""

    def __init__(self, width: int) -> None:
        super().__init__()
        self.first = nn.Conv2d(width, width, 3, padding=1)
        self.second = nn.Conv2d(width, width, 3, padding=1)

    def forward(self, x: Tensor) -> Tensor:
        h = F.leaky_relu(self.first(x), SLOPE, inplace=True)
        return F.leaky_relu(x + self.second(h), SLOPE)


def init_he(network: nn.Module, slope: float) -> None:
    """Weights He normal (He et al. 2015) for rectifiers of that slope, biases 0."""
    for module in network.modules():
        if isinstance(module, (nn.Conv2d, nn.Linear)):
            nn.init.kaiming_normal_(module.weight, slope)
            nn.init.zeros_(module.bias)
