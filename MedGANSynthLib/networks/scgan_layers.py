"""Convolutions of SC-GAN: no bias, "same" padding, N(0, 0.02) cut at two deviations."""

from torch import Tensor, nn

from .spectral import spectral_norm

SLOPE = 0.2


def convolution(
    dims: int, before: int, after: int, kernel: int, stride: int, spectral: bool
) -> nn.Module:
    """Sides become ceil(side / stride); of kernel 2, floor."""
    kind = (nn.Conv2d, nn.Conv3d)[dims - 2]
    layer = kind(before, after, kernel, stride, padding=(kernel - 1) // 2, bias=False)
    return _finish(layer, spectral)


def up_convolution(dims: int, before: int, after: int, kernel: int, spectral: bool) -> nn.Module:
    """The way back from a `convolution` of stride 2; `output_size` says which of its inputs."""
    kind = (nn.ConvTranspose2d, nn.ConvTranspose3d)[dims - 2]
    layer = kind(before, after, kernel, 2, padding=(kernel - 1) // 2, bias=False)
    return _finish(layer, spectral)


def _finish(layer: nn.Module, spectral: bool) -> nn.Module:
    nn.init.trunc_normal_(layer.weight, std=0.02, a=-0.04, b=0.04)
    return spectral_norm(layer) if spectral else layer


class Down(nn.Module):
    """Convolution, norm, LeakyReLU."""

    def __init__(self, layer: nn.Module, norm: nn.Module) -> None:
        super().__init__()
        self.layer, self.norm, self.activation = layer, norm, nn.LeakyReLU(SLOPE)

    def forward(self, x: Tensor) -> Tensor:
        return self.activation(self.norm(self.layer(x)))


class Up(nn.Module):
    """Transposed convolution to the sides `size`, norm, dropout, ReLU."""

    def __init__(self, layer: nn.Module, norm: nn.Module, dropout: float) -> None:
        super().__init__()
        self.layer, self.norm = layer, norm
        self.dropout, self.activation = nn.Dropout(dropout), nn.ReLU()

    def forward(self, x: Tensor, size: list[int]) -> Tensor:
        return self.activation(self.dropout(self.norm(self.layer(x, output_size=size))))
