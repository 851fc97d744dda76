"""A convolution that makes the frames of a cycle out of few harmonics."""

import math

import torch
import torch.nn.functional as F
from torch import Tensor, nn


class HarmonicConv2d(nn.Conv2d):
    """Convolution of side 3 whose kernels are Fourier series over the cycle.

    A cycle that is made so closes by itself, and nothing in it changes faster than the last
    harmonic: heart cycles of end-diastolic and end-systolic frames have next to nothing there. The
    parameters are the series' coefficients, `[1 + 2 harmonics, in_channels, 3, 3]`.

    Shape: `[batch, in_channels, i, j]` to `[batch, frames, i, j]`.
    """

    def __init__(self, in_channels: int, frames: int, harmonics: int) -> None:
        super().__init__(in_channels, 1 + 2 * harmonics, 3, padding=1, bias=False)
        self.frames, self.harmonics = frames, harmonics

    def forward(self, x: Tensor) -> Tensor:
        basis = fourier_basis(self.frames, self.harmonics).to(self.weight)
        return F.conv2d(x, torch.tensordot(basis, self.weight, dims=1), padding=1)


def fourier_basis(frames: int, harmonics: int) -> Tensor:
    """`[frames, 1 + 2 harmonics]`: a constant, cosines and sines over the cycle, orthonormal."""
    angle = torch.arange(frames, dtype=torch.float64)[:, None] * (2 * math.pi / frames)
    angles = angle * torch.arange(1, harmonics + 1, dtype=torch.float64)
    waves = torch.cat([angles.cos(), angles.sin()], dim=1) * math.sqrt(2)
    return torch.cat([torch.ones_like(angle), waves], dim=1) / math.sqrt(frames)
