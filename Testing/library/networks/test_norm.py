"""Instance normalisation equals PyTorch's, and works where PyTorch's does not."""

import pytest
import torch
from torch import nn

from MedGANSynthLib.networks.init import init_normal
from MedGANSynthLib.networks.norm import InstanceNorm, make_norm


@pytest.mark.parametrize("shape", [(3, 4, 5, 7), (2, 4, 3, 4, 5)])
@pytest.mark.parametrize("affine", [True, False])
def test_equals_pytorch(shape, affine):
    reference = (nn.InstanceNorm2d, nn.InstanceNorm3d)[len(shape) - 4](4, affine=affine)
    ours = InstanceNorm(4, affine=affine)
    if affine:
        values = torch.tensor([0.5, 1.0, 2.0, 3.0])
        for layer in (reference, ours):
            layer.weight.data, layer.bias.data = values.clone(), -values.clone()
    x = 3 + 2 * torch.randn(shape)
    torch.testing.assert_close(ours(x), reference(x), atol=1e-5, rtol=1e-5)


def test_one_pixel_is_scaled_and_shifted_but_not_normalised():
    layer = InstanceNorm(2)
    layer.weight.data, layer.bias.data = torch.tensor([2.0, 3.0]), torch.tensor([10.0, 20.0])
    x = torch.tensor([1.0, 5.0]).view(1, 2, 1, 1)
    assert layer(x).flatten().tolist() == [12.0, 35.0]
    assert torch.equal(InstanceNorm(2, affine=False)(x), x)


def test_a_constant_map_gives_the_offset():
    layer = InstanceNorm(1)
    layer.bias.data.fill_(0.25)
    out = layer(torch.full((1, 1, 4, 4), 7.0))
    assert (out - 0.25).abs().max() < 1e-3


def test_init_normal_has_the_published_spread():
    torch.manual_seed(0)
    network = nn.Sequential(nn.Conv2d(64, 64, 4), make_norm("batch", 64, 2), InstanceNorm(64))
    init_normal(network)
    assert network[0].weight.std().item() == pytest.approx(0.02, rel=0.02)
    assert network[0].bias.abs().max() == 0
    for layer in network[1:]:
        assert layer.weight.mean().item() == pytest.approx(1, abs=0.01)
        assert layer.weight.std().item() == pytest.approx(0.02, rel=0.3)
