"""Published sizes and shapes of the networks."""

import pytest
import torch

from MedGANSynthLib.errors import MedGANSynthError
from MedGANSynthLib.networks.registry import ARCHITECTURES, build_network, count_parameters


@pytest.mark.parametrize(
    ("architecture", "options", "parameters"),
    [
        ("unet256", {}, 54_408_833),
        ("unet256", {"in_channels": 3, "out_channels": 3}, 54_414_979),
        ("patchgan", {}, 2_763_521),
        # Conv 7x7x3x64 + 64, two doublings, nine blocks of two 3x3x256x256 + 256, and back.
        ("resnet", {"in_channels": 3, "out_channels": 3}, 11_378_179),
    ],
)
def test_published_parameter_counts(architecture, options, parameters):
    with torch.device("meta"):
        network = build_network(architecture, options, "test")
    assert count_parameters(network) == parameters


def test_patchgan_gives_30x30_logits_for_256x256():
    network = build_network("patchgan", {"width": 4}, "test")
    assert network(torch.zeros(1, 1, 256, 256)).shape == (1, 1, 30, 30)


def test_patchgan_sees_70x70_pixels():
    network = build_network("patchgan", {"width": 4, "norm": "none"}, "test")
    x = torch.randn(1, 1, 256, 256, requires_grad=True)
    network(x)[0, 0, 15, 15].backward()
    seen = x.grad[0, 0].nonzero()
    assert (seen.max(0).values - seen.min(0).values + 1).tolist() == [70, 70]


@pytest.mark.parametrize(
    ("architecture", "options", "shape"),
    [
        ("unet256", {"width": 2}, (2, 1, 256, 256)),
        ("unet256", {"width": 2, "levels": 5}, (1, 1, 32, 96)),
        ("unet-small", {"widths": [2, 3, 4]}, (2, 3, 20, 36)),
        ("resnet", {"width": 2, "blocks": 1}, (1, 1, 20, 28)),
        ("resnet", {"width": 2, "blocks": 1, "dims": 3}, (1, 1, 8, 12, 16)),
    ],
)
def test_generators_keep_the_shape_and_stay_within_one(architecture, options, shape):
    network = build_network(architecture, options, "test").eval()
    out = network(torch.randn(shape))
    assert out.shape == shape
    assert out.abs().max() <= 1


def test_a_blank_slice_in_training_is_survived_down_to_1x1():
    network = build_network("unet256", {"width": 2}, "test").train()
    out = network(torch.full((1, 1, 256, 256), -1.0))
    out.sum().backward()
    assert out.isfinite().all()
    assert all(p.grad.isfinite().all() for p in network.parameters())


@pytest.mark.parametrize("architecture", sorted(ARCHITECTURES))
def test_unknown_options_are_refused_by_name(architecture):
    with pytest.raises(MedGANSynthError, match='unknown key "depth_of_field"'):
        build_network(architecture, {"depth_of_field": 1}, "test")


def test_unknown_architecture_and_huge_width_are_refused():
    with pytest.raises(MedGANSynthError, match="unknown architecture 'os\\.system'"):
        build_network("os.system", {}, "test")
    with pytest.raises(MedGANSynthError, match="width must lie between 1 and 256"):
        build_network("unet256", {"width": 10**6}, "test")
