"""The pix2pix U-Net: size by arithmetic. That it computes the published function is tested with
the importer of its weights."""

from itertools import pairwise

import pytest
import torch

from MedGANSynthLib.networks.unet_pix2pix import UNetPix2Pix, UNetPix2PixOptions


def test_parameters() -> None:
    """A 4x4 kernel and a bias at every level, twice the channels in on the way up."""
    with torch.device("meta"):
        network = UNetPix2Pix(UNetPix2PixOptions())
    widths = [1, 64, 128, 256, 512, 512, 512, 512, 512]
    down = sum(16 * a * b + b for a, b in pairwise(widths))
    up = 16 * 512 * 512 + 512 + sum(16 * 2 * b * a + a for a, b in pairwise(widths[:-1]))
    assert sum(p.numel() for p in network.parameters()) == down + up
    assert network.multiple == 256


@pytest.mark.parametrize("norm", ["instance-plain", "batch"])
@torch.no_grad()
def test_shape_and_range(norm: str) -> None:
    options = UNetPix2PixOptions(in_channels=2, out_channels=3, levels=3, width=4, norm=norm)
    network = UNetPix2Pix(options).eval()
    made = network(torch.randn(2, 2, 16, 24))
    assert made.shape == (2, 3, 16, 24)
    assert made.abs().max() <= 1
