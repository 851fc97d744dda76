"""Doubling and convolving in one equals doing both; it begins without a checkerboard."""

import pytest
import torch
import torch.nn.functional as F

from MedGANSynthLib.networks.registry import build_network
from MedGANSynthLib.networks.upsampling import UpConv2d, UpConv3d


@pytest.mark.parametrize(
    ("layer", "convolve", "sides"),
    [(UpConv2d, F.conv2d, (3, 4)), (UpConv3d, F.conv3d, (2, 3, 4))],
)
def test_equals_doubling_and_convolving(layer, convolve, sides):
    torch.manual_seed(0)
    up = layer(3, 5).double()
    x = torch.randn(2, 3, *sides, dtype=torch.float64)
    torch.testing.assert_close(
        up(x), convolve(F.interpolate(x, scale_factor=2), up.weight, padding=1)
    )


def checkerboard(doubling):
    """Share of an untrained cycle's energy at the highest frequency along either axis."""
    torch.manual_seed(0)
    options = {"size": 64, "width": 8, "latent": 8, "channels": 8, "doubling": doubling}
    images = build_network("cine-dcgan-generator", options, "test")(torch.randn(32, 8))
    power = torch.fft.fft2(images - images.mean((2, 3), keepdim=True)).abs().square()
    return (power[..., 32, :].sum() + power[..., 32].sum()) / power.sum()


def test_nearest_doubling_begins_with_less_of_a_checkerboard():
    assert checkerboard("nearest") < 0.1 * checkerboard("transposed")
