"""The DCGAN of the slice study: Delplace 2019, tables 1 and 2, after Radford et al. 2015.

Sizes other than the published 256 have fewer or more levels between the coarse 8x8 and the image.
"""

import dataclasses

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from .codes import CODES, CodeKind
from .image_size import Channels, Latent, Side, Width, doublings, refuse_size
from .minibatch_deviation import MinibatchDeviation
from .norm import BatchNorm2d

COARSE = 8
LEAST = 16
SLOPE = 0.2


@dataclasses.dataclass(frozen=True)
class DCGANOptions:
    """Options of the generator; the defaults are the published ones.

    Attributes:
        width: channels before the last layer; up to four times as many before.
        code: "uniform": U(-1, 1).
    """

    latent: Latent = 256
    size: Side = 256
    channels: Channels = 1
    width: Width = 64
    code: CodeKind = "uniform"

    def __post_init__(self) -> None:
        refuse_size(self.size, LEAST)


class DCGANGenerator(nn.Module):
    """Shape: codes `[batch, latent]` to `[batch, channels, size, size]` in [-1, 1].

    Batch norm uses its running statistics when generating, so that an image does not depend on its
    neighbours; the published code normalises by the generated batch.
    """

    def __init__(self, options: DCGANOptions) -> None:
        super().__init__()
        o = options
        self.latent, self.code, self.w = o.latent, CODES[o.code], o.width
        # 256 s2, 256 s1 at every coarse level, then 128 s2 and 64 s2.
        plan = [(4 * o.width, 2), (4 * o.width, 1)] * (doublings(COARSE, o.size) - 2)
        plan += [(2 * o.width, 2), (o.width, 2)][-doublings(COARSE, o.size) :]
        self.dense = nn.Linear(o.latent, 4 * o.width * COARSE**2)
        self.first_norm = BatchNorm2d(4 * o.width)
        layers, before = [], 4 * o.width
        for width, stride in plan:
            layers += [up_conv(before, width, stride), BatchNorm2d(width), nn.ReLU(inplace=True)]
            before = width
        self.layers = nn.Sequential(*layers)
        self.last = up_conv(before, o.channels, 1)
        init_dcgan(self)

    def forward(self, z: Tensor) -> Tensor:
        h = self.dense(self.code(z)).view(len(z), 4 * self.w, COARSE, COARSE)
        return torch.tanh(self.last(self.layers(F.relu(self.first_norm(h)))))


@dataclasses.dataclass(frozen=True)
class DCGANCriticOptions:
    """Options of the discriminator; the defaults are the published code's.

    Attributes:
        width: channels after the first layer, doubled at every level.
        group: of the minibatch deviation (the published table has none, its code groups of 4).
    """

    size: Side = 256
    channels: Channels = 1
    width: Width = 64
    group: Latent = 4

    def __post_init__(self) -> None:
        refuse_size(self.size, LEAST)


class DCGANCritic(nn.Module):
    """Shape: `[batch, channels, size, size]` to logits `[batch, 1]`."""

    def __init__(self, options: DCGANCriticOptions) -> None:
        super().__init__()
        o = options
        widths = [o.width * 2**level for level in range(doublings(COARSE, o.size))]
        layers: list[nn.Module] = []
        for before, after in zip([o.channels, *widths], widths, strict=False):
            layers.append(nn.Conv2d(before, after, 5, stride=2, padding=2))
            if layers[1:]:
                layers.append(BatchNorm2d(after))
            layers.append(nn.LeakyReLU(SLOPE, inplace=True))
        self.layers = nn.Sequential(*layers, MinibatchDeviation(o.group), nn.Flatten())
        self.hidden = nn.Linear((widths[-1] + 1) * COARSE**2, widths[-1] + 1)
        self.last = nn.Linear(widths[-1] + 1, 1)
        init_dcgan(self)

    def forward(self, x: Tensor) -> Tensor:
        return self.last(F.leaky_relu(self.hidden(self.layers(x)), SLOPE))


def up_conv(before: int, after: int, stride: int, bias: bool = True) -> nn.ConvTranspose2d:
    """A 5x5 transposed convolution that multiplies rows and columns by `stride`."""
    return nn.ConvTranspose2d(
        before, after, 5, stride, padding=2, output_padding=stride - 1, bias=bias
    )


def init_dcgan(network: nn.Module) -> None:
    """Weights N(0, 0.02), those of convolutions cut off at two deviations; biases 0."""
    for module in network.modules():
        if isinstance(module, nn.Conv2d):
            nn.init.trunc_normal_(module.weight, 0.0, 0.02, -0.04, 0.04)
        elif isinstance(module, (nn.ConvTranspose2d, nn.Linear)):
            nn.init.normal_(module.weight, 0.0, 0.02)
        else:
            continue
        nn.init.zeros_(module.bias)
