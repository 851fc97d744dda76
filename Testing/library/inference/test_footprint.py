"""Memory and operations of networks, by hand and beside what a real pass takes."""

import subprocess
import sys

import pytest
import torch
from torch import nn

from MedGANSynthLib.inference.footprint import Meter, copied, forward_footprint
from MedGANSynthLib.networks.registry import build_network


def test_a_linear_layer_by_hand():
    found = forward_footprint(nn.Linear(8, 4, bias=False), (3, 8))
    assert found.flops == 2 * 3 * 8 * 4
    assert found.peak == 4 * (3 * 8 + 3 * 4)


def test_a_convolution_and_what_is_done_in_place():
    network = nn.Sequential(nn.Conv2d(1, 2, 3, padding=1, bias=False), nn.ReLU(inplace=True))
    found = forward_footprint(network, (1, 1, 8, 8))
    assert found.flops == 2 * 9 * 2 * 64
    assert found.peak == 4 * (64 + 2 * 64)


def test_a_network_that_fits_nowhere():
    with torch.device("meta"):
        network = nn.Linear(10**7, 10**7, bias=False)
    assert forward_footprint(network, (1, 10**7)).flops == 2 * 10**14


@pytest.mark.parametrize(
    ("architecture", "options", "shape"),
    [
        ("unet-small", {"in_channels": 1, "out_channels": 1, "widths": [4, 8]}, (2, 1, 32, 32)),
        (
            "scgan-generator",
            {"dims": 3, "in_channels": 2, "levels": 4, "width": 2},
            (1, 2) + 3 * (16,),
        ),
        ("progan-generator", {"latent": 4, "size": 16, "width": 2, "widest": 4}, (3, 4)),
    ],
)
def test_nothing_computed_takes_what_computing_takes(architecture, options, shape):
    network = build_network(architecture, options, "network").eval()
    with torch.no_grad(), Meter() as meter:
        network(torch.empty(shape).fill_(0.5))
    found = forward_footprint(network, shape)
    assert found.flops == meter.flops > 0
    assert found.peak == pytest.approx(meter.peak, rel=0.05)


def test_a_copy_elsewhere_leaves_the_network_as_it_was():
    network = nn.BatchNorm1d(2)
    twin = copied(network, lambda tensor: tensor.double())
    assert twin.weight.dtype == twin.running_var.dtype == torch.float64
    assert network.weight.dtype == network.running_var.dtype == torch.float32


def test_metering_leaves_the_compiler_alone():
    """Its import takes a second and more, at the first translation of every process."""
    code = (
        "import sys, torch; from MedGANSynthLib.inference.footprint import Meter\n"
        "with Meter(): torch.ones(2) + 1\n"
        "assert 'torch._dynamo' not in sys.modules"
    )
    subprocess.run([sys.executable, "-c", code], check=True)
