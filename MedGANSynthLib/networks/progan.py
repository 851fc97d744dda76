"""Progressive GAN (Karras et al. 2018): networks that grow from 4x4 to the full size.

As in the slice study (Delplace 2019: kernel 5, one channel, tanh) and in the cardiac cine models
(kernel 3, a cycle's frames as channels, pixel norm).

`level` says how far a network has grown: 0 is 4x4, 1 is 8x8; 1.4 is a network at 16x16 whose newest
layers have a share of 0.4 in the image, the rest being the 8x8 image doubled. It is a buffer, so it
travels with the weights. Layers above it are not computed.
"""

import dataclasses
import itertools
import math
from typing import Annotated, Literal

import torch
import torch.nn.functional as F
from torch import Tensor, nn
from torch.utils.weak import WeakIdKeyDictionary

from ..schema import Range
from .codes import CODES, CodeKind
from .equalised import (
    EqualConv,
    EqualDownConv,
    EqualFromCode,
    EqualLinear,
    EqualUpConv,
    PixelNorm,
)
from .image_size import Channels, Latent, Side, Width, doublings, refuse_size
from .minibatch_deviation import MinibatchDeviation

START = 4
LEAST = 8
SLOPE = 0.2

_read = WeakIdKeyDictionary()

Kernel = Literal[3, 5]
Widest = Annotated[int, Range(1, 2048)]


@dataclasses.dataclass(frozen=True)
class ProGANOptions:
    """Options of the generator; the defaults are those of the slice study.

    Attributes:
        width: channels at full size, doubled at every coarser level up to `widest`.
        kernel: side of the convolutions' kernels.
        pixel_norm: after every convolution (the slice study's text has it, its code does not).
        tanh: at the end (Karras and the cine model end linearly).
    """

    latent: Latent = 512
    size: Side = 256
    channels: Channels = 1
    width: Width = 16
    widest: Widest = 512
    kernel: Kernel = 5
    pixel_norm: bool = False
    tanh: bool = True
    code: CodeKind = "unit"

    def __post_init__(self) -> None:
        refuse_size(self.size, LEAST)


class ProGANGenerator(nn.Module):
    """Shape: codes `[batch, latent]` to `[batch, channels, size, size]`.

    Before it is fully grown, images are repeated up to that size; `grown` gives them at their own.
    """

    def __init__(self, options: ProGANOptions) -> None:
        super().__init__()
        o = options
        self.latent, self.code, self.size, self.tanh = o.latent, CODES[o.code], o.size, o.tanh
        widths = level_widths(o.size, o.width, o.widest)
        self.first = EqualFromCode(o.latent, widths[0])
        self.second = EqualConv(widths[0], widths[0], 3)
        self.ups = nn.ModuleList(EqualUpConv(a, b, o.kernel) for a, b in itertools.pairwise(widths))
        self.convs = nn.ModuleList(EqualConv(width, width, o.kernel) for width in widths[1:])
        self.to_image = nn.ModuleList(EqualConv(w, o.channels, 1, gain=1.0) for w in widths)
        self.norm = PixelNorm() if o.pixel_norm else nn.Identity()
        self.register_buffer("level", torch.tensor(float(len(widths) - 1)))

    def forward(self, z: Tensor) -> Tensor:
        image = self.grown(z)
        return F.interpolate(image, self.size) if image.shape[-1] < self.size else image

    def grown(self, z: Tensor) -> Tensor:
        """Images at the current resolution, `[batch, channels, side, side]`."""
        top, share = split_level(self.level)
        h = self._act(self.second(self._act(self.first(self.code(z)))))
        before = h
        for up, conv in zip(self.ups[:top], self.convs, strict=False):
            before, h = h, self._act(conv(self._act(up(h))))
        image = self.to_image[top](h)
        if share < 1:
            image = torch.lerp(double(self.to_image[top - 1](before)), image, share)
        return torch.tanh(image) if self.tanh else image

    def _act(self, x: Tensor) -> Tensor:
        return self.norm(F.leaky_relu(x, SLOPE))


@dataclasses.dataclass(frozen=True)
class ProGANCriticOptions:
    """Options of the discriminator; the defaults are those of the slice study.

    Attributes:
        fused: average 2 x 2 pixels before the rectifier, which is one cheaper convolution; else
            after it (the cine model).
        group: of the minibatch deviation; 0 is the whole batch (the cine model).
    """

    size: Side = 256
    channels: Channels = 1
    width: Width = 16
    widest: Widest = 512
    kernel: Kernel = 5
    fused: bool = True
    group: Annotated[int, Range(0, 4096)] = 4

    def __post_init__(self) -> None:
        refuse_size(self.size, LEAST)


class ProGANCritic(nn.Module):
    """Shape: images at the current resolution, `[batch, channels, side, side]`, to `[batch, 1]`."""

    def __init__(self, options: ProGANCriticOptions) -> None:
        super().__init__()
        o = options
        self.fused = o.fused
        widths = level_widths(o.size, o.width, o.widest)
        down = EqualDownConv if o.fused else EqualConv
        self.from_image = nn.ModuleList(EqualConv(o.channels, w, 1) for w in widths)
        self.convs = nn.ModuleList(EqualConv(width, width, o.kernel) for width in widths[1:])
        self.downs = nn.ModuleList(
            down(a, b, o.kernel) for a, b in zip(widths[1:], widths, strict=False)
        )
        self.deviation = MinibatchDeviation(o.group)
        self.second = EqualConv(widths[0] + 1, widths[0], 3)
        self.first = EqualConv(widths[0], widths[0], START, padding=0)
        self.last = EqualLinear(widths[0], 1, gain=1.0)
        self.register_buffer("level", torch.tensor(float(len(widths) - 1)))

    def forward(self, x: Tensor) -> Tensor:
        top, share = split_level(self.level)
        h = _rectify(self.from_image[top](x))
        for level in range(top, 0, -1):
            h = self._shrink(_rectify(self.convs[level - 1](h)), level)
            if level == top and share < 1:
                h = torch.lerp(_rectify(self.from_image[top - 1](F.avg_pool2d(x, 2))), h, share)
        h = _rectify(self.first(_rectify(self.second(self.deviation(h)))))
        return self.last(h.flatten(1))

    def _shrink(self, h: Tensor, level: int) -> Tensor:
        h = _rectify(self.downs[level - 1](h))
        return h if self.fused else F.avg_pool2d(h, 2)


def level_widths(size: int, width: int, widest: int) -> list[int]:
    """Channels from 4x4 to the full size."""
    levels = doublings(START, size)
    return [min(widest, width * 2 ** (levels - level)) for level in range(levels + 1)]


def number(level: Tensor) -> float:
    """The level's value, which is read only after it changed: to read is to wait for the GPU."""
    if level.is_inference():  # knows nothing of changes
        return float(level)
    version, value = _read.get(level, (None, 0.0))
    if version != level._version:
        value = float(level)
        _read[level] = (level._version, value)
    return value


def split_level(level: Tensor) -> tuple[int, float]:
    """The level that is computed, and the share of its newest layers."""
    grown = number(level)
    top = math.ceil(grown)
    return top, grown - top + 1


def faded(images: Tensor, level: Tensor) -> Tensor:
    """Real images at the resolution and with the blend of a network at `level`.

    While new layers fade in, reals are as much softer as the generator's images are (Karras et al.
    2018, appendix A).
    """
    top, share = split_level(level)
    images = F.adaptive_avg_pool2d(images, START * 2**top)
    if share < 1:
        images = torch.lerp(double(F.avg_pool2d(images, 2)), images, share)
    return images


def double(images: Tensor) -> Tensor:
    """Every pixel becomes 2 x 2."""
    return F.interpolate(images, scale_factor=2)


def _rectify(x: Tensor) -> Tensor:
    return F.leaky_relu(x, SLOPE)
