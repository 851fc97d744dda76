"""The generator of the alpha-WGAN family: a code to a volume.

Kwon, Han, Kim 2019 (alpha-WGAN ADNI) and Ferreira et al. 2022 (SigmaRat1, SigmaRat2). A transposed
convolution spreads the code over a coarse grid, then four times: double, convolve, normalise,
rectify. Sizes other than the published cube of 64 have a coarse grid of a sixteenth of each side.
"""

import dataclasses
from typing import Annotated, Literal

import torch
from torch import Tensor, nn

from ..schema import Range
from .norm import make_norm
from .spectral import spectral_norm
from .upsampling import UpConv3d

DOUBLINGS = 4
MULTIPLE = 2**DOUBLINGS
Side = Annotated[int, Range(MULTIPLE, 512)]
CODE_LENGTH = Annotated[int, Range(1, 4096)]


@dataclasses.dataclass(frozen=True)
class AlphaGeneratorOptions:
    """Options; the defaults are SigmaRat2's.

    Attributes:
        latent: length of the code.
        size: voxels along each axis, multiples of 16.
        width: channels before the last layer; twice as many at each coarser level.
        norm: "batch" (ADNI) or "instance-plain" (SigmaRat).
        slope: of the rectifier; 0 is ReLU (ADNI).
        spectral: spectral normalisation of every layer (SigmaRat1's code; its figure has none).
    """

    latent: CODE_LENGTH = 500
    size: tuple[Side, Side, Side] = (64, 64, 64)
    channels: Annotated[int, Range(1, 64)] = 1
    width: Annotated[int, Range(1, 256)] = 64
    norm: Literal["instance-plain", "batch"] = "instance-plain"
    slope: Annotated[float, Range(0.0, 1.0)] = 0.01
    spectral: bool = False

    def __post_init__(self) -> None:
        refuse_odd_size(self.size)


class AlphaGenerator(nn.Module):
    """Shape: codes `[batch, latent]` to `[batch, channels, *size]` in [-1, 1]."""

    def __init__(self, options: AlphaGeneratorOptions) -> None:
        super().__init__()
        o = options
        self.latent, self.size = o.latent, o.size
        widths = [o.width * 2**level for level in range(DOUBLINGS - 1, -1, -1)]
        coarse = tuple(side // MULTIPLE for side in o.size)
        layers: list[nn.Module] = [nn.ConvTranspose3d(o.latent, widths[0], coarse, bias=False)]
        layers += [UpConv3d(*pair) for pair in zip(widths, [*widths[1:], o.channels], strict=True)]
        self.layers = nn.ModuleList(spectral_norm(la) if o.spectral else la for la in layers)
        self.norms = nn.ModuleList(make_norm(o.norm, width, 3) for width in widths)
        self.rectify = nn.LeakyReLU(o.slope, inplace=True)

    def forward(self, z: Tensor) -> Tensor:
        if z.ndim != 2 or z.shape[1] != self.latent:
            raise ValueError(f"expected codes [batch, {self.latent}], not {list(z.shape)}")
        h = z[:, :, None, None, None]
        for layer, norm in zip(self.layers, self.norms, strict=False):
            h = self.rectify(norm(layer(h)))
        return torch.tanh(self.layers[-1](h))


def refuse_odd_size(size: tuple[int, int, int]) -> None:
    """Raise ValueError where a side cannot be halved four times."""
    if any(side % MULTIPLE for side in size):
        given = "x".join(map(str, size))
        raise ValueError(f"size {given}: each side must be a multiple of {MULTIPLE}")
