import copy

import pytest
import torch
from torch import nn
from torch.nn.modules.batchnorm import _BatchNorm
from torch.nn.utils.parametrizations import spectral_norm

from MedGANSynthLib.networks.fold import folded
from MedGANSynthLib.networks.registry import build_network


def with_statistics(network):
    """In evaluation mode, as if its batch norms had seen images."""
    for module in network.modules():
        if isinstance(module, _BatchNorm):
            module.running_mean.normal_()
            module.running_var.uniform_(0.5, 2)
            nn.init.normal_(module.weight, 1, 0.3)
            nn.init.normal_(module.bias)
    return network.eval().requires_grad_(False)


@pytest.mark.parametrize(
    ("name", "options"),
    [
        ("unet-small", {"in_channels": 3, "widths": [4, 8, 8], "norm": "batch"}),
        ("resnet", {"width": 4, "blocks": 2, "norm": "batch"}),
        ("resnet", {"width": 4, "blocks": 1, "norm": "batch", "dims": 3}),
    ],
)
def test_it_computes_the_same_with_fewer_layers(name, options):
    torch.manual_seed(0)
    network = with_statistics(build_network(name, options, name))
    channels = options.get("in_channels", 1)
    x = torch.randn(2, channels, *(16,) * options.get("dims", 2))
    expected = copy.deepcopy(network)(x)
    made = folded(network)
    assert not any(isinstance(module, _BatchNorm) for module in made.modules())
    assert expected.std() > 0.01 and (made(x) - expected).abs().max() < 1e-5


def test_what_cannot_be_folded_stays():
    chain = nn.Sequential(nn.BatchNorm2d(2), spectral_norm(nn.Conv2d(2, 2, 1)), nn.BatchNorm2d(2))
    assert folded(with_statistics(chain)) is chain
    assert sum(isinstance(module, nn.BatchNorm2d) for module in chain) == 2
