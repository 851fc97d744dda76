"""A grey slice through a colour generator is the mean of what equal colours give."""

import pytest
import torch

from MedGANSynthLib.networks.colour import ColourResNet, ColourUNetPix2Pix
from MedGANSynthLib.networks.resnet import ResNet, ResNetOptions
from MedGANSynthLib.networks.unet_pix2pix import UNetPix2Pix, UNetPix2PixOptions


@pytest.mark.parametrize(
    ("colour", "plain", "options"),
    [
        (ColourResNet, ResNet, ResNetOptions(in_channels=3, out_channels=3, width=4, blocks=1)),
        (
            ColourUNetPix2Pix,
            UNetPix2Pix,
            UNetPix2PixOptions(in_channels=3, out_channels=3, width=4, levels=3),
        ),
    ],
)
@torch.no_grad()
def test_mean_of_three_colours(colour: type, plain: type, options: object) -> None:
    ours, original = colour(options).eval(), plain(options).eval()
    ours.load_state_dict(original.state_dict())
    x = torch.rand(1, 1, 16, 16) * 2 - 1
    red, green, blue = original(torch.cat([x, x, x], 1))[0]
    torch.testing.assert_close(ours(x)[0, 0], (red + green + blue) / 3)
