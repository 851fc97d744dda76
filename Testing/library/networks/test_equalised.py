"""Equalised layers, their fused forms, pixel norm and minibatch deviation in closed form."""

import math

import pytest
import torch
import torch.nn.functional as F

from MedGANSynthLib.networks.codes import CODES
from MedGANSynthLib.networks.equalised import (
    EqualConv,
    EqualDownConv,
    EqualFromCode,
    EqualLinear,
    EqualUpConv,
    PixelNorm,
)
from MedGANSynthLib.networks.minibatch_deviation import MinibatchDeviation


def test_weights_are_scaled_by_gain_over_root_fan_in():
    linear = EqualLinear(8, 2, gain=1.0)
    x = torch.randn(3, 8)
    torch.testing.assert_close(linear(x), x @ linear.weight.T / math.sqrt(8))
    conv = EqualConv(2, 4, 3)
    x = torch.randn(1, 2, 5, 5)
    by_hand = F.conv2d(x, conv.weight, padding=1) * math.sqrt(2 / 18)
    torch.testing.assert_close(conv(x), by_hand)


def test_a_layer_keeps_the_scale_of_rectified_activations():
    """He et al. 2015: with gain sqrt 2, rectified normal numbers keep their mean square."""
    torch.manual_seed(0)
    x = torch.relu(torch.randn(64, 512))
    out = torch.relu(EqualLinear(512, 4096)(x))
    assert out.square().mean().item() == pytest.approx(x.square().mean().item(), rel=0.05)


@pytest.mark.parametrize("kernel", [3, 5])
def test_fused_layers_equal_their_two_steps(kernel):
    torch.manual_seed(0)
    x = torch.randn(2, 3, 8, 8, dtype=torch.float64)
    up, down = EqualUpConv(3, 4, kernel).double(), EqualDownConv(3, 4, kernel).double()
    for layer in (up, down):
        torch.nn.init.normal_(layer.bias)

    def plain(layer, weight, image):
        return F.conv2d(image, weight * layer.scale, layer.bias, padding=kernel // 2)

    # A transposed convolution's kernel is the convolution's, inputs and outputs swapped, turned.
    weight = up.weight.transpose(0, 1).flip(2, 3)
    torch.testing.assert_close(up(x), plain(up, weight, F.interpolate(x, scale_factor=2)))
    torch.testing.assert_close(down(x), F.avg_pool2d(plain(down, down.weight, x), 2))


@pytest.mark.parametrize("side", [2, 40])  # the map is the smaller one, then the kernel
def test_scaling_the_map_is_scaling_the_kernel(side):
    layer, x = EqualConv(6, 5, 3), torch.randn(1, 6, side, side)
    by_hand = F.conv2d(x, layer.weight * layer.scale, padding=1)
    torch.testing.assert_close(layer(x), by_hand)


def test_from_code_is_the_padded_convolution():
    layer = EqualFromCode(6, 5)
    z = torch.randn(2, 6)
    kernel = layer.weight.flip(2, 3).transpose(0, 1)
    by_hand = F.conv2d(z[:, :, None, None], kernel, padding=3) * math.sqrt(2 / (6 * 16))
    torch.testing.assert_close(layer(z), by_hand)


def test_pixel_norm_gives_a_mean_square_of_one():
    x = torch.tensor([3.0, 4.0]).view(1, 2, 1, 1)
    expected = torch.tensor([3.0, 4.0]) / math.sqrt(12.5)
    torch.testing.assert_close(PixelNorm()(x).flatten(), expected)


def test_minibatch_deviation_by_hand():
    """Two groups of two, as Karras groups them: images 0 and 2, images 1 and 3."""
    x = torch.tensor([0.0, 5.0, 4.0, 5.0]).view(4, 1, 1, 1).repeat(1, 1, 2, 2)
    out = MinibatchDeviation(2)(x)
    assert out.shape == (4, 2, 2, 2)
    torch.testing.assert_close(out[:, 1, 0, 0], torch.tensor([2.0, 1e-4, 2.0, 1e-4]))


@pytest.mark.parametrize("group", [0, 3])  # 3 does not divide 4
def test_minibatch_deviation_of_the_whole_batch(group):
    x = torch.tensor([0.0, 0.0, 2.0, 2.0]).view(4, 1, 1, 1)
    torch.testing.assert_close(MinibatchDeviation(group)(x)[:, 1].flatten(), torch.ones(4))


def test_codes_of_each_kind():
    torch.manual_seed(0)
    z = torch.randn(20_000, 4)
    assert torch.equal(CODES["normal"](z), z)
    uniform = CODES["uniform"](z)
    assert uniform.abs().max() <= 1
    assert uniform.var().item() == pytest.approx(1 / 3, rel=0.02)  # that of U(-1, 1)
    torch.testing.assert_close(CODES["unit"](z).norm(dim=1), torch.ones(len(z)))
    torch.testing.assert_close(CODES["pixel"](z).norm(dim=1), torch.full((len(z),), 2.0))
