"""Generators trained on colour pictures, used on grey slices.

As a picture program would: the slice goes in as equal red, green and blue, and the mean of the
three colours that come out is the result.
"""

from torch import Tensor

from .resnet import ResNet, ResNetOptions
from .unet_pix2pix import UNetPix2Pix, UNetPix2PixOptions

__all__ = ["ColourResNet", "ColourUNetPix2Pix", "ResNetOptions", "UNetPix2PixOptions"]


class ColourResNet(ResNet):
    """Shape: `[batch, 1, H, W]` to `[batch, 1, H, W]`, in [-1, 1]."""

    def __init__(self, options: ResNetOptions) -> None:
        super().__init__(options)
        self.in_channels = options.in_channels

    def forward(self, x: Tensor) -> Tensor:
        return super().forward(x.expand(-1, self.in_channels, -1, -1)).mean(1, keepdim=True)


class ColourUNetPix2Pix(UNetPix2Pix):
    """Shape: `[batch, 1, H, W]` to `[batch, 1, H, W]`, in [-1, 1]."""

    def __init__(self, options: UNetPix2PixOptions) -> None:
        super().__init__(options)
        self.in_channels = options.in_channels

    def forward(self, x: Tensor) -> Tensor:
        return super().forward(x.expand(-1, self.in_channels, -1, -1)).mean(1, keepdim=True)
