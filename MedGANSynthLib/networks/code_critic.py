"""The discriminator of codes in the alpha-WGAN family (Rosca et al. 2017): real or encoded?"""

import dataclasses
from typing import Annotated, Literal

import torch
from torch import Tensor, nn

from ..schema import Range
from .alpha_generator import CODE_LENGTH
from .norm import BatchNorm1d
from .spectral import spectral_norm


@dataclasses.dataclass(frozen=True)
class CodeCriticOptions:
    """Options; the defaults are SigmaRat2's.

    Attributes:
        latent: length of the code.
        width: units of both hidden layers.
        norm: "batch" on both hidden layers (ADNI, SigmaRat1) or "none".
        spectral: spectral normalisation of all three layers (SigmaRat1, SigmaRat2).
    """

    latent: CODE_LENGTH = 500
    width: Annotated[int, Range(1, 16384)] = 4096
    norm: Literal["none", "batch"] = "none"
    spectral: bool = True


class CodeCritic(nn.Module):
    """Shape: codes `[batch, latent]` to `[batch, 1]`."""

    def __init__(self, options: CodeCriticOptions) -> None:
        super().__init__()
        o = options
        self.mixes_batch = o.norm == "batch"
        layers: list[nn.Module] = []
        for before in (o.latent, o.width):
            linear = nn.Linear(before, o.width)
            layers.append(spectral_norm(linear) if o.spectral else linear)
            if self.mixes_batch:
                layers.append(BatchNorm1d(o.width))
            layers.append(nn.LeakyReLU(0.2, inplace=True))
        last = nn.Linear(o.width, 1)
        layers.append(spectral_norm(last) if o.spectral else last)
        self.model = nn.Sequential(*layers)

    def forward(self, z: Tensor) -> Tensor:
        return self.model(z)

    def input_gradient(self, z: Tensor) -> Tensor:
        """d(sum of outputs)/dz as a function of the weights; the shape of `z`."""
        z = z.detach().requires_grad_(True)
        return torch.autograd.grad(self(z).sum(), z, create_graph=True)[0]
