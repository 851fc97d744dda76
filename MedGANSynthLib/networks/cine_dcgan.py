"""The DCGAN of the cardiac cine models: a cycle's frames are the channels of one image.

Published at 128x128 and 64x64 with 20 frames, in Keras, whose initialisation and constants these
are. Other sizes have fewer or more levels.
"""

import dataclasses
import functools
import itertools
from typing import Annotated, Literal

import torch
from torch import Tensor, nn

from ..schema import Range
from .codes import CODES, CodeKind
from .dcgan import up_conv
from .harmonics import HarmonicConv2d
from .image_size import Channels, Latent, Side, Width, doublings, refuse_size
from .norm import BatchNorm1d, BatchNorm2d
from .upsampling import UpConv2d

COARSE = 8
LEAST = 16
SLOPE = 0.3


@dataclasses.dataclass(frozen=True)
class CineDCGANOptions:
    """Options of the generator; the defaults are the published ones at 128x128.

    Attributes:
        channels: frames of a cycle.
        width: channels before the last layer, doubled at every coarser level.
        doubling: "transposed": convolutions of stride 2, as published; "nearest": pixels are
            repeated and convolved, and the last convolution is one of full size, so that even and
            odd pixels come from the same weights.
        harmonics: with "nearest", of how many harmonics a cycle is made (`HarmonicConv2d`); 0:
            every frame has kernels of its own, as published.
    """

    latent: Latent = 100
    size: Side = 128
    channels: Channels = 20
    width: Width = 64
    code: CodeKind = "normal"
    doubling: Literal["transposed", "nearest"] = "transposed"
    harmonics: Annotated[int, Range(0, 1000)] = 0

    def __post_init__(self) -> None:
        refuse_size(self.size, LEAST)
        if self.harmonics and self.doubling != "nearest":
            raise ValueError('harmonics are for doubling "nearest"')
        if 2 * self.harmonics >= self.channels:
            raise ValueError(
                f"harmonics {self.harmonics}: {self.channels} frames have at most "
                f"{(self.channels - 1) // 2}"
            )


class CineDCGANGenerator(nn.Module):
    """Shape: codes `[batch, latent]` to `[batch, channels, size, size]` in [-1, 1]."""

    def __init__(self, options: CineDCGANOptions) -> None:
        super().__init__()
        o = options
        self.latent, self.code = o.latent, CODES[o.code]
        levels = doublings(COARSE, o.size)
        widths = [o.width * 2**level for level in range(levels, -1, -1)]
        self.coarse = (widths[0], COARSE, COARSE)
        features = widths[0] * COARSE**2
        # Normalised before it becomes a map: every feature has statistics of its own.
        self.dense = nn.Sequential(
            nn.Linear(o.latent, features, bias=False), keras_norm(BatchNorm1d(features))
        )
        if o.doubling == "nearest":
            double = UpConv2d
            last: list[nn.Module] = [
                UpConv2d(o.width, o.width),
                keras_norm(BatchNorm2d(o.width)),
                nn.LeakyReLU(SLOPE, inplace=True),
                HarmonicConv2d(o.width, o.channels, o.harmonics)
                if o.harmonics
                else nn.Conv2d(o.width, o.channels, 3, padding=1, bias=False),
            ]
        else:
            double = functools.partial(up_conv, stride=2, bias=False)
            last = [double(o.width, o.channels)]
        layers: list[nn.Module] = [nn.LeakyReLU(SLOPE, inplace=True)]
        for level, pair in enumerate(itertools.pairwise(widths)):
            layers += [
                double(*pair) if level else up_conv(*pair, stride=1, bias=False),
                keras_norm(BatchNorm2d(pair[1])),
                nn.LeakyReLU(SLOPE, inplace=True),
            ]
        self.layers = nn.Sequential(*layers, *last)
        init_keras(self)

    def forward(self, z: Tensor) -> Tensor:
        h = self.dense(self.code(z)).view(len(z), *self.coarse)
        return torch.tanh(self.layers(h))


@dataclasses.dataclass(frozen=True)
class CineDCGANCriticOptions:
    """Options of the discriminator; the defaults are the published ones at 128x128."""

    size: Side = 128
    channels: Channels = 20
    width: Width = 64
    dropout: Annotated[float, Range(0.0, 0.9)] = 0.3

    def __post_init__(self) -> None:
        refuse_size(self.size, LEAST)


class CineDCGANCritic(nn.Module):
    """Shape: `[batch, channels, size, size]` to logits `[batch, 1]`."""

    def __init__(self, options: CineDCGANCriticOptions) -> None:
        super().__init__()
        o = options
        widths = [o.width * 2**level for level in range(doublings(4, o.size))]
        layers: list[nn.Module] = []
        for before, after in zip([o.channels, *widths], widths, strict=False):
            layers += [
                nn.Conv2d(before, after, 5, stride=2, padding=2),
                nn.LeakyReLU(SLOPE, inplace=True),
                nn.Dropout(o.dropout),
            ]
        self.layers = nn.Sequential(*layers, nn.Flatten(), nn.Linear(widths[-1] * 16, 1))
        init_keras(self)

    def forward(self, x: Tensor) -> Tensor:
        return self.layers(x)


def keras_norm(norm: nn.modules.batchnorm._BatchNorm) -> nn.Module:
    """Batch norm with Keras' constants (its momentum 0.99 is PyTorch's 0.01)."""
    norm.eps, norm.momentum = 1e-3, 0.01
    return norm


def init_keras(network: nn.Module) -> None:
    """Weights glorot uniform (Glorot & Bengio 2010), biases 0."""
    for module in network.modules():
        if isinstance(module, (nn.Conv2d, nn.ConvTranspose2d, nn.Linear)):
            nn.init.xavier_uniform_(module.weight)
            if module.bias is not None:
                nn.init.zeros_(module.bias)
